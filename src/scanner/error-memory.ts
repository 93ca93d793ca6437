/** What is known of error lines: their messages, and what lines say that go on in a known way behind those. */
import { CACHE_BYTES, clear, TABLE_BYTES } from './known';

/** By message and level: its number, marked as below. */
export const MESSAGES: usize = memory.data(TABLE_BYTES, 64);
export const MOST_MESSAGES: u32 = 2048;
/** It quotes a decoded path, so the entry may go on where a client has sent an encoded line feed. */
export const QUOTES: i32 = 1;
/** The place of its level among nginx's, above that. */
export const LEVEL_BITS: u32 = 1;
export const LEVELS: i32 = 127;
/** Lines with this message are routine in some shape of context. */
export const SHAPED: i32 = 1 << 8;

/** By message and form of context: what a line says. */
export const FORMS: usize = memory.data(TABLE_BYTES, 64);
/** What else must be equal there of a line without a context, which is known by its message alone. */
export const BARE: u64 = 1 << 63;
/** The same of shapes of context with which lines are routine whatever was asked for. */
export const SHAPE: u64 = 1 << 62;

/** By message and context as it stands: the same, and the hash of the request. */
export const CONTEXTS: usize = memory.data(CACHE_BYTES, 64);
/** Makes what the cache holds unknown. */
let age: u64 = 1;

/** What else must be equal of a context in the cache. */
export function withMessage(id: i32): u64 {
  return (age << 32) | <u64>id;
}

export function forgetErrors(): void {
  clear(MESSAGES);
  clear(FORMS);
  age++;
}
