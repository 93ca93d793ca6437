import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { countLineFeeds, LF, type LineBlock } from './line-block.ts';
import { hygieneSentences, LineHygiene } from './line-hygiene.ts';
import { LineSplitter } from './line-splitter.ts';

const READ_BYTES = 256 * 1024;
/** Shared by all files: it is filled and copied from within one turn, never across an await. */
const BUFFER = Buffer.allocUnsafe(READ_BYTES);
/** Bytes before the position that must still be there, or the file was truncated and filled again. */
const MARKER_BYTES = 64;
/** Counting the lines that are skipped reads them; beyond this much, lines are numbered from where reading began. */
const COUNTED_BYTES = 1024 * 1024 * 1024;

/** Where to begin in a file. */
export type Start = { readonly at: 'start' } | { readonly at: 'end'; readonly lines: number };

/** A place in a file, with the bytes before it as proof. */
export interface Bookmark {
  /** Behind the last LF that was read. */
  readonly offset: number;
  /** Behind the last byte that was read. */
  readonly readOffset: number;
  /** The last bytes before `readOffset`, at most 64; empty only at the start of a file. */
  readonly marker: Buffer;
}

export type ReadResult =
  | { readonly kind: 'block'; readonly block: LineBlock | null }
  | { readonly kind: 'end' }
  | { readonly kind: 'truncated' };

/**
 * One file that is read as it grows. It stays itself whatever becomes of its name, as it is held by its descriptor.
 * The calls are synchronous on purpose: each is short, and nothing can change between a look at the file and the read.
 */
export class OpenLog {
  /** Device and inode. Nobody else can have them while the file is open. */
  readonly identity: string;
  readonly dev: string;
  readonly ino: string;
  /** When its name was seen to lead elsewhere (monotonic ms), or null while it is the living log. */
  rotatedAt: number | null = null;
  /** When something was last read from it (monotonic ms). */
  grewAt: number;

  readonly #fd: number;
  readonly #born: number;
  #hygiene = new LineHygiene();
  #splitter = new LineSplitter();
  #nextLine = 1;
  /** After the last LF that was read: no line before it will come again, none behind it has come. */
  #offset = 0;
  /** After the last byte that was read. */
  #readOffset = 0;
  #marker: Buffer = Buffer.alloc(0);

  /** @throws a file-system error, or `NotAFile` for anything but a regular file. */
  constructor(path: string, start: Start, now: number) {
    // Without O_NONBLOCK, opening a fifo would wait for its writer.
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = this.#status();
    if (!status.isFile()) {
      closeSync(this.#fd);
      throw new NotAFile();
    }
    this.dev = String(status.dev);
    this.ino = String(status.ino);
    this.identity = `${this.dev}:${this.ino}`;
    this.#born = Number(status.birthtimeMs);
    this.grewAt = now;
    if (start.at === 'end') this.#startAt(this.#lineStartFromEnd(Number(status.size), start.lines));
  }

  get offset(): number {
    return this.#offset;
  }

  /** Creation and last change, ms since 1970; creation is 0 where the file system does not keep it. */
  get times(): { born: number; changed: number } {
    return { born: this.#born, changed: Number(this.#status().mtimeMs) };
  }

  /** Where reading stands, in a form that another file can be compared with. */
  get bookmark(): Bookmark {
    return { offset: this.#offset, readOffset: this.#readOffset, marker: this.#marker };
  }

  /** Goes on at a bookmark of this file or of one it is a copy of; false, and no change, if it is neither. */
  resume({ offset, readOffset, marker }: Bookmark): boolean {
    const before = Buffer.alloc(marker.length);
    if (readSync(this.#fd, before, 0, before.length, readOffset - marker.length) < before.length) return false;
    if (!before.equals(marker)) return false;
    this.#startAt(offset);
    return true;
  }

  /** Reads on, at most 256 KiB. `block` is null when what was read completes no line. */
  async read(now: number): Promise<ReadResult> {
    const size = Number(this.#status().size);
    if (size < this.#readOffset) return { kind: 'truncated' };
    if (size === this.#readOffset) return { kind: 'end' };
    const marked = this.#marker.length;
    const n = readSync(this.#fd, BUFFER, 0, READ_BYTES, this.#readOffset - marked);
    const read = BUFFER.subarray(0, n);
    if (n < marked || !read.subarray(0, marked).equals(this.#marker)) return { kind: 'truncated' };
    const chunk = read.subarray(marked);
    if (chunk.length === 0) return { kind: 'end' };
    const lastLf = chunk.lastIndexOf(LF);
    if (lastLf !== -1) this.#offset = this.#readOffset + lastLf + 1;
    this.#readOffset += chunk.length;
    this.#marker = Buffer.from(read.subarray(Math.max(0, n - MARKER_BYTES)));
    this.grewAt = now;
    return { kind: 'block', block: this.#blockOf(await this.#splitter.push(this.#hygiene.clean(chunk)), '\n') };
  }

  /** The unfinished last line of a file that will not grow any more. */
  async rest(): Promise<LineBlock | null> {
    const block = this.#blockOf(await this.#splitter.end(), '');
    this.#offset = this.#readOffset;
    this.#splitter = new LineSplitter();
    return block;
  }

  /** Begins anew after the file was truncated. */
  restart(): void {
    this.#hygiene = new LineHygiene();
    this.#splitter = new LineSplitter();
    this.#offset = 0;
    this.#readOffset = 0;
    this.#nextLine = 1;
    this.#marker = Buffer.alloc(0);
  }

  /** What was left out of the file's text, in sentences. */
  remarks(): string[] {
    return hygieneSentences(this.#hygiene);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #status(): BigIntStats {
    return fstatSync(this.#fd, { bigint: true });
  }

  #blockOf(lines: string[], lastEnd: '\n' | ''): LineBlock | null {
    if (lines.length === 0) return null;
    const block = {
      bytes: Buffer.from(lines.join('\n') + lastEnd, 'latin1'),
      firstLine: this.#nextLine,
      lines: lines.length,
    };
    this.#nextLine += lines.length;
    return block;
  }

  #startAt(offset: number): void {
    this.#offset = offset;
    this.#readOffset = offset;
    const length = Math.min(MARKER_BYTES, offset);
    const marker = Buffer.alloc(length);
    const n = readSync(this.#fd, marker, 0, length, offset - length);
    this.#marker = marker.subarray(0, n);
    if (offset <= COUNTED_BYTES) this.#nextLine = this.#linesBefore(offset) + 1;
  }

  #linesBefore(offset: number): number {
    let lines = 0;
    for (let at = 0; at < offset; ) {
      const n = readSync(this.#fd, BUFFER, 0, Math.min(READ_BYTES, offset - at), at);
      if (n === 0) break;
      at += n;
      lines += countLineFeeds(BUFFER.subarray(0, n));
    }
    return lines;
  }

  /** Offset of the start of the last `lines` complete lines; the unfinished one behind them comes in any case. */
  #lineStartFromEnd(size: number, lines: number): number {
    let toFind = lines + 1;
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - READ_BYTES);
      const n = readSync(this.#fd, BUFFER, 0, end - start, start);
      const piece = BUFFER.subarray(0, n);
      for (let at = piece.lastIndexOf(LF); at !== -1; at = at === 0 ? -1 : piece.lastIndexOf(LF, at - 1)) {
        toFind--;
        if (toFind === 0) return start + at + 1;
      }
      end = start;
    }
    return 0;
  }
}

/** The path leads to a directory, fifo, socket or device. */
export class NotAFile extends Error {}
