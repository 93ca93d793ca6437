/** One input file on its way through the analysis: read, recognised, and handed over finding by finding. */
import { Batch } from '../findings/batch.ts';
import { BlockReader } from '../findings/block-reader.ts';
import type { SourceReader } from '../findings/source.ts';
import type { LineBlock } from '../input/line-block.ts';

export class Source {
  readonly batch = new Batch();
  /** Index of the next finding in the batch. */
  at = 0;
  /** Errors of a second come before the access lines of the same second, so that those find what they join. */
  readonly rank: number;
  /** Place in the order of inputs of equal time and rank. */
  readonly order: number;
  readonly file: number;
  readonly #blocks: AsyncGenerator<LineBlock>;
  readonly #reader: BlockReader;
  #ended = false;
  #lastTime = Number.NEGATIVE_INFINITY;

  constructor(parts: {
    reader: SourceReader;
    blocks: AsyncGenerator<LineBlock>;
    rank: number;
    order: number;
    file: number;
  }) {
    this.#reader = new BlockReader(parts.reader);
    this.#blocks = parts.blocks;
    this.rank = parts.rank;
    this.order = parts.order;
    this.file = parts.file;
  }

  /** Reads on until there is a finding to hand over; false when the input is at its end. */
  async fill(): Promise<boolean> {
    while (this.at >= this.batch.length) {
      if (this.#ended) return false;
      const next = await this.#blocks.next();
      this.at = 0;
      if (next.done === true) {
        this.#ended = true;
        this.#reader.end(this.batch);
      } else this.#reader.read(next.value.bytes, next.value.firstLine, this.batch);
    }
    return true;
  }

  /** Second of the next finding; a line without a time stands with the line before it. */
  headSecond(): number {
    const time = this.batch.columns.time[this.at]!;
    if (!Number.isNaN(time)) this.#lastTime = Math.floor(time);
    return this.#lastTime;
  }
}
