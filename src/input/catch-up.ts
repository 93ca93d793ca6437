/** Reads what logs have gained since they were read last, through rotations, and stops there. */
import { setTimeout as delay } from 'node:timers/promises';
import { type FollowEvent, FollowedPath } from './followed-path.ts';
import type { LineBlock } from './line-block.ts';
import { extentsAtOneMoment } from './one-moment.ts';
import type { Position } from './position.ts';

/** nginx workers write to a rotated log until they have reopened it; a log that is still for longer is done with. */
const ROTATE_WAIT_MS = 60_000;
/** A rotation may go on while names are looked at; then another look finds what the first did not. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 50;

/** Something to tell about a log, in a sentence to show behind its path. `gap`: lines may be missing. */
export interface CatchUpNotice {
  readonly path: string;
  readonly notice: string;
  readonly gap: boolean;
}

export class CatchUp {
  readonly notices: CatchUpNotice[] = [];
  readonly #paths: readonly FollowedPath[];
  #moment: Promise<void> | null = null;

  /** @param stored where reading stood, by path; a log without that is read from its start, without rotated siblings. */
  constructor(paths: readonly string[], stored: ReadonlyMap<string, readonly Position[]>) {
    this.#paths = [...new Set(paths)].map(
      (path) => new FollowedPath(path, { at: 'start' }, ROTATE_WAIT_MS, stored.get(path)),
    );
  }

  /** The lines that each log has when the first is asked for, in its order; to be taken to their ends. */
  streams(): { path: string; blocks: AsyncGenerator<LineBlock> }[] {
    return this.#paths.map((followed) => ({ path: followed.path, blocks: this.#blocks(followed) }));
  }

  /**
   * How far each log was read. A rotated file that was read to its end and that nobody writes to is not remembered.
   *
   * @param now wall clock, ms since 1970.
   */
  positions(now: number): Position[] {
    return this.#paths.flatMap((followed) => {
      const held = followed.positions();
      const wanted = held.filter(({ rotated, changed }) => !rotated || now - changed < ROTATE_WAIT_MS);
      // While the log itself is not there, the file that it was is all there is to go on from.
      return wanted.length > 0 ? wanted : held.slice(-1);
    });
  }

  close(): void {
    for (const followed of this.#paths) followed.close();
  }

  async *#blocks(followed: FollowedPath): AsyncGenerator<LineBlock> {
    this.#moment ??= this.#chooseMoment();
    await this.#moment;
    for (let looks = 0; looks < LOOKS; looks++) {
      if (looks > 0 && followed.positions().length === 0) await delay(BETWEEN_LOOKS_MS);
      yield* this.#blocksOf(followed, await followed.look(performance.now()));
      let read = false;
      for (;;) {
        const events = await followed.read(performance.now());
        if (events === null) break;
        read = true;
        yield* this.#blocksOf(followed, events);
      }
      // While it was read, the name may have moved on.
      if (looks > 0 && !read) break;
    }
  }

  /** All are read up to one moment, so that what belongs together is read together. */
  async #chooseMoment(): Promise<void> {
    const extents = await extentsAtOneMoment(this.#paths.map(({ path }) => path));
    for (const followed of this.#paths) followed.until = extents.get(followed.path) ?? null;
  }

  *#blocksOf(followed: FollowedPath, events: readonly FollowEvent[]): Generator<LineBlock> {
    for (const event of events) {
      if ('block' in event) yield event.block;
      else this.notices.push({ path: followed.path, notice: event.notice, gap: event.gap });
    }
  }
}
