import { statSync } from 'node:fs';
import { accessProblem } from './access-problem.ts';
import type { LineBlock } from './line-block.ts';
import { type Bookmark, NotAFile, OpenLog, type ReadResult, type Start } from './open-log.ts';
import { type Sibling, siblingsOf } from './siblings.ts';

/** A place in a file that everything before was read up to. */
export interface Position {
  readonly path: string;
  readonly dev: string;
  readonly ino: string;
  /** In bytes, behind an LF. */
  readonly offset: number;
}

/** What following a path yields: lines, or something worth telling, in a sentence to show behind the path. */
export type FollowEvent =
  | { readonly block: LineBlock; readonly rotated: boolean }
  | {
      readonly notice: string;
      /** Lines may be lost. */
      readonly gap: boolean;
    };

/** A name that is missing for less than this may be between the two steps of a rotation (ms). */
const MISSING_MS = 1000;

/**
 * Follows a log by its name. The file the name led to before stays open, and is read first, until it has not grown
 * for `rotateWaitMs`: nginx workers write to it until they have reopened their logs.
 */
export class FollowedPath {
  readonly path: string;
  readonly #rotateWaitMs: number;
  /** Oldest first; the last is the living log, unless its name leads nowhere now. */
  #files: OpenLog[] = [];
  /** Where the first file begins; any that appears later is read from its start. */
  #start: Start;
  /** The last file that was let go, in case its name comes back. */
  #closed: { identity: string; bookmark: Bookmark } | null = null;
  #missingSince: number | null = null;
  /** The trouble told last, so that it is told once and not at every look. */
  #trouble: string | null = null;
  #events: FollowEvent[] = [];

  constructor(path: string, start: Start, rotateWaitMs: number) {
    this.path = path;
    this.#start = start;
    this.#rotateWaitMs = rotateWaitMs;
  }

  /** Positions of all files held, oldest first. */
  positions(): Position[] {
    return this.#files.map(({ dev, ino, offset }) => ({ path: this.path, dev, ino, offset }));
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
      if (this.#current()?.identity !== identity) this.#switchTo(identity, now);
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

  /** Lets go of all files at once. */
  close(): void {
    for (const file of this.#files.splice(0)) file.close();
  }

  #current(): OpenLog | undefined {
    return this.#files.at(-1);
  }

  #emit(file: OpenLog, block: LineBlock): void {
    this.#events.push({ block, rotated: file.rotatedAt !== null });
  }

  #tell(notice: string, gap = false): void {
    this.#events.push({ notice, gap });
  }

  /** The name leads to another file than before, or to the first one. */
  #switchTo(identity: string, now: number): void {
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
      this.#rotated(now);
      this.#takeUpMissed(previous, opened, now);
    }
    this.#closed = null;
    this.#files.push(opened);
  }

  #rotated(now: number): void {
    const current = this.#current();
    if (current !== undefined) current.rotatedAt ??= now;
  }

  /** Opens what came and went between `previous` and `opened` while nobody looked. */
  #takeUpMissed(previous: OpenLog, opened: OpenLog, now: number): void {
    const known = new Set(this.#files.map((file) => file.identity));
    const { missed: siblings, unbroken } = siblingsBetween(siblingsOf(this.path), previous, opened.identity);
    if (!unbroken && siblings.length > 0) {
      this.#tell(
        'was rotated faster than it could be followed, and rotated files are deleted: lines may be missing here',
        true,
      );
    }
    for (const sibling of siblings) {
      if (sibling.packed) {
        this.#tell(`was rotated faster than it could be followed: the lines in ${sibling.path} are missing here`, true);
      } else if (!known.has(sibling.identity)) {
        const missed = this.#openSibling(sibling, now);
        if (missed !== null) this.#files.push(missed);
      }
    }
  }

  #openSibling(sibling: Sibling, now: number): OpenLog | null {
    try {
      const file = new OpenLog(sibling.path, { at: 'start' }, now);
      file.rotatedAt = now;
      return file;
    } catch {
      this.#tell(
        `was rotated faster than it could be followed, and ${sibling.path} cannot be opened: its lines are missing here`,
        true,
      );
      return null;
    }
  }

  /** The file became shorter, or other bytes stand where it was read: copytruncate, or somebody emptied it. */
  async #truncated(file: OpenLog, now: number): Promise<void> {
    const copy = this.#copyOf(file, now);
    if (copy === null) {
      const rest = await file.rest();
      if (rest !== null) this.#emit(file, rest);
      this.#tell('was truncated: reading goes on at its start; lines written just before may be missing', true);
    } else {
      this.#files.splice(this.#files.indexOf(file), 0, copy);
      this.#tell('was truncated after a copy of it was made: the rest is read from the copy, then from its start');
    }
    file.restart();
  }

  /** The copy that copytruncate made of a file, positioned where the file was read up to; null if there is none. */
  #copyOf(file: OpenLog, now: number): OpenLog | null {
    const bookmark = file.bookmark;
    if (bookmark.readOffset === 0) return null;
    const known = new Set(this.#files.map((each) => each.identity));
    for (const sibling of siblingsOf(this.path).reverse()) {
      if (sibling.packed || known.has(sibling.identity) || sibling.size < bookmark.readOffset) continue;
      const copy = this.#openSibling(sibling, now);
      if (copy === null) continue;
      if (copy.resume(bookmark)) return copy;
      copy.close();
    }
    return null;
  }

  /** Null when a disk or a network file system gave up on the file: it is let go, and opened anew at the next look. */
  async #readFrom(file: OpenLog, now: number): Promise<ReadResult | null> {
    try {
      return await file.read(now);
    } catch (error) {
      this.#tell(`${await accessProblem(this.path, error)}; it is tried again`);
      this.#drop(file);
      return null;
    }
  }

  #drop(file: OpenLog): void {
    this.#closed = { identity: file.identity, bookmark: file.bookmark };
    file.close();
    this.#files.splice(this.#files.indexOf(file), 1);
  }

  async #cannotOpen(error: unknown, now: number): Promise<void> {
    let trouble: string;
    if (error instanceof NotAFile) {
      trouble = 'is not a regular file, and cannot be followed';
    } else if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      this.#start = { at: 'start' };
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

  /** Closes files that their name left, once they did not grow for long enough. */
  async #letGo(now: number): Promise<void> {
    for (const file of [...this.#files]) {
      if (file.rotatedAt === null || now - Math.max(file.rotatedAt, file.grewAt) < this.#rotateWaitMs) continue;
      // Only what still is at its end is over.
      const result = await this.#readFrom(file, now);
      if (result?.kind === 'truncated') await this.#truncated(file, now);
      if (result?.kind === 'block' && result.block !== null) this.#emit(file, result.block);
      if (result?.kind !== 'end') continue;
      const rest = await file.rest();
      if (rest !== null) this.#emit(file, rest);
      for (const remark of file.remarks()) this.#tell(remark);
      this.#drop(file);
    }
  }
}

/**
 * The siblings that were the living log after `previous` and before `opened`, oldest first. Where `previous` is not
 * among them any more (deleted, or packed), its times tell which are younger, and the row of files may be broken.
 */
function siblingsBetween(
  siblings: readonly Sibling[],
  previous: OpenLog,
  opened: string,
): { missed: Sibling[]; unbroken: boolean } {
  const end = siblings.findIndex((sibling) => sibling.identity === opened);
  const before = end === -1 ? siblings : siblings.slice(0, end);
  const start = before.findIndex((sibling) => sibling.identity === previous.identity);
  if (start !== -1) return { missed: before.slice(start + 1), unbroken: true };
  const { born, changed } = previous.times;
  const missed = before.filter((sibling) =>
    // A packed file keeps the time of what it was made from, so that of `previous` itself is not counted as younger.
    sibling.packed ? sibling.changed > changed : sibling.born >= born && sibling.changed >= changed,
  );
  return { missed, unbroken: false };
}
