/** A run of whole lines, the unit in which input travels to the parsers. */
export interface LineBlock {
  /**
   * Whole lines, each ended by LF; only the very last line of an input may lack it. The memory belongs to the
   * reader and is overwritten once the next block is asked for: decode or copy what must live longer.
   */
  readonly bytes: Buffer;
  /** Number of the block's first line in its file, from 1. */
  readonly firstLine: number;
  /** How many lines the block holds. */
  readonly lines: number;
}

export const LF = 0x0a;

/** Number of lines in `bytes`; a last line without LF counts. */
export function countLines(bytes: Buffer): number {
  return countLineFeeds(bytes) + (bytes.length > 0 && bytes[bytes.length - 1] !== LF ? 1 : 0);
}

/** Number of LFs in `bytes`. A search for each is several times faster than a look at every byte. */
export function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
