/** What keeps strings cut from blocks of log cheap: hashes, and copies. */

/** FNV-1a with a final mix: spread well enough for HyperLogLog and for hash tables. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/**
 * The same of a request line, four characters at a time (murmur3): an error line and the access line of its request are
 * joined by it, so it is made of every line. Of a latin1 text.
 */
export function hashRequest(request: string): number {
  const { length } = request;
  const whole = length & ~3;
  let h = 0;
  for (let i = 0; i < whole; i += 4) {
    const word =
      request.charCodeAt(i) |
      (request.charCodeAt(i + 1) << 8) |
      (request.charCodeAt(i + 2) << 16) |
      (request.charCodeAt(i + 3) << 24);
    h ^= scrambled(word);
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let i = length - 1; i >= whole; i--) rest = (rest << 8) | request.charCodeAt(i);
  return mix(h ^ scrambled(rest) ^ length);
}

function scrambled(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
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
