import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { countLineFeeds, LF, type LineBlock } from './line-block.ts';
import { hygieneSentences, LineHygiene } from './line-hygiene.ts';
import { LineSplitter } from './line-splitter.ts';
import { type ContentMark, HEAD_MARK_BYTES, MARKER_BYTES, markOf, type Position, sameMark } from './position.ts';

const READ_BYTES = 256 * 1024;
/** Shared by all files: it is filled and copied from within one turn, never across an await. */
const BUFFER = Buffer.allocUnsafe(READ_BYTES);
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
  /** When its name was seen to lead elsewhere (monotonic ms), or null while it is the living log. */
  rotatedAt: number | null = null;
  /** When something was last read from it (monotonic ms). */
  grewAt: number;
  /**
   * Nobody writes to it any more: a copy, which the next copytruncate overwrites in place. It is let go as soon as it
   * was read to its end.
   */
  complete = false;
  /** What a plain file holds is what there is. */
  readonly damaged = false;

  readonly #fd: number;
  readonly #dev: string;
  readonly #ino: string;
  readonly #born: number;
  #hygiene = new LineHygiene();
  #splitter = new LineSplitter();
  #nextLine = 1;
  /** After the last LF that was read: no line before it will come again, none behind it has come. */
  #offset = 0;
  /** After the last byte that was read. */
  #readOffset = 0;
  #marker: Buffer = Buffer.alloc(0);
  /** The last bytes before `#offset`. */
  #lineMarker: Buffer = Buffer.alloc(0);
  #head: ContentMark = markOf(Buffer.alloc(0));
  #size = 0;
  #changed = 0;

  /** @throws a file-system error, or `NotAFile` for anything but a regular file. */
  constructor(path: string, start: Start, now: number) {
    // Without O_NONBLOCK, opening a fifo would wait for its writer.
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = this.#status();
    if (!status.isFile()) {
      closeSync(this.#fd);
      throw new NotAFile();
    }
    this.#dev = String(status.dev);
    this.#ino = String(status.ino);
    this.identity = `${this.#dev}:${this.#ino}`;
    this.#born = Number(status.birthtimeMs);
    this.grewAt = now;
    this.#size = Number(status.size);
    this.#changed = Number(status.mtimeMs);
    if (start.at === 'end') this.#startAt(this.#lineStartFromEnd(Number(status.size), start.lines));
  }

  /** Creation and last change, ms since 1970; creation is 0 where the file system does not keep it. */
  get times(): { born: number; changed: number } {
    return { born: this.#born, changed: Number(this.#status().mtimeMs) };
  }

  /** Where reading stands, in a form that another file can be compared with. */
  get bookmark(): Bookmark {
    return { offset: this.#offset, readOffset: this.#readOffset, marker: this.#marker };
  }

  /** Bytes that are there now and were not read. */
  unread(): number {
    return Math.max(0, Number(this.#status().size) - this.#readOffset);
  }

  /** Where reading stands, in a form that outlives the process. */
  position(path: string): Position {
    return {
      path,
      dev: this.#dev,
      ino: this.#ino,
      offset: this.#offset,
      size: Math.max(this.#size, this.#offset),
      head: this.#head,
      marker: markOf(this.#lineMarker),
      changed: this.#changed,
      rotated: this.rotatedAt !== null,
    };
  }

  /** Whether the file holds the bytes that stood before a position. */
  fits({ offset, head, marker }: Position): boolean {
    if (Number(this.#status().size) < offset) return false;
    const before = this.#bytesAt(offset - marker.bytes, marker.bytes);
    return sameMark(markOf(before), marker) && sameMark(markOf(this.#bytesAt(0, head.bytes)), head);
  }

  /** Goes on at a position that fits. */
  resumeAt({ offset }: Position): void {
    this.#startAt(offset);
  }

  /** Goes on at a bookmark of this file or of one it is a copy of; false, and no change, if it is neither. */
  resume({ offset, readOffset, marker }: Bookmark): boolean {
    if (!this.#bytesAt(readOffset - marker.length, marker.length).equals(marker)) return false;
    this.#startAt(offset);
    return true;
  }

  /**
   * Reads on, at most 256 KiB. `block` is null when what was read completes no line.
   *
   * @param until what stands behind so many bytes of the file is not read.
   */
  async read(now: number, until = Number.POSITIVE_INFINITY): Promise<ReadResult> {
    const status = this.#status();
    const size = Number(status.size);
    if (size < this.#readOffset) return { kind: 'truncated' };
    const changed = Number(status.mtimeMs);
    const wasTouched = changed !== this.#changed;
    this.#size = size;
    this.#changed = changed;
    // Truncated and filled to the very same size it would look as if nothing had happened.
    if (size === this.#readOffset) return { kind: wasTouched && !this.#isMarked() ? 'truncated' : 'end' };
    if (this.#readOffset >= until) return { kind: 'end' };
    const marked = this.#marker.length;
    const from = this.#readOffset - marked;
    const n = readSync(this.#fd, BUFFER, 0, Math.min(READ_BYTES, until - from), from);
    const read = BUFFER.subarray(0, n);
    if (n < marked || !read.subarray(0, marked).equals(this.#marker)) return { kind: 'truncated' };
    const chunk = read.subarray(marked);
    if (chunk.length === 0) return { kind: 'end' };
    const lastLf = chunk.lastIndexOf(LF);
    if (lastLf !== -1) {
      const end = marked + lastLf + 1;
      this.#offset = this.#readOffset + lastLf + 1;
      this.#lineMarker = Buffer.from(read.subarray(Math.max(0, end - MARKER_BYTES), end));
    }
    this.#readOffset += chunk.length;
    this.#marker = Buffer.from(read.subarray(Math.max(0, n - MARKER_BYTES)));
    this.#growHead();
    this.grewAt = now;
    return { kind: 'block', block: this.#blockOf(await this.#splitter.push(this.#hygiene.clean(chunk)), '\n') };
  }

  /** The unfinished last line of a file that will not grow any more. */
  async rest(): Promise<LineBlock | null> {
    const block = this.#blockOf(await this.#splitter.end(), '');
    this.#offset = this.#readOffset;
    this.#lineMarker = this.#marker;
    this.#splitter = new LineSplitter();
    this.#growHead();
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
    this.#lineMarker = this.#marker;
    this.#head = markOf(this.#marker);
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
    this.#marker = this.#bytesAt(offset - length, length);
    this.#lineMarker = this.#marker;
    this.#growHead();
    if (offset <= COUNTED_BYTES) this.#nextLine = this.#linesBefore(offset) + 1;
  }

  /** Takes more of the file into its head, now that more of it was read. The read that calls it proved the file. */
  #growHead(): void {
    const length = Math.min(HEAD_MARK_BYTES, this.#offset);
    if (this.#head.bytes < length) this.#head = markOf(this.#bytesAt(0, length));
  }

  /** What was read last still stands there. */
  #isMarked(): boolean {
    return this.#bytesAt(this.#readOffset - this.#marker.length, this.#marker.length).equals(this.#marker);
  }

  /** Fewer bytes where the file ends before. */
  #bytesAt(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, length, offset));
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
