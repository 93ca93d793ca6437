/**
 * The form of a request: what is left of it once identifiers are taken out. Requests of one form must fold to the same
 * path, hint and kind (`PathFolder` in src/findings/endpoint.ts), so a piece is taken out only where that folds it
 * whatever it says; in doubt it stays, which only costs another form.
 */
import { copied, findInTarget, isDigit, isWord, lower } from './bytes';

export const LONGEST_REQUEST: usize = 1024;
/** Stand in a form for what was taken out. Requests that hold such bytes have no form. */
const ID: u8 = 1;
const HASH: u8 = 2;
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
  // Segments without a digit stay as they are, and most have none.
  const at = findInTarget(from + 1, end, QUESTION, NUMBER_SIGN, true);
  if (at < end && isDigit(load<u8>(at))) return writeSegments(from, end, to);
  if (at < end && load<u8>(at) !== QUESTION && load<u8>(at) !== NUMBER_SIGN) return 0;
  const out = copied(from, at, to);
  return at >= end ? out : writeQuery(at + 1, end, out);
}

function writeSegments(from: usize, end: usize, to: usize): usize {
  let out = to;
  let at = from + 1;
  store<u8>(out++, SLASH);
  let start = at;
  for (; ; at++) {
    const c = at < end ? load<u8>(at) : 0;
    // What is neither printed nor a letter of some other alphabet is left to the plain way; 0xa0 is a kind of blank.
    if (at < end && (c <= BLANK || c === 34 || c === 92 || c === 127 || c === 0xa0)) return 0;
    const isEnd = at >= end || c === QUESTION || c === NUMBER_SIGN;
    if (!isEnd && c !== SLASH) continue;
    out = writeSegment(start, at, out);
    if (isEnd) break;
    store<u8>(out++, SLASH);
    start = at + 1;
  }
  return at >= end ? out : writeQuery(at + 1, end, out);
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
    const at = findInTarget(start, end, AMPERSAND, AMPERSAND, false);
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

/** One segment of a path, as `foldSegment` has it. */
function writeSegment(from: usize, end: usize, to: usize): usize {
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

/**
 * Whether a request may be a WebSocket's by what stands in it: it holds a word that `PathFolder` takes a hint from, or
 * part of one. Must miss none.
 */
export function mayBeWebSocket(from: usize, end: usize): bool {
  for (let at = from; at + 1 < end; at++) {
    const a = lower(load<u8>(at));
    const b = lower(load<u8>(at, 1));
    switch (a) {
      case 119: // ws, websocket, web-socket
        if (b === 115 || (b === 101 && (isWord(at, 0x6b636f73626577, 7) || isWord(at, 0x6f732d626577, 6)))) return true;
        break;
      case 115: // sock, signalr, subscriptions, stomp
        if (
          (b === 111 && isWord(at, 0x6b636f73, 4)) ||
          (b === 105 && isWord(at, 0x6c616e676973, 6)) ||
          (b === 117 && isWord(at, 0x726373627573, 6)) ||
          (b === 116 && isWord(at, 0x706d6f7473, 5))
        )
          return true;
        break;
      case 99: // cable, channels
        if ((b === 97 && isWord(at, 0x656c626163, 5)) || (b === 104 && isWord(at, 0x6e6e616863, 5))) return true;
        break;
      case 104: // hub, hmr
        if ((b === 117 && isWord(at, 0x627568, 3)) || (b === 109 && isWord(at, 0x726d68, 3))) return true;
        break;
      case 114: // realtime
        if (b === 101 && isWord(at, 0x746c616572, 5)) return true;
        break;
      case 101: // engine.io
        if (b === 110 && isWord(at, 0x6e69676e65, 5)) return true;
        break;
      case 109: // mqtt
        if (b === 113) return true;
        break;
      case 108: // live
        if (b === 105 && isWord(at, 0x6576696c, 4)) return true;
        break;
      case 112: // primus
        if (b === 114 && isWord(at, 0x6d697270, 4)) return true;
        break;
      case 102: // faye
        if (b === 97 && isWord(at, 0x65796166, 4)) return true;
        break;
      case 106: // janus
        if (b === 97 && isWord(at, 0x756e616a, 4)) return true;
        break;
      case 116: // transport=
        if (b === 114 && isWord(at, 0x6e617274, 4)) return true;
        break;
      default:
    }
  }
  return false;
}
