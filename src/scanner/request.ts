/**
 * The form of a request: what is left of it once identifiers are taken out. Requests of one form must fold to the same
 * path, hint and kind (`PathFolder` in src/findings/endpoint.ts), so a piece is taken out only where that folds it
 * whatever it says; in doubt it stays, which only costs another form.
 */
import { copied, find, findInTarget, hasDigit, isDigit, isWord, lower } from './bytes';
import { writeSegment } from './segment';

export const LONGEST_REQUEST: usize = 1024;
/** Stand in a form for what was taken out, like those of src/scanner/segment.ts. Requests that hold such bytes have none. */
const QUERY: u8 = 3;
const WITH_SID: u8 = 4;
const WITH_ID: u8 = 5;
const TRANSPORT: u8 = 6;

const SLASH: u8 = 47;
const BLANK: u8 = 32;
const QUESTION: u8 = 63;
const NUMBER_SIGN: u8 = 35;
const AMPERSAND: u8 = 38;
/** Longest value of `transport` that is looked at. */
const LONGEST_TRANSPORT: usize = 40;

/**
 * Writes the form of the request line `METHOD /target HTTP/1.1` to `to`.
 * @returns where the form ends; 0 when the text is no such line, or holds what makes it a special one
 */
export function writeForm(from: usize, end: usize, to: usize): usize {
  if (end - from > LONGEST_REQUEST || end - from < 14) return 0;
  let at = from;
  let out = to;
  let c = load<u8>(at);
  while ((<u32>c - 65 < 26 || c === 45 || c === 95) && at < end) {
    store<u8>(out++, c);
    c = load<u8>(++at);
  }
  if (at === from || c !== BLANK || load<u8>(at, 1) !== SLASH) return 0;
  store<u8>(out++, BLANK);
  const target = at + 1;
  // The protocol: `HTTP/1.1`, or any number with points.
  let protocol = end;
  while (protocol > target && load<u8>(protocol - 1) !== BLANK) protocol--;
  const version = protocol + 5;
  if (protocol === target || version >= end || !isWord(protocol, 0x2f70747468, 5) || load<u8>(protocol) !== 72)
    return 0;
  if (load<u8>(protocol, 1) !== 84 || load<u8>(protocol, 2) !== 84 || load<u8>(protocol, 3) !== 80) return 0;
  for (let i = version; i < end; i++) if (!isDigit(load<u8>(i)) && load<u8>(i) !== 46) return 0;
  out = writeTarget(target, protocol - 1, out);
  if (out === 0) return 0;
  store<u8>(out++, BLANK);
  for (let i = version; i < end; i++) store<u8>(out++, load<u8>(i));
  return out;
}

function writeTarget(from: usize, end: usize, to: usize): usize {
  const pathEnd = findInTarget(from, end, QUESTION, NUMBER_SIGN);
  if (pathEnd < end && load<u8>(pathEnd) !== QUESTION && load<u8>(pathEnd) !== NUMBER_SIGN) return 0;
  // Segments without a digit stay as they are, and most have none.
  const out = hasDigit(from, pathEnd) ? writeSegments(from, pathEnd, to) : copied(from, pathEnd, to);
  return pathEnd === end ? out : writeQuery(pathEnd + 1, end, out);
}

function writeSegments(from: usize, end: usize, to: usize): usize {
  let out = to;
  let at = from;
  while (at < end) {
    store<u8>(out++, SLASH);
    const start = at + 1;
    at = find(SLASH, start, end);
    out = writeSegment(start, at, out);
  }
  return out;
}

/** Of a query only what `withQuery` looks at. */
function writeQuery(from: usize, end: usize, to: usize): usize {
  let out = to;
  let sid = false;
  let id = false;
  if (from >= end) return out;
  store<u8>(out++, QUERY);
  let start = from;
  while (start <= end) {
    const at = findInTarget(start, end, AMPERSAND, AMPERSAND);
    if (at < end && load<u8>(at) !== AMPERSAND) return 0;
    const length = at - start;
    const first = lower(load<u8>(start));
    if (first === 115) {
      // sid=
      if (length > 4 && load<u32>(start) === 0x3d646973) sid = true;
    } else if (first === 105) {
      // id=
      if (length > 3 && load<u16>(start) === 0x6469 && load<u8>(start, 2) === 61) id = true;
    } else if (first === 116) {
      // transport=
      if (
        length >= 10 &&
        isWord(start, 0x726f70736e617274, 8) &&
        lower(load<u8>(start, 8)) === 116 &&
        load<u8>(start, 9) === 61
      ) {
        if (length > LONGEST_TRANSPORT) return 0;
        store<u8>(out++, TRANSPORT);
        out = copied(start + 10, at, out);
      }
    }
    start = at + 1;
  }
  if (sid) store<u8>(out++, WITH_SID);
  if (id) store<u8>(out++, WITH_ID);
  return out;
}
