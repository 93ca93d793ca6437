import { countLines, LF, type LineBlock } from './line-block.ts';

/**
 * Largest block handed on, unless one line alone is longer. V8 keeps a string of this size in its young generation;
 * one of 128 KiB to 1 MiB becomes a large object, and such blocks were seen to decode four times slower.
 */
const BLOCK_BYTES = 64 * 1024;

/** Turns chunks cut at any byte into blocks of whole lines, copying nothing but the line that a chunk edge cuts. */
export class LineAssembler {
  readonly #blockBytes: number;
  #nextLine = 1;
  /** The unfinished line. */
  #carry: Buffer = Buffer.allocUnsafe(4096);
  #carried = 0;

  constructor(blockBytes = BLOCK_BYTES) {
    this.#blockBytes = blockBytes;
  }

  /** The blocks that `chunk` completes; they may share its memory. */
  *push(chunk: Buffer): Generator<LineBlock> {
    const end = chunk.lastIndexOf(LF) + 1;
    let at = 0;
    if (this.#carried > 0 && end > 0) {
      at = chunk.indexOf(LF) + 1;
      this.#keep(chunk.subarray(0, at));
      yield* this.end();
    }
    while (at < end) {
      const stop = this.#blockEnd(chunk, at, end);
      yield this.#block(chunk.subarray(at, stop));
      at = stop;
    }
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  /** The last line, if it lacks its LF. */
  *end(): Generator<LineBlock> {
    if (this.#carried === 0) return;
    const bytes = this.#carry.subarray(0, this.#carried);
    this.#carried = 0;
    yield this.#block(bytes);
  }

  #block(bytes: Buffer): LineBlock {
    const lines = countLines(bytes);
    const block = { bytes, firstLine: this.#nextLine, lines };
    this.#nextLine += lines;
    return block;
  }

  #blockEnd(chunk: Buffer, at: number, end: number): number {
    const wanted = at + this.#blockBytes;
    if (wanted >= end) return end;
    const before = chunk.lastIndexOf(LF, wanted - 1);
    return before >= at ? before + 1 : chunk.indexOf(LF, wanted) + 1;
  }

  #keep(bytes: Buffer): void {
    const length = this.#carried + bytes.length;
    if (length > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#carry.length * 2));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    this.#carried += bytes.copy(this.#carry, this.#carried);
  }
}
