/** Two things that keep strings cut from blocks of log cheap. */

/** FNV-1a with a final mix: spread well enough for HyperLogLog and for hash tables. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** Spreads the bits of a number over all 32 (murmur3's finalizer). */
export function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const SCRATCH_BYTES = 4096;
const scratch = Buffer.alloc(SCRATCH_BYTES);

/**
 * A copy of a short string that does not keep alive the large string it was cut from. Through memory that is there
 * already: a buffer for each took three times as long.
 */
export function detach(text: string): string {
  if (text.length > SCRATCH_BYTES) return Buffer.from(text, 'latin1').toString('latin1');
  return scratch.toString('latin1', 0, scratch.write(text, 0, 'latin1'));
}
