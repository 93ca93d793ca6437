/**
 * What is known of texts. Two kinds of memory: tables, in which a text is found or not, and caches, in which a text
 * takes the place of another with which it shares a hash.
 */
import { copied, equal } from './bytes';

/** Places of a table; it takes half as many texts. */
const PLACES: u32 = 1 << 16;
const MOST: u32 = PLACES / 2;
const ARENA: u32 = 8 * 1024 * 1024;
const HEAD: usize = 16;
export const TABLE_BYTES: u32 = <u32>HEAD + PLACES * 4 + ARENA;

/** Of an entry: hash, length, value, mark (32 bits each), what else must be equal (64 bits), and the text. */
const MARK: usize = 12;
const WITH: usize = 16;
const TEXT_OF: usize = 24;

/** The entry of a text, 0 when there is none. */
export function lookUp(table: usize, hash: u32, text: usize, length: u32, wanted: u64): usize {
  const places = table + HEAD;
  let place = hash & (PLACES - 1);
  let entry = <usize>load<u32>(places + ((<usize>place) << 2));
  while (entry !== 0) {
    if (
      load<u32>(entry) === hash &&
      load<u32>(entry, 4) === length &&
      load<u64>(entry, WITH) === wanted &&
      equal(entry + TEXT_OF, text, length)
    )
      break;
    place = (place + 1) & (PLACES - 1);
    entry = <usize>load<u32>(places + ((<usize>place) << 2));
  }
  return entry;
}

/** Stores a text that is not there; false when there is no room. */
export function keep(table: usize, hash: u32, text: usize, length: u32, wanted: u64, value: i32, mark: i32): bool {
  const count = load<u32>(table);
  const used = load<u32>(table, 4);
  const size = (<u32>TEXT_OF + length + 7) & ~7;
  if (count >= MOST || used + size + 16 > ARENA) return false;
  const places = table + HEAD;
  let place = hash & (PLACES - 1);
  while (load<u32>(places + ((<usize>place) << 2)) !== 0) place = (place + 1) & (PLACES - 1);
  const entry = places + (PLACES << 2) + used;
  store<u32>(entry, hash);
  store<u32>(entry + 4, length);
  store<u32>(entry + 8, <u32>value);
  store<u32>(entry + MARK, <u32>mark);
  store<u64>(entry + WITH, wanted);
  memory.copy(entry + TEXT_OF, text, length);
  store<u32>(places + ((<usize>place) << 2), <u32>entry);
  store<u32>(table, count + 1);
  store<u32>(table + 4, used + size);
  return true;
}

export function clear(table: usize): void {
  if (load<u32>(table) === 0) return;
  memory.fill(table, 0, HEAD + (PLACES << 2));
}

/** How many texts a table holds. */
export function sizeOf(table: usize): u32 {
  return load<u32>(table);
}

export function valueIn(entry: usize): i32 {
  return load<i32>(entry, 8);
}

export function setMark(entry: usize, mark: i32): void {
  store<i32>(entry, mark, MARK);
}

export function markIn(entry: usize): i32 {
  return load<i32>(entry, MARK);
}

/** Places of a cache, bytes of each, and the longest text that fits. */
const SLOTS: u32 = 1 << 12;
const SLOT_SHIFT: u32 = 9;
export const CACHE_BYTES: u32 = SLOTS << SLOT_SHIFT;
export const CACHED_TEXT: u32 = (1 << SLOT_SHIFT) - 32;

/** Of a slot: hash, length, two values of 32 bits, what else must be equal (64 bits), a third value, and the text. */
const THIRD: usize = 24;
const CACHED_AT: usize = 32;

/** The slot of a text, 0 when it is not there. */
export function recall(cache: usize, hash: u32, text: usize, length: u32, wanted: u64): usize {
  const slot = cache + ((<usize>(hash & (SLOTS - 1))) << SLOT_SHIFT);
  return load<u32>(slot) === hash &&
    load<u32>(slot, 4) === length &&
    load<u64>(slot, WITH) === wanted &&
    equal(slot + CACHED_AT, text, length)
    ? slot
    : 0;
}

/** Puts a text in its slot, whatever was there. Returns the slot. */
export function remember(
  cache: usize,
  hash: u32,
  text: usize,
  length: u32,
  wanted: u64,
  a: i32,
  b: u32,
  c: u32,
): usize {
  const slot = cache + ((<usize>(hash & (SLOTS - 1))) << SLOT_SHIFT);
  store<u32>(slot, hash);
  store<u32>(slot + 4, length);
  store<u32>(slot + 8, <u32>a);
  store<u32>(slot + 12, b);
  store<u64>(slot + WITH, wanted);
  store<u32>(slot + THIRD, c);
  copied(text, text + length, slot + CACHED_AT);
  return slot;
}

/** Sets the first two values of a text that is there. */
export function setValues(slot: usize, a: i32, b: u32): void {
  store<i32>(slot, a, 8);
  store<u32>(slot, b, 12);
}

export function first(slot: usize): i32 {
  return load<i32>(slot, 8);
}

export function second(slot: usize): u32 {
  return load<u32>(slot, 12);
}

export function third(slot: usize): u32 {
  return load<u32>(slot, THIRD);
}
