/** Reads an input that comes block by block. */
import type { Batch } from './batch.ts';
import { REACH } from './encoded-feeds.ts';
import type { SourceReader } from './source.ts';
import { TextWindow } from './text-window.ts';

export class BlockReader {
  readonly #reader: SourceReader;
  #window = new TextWindow(0);
  /** Where the lines start that wait for what follows them, and the number of the first. */
  #waiting = 0;
  #line = 1;

  constructor(reader: SourceReader) {
    this.#reader = reader;
  }

  /**
   * Lines are read once all that can belong to them is in sight, so a few wait for the next block. The batch refers to
   * memory that is overwritten by the next call.
   *
   * @param block whole lines; the last may lack its newline
   * @param firstLine number of the first line, from 1
   */
  read(block: Buffer, firstLine: number, batch: Batch): void {
    if (this.#waiting === this.#window.end) this.#line = firstLine;
    this.#append(block);
    this.#scan(this.#window.end - REACH + 1, batch);
  }

  /** Ends the input, or what there is of it now: nothing waits any longer. */
  end(batch: Batch): void {
    this.#scan(Number.POSITIVE_INFINITY, batch);
    this.#reader.end(batch);
  }

  #scan(limit: number, batch: Batch): void {
    this.#reader.open(this.#window, batch);
    const { at, line } = this.#reader.scan(this.#window, this.#waiting, limit, this.#line, batch);
    this.#waiting = Math.min(at, this.#window.end);
    this.#line = line;
  }

  /** Puts the block behind the lines that wait, which move to the front. */
  #append(block: Buffer): void {
    const old = this.#window;
    const waiting = old.end - this.#waiting;
    const needed = waiting + block.length;
    if (needed > old.capacity) this.#window = new TextWindow(Math.max(needed, old.capacity * 2));
    old.bytes.copy(this.#window.bytes, 0, this.#waiting, old.end);
    block.copy(this.#window.bytes, waiting);
    this.#window.end = needed;
    this.#waiting = 0;
  }
}
