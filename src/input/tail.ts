import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { type ChangeHint, watchForChanges } from './change-hint.ts';
import { type FollowEvent, FollowedPath } from './followed-path.ts';
import { LastRead } from './last-read.ts';
import type { LineBlock } from './line-block.ts';
import type { Position } from './position.ts';
import { SINGLE_MOUNT, singleMounts } from './single-mount.ts';

export interface TailOptions {
  /** Begin at the start of the files instead of their ends. */
  readonly fromStart?: boolean;
  /** Begin this many lines before the end. */
  readonly lines?: number;
  /** How often the files are looked at, in ms; 250 unless given. */
  readonly pollMs?: number;
  /** How long a rotated file that does not grow is kept open for late lines, in ms; 60 000 unless given. */
  readonly rotateWaitMs?: number;
  /** Use the system's notifications to look sooner; on unless false. */
  readonly notify?: boolean;
  /** Where an earlier run stood, by path. Such a path is read on from there, whatever is said of the beginning. */
  readonly stored?: ReadonlyMap<string, readonly Position[]>;
  /**
   * Called often, and only while everything that was read has been taken from the iterator: what the positions say and
   * what was handed on are the same. `last`: nothing comes after this.
   */
  readonly settled?: (last: boolean) => void;
  /** Called whenever a path was read to the end of what was there. */
  readonly atEnd?: (path: string) => void;
  /** Asked before a path is read: true leaves it for the next round, since another one must be read before it. */
  readonly isAhead?: (path: string) => boolean;
  /** Ends the following, after a last read: to the ends of the files, unless that is a backlog. */
  readonly signal?: AbortSignal;
}

/**
 * Lines of one of the paths, or something to tell about it. `rotated`: they come from a file that the path led to
 * before, whose line numbers they carry.
 */
export type TailEvent =
  | { readonly path: string; readonly block: LineBlock; readonly rotated?: true }
  | { readonly path: string; readonly notice: string; readonly gap: boolean };

const POLL_MS = 250;
const ROTATE_WAIT_MS = 60_000;
/** Reading waits for nothing, so that signals and timers would have to wait for the end of a backlog (ms). */
const TURN_EVERY_MS = 50;
/** Notifications come in swarms; one look serves those of this time (ms). */
const SWARM_MS = 20;
/** Pieces read before the names are looked at again, so that a fast writer cannot hide a rotation. */
const ROUNDS = 64;
/** Logs held open at once; of more, those that do not grow are closed until they do. */
const MAX_OPEN = 100;
/** Looking whether any of thousands of logs grew may take this share of the time at most. */
const LOOKING_SHARE = 0.02;
const MAX_POLL_MS = 5000;

/**
 * Follows growing logs by name, like `tail -F`, through every kind of rotation. Polling finds what happens;
 * notifications only make it look sooner. Nothing is read twice: a position never passes an unfinished last line,
 * and a line is handed on once it is complete.
 */
export class Tail {
  readonly #paths: FollowedPath[];
  readonly #options: TailOptions;
  /** What the last read left, in bytes. */
  readonly #left = new Map<string, number>();
  #lastRead: LastRead | null = null;
  #turned = performance.now();
  #wake: (() => void) | null = null;
  #woken = false;

  constructor(paths: readonly string[], options: TailOptions = {}) {
    this.#options = options;
    const start =
      options.fromStart === true ? { at: 'start' as const } : { at: 'end' as const, lines: options.lines ?? 0 };
    const rotateWaitMs = options.rotateWaitMs ?? ROTATE_WAIT_MS;
    this.#paths = [...new Set(paths)].map(
      (path) => new FollowedPath(path, start, rotateWaitMs, options.stored?.get(path)),
    );
  }

  /** How far each file was read, oldest first for each path; to be asked for when `settled`. */
  positions(): Position[] {
    return this.#paths.flatMap((followed) => followed.positions());
  }

  /** The same for one path. */
  positionsOf(path: string): readonly Position[] {
    return this.#paths.find((followed) => followed.path === path)?.positions() ?? [];
  }

  /** How often a path was seen to lead to another file than before, or its file to be emptied. */
  get rotations(): number {
    return this.#paths.reduce((sum, followed) => sum + followed.rotations, 0);
  }

  /**
   * The paths of which the last read left something, with how many bytes; of packed files it is not known how many, and
   * none are counted. Empty before, and when all was read.
   */
  get left(): ReadonlyMap<string, number> {
    return this.#left;
  }

  /** The events, until the signal; to be iterated once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TailEvent> {
    const { signal, pollMs = POLL_MS } = this.#options;
    const notices: string[] = [];
    const wake = (): void => {
      this.#woken = true;
      this.#wake?.();
    };
    const end = (): void => {
      this.#lastRead ??= new LastRead();
      wake();
    };
    const hint = this.#hint(wake, notices);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
    try {
      for (const path of singleMounts(this.#paths.map((followed) => followed.path))) {
        yield { path, notice: SINGLE_MOUNT, gap: false };
      }
      for (;;) {
        const ending = this.#lastRead !== null;
        const began = performance.now();
        let events = 0;
        for await (const event of this.#pass(ending)) {
          events++;
          yield event;
        }
        const looked = events === 0 && this.#paths.length > MAX_OPEN ? performance.now() - began : 0;
        for (const notice of notices.splice(0)) yield { path: this.#paths[0]?.path ?? '', notice, gap: false };
        if (ending) {
          this.#options.settled?.(true);
          return;
        }
        await this.#wait(Math.max(pollMs, Math.min(looked / LOOKING_SHARE, MAX_POLL_MS)));
      }
    } finally {
      signal?.removeEventListener('abort', end);
      for (const followed of this.#paths) followed.close();
      await hint?.close();
    }
  }

  #hint(wake: () => void, notices: string[]): ChangeHint | null {
    if (this.#options.notify === false) return null;
    return watchForChanges(
      this.#paths.map((followed) => followed.path),
      wake,
      (sentence) => {
        notices.push(sentence);
        wake();
      },
    );
  }

  /** Looks at every name, then reads all files to their ends, a piece of each in turn. */
  async *#pass(ending: boolean): AsyncGenerator<TailEvent> {
    for (let more = true; more; ) {
      let open = this.#paths.reduce((sum, followed) => sum + followed.open, 0);
      for (const followed of this.#paths) {
        open -= followed.open;
        yield* named(followed.path, await followed.look(performance.now()));
        if (followed.open > 0 && open + followed.open > MAX_OPEN) yield* this.#readAndPark(followed, ending);
        open += followed.open;
        if (this.#isOver(ending)) break;
      }
      this.#options.settled?.(false);
      more = false;
      for (let round = 0; round < ROUNDS; round++) {
        more = false;
        for (const followed of this.#paths) {
          if (this.#isOver(ending)) {
            if (ending) this.#noteWhatIsLeft();
            return;
          }
          if (this.#options.isAhead?.(followed.path) === true) {
            more = true;
            continue;
          }
          await this.#letOthersWork();
          const events = await followed.read(performance.now());
          if (events === null) {
            this.#options.atEnd?.(followed.path);
            continue;
          }
          more = true;
          yield* named(followed.path, events);
          this.#options.settled?.(false);
        }
        if (!more) break;
      }
    }
  }

  async #letOthersWork(): Promise<void> {
    if (performance.now() - this.#turned < TURN_EVERY_MS) return;
    await turn();
    this.#turned = performance.now();
  }

  /** Whether to stop where reading stands: the pass after the signal is another one, whose time is limited. */
  #isOver(ending: boolean): boolean {
    return this.#lastRead !== null && (!ending || this.#lastRead.isOver);
  }

  #noteWhatIsLeft(): void {
    for (const followed of this.#paths) {
      const bytes = followed.unread();
      if (bytes !== 0) this.#left.set(followed.path, bytes ?? 0);
    }
  }

  /** Reads a log to its end and closes it, so that the next can be opened. */
  async *#readAndPark(followed: FollowedPath, ending: boolean): AsyncGenerator<TailEvent> {
    for (let events = await followed.read(performance.now()); events !== null; ) {
      yield* named(followed.path, events);
      this.#options.settled?.(false);
      if (this.#isOver(ending)) return;
      await this.#letOthersWork();
      events = await followed.read(performance.now());
    }
    this.#options.atEnd?.(followed.path);
    followed.park();
  }

  async #wait(pollMs: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    if (this.#woken && this.#lastRead === null) await delay(Math.min(pollMs, SWARM_MS));
    this.#woken = false;
  }
}

function* named(path: string, events: readonly FollowEvent[]): Generator<TailEvent> {
  for (const event of events) {
    if ('notice' in event) yield { path, notice: event.notice, gap: event.gap };
    else if (event.rotated) yield { path, block: event.block, rotated: true };
    else yield { path, block: event.block };
  }
}
