/** Where the findings of one input come from, batch by batch. */
import { Batch } from '../findings/batch.ts';
import { BlockReader } from '../findings/block-reader.ts';
import type { SourceCounts } from '../findings/counts.ts';
import type { SourceReader } from '../findings/source.ts';
import type { UnknownLines } from '../findings/unknown.ts';
import type { LineBlock } from '../input/line-block.ts';

export interface Feed {
  /** The next findings, valid until the next call; null at the end of the input. */
  next(): Promise<Batch | null>;
  /** Told when the input's turn is near: what can be done beforehand may be. */
  prepare(): void;
}

/** What was counted in an input so far. */
export interface Tallied {
  counts: SourceCounts;
  unknown: UnknownLines;
}

/** Reads an input from its beginning to its end. */
export class BlockFeed implements Feed {
  readonly #blocks: AsyncGenerator<LineBlock>;
  readonly #reader: BlockReader;
  readonly #batch = new Batch();
  #ended = false;

  constructor(blocks: AsyncGenerator<LineBlock>, reader: SourceReader) {
    this.#blocks = blocks;
    this.#reader = new BlockReader(reader);
  }

  async next(): Promise<Batch | null> {
    if (this.#ended) return null;
    const next = await this.#blocks.next();
    if (next.done === true) {
      this.#ended = true;
      this.#reader.end(this.#batch);
    } else this.#reader.read(next.value.bytes, next.value.firstLine, this.#batch);
    return this.#batch;
  }

  prepare(): void {}
}
