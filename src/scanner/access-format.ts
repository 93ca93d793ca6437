/**
 * The form of the access lines that are expected, as `src/findings/scanner-format.ts` has written it down: literals, and
 * between them values of a kind, some of which have a part to play.
 */
import { equal, find, findInLine, findNumberEnd, findWordEnd, isWord, lower } from './bytes';

/** How a value ends. */
export const QUOTED: u8 = 0;
export const NUMBER: u8 = 1;
export const WORD: u8 = 2;
export const LIST: u8 = 3;
/** Anything up to what follows. */
export const ANY: u8 = 4;
export const TIME: u8 = 5;
/** All that is left, of a form that is only guessed. */
export const REST: u8 = 6;
/** A word that is no list, stands in no brackets, and is nothing that marks another server's line. */
export const BARE: u8 = 7;

export const MOST_SLOTS: u32 = 64;
export const SLOT_BYTES: usize = 24;
export const LITERAL_BYTES: u32 = 4096;
/**
 * Of each slot: its kind (16 bits), the length of the literal behind it (16), the literal's place (32), its first eight
 * bytes, and a mask of those that it has.
 */
export const SLOTS: usize = memory.data(MOST_SLOTS * <u32>SLOT_BYTES, 16);
export const LITERALS: usize = memory.data(LITERAL_BYTES + 64, 16);
/** Where the values of the line matched last begin and end. */
const SPANS: usize = memory.data(MOST_SLOTS * 8, 16);

const LF: u8 = 10;
const QUOTE: u8 = 34;
const BACKSLASH: u8 = 92;

let slots: u32 = 0;
let lead: u32 = 0;

/** @param leadBytes length of the literal that lines begin with, at `LITERALS` */
export function setSlots(count: u32, leadBytes: u32): void {
  slots = count;
  lead = leadBytes;
}

export function hasFormat(): bool {
  return slots !== 0;
}

export function valueFrom(slot: i32): usize {
  return <usize>load<u32>(SPANS + ((<usize>slot) << 3));
}

export function valueEnd(slot: i32): usize {
  return <usize>load<u32>(SPANS + ((<usize>slot) << 3), 4);
}

/**
 * Where the line ends that starts at `start`, if it is surely in the format; 0 when it is not. A literal holds no line
 * feed.
 */
export function formattedEnd(start: usize): usize {
  if (lead !== 0 && !equal(start, LITERALS, lead)) return 0;
  let at = start + lead;
  let slot = SLOTS;
  let span = SPANS;
  for (let left = slots; left !== 0; left--) {
    const kind = <u8>load<u16>(slot);
    const length = <u32>load<u16>(slot, 2);
    const literal = load<u64>(slot, 8);
    const stop = length === 0 ? LF : <u8>literal;
    store<u32>(span, <u32>at);
    const from = at;
    switch (kind) {
      case QUOTED:
        at = findInLine(QUOTE, at);
        if (load<u8>(at - 1) === BACKSLASH && at > from) return 0;
        break;
      case NUMBER:
        at = load<u8>(at) === 45 ? at + 1 : findNumberEnd(at);
        break;
      case WORD:
        at = findWordEnd(stop, at);
        break;
      case LIST:
        at = findWordEnd(stop, at);
        if (mayBeList(from, at)) return 0;
        break;
      case BARE:
        if (load<u8>(at) === 91) return 0;
        at = findWordEnd(stop, at);
        // `12ms`, `TCP_MISS:`
        if (mayBeList(from, at) || (at > from && load<u8>(at - 1) === 115) || find(95, from, at) < at) return 0;
        break;
      case TIME:
        at += 26;
        if (find(LF, from, at) < at) return 0;
        break;
      case REST:
        at = findInLine(LF, at);
        if (mayTell(from, at)) return 0;
        break;
      default: // ANY
        at = findInLine(stop, at);
    }
    store<u32>(span, <u32>at, 4);
    if (((load<u64>(at) ^ literal) & load<u64>(slot, 16)) !== 0) return 0;
    if (length > 8 && !equal(at, <usize>load<u32>(slot, 4), length)) return 0;
    at += length;
    slot += SLOT_BYTES;
    span += 8;
  }
  return load<u8>(at) === LF ? at : 0;
}

/** Words of a list are joined by `, ` and ` : `: where it ends can then be told in several ways. */
function mayBeList(from: usize, end: usize): bool {
  if (end === from) return false;
  return load<u8>(end - 1) === 44 || (load<u8>(end) === 32 && load<u8>(end, 1) === 58);
}

/** Whether a tail of unknown form may give the line another meaning: an upgrade, an exact time, another server's mark. */
function mayTell(from: usize, end: usize): bool {
  for (let at = from; at < end; at++) {
    const c = lower(load<u8>(at));
    if (c === 119) {
      if (isWord(at, 0x636f73626577, 6)) return true;
    } else if (c === 109) {
      if (lower(load<u8>(at, 1)) !== 115) continue;
      // `msec`, and `12ms`
      if (isWord(at, 0x6365736d, 4) || (at > from && <u32>load<u8>(at - 1) - 48 < 10)) return true;
    } else if (c === 127) {
      // `TCP_`, `UDP_`, `NONE_`
      if (load<u8>(at) !== 95 || at < from + 3) continue;
      const before = lower(load<u8>(at - 1));
      if (before === 112 || before === 101) return true;
    }
  }
  return false;
}
