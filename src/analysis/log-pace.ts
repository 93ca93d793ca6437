/** How far each of several growing logs was read: by time while there is a backlog, by turn once there is none. */
interface Progress {
  /** Turn of the last moment at which all of it was read; -1 before. */
  endTurn: number;
  /** More of it is known to be there. */
  behind: boolean;
  /** Epoch seconds of the last line read; NaN when unknown. */
  time: number;
}

/** Lines of workers, and those of two logs, come this much out of order (seconds). */
const OUT_OF_ORDER = 2;

export class LogPace {
  readonly #logs = new Map<string, Progress>();
  #turn = 0;

  constructor(paths: readonly string[]) {
    for (const path of paths) this.#of(path);
  }

  /** Lines of a log were read; returns the turn in which. */
  fed(path: string, time: number, behind: boolean): number {
    const log = this.#of(path);
    if (!Number.isNaN(time)) log.time = time;
    log.behind = behind;
    return ++this.#turn;
  }

  /** A log was read to its end. */
  atEnd(path: string): void {
    const log = this.#of(path);
    log.behind = false;
    log.endTurn = ++this.#turn;
  }

  /** Whether another log has lines of an earlier time that were not read yet. */
  isAhead(path: string): boolean {
    const { time } = this.#of(path);
    for (const log of this.#logs.values()) if (log.behind && log.time < time) return true;
    return false;
  }

  /** Whether all of these logs were read beyond what was there in a turn, or beyond a time. */
  arePast(turn: number, time: number, concerned: (path: string) => boolean): boolean {
    for (const [path, log] of this.#logs) {
      if (log.endTurn > turn || !concerned(path)) continue;
      if (!(log.time > time + OUT_OF_ORDER)) return false;
    }
    return true;
  }

  #of(path: string): Progress {
    let log = this.#logs.get(path);
    if (log === undefined) {
      log = { endTurn: -1, behind: false, time: Number.NaN };
      this.#logs.set(path, log);
    }
    return log;
  }
}
