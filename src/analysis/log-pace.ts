/** How far each of several growing logs was read: by time while there is a backlog, by turn once there is none. */
interface Progress {
  /** Turn of the last moment at which all of it was read; -1 before. */
  endTurn: number;
  /** Epoch seconds of the last line read; NaN when unknown. */
  time: number;
}

/** Lines of workers, and those of two logs, come this much out of order (seconds). */
const OUT_OF_ORDER = 10;

export class LogPace {
  readonly #logs = new Map<string, Progress>();
  /** Of which more is known to be there. */
  readonly #behind = new Set<Progress>();
  #turn = 0;

  constructor(paths: readonly string[]) {
    for (const path of paths) this.#of(path);
  }

  /** Lines of a log were read; returns the turn in which. */
  fed(path: string, time: number, behind: boolean): number {
    const log = this.#of(path);
    if (!Number.isNaN(time)) log.time = time;
    if (behind) this.#behind.add(log);
    else this.#behind.delete(log);
    return ++this.#turn;
  }

  /** A log was read to its end. */
  atEnd(path: string): void {
    const log = this.#of(path);
    this.#behind.delete(log);
    log.endTurn = ++this.#turn;
  }

  /** Whether another log has lines of an earlier time that were not read yet. */
  isAhead(path: string): boolean {
    if (this.#behind.size === 0) return false;
    const { time } = this.#of(path);
    for (const log of this.#behind) if (log.time < time) return true;
    return false;
  }

  /** Whether all of these logs were read beyond what was there in a turn, or beyond a time. */
  arePast(turn: number, time: number, concerned: (path: string) => boolean): boolean {
    for (const [path, log] of this.#logs) {
      if (log.endTurn > turn || !concerned(path)) continue;
      // Without a backlog lines of any time may come at any time.
      if (!this.#behind.has(log) || !(log.time > time + OUT_OF_ORDER)) return false;
    }
    return true;
  }

  #of(path: string): Progress {
    let log = this.#logs.get(path);
    if (log === undefined) {
      log = { endTurn: -1, time: Number.NaN };
      this.#logs.set(path, log);
    }
    return log;
  }
}
