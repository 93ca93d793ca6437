import { type BigIntStats, statSync } from 'node:fs';
import { accessProblem } from './access-problem.ts';
import { copiesOf } from './copies.ts';
import type { LineBlock } from './line-block.ts';
import { missedFiles } from './missed-files.ts';
import type { Extent } from './one-moment.ts';
import { type Bookmark, NotAFile, OpenLog, type ReadResult, type Start } from './open-log.ts';
import type { PackedLog } from './packed-log.ts';
import type { Position } from './position.ts';
import { type Resumed, resumeFiles } from './resumed-files.ts';
import { unreadBehind, unreadOf } from './unread.ts';

/** What following a path yields: lines, or something worth telling, in a sentence to show behind the path. */
export type FollowEvent =
  | { readonly block: LineBlock; readonly rotated: boolean }
  | {
      readonly notice: string;
      /** Lines may be lost. */
      readonly gap: boolean;
    };

type FollowedFile = OpenLog | PackedLog;

/** A name that is missing for less than this may be between the two steps of a rotation (ms). */
const MISSING_MS = 1000;

/**
 * Follows a log by its name. The file the name led to before stays open, and is read first, until it has not grown
 * for `rotateWaitMs`: nginx workers write to it until they have reopened their logs.
 */
export class FollowedPath {
  readonly path: string;
  /** What was written to the living log after this is left for another time; null: nothing is. */
  until: Extent | null = null;
  /** How often it was rotated, as far as that was seen. */
  rotations = 0;
  readonly #rotateWaitMs: number;
  /** Oldest first; the last is the living log, unless its name leads nowhere now. */
  #files: FollowedFile[] = [];
  /** Where the first file begins; any that appears later is read from its start. */
  #start: Start;
  /** The last file that was let go, in case its name comes back. */
  #closed: { identity: string; bookmark: Bookmark; position: Position } | null = null;
  /** Where an earlier run stood, or this one when the file was closed to spare it, until the files are found. */
  #stored: readonly Position[];
  /** What the name led to when its file was closed to spare it: nothing is opened until that changes. */
  #parked: string | null = null;
  #missingSince: number | null = null;
  /** The trouble told last, so that it is told once and not at every look. */
  #trouble: string | null = null;
  #events: FollowEvent[] = [];

  /**
   * @param start where to begin, unless there are
   * @param stored the positions of an earlier run.
   */
  constructor(path: string, start: Start, rotateWaitMs: number, stored: readonly Position[] = []) {
    this.path = path;
    this.#start = start;
    this.#rotateWaitMs = rotateWaitMs;
    this.#stored = stored;
  }

  /** Positions of all files held, oldest first; while none is, where reading stood last. */
  positions(): readonly Position[] {
    if (this.#stored.length > 0) return this.#stored;
    if (this.#files.length === 0 && this.#closed !== null) return [this.#closed.position];
    return this.#files.map((file) => file.position(this.path));
  }

  /**
   * Looks where the name leads now, takes up what was rotated in between, and lets go of what is over.
   *
   * @param now monotonic ms.
   */
  async look(now: number): Promise<FollowEvent[]> {
    try {
      const status = statSync(this.path, { bigint: true });
      const identity = `${status.dev}:${status.ino}`;
      if (this.#parked !== null) {
        if (this.#parked === stateOf(status)) return [];
        this.#parked = null;
        this.#unpark(identity, now);
      }
      if (this.#stored.length > 0) {
        const resumed = await resumeFiles(this.path, this.#stored, true, now);
        if (resumed === null) return [];
        this.#take(resumed);
      }
      if (this.#current()?.identity !== identity) await this.#switchTo(identity, now);
      const current = this.#current();
      if (current !== undefined) current.rotatedAt = null;
      this.#missingSince = null;
      this.#trouble = null;
      this.#start = { at: 'start' };
    } catch (error) {
      await this.#cannotOpen(error, now);
    }
    await this.#letGo(now);
    return this.#events.splice(0);
  }

  /**
   * Reads one piece from the oldest file that has something; null when all are read to their ends.
   *
   * @param now monotonic ms.
   */
  async read(now: number): Promise<FollowEvent[] | null> {
    for (const file of this.#files) {
      const result = await this.#readFrom(file, now);
      if (result?.kind === 'end') continue;
      if (result?.kind === 'truncated') await this.#truncated(file, now);
      else if (result?.kind === 'block' && result.block !== null) this.#emit(file, result.block);
      return this.#events.splice(0);
    }
    return null;
  }

  /** Bytes that are there and were not read, as far as that is known; null when all that is known is that there are some. */
  unread(): number | null {
    if (this.#files.length > 0) return unreadOf(this.#files);
    return unreadBehind(this.path, this.positions(), this.#start.at === 'start');
  }

  /** How many files are held open. */
  get open(): number {
    return this.#files.length;
  }

  /**
   * Closes the files, to make room for others, where that loses nothing: all are read to their ends. Once the name leads
   * to something else, or what it leads to grew, they are found as after a restart.
   */
  park(): void {
    const current = this.#current();
    if (current === undefined || current.rotatedAt !== null || this.#events.length > 0) return;
    const positions = this.positions();
    const living = positions.at(-1);
    const status = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (living === undefined || status === undefined || current.identity !== `${status.dev}:${status.ino}`) return;
    const isRead = positions.every(({ offset, size }) => offset === size);
    if (!isRead || Number(status.size) !== living.size || Number(status.mtimeMs) !== living.changed) return;
    this.#stored = positions;
    this.#parked = stateOf(status);
    this.close();
  }

  /** Opens the file that was closed to spare it, if the name still leads to it and it has only grown. */
  #unpark(identity: string, now: number): void {
    const [position, another] = this.#stored;
    if (position === undefined || another !== undefined || identity !== `${position.dev}:${position.ino}`) return;
    const log = new OpenLog(this.path, { at: 'start' }, now);
    if (log.identity !== identity || !log.fits(position)) {
      log.close();
      return;
    }
    log.resumeAt(position);
    this.#files = [log];
    this.#stored = [];
  }

  /** Lets go of all files at once. */
  close(): void {
    for (const file of this.#files.splice(0)) file.close();
  }

  #current(): FollowedFile | undefined {
    return this.#files.at(-1);
  }

  #emit(file: FollowedFile, block: LineBlock): void {
    this.#events.push({ block, rotated: file.rotatedAt !== null });
  }

  #tell(notice: string, gap = false): void {
    this.#events.push({ notice, gap });
  }

  /** Goes on where the run before this one stood. */
  #take({ files, notices, gap }: Resumed): void {
    this.#files = files;
    this.#stored = [];
    this.#start = { at: 'start' };
    for (const notice of notices) this.#tell(notice);
    if (gap !== null) this.#tell(gap, true);
  }

  /** The name leads to another file than before, or to the first one. */
  async #switchTo(identity: string, now: number): Promise<void> {
    const held = this.#files.findIndex((file) => file.identity === identity);
    if (held !== -1) {
      // Moved away and back again.
      this.#rotated(now);
      this.#files.push(...this.#files.splice(held, 1));
      return;
    }
    const opened = new OpenLog(this.path, this.#start, now);
    if (this.#files.some((file) => file.identity === opened.identity)) {
      // Moved back between the look and the opening: the next look finds it.
      opened.close();
      return;
    }
    const previous = this.#current();
    // A new file may have been given the old one's inode: then the bookmark does not fit, and it is read whole.
    const returned = this.#closed?.identity === opened.identity && opened.resume(this.#closed.bookmark);
    if (previous !== undefined && !returned) {
      this.rotations++;
      this.#rotated(now);
      await this.#takeUpMissed(previous, opened, now);
    }
    this.#closed = null;
    this.#files.push(opened);
  }

  #rotated(now: number): void {
    const current = this.#current();
    if (current !== undefined) current.rotatedAt ??= now;
  }

  /** Takes up what came and went between `previous` and `opened` while nobody looked. */
  async #takeUpMissed(previous: FollowedFile, opened: OpenLog, now: number): Promise<void> {
    const held = new Set(this.#files.map((file) => file.identity));
    const { files, gaps } = await missedFiles(this.path, previous, opened.identity, held, now);
    for (const gap of gaps) this.#tell(gap, true);
    this.#files.push(...files);
  }

  /** The file became shorter, or other bytes stand where it was read: copytruncate, or somebody emptied it. */
  async #truncated(file: FollowedFile, now: number): Promise<void> {
    if (!(file instanceof OpenLog)) return;
    this.rotations++;
    const known = new Set(this.#files.map((each) => each.identity));
    const copies = copiesOf(this.path, file.bookmark, known, now);
    if (copies.length === 0) {
      const rest = await file.rest();
      if (rest !== null) this.#emit(file, rest);
      this.#tell('was truncated: reading goes on at its start; lines written just before may be missing', true);
    } else {
      this.#files.splice(this.#files.indexOf(file), 0, ...copies);
      this.#tell('was truncated after a copy of it was made: the rest is read from the copy, then from its start');
    }
    file.restart();
  }

  /** Null when a disk or a network file system gave up on the file: it is let go, and opened anew at the next look. */
  async #readFrom(file: FollowedFile, now: number): Promise<ReadResult | null> {
    try {
      if (this.until === null || file.rotatedAt !== null) return await file.read(now);
      return await file.read(now, file.identity === this.until.identity ? this.until.size : 0);
    } catch (error) {
      this.#tell(`${await accessProblem(this.path, error)}; it is tried again`);
      this.#drop(file);
      return null;
    }
  }

  #drop(file: FollowedFile): void {
    if (file instanceof OpenLog) {
      const { identity, bookmark } = file;
      this.#closed = { identity, bookmark, position: file.position(this.path) };
    }
    file.close();
    this.#files.splice(this.#files.indexOf(file), 1);
  }

  async #cannotOpen(error: unknown, now: number): Promise<void> {
    let trouble: string;
    if (error instanceof NotAFile) {
      trouble = 'is not a regular file, and cannot be followed';
    } else if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      this.#start = { at: 'start' };
      await this.#resumeWithoutName(now);
      this.#rotated(now);
      const first = this.#files.length === 0 && this.#closed === null;
      this.#missingSince ??= now;
      if (!first && now - this.#missingSince < MISSING_MS) return;
      trouble = first ? 'does not exist yet: waiting for it' : 'is gone: waiting for it to come back';
      // It is told once as long as the file is missing, also after what it led to was let go.
      if (this.#trouble !== null) return;
    } else {
      trouble = `${await accessProblem(this.path, error)}; it is tried again`;
    }
    if (this.#trouble !== trouble) this.#tell(trouble);
    this.#trouble = trouble;
  }

  /** The name leads nowhere at the start: its file may have been rotated away and be there under another name. */
  async #resumeWithoutName(now: number): Promise<void> {
    if (this.#stored.length === 0) return;
    const resumed = await resumeFiles(this.path, this.#stored, false, now);
    // What is not there may come back; what there is must not be given up before the new log shows what is new.
    if (resumed === null) return;
    if (resumed.files.length > 0 && resumed.gap === null) this.#take(resumed);
    else for (const file of resumed.files) file.close();
  }

  /** Closes files that their name left, once they did not grow for long enough. */
  async #letGo(now: number): Promise<void> {
    for (const file of [...this.#files]) {
      if (file.rotatedAt === null) continue;
      if (!file.complete && now - Math.max(file.rotatedAt, file.grewAt) < this.#rotateWaitMs) continue;
      // Only what still is at its end is over.
      const result = await this.#readFrom(file, now);
      if (result?.kind === 'truncated') await this.#truncated(file, now);
      if (result?.kind === 'block' && result.block !== null) this.#emit(file, result.block);
      if (result?.kind !== 'end') continue;
      const rest = await file.rest();
      if (rest !== null) this.#emit(file, rest);
      for (const remark of file.remarks()) this.#tell(remark, file.damaged);
      this.#drop(file);
    }
  }
}

/** Changes with whatever there may be to read. */
function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
