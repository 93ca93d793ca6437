import type { ByteReader } from './byte-reader.ts';

/** What a decompressor works on. Each yields plain bytes, and reports damage in one sentence instead of throwing. */
export interface PackedInput {
  readonly reader: ByteReader;
  /** A second reader from an offset on; null when the source cannot be read twice (standard input, a fifo). */
  readonly reopen: ((position: number) => Promise<ByteReader>) | null;
  onProblem(sentence: string): void;
}
