/** What of an access line, beside its request and its status, decides what it says. */
import { valueEnd, valueFrom } from './access-format';
import { hasBackslash } from './access-values';
import { isDigit } from './bytes';
import { KEY, KEY_BYTES } from './layout';

/** Slots whose values are part of the key as they stand, then those of which only the number of numbers is. */
export const MOST_PARTS: u32 = 16;
export const KEY_SLOTS: usize = memory.data(MOST_PARTS * 4, 16);
let keySlots: u32 = 0;
let numberSlots: u32 = 0;

export function setKey(keys: u32, numbers: u32): void {
  keySlots = keys;
  numberSlots = numbers;
}

/** Writes the values that are part of the key to `KEY`. Returns where they end; 0 when they are too long. */
export function writeKey(): usize {
  let out = KEY;
  for (let i: u32 = 0; i < keySlots; i++) {
    const slot = load<i32>(KEY_SLOTS + ((<usize>i) << 2));
    const from = valueFrom(slot);
    const length = valueEnd(slot) - from;
    if (out + length + 4 > KEY + KEY_BYTES || hasBackslash(from, from + length)) return 0;
    store<u16>(out, <u16>length);
    memory.copy(out + 2, from, length);
    out += 2 + length;
  }
  for (let i: u32 = keySlots; i < keySlots + numberSlots; i++) {
    const slot = load<i32>(KEY_SLOTS + ((<usize>i) << 2));
    const from = valueFrom(slot);
    const end = valueEnd(slot);
    if (out + (end - from) + 4 > KEY + KEY_BYTES) return 0;
    out = writeWithoutNumbers(from, end, out);
    store<u8>(out++, 0);
  }
  return out;
}

/** `0.001, 0.020` as `#, #`. */
function writeWithoutNumbers(from: usize, end: usize, to: usize): usize {
  let out = to;
  let wasNumber = false;
  for (let at = from; at < end; at++) {
    const c = load<u8>(at);
    const isNumber = isDigit(c) || c === 46;
    if (!isNumber) store<u8>(out++, c);
    else if (!wasNumber) store<u8>(out++, 35);
    wasNumber = isNumber;
  }
  return out;
}
