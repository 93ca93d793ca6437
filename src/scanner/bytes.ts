/** Looking at bytes, sixteen or eight at a time. All of these may look beyond what they are asked about, never write. */

const K0: u64 = 0x9e3779b97f4a7c15;
const K1: u64 = 0xd6e8feb86659fd93;

/** Where the next byte `c` stands from `at` on; `end` when there is none before it. */
export function find(c: u8, from: usize, end: usize): usize {
  const wanted = i8x16.splat(c);
  let at = from;
  while (at < end) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (hits !== 0) {
      const found = at + <usize>ctz(hits);
      return found < end ? found : end;
    }
    at += 16;
  }
  return end;
}

/** Where the next byte `c`, or the line feed that ends the line, stands. There must be one in the text. */
export function findInLine(c: u8, from: usize): usize {
  const wanted = i8x16.splat(c);
  const feed = i8x16.splat(10);
  let at = from;
  let hits = 0;
  for (;;) {
    const piece = v128.load(at);
    hits = i8x16.bitmask(v128.or(i8x16.eq(piece, wanted), i8x16.eq(piece, feed)));
    if (hits !== 0) break;
    at += 16;
  }
  return at + <usize>ctz(hits);
}

/** The same for the byte `c`, a blank, a quote or the line feed. */
export function findWordEnd(c: u8, from: usize): usize {
  const wanted = i8x16.splat(c);
  const blank = i8x16.splat(32);
  const quote = i8x16.splat(34);
  const feed = i8x16.splat(10);
  let at = from;
  let hits = 0;
  for (;;) {
    const piece = v128.load(at);
    const ends = v128.or(i8x16.eq(piece, quote), i8x16.eq(piece, feed));
    hits = i8x16.bitmask(v128.or(v128.or(i8x16.eq(piece, wanted), i8x16.eq(piece, blank)), ends));
    if (hits !== 0) break;
    at += 16;
  }
  return at + <usize>ctz(hits);
}

/** Where a run of bytes ends that are no control, blank, quote or comma; `end` when none comes before it. */
export function findSeparator(from: usize, end: usize): usize {
  const blank = i8x16.splat(32);
  const quote = i8x16.splat(34);
  const comma = i8x16.splat(44);
  const space = i8x16.splat(-96);
  for (let at = from; at < end; at += 16) {
    const piece = v128.load(at);
    const low = v128.or(i8x16.le_u(piece, blank), i8x16.eq(piece, space));
    const hits = i8x16.bitmask(v128.or(low, v128.or(i8x16.eq(piece, quote), i8x16.eq(piece, comma))));
    if (hits !== 0) {
      const found = at + <usize>ctz(hits);
      return found < end ? found : end;
    }
  }
  return end;
}

/**
 * Where the first byte stands that is no part of a target, or is one of two; `end` when there is none before it. No part
 * of a target are controls, blanks (0xa0 is one), quotes, backslashes and 127: what holds these is left to the plain way.
 */
export function findInTarget(from: usize, end: usize, special: u8, other: u8): usize {
  const blank = i8x16.splat(32);
  const quote = i8x16.splat(34);
  const slant = i8x16.splat(92);
  const none = i8x16.splat(127);
  const space = i8x16.splat(-96);
  const wanted = i8x16.splat(special);
  const wantedToo = i8x16.splat(other);
  for (let at = from; at < end; at += 16) {
    const piece = v128.load(at);
    const bad = v128.or(
      v128.or(i8x16.le_u(piece, blank), i8x16.eq(piece, quote)),
      v128.or(v128.or(i8x16.eq(piece, slant), i8x16.eq(piece, none)), i8x16.eq(piece, space)),
    );
    const stop = v128.or(i8x16.eq(piece, wanted), i8x16.eq(piece, wantedToo));
    const hits = i8x16.bitmask(v128.or(bad, stop));
    if (hits !== 0) {
      const found = at + <usize>ctz(hits);
      return found < end ? found : end;
    }
  }
  return end;
}

export function hasDigit(from: usize, end: usize): bool {
  const zero = i8x16.splat(48);
  const ten = i8x16.splat(10);
  for (let at = from; at < end; at += 16) {
    const digits = i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), zero), ten));
    if (digits !== 0) return at + <usize>ctz(digits) < end;
  }
  return false;
}

/** Where digits and points end that start at a position. */
export function findNumberEnd(from: usize): usize {
  const zero = i8x16.splat(48);
  const ten = i8x16.splat(10);
  const point = i8x16.splat(46);
  let at = from;
  let others = 0;
  for (;;) {
    const piece = v128.load(at);
    const numeric = v128.or(i8x16.lt_u(i8x16.sub(piece, zero), ten), i8x16.eq(piece, point));
    others = i8x16.bitmask(v128.not(numeric));
    if (others !== 0) break;
    at += 16;
  }
  return at + <usize>ctz(others);
}

/** Whether two stretches of so many bytes are equal. */
export function equal(a: usize, b: usize, length: u32): bool {
  let at: u32 = 0;
  while (at + 16 <= length) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
    at += 16;
  }
  if (at + 8 <= length) {
    if (load<u64>(a + at) !== load<u64>(b + at)) return false;
    at += 8;
  }
  const left = length - at;
  return left === 0 || ((load<u64>(a + at) ^ load<u64>(b + at)) & lowBytes(left)) === 0;
}

/** A mask of the first so many bytes of eight, from 1 to 7. */
export function lowBytes(count: u32): u64 {
  return ((<u64>1) << ((<u64>count) << 3)) - 1;
}

/** A hash for tables: fast, and of no meaning outside. Two chains side by side take half the time of one. */
export function hashOf(from: usize, length: u32, seed: u64): u32 {
  let a: u64 = (seed * K1) ^ <u64>length;
  let b: u64 = K1;
  let at = from;
  let left = length;
  while (left >= 16) {
    a = (a ^ load<u64>(at)) * K0;
    b = (b ^ load<u64>(at, 8)) * K1;
    a ^= a >> 29;
    b ^= b >> 31;
    at += 16;
    left -= 16;
  }
  if (left >= 8) {
    a = (a ^ load<u64>(at)) * K0;
    a ^= a >> 29;
    at += 8;
    left -= 8;
  }
  if (left !== 0) b = (b ^ (load<u64>(at) & lowBytes(left))) * K1;
  a ^= (b << 32) | (b >> 32);
  a ^= a >> 32;
  a *= K1;
  return <u32>(a >> 32);
}

/** `hashRequest` of src/findings/text.ts: joins a request's error line to its access line, so both ways must agree on it. */
export function requestHash(from: usize, end: usize): u32 {
  const length = end - from;
  const whole = from + (length & ~3);
  let h: u32 = 0;
  for (let at = from; at < whole; at += 4) h = rotl<u32>(h ^ scrambled(load<u32>(at)), 13) * 5 + 0xe6546b64;
  const left = <u32>(length & 3);
  h ^= scrambled(left === 0 ? 0 : load<u32>(whole) & <u32>lowBytes(left)) ^ <u32>length;
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >> 16);
}

function scrambled(word: u32): u32 {
  return rotl<u32>(word * 0xcc9e2d51, 15) * 0x1b873593;
}

export function isDigit(c: u8): bool {
  return <u32>c - 48 < 10;
}

/** The number that two digits make; anything else gives at least 100. */
export function twoDigits(at: usize): u32 {
  const tens = <u32>load<u8>(at) - 48;
  const ones = <u32>load<u8>(at, 1) - 48;
  return tens < 10 && ones < 10 ? tens * 10 + ones : 100;
}

/** Lower case of a letter; other bytes may become others. */
export function lower(c: u8): u8 {
  return c | 32;
}

/** Whether the letters at `at` are those of a lower-case word of up to eight bytes, in either case. */
export function isWord(at: usize, word: u64, length: u32): bool {
  const mask = length === 8 ? u64.MAX_VALUE : lowBytes(length);
  return ((load<u64>(at) | 0x2020202020202020) & mask) === (word & mask);
}

/** Copies a stretch of bytes; returns where the copy ends. Up to 15 bytes behind that are overwritten as well. */
export function copied(from: usize, end: usize, to: usize): usize {
  for (let at: usize = 0; at < end - from; at += 16) v128.store(to + at, v128.load(from + at));
  return to + (end - from);
}
