/** How a file is packed. Told by its first bytes: names lie (a `.gz` that is plain text, a gzip named `.log`). */
export type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'none';

/** Bytes that `packingOf` and `twoByteEncoding` want to see; fewer are fine for shorter files. */
export const HEAD_BYTES = 256;

/** gzip: RFC 1952; zstd: RFC 8878 §3.1 (skippable frames included); bzip2 and xz: their format specifications. */
export function packingOf(head: Buffer): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4) {
    const word = head.readUInt32LE(0);
    if (word === 0xfd2fb528 || (word & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  }
  if (head.subarray(0, 6).equals(XZ)) return 'xz';
  if (head.subarray(0, 3).equals(BZH) && BZIP2_BLOCKS.some((magic) => head.subarray(4, 10).equals(magic))) {
    return 'bzip2';
  }
  return 'none';
}

const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const BZH = Buffer.from('BZh');
/** A block, and the footer that follows at once when the content is empty. */
const BZIP2_BLOCKS = [Buffer.from('314159265359', 'hex'), Buffer.from('177245385090', 'hex')];

/** Length of a UTF-8 byte order mark at the start: 3 or 0. */
export function bomLength(head: Buffer): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

/** The `iconv -f` name of a two-byte encoding the text seems to be in, or null. */
export function twoByteEncoding(head: Buffer): string | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16';
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16';
  const pairs = head.length >> 1;
  if (pairs < 4) return null;
  let evenNuls = 0;
  let oddNuls = 0;
  for (let i = 0; i < pairs * 2; i += 2) {
    if (head[i] === 0) evenNuls++;
    if (head[i + 1] === 0) oddNuls++;
  }
  // Latin text in UTF-16 has a NUL in nearly every pair, always on the same side; a hole has both.
  if (oddNuls >= pairs * 0.9 && evenNuls === 0) return 'UTF-16LE';
  if (evenNuls >= pairs * 0.9 && oddNuls === 0) return 'UTF-16BE';
  return null;
}
