import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fileChunks } from './byte-chunks.ts';
import { ByteReader } from './byte-reader.ts';
import { countLineFeeds, LF, type LineBlock } from './line-block.ts';
import { hygieneSentences, LineHygiene } from './line-hygiene.ts';
import { LineSplitter } from './line-splitter.ts';
import { HEAD_MARK_BYTES, MARKER_BYTES, markOf, type Position, sameMark } from './position.ts';
import { HEAD_BYTES, packingOf } from './sniff.ts';
import { unpack } from './unpack.ts';

const READ_BYTES = 256 * 1024;

/** A rotated log that was packed before it was read to its end. Offsets are those of its unpacked text. */
export class PackedLog {
  readonly identity: string;
  readonly path: string;
  readonly times: { readonly born: number; readonly changed: number };
  /** Under this form it never was the living log. */
  rotatedAt: number | null;
  grewAt: number;
  /** Nobody writes to it any more. */
  readonly complete = true;

  readonly #handle: FileHandle;
  readonly #dev: string;
  readonly #ino: string;
  readonly #hygiene = new LineHygiene();
  #splitter = new LineSplitter();
  #source: ByteReader | null = null;
  #text: ByteReader | null = null;
  readonly #problems: string[] = [];
  #nextLine = 1;
  #offset = 0;
  #readOffset = 0;
  #head: Buffer = Buffer.alloc(0);
  #marker: Buffer = Buffer.alloc(0);
  #lineMarker: Buffer = Buffer.alloc(0);
  #over = false;

  /** @throws a file-system error. */
  static async open(path: string, now: number): Promise<PackedLog> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { dev, ino, birthtimeMs, mtimeMs } = await handle.stat({ bigint: true });
    return new PackedLog(path, handle, [String(dev), String(ino)], [Number(birthtimeMs), Number(mtimeMs)], now);
  }

  private constructor(
    path: string,
    handle: FileHandle,
    [dev, ino]: [string, string],
    [born, changed]: [number, number],
    now: number,
  ) {
    this.path = path;
    this.#handle = handle;
    this.#dev = dev;
    this.#ino = ino;
    this.identity = `${dev}:${ino}`;
    this.times = { born, changed };
    this.rotatedAt = now;
    this.grewAt = now;
  }

  /** Some of the text was damaged, and lines may be missing. */
  get damaged(): boolean {
    return this.#problems.length > 0;
  }

  /** How much text is left shows only at its end: null before. */
  unread(): number | null {
    return this.#over ? 0 : null;
  }

  position(path: string): Position {
    return {
      path,
      dev: this.#dev,
      ino: this.#ino,
      offset: this.#offset,
      // How much text there is shows only at its end.
      size: this.#over ? this.#offset : this.#readOffset + 1,
      head: markOf(this.#head.subarray(0, this.#offset)),
      marker: markOf(this.#lineMarker),
      changed: this.times.changed,
      rotated: true,
    };
  }

  /** Unpacks up to a position; false when other text stands before it. To be called before anything is read. */
  async resumeAt({ offset, head, marker }: Position): Promise<boolean> {
    while (this.#readOffset < offset) {
      const chunk = await this.#next(offset - this.#readOffset);
      if (chunk === null) return false;
      this.#nextLine += countLineFeeds(chunk);
      if (this.#head.length >= head.bytes && !sameMark(markOf(this.#head.subarray(0, head.bytes)), head)) return false;
    }
    this.#offset = offset;
    this.#lineMarker = this.#marker;
    return sameMark(markOf(this.#marker.subarray(this.#marker.length - marker.bytes)), marker);
  }

  /** Reads on, some 256 KiB. `block` is null when what was read completes no line. */
  async read(now: number): Promise<{ kind: 'block'; block: LineBlock | null } | { kind: 'end' }> {
    const before = this.#marker;
    const chunk = this.#over ? null : await this.#next(READ_BYTES);
    if (chunk === null) {
      this.#over = true;
      return { kind: 'end' };
    }
    this.grewAt = now;
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      this.#offset = this.#readOffset - chunk.length + end;
      this.#lineMarker = tail(Buffer.concat([before, chunk.subarray(0, end)]));
    }
    const lines = await this.#splitter.push(this.#hygiene.clean(chunk));
    return { kind: 'block', block: this.#blockOf(lines, '\n') };
  }

  /** The unfinished last line. */
  async rest(): Promise<LineBlock | null> {
    const block = this.#blockOf(await this.#splitter.end(), '');
    this.#splitter = new LineSplitter();
    this.#offset = this.#readOffset;
    this.#lineMarker = this.#marker;
    return block;
  }

  /** What was wrong with it, in sentences. */
  remarks(): string[] {
    return [...this.#problems, ...hygieneSentences(this.#hygiene)].map((sentence) => `${this.path} ${sentence}`);
  }

  close(): void {
    this.#text?.close();
    this.#source?.close();
    // Nothing depends on when the descriptor is gone.
    void this.#handle.close().catch(() => undefined);
  }

  /** The next piece of text, its bytes counted and marked; valid until the next call. */
  async #next(limit: number): Promise<Buffer | null> {
    this.#text ??= await this.#open();
    const chunk = await this.#text.next(limit);
    if (chunk === null) return null;
    this.#readOffset += chunk.length;
    if (this.#head.length < HEAD_MARK_BYTES) {
      this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD_MARK_BYTES);
    }
    this.#marker = tail(Buffer.concat([this.#marker, chunk]));
    return chunk;
  }

  async #open(): Promise<ByteReader> {
    const handle = this.#handle;
    const { size } = await handle.stat();
    const reopen = async (at: number): Promise<ByteReader> => new ByteReader(fileChunks(handle, at, size), at);
    const reader = await reopen(0);
    this.#source = reader;
    const packing = packingOf(await reader.peek(HEAD_BYTES));
    const onProblem = (sentence: string): void => void this.#problems.push(sentence);
    // A name may promise a packing that the content does not have.
    return packing === 'none' ? reader : new ByteReader(unpack(packing, { reader, reopen, onProblem }));
  }

  #blockOf(lines: string[], lastEnd: '\n' | ''): LineBlock | null {
    if (lines.length === 0) return null;
    const bytes = Buffer.from(lines.join('\n') + lastEnd, 'latin1');
    const block = { bytes, firstLine: this.#nextLine, lines: lines.length };
    this.#nextLine += lines.length;
    return block;
  }
}

/** A copy of the last bytes, as many as a position is marked by. */
function tail(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(-MARKER_BYTES));
}
