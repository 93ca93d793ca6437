/**
 * Segments of a path in the form of a request: identifiers are taken out, and the hashes in names of files, where
 * `foldSegment` in src/findings/endpoint.ts does so too.
 */
import { copied, isDigit, lower } from './bytes';

/** Stand in a form for what was taken out. */
const ID: u8 = 1;
const HASH: u8 = 2;

/** One segment of a path, as `foldSegment` has it. */
export function writeSegment(from: usize, end: usize, to: usize): usize {
  const length = end - from;
  let digits: usize = 0;
  let hex: usize = 0;
  let dashes: usize = 0;
  let words: usize = 0;
  let changes: u32 = 0;
  let kind: u32 = 9;
  let lastDot: usize = 0;
  for (let at = from; at < end; at++) {
    const c = load<u8>(at);
    let now: u32 = 3;
    if (isDigit(c)) {
      now = 0;
      digits++;
      hex++;
      words++;
    } else if (<u32>c - 97 < 26) {
      now = 1;
      words++;
      if (c < 103) hex++;
    } else if (<u32>c - 65 < 26) {
      now = 2;
      words++;
      if (c < 71) hex++;
    } else if (c === 95 || c === 126 || c === 61) words++;
    else if (c === 45) {
      words++;
      dashes++;
    } else if (c === 46) lastDot = at;
    if (now !== kind) changes++;
    kind = now;
  }
  if (digits === 0) return copied(from, end, to);
  const isId =
    digits === length ||
    (length >= 8 && hex === length) ||
    (length === 36 && isUuid(from, hex, dashes)) ||
    (length >= 16 &&
      words === length &&
      ((digits >= 2 && changes >= 6) || digits > length / 2) &&
      !mayHint(from, end)) ||
    (isNumbered(from, end, digits) && !mayHint(from, end));
  if (isId) {
    store<u8>(to, ID);
    return to + 1;
  }
  if (lastDot !== 0) {
    const written = writeHashedFile(from, lastDot, end, to);
    if (written !== 0) return written;
  }
  return copied(from, end, to);
}

/** Eight, four, four, four and twelve hexadecimal digits. */
function isUuid(from: usize, hex: usize, dashes: usize): bool {
  if (hex !== 32 || dashes !== 4) return false;
  return (
    load<u8>(from, 8) === 45 && load<u8>(from, 13) === 45 && load<u8>(from, 18) === 45 && load<u8>(from, 23) === 45
  );
}

/** One to four letters, perhaps a dash, and three or more digits. */
function isNumbered(from: usize, end: usize, digits: usize): bool {
  let at = from;
  while (<u32>lower(load<u8>(at)) - 97 < 26 && at < end) at++;
  if (at === from || at - from > 4) return false;
  if (load<u8>(at) === 45 || load<u8>(at) === 95) at++;
  return digits >= 3 && end - at === digits;
}

/** Whether a segment begins or ends as some do that tell of a WebSocket, whatever else they hold. */
function mayHint(from: usize, end: usize): bool {
  const first = lower(load<u8>(from));
  // ws, websocket; sockjs; graphql
  if (first === 119 || first === 115 || first === 103) return true;
  const last = lower(load<u8>(end - 1));
  // ws, wss; hub; websocket
  return last === 115 || last === 98 || last === 116;
}

/** `name.4f1c9a2b.js`, or with a dash before the hash; 0 when it is none. */
function writeHashedFile(from: usize, dot: usize, end: usize, to: usize): usize {
  const extension = end - dot - 1;
  if (extension < 1 || extension > 5) return 0;
  for (let at = dot + 1; at < end; at++) {
    const c = lower(load<u8>(at));
    if (!isDigit(load<u8>(at)) && <u32>c - 97 >= 26) return 0;
  }
  let at = dot;
  let digits = 0;
  while (at > from) {
    const c = load<u8>(at - 1);
    if (isDigit(c)) digits++;
    else if (<u32>lower(c) - 97 >= 6) break;
    at--;
  }
  const length = dot - at;
  if (length < 6 || length > 64 || digits === 0 || at < from + 2 || at - from > 41) return 0;
  const separator = load<u8>(at - 1);
  if (separator !== 45 && separator !== 46) return 0;
  for (let i = from; i < at - 1; i++) {
    const c = load<u8>(i);
    if (!isDigit(c) && <u32>lower(c) - 97 >= 26 && c !== 95 && c !== 45) return 0;
  }
  let out = copied(from, at - 1, to);
  store<u8>(out++, HASH);
  return copied(dot, end, out);
}
