/**
 * The message of an error line as it is known: as it stands, or without the places at which no symptom looks
 * (src/catalogue/free-text.ts).
 */
import { copied, find, isDigit, lowBytes } from './bytes';
import { KEY_BYTES } from './layout';
import { addressEnd } from './numbers';

const COMMA: u8 = 44;
const COLON: u8 = 58;
const QUOTE: u8 = 34;
/** Stands for what may be anything there. */
const ANYTHING: u8 = 8;
/** ` client:`, `open() "`, `client `, ` excess:`, `limiting`, `delaying`. */
const CLIENT_WORD: u64 = 0x3a746e65696c6320;
const OPEN_WORD: u64 = 0x222029286e65706f;
const CLIENT_OPENING: u64 = 0x20746e65696c63;
const EXCESS_WORD: u64 = 0x3a73736563786520;
const LIMITING: u64 = 0x676e6974696d696c;
const DELAYING: u64 = 0x676e6979616c6564;
/** `"/`. */
const PATH_OPENING: u16 = 0x2f22;
/** How far into a message the amount can stand. */
const AMOUNT_WITHIN: usize = 48;

/** Where a message stands that was shortened: a line's form is written elsewhere, and both are wanted when it is learned. */
const SHORTENED: usize = memory.data(KEY_BYTES + 64, 16);
/** Where the message at hand stands. */
export let messageFrom: usize = 0;
export let messageLength: u32 = 0;

/** Finds the message that stands from `from` to `end`. */
export function findMessage(from: usize, end: usize): void {
  messageFrom = from;
  messageLength = <u32>(end - from);
  const word = load<u64>(from);
  if (word === OPEN_WORD || <u16>word === PATH_OPENING) {
    // `open() "/srv/www/x" failed (2: No such file or directory)`, `"/srv/www/x/index.html" is not found (…)`
    const path = from + (word === OPEN_WORD ? 8 : 1);
    const close = find(QUOTE, path, end);
    if (close < end && find(QUOTE, close + 1, end) === end) shorten(from, path, close, end);
  } else if (word === LIMITING || word === DELAYING) {
    // `limiting requests, excess: 20.345 by zone "z"`
    const limit = end - from > AMOUNT_WITHIN ? from + AMOUNT_WITHIN : end;
    for (let at = find(COLON, from, limit); at < limit; at = find(COLON, at + 1, limit)) {
      if (load<u64>(at - 7) !== EXCESS_WORD || load<u8>(at, 1) !== 32) continue;
      let number = at + 2;
      while (isDigit(load<u8>(number)) || load<u8>(number) === 46) number++;
      shorten(from, at + 2, number, end);
      break;
    }
  }
}

/** Takes a piece of the message out. */
function shorten(from: usize, cut: usize, behind: usize, end: usize): void {
  if (end - from > KEY_BYTES) return;
  let out = copied(from, cut, SHORTENED);
  store<u8>(out++, ANYTHING);
  out = copied(behind, end, out);
  messageFrom = SHORTENED;
  messageLength = <u32>(out - SHORTENED);
}

/** The same for a line without a context. */
export function findBare(from: usize, end: usize): void {
  messageFrom = from;
  messageLength = <u32>(end - from);
  if ((load<u64>(from) & lowBytes(7)) !== CLIENT_OPENING) return;
  const address = addressEnd(from + 7);
  if (address !== 0 && load<u8>(address) === 32) shorten(from, from + 7, address, end);
}

/** Where the client stands behind `, client: `; 0 when that is not in the line. */
export function clientAfter(from: usize, end: usize): usize {
  for (let at = find(COMMA, from, end); at < end; at = find(COMMA, at + 1, end)) {
    if (load<u64>(at, 1) === CLIENT_WORD && load<u8>(at, 9) === 32) return at + 10;
  }
  return 0;
}
