/**
 * The context of an error line in its form, once identifiers are taken out of the request, and what of it a symptom can
 * depend on.
 */
import { copied, find, findSeparator } from './bytes';
import { KEY } from './layout';
import { writeForm } from './request';

/** Longest context that has a form; with the largest form, it fits into the memory for keys. */
const LONGEST_FORMED: usize = 1400;
const COMMA: u8 = 44;
const QUOTE: u8 = 34;
/** ` server:`, ` request`, ` upstrea`, ` host: "`, ` referre`. */
const SERVER_WORD: u64 = 0x3a72657672657320;
const REQUEST_WORD: u64 = 0x7473657571657220;
const UPSTREAM_WORD: u64 = 0x6165727473707520;
const HOST_WORD: u64 = 0x22203a74736f6820;
const REFERRER_WORD: u64 = 0x6572726566657220;
/** Parts a form from the next. */
const PART: u8 = 7;

/** Where the request of the form written last stands. */
export let requestFrom: usize = 0;
export let requestTo: usize = 0;

/** Of the context whose form was written last: what a symptom can depend on, of an HTTP request that is no subrequest. */
export const SHAPE_KEY: usize = memory.data(64, 16);
const LONGEST_PIECE: usize = 16;
export let shapeLength: u32 = 0;

/** The protocol, and the backend's scheme where there is one. */
function noteShape(request: usize, requestEnd: usize, scheme: usize, schemeEnd: usize): void {
  let version = requestEnd;
  while (version > request && load<u8>(version - 1) !== 32) version--;
  shapeLength = 0;
  if (requestEnd - version > LONGEST_PIECE || schemeEnd - scheme > LONGEST_PIECE) return;
  let out = copied(version, requestEnd, SHAPE_KEY);
  store<u8>(out++, PART);
  if (scheme !== 0) {
    out = copied(scheme, schemeEnd, out);
    store<u8>(out++, PART);
  }
  shapeLength = <u32>(out - SHAPE_KEY);
}

/**
 * Writes the form of a context to the memory for keys. Only the plainest contexts have one, such in which every value
 * ends where it seems to: the order is nginx's, and no value holds a blank, a comma or a quote.
 * @returns where it ends, or 0
 */
export function writeContextForm(from: usize, end: usize): usize {
  if (end - from > LONGEST_FORMED) return 0;
  // `, server: NAME, request: "`
  if (load<u64>(from, 1) !== SERVER_WORD || load<u8>(from, 9) !== 32) return 0;
  let at = findSeparator(from + 10, end);
  let out = copied(from + 10, at, KEY);
  store<u8>(out++, PART);
  if (load<u8>(at) !== COMMA || load<u64>(at, 1) !== REQUEST_WORD) return 0;
  if (load<u8>(at, 9) !== 58 || load<u8>(at, 10) !== 32 || load<u8>(at, 11) !== QUOTE) return 0;
  const request = at + 12;
  at = find(QUOTE, request, end);
  if (at === end || find(COMMA, request, at) !== at || load<u8>(request) === 45 || load<u8>(request) === 95) return 0;
  out = writeForm(request, at, out);
  if (out === 0) return 0;
  requestFrom = request;
  requestTo = at;
  store<u8>(out++, PART);
  at++;
  let scheme: usize = 0;
  let schemeEnd: usize = 0;
  if (load<u8>(at) === COMMA && load<u64>(at, 1) === UPSTREAM_WORD) {
    // `, upstream: "http://10.0.0.5:8080/`
    if (load<u8>(at, 9) !== 109 || load<u8>(at, 10) !== 58 || load<u8>(at, 11) !== 32 || load<u8>(at, 12) !== QUOTE)
      return 0;
    const upstream = at + 13;
    at = upstream;
    while (<u32>load<u8>(at) - 97 < 26) at++;
    if (at === upstream || load<u8>(at) !== 58 || load<u8>(at, 1) !== 47 || load<u8>(at, 2) !== 47) return 0;
    const address = at + 3;
    if (isUnix(address)) return 0;
    at = findSeparator(address, end);
    if (at === end || load<u8>(at) !== QUOTE) return 0;
    let cut = address;
    while (cut < at && load<u8>(cut) !== 47 && load<u8>(cut) !== 63) cut++;
    if (cut === address) return 0;
    out = copied(upstream, cut, out);
    scheme = upstream;
    schemeEnd = address - 3;
    at++;
  }
  store<u8>(out++, PART);
  if (load<u8>(at) === COMMA && load<u64>(at, 1) === HOST_WORD) {
    const host = at + 9;
    at = findSeparator(host, end);
    if (at === end || load<u8>(at) !== QUOTE) return 0;
    // A name that is empty is another than one that is not there.
    store<u8>(out++, QUOTE);
    out = copied(host, at, out);
    at++;
  }
  if (load<u8>(at) === COMMA && load<u64>(at, 1) === REFERRER_WORD) {
    if (load<u8>(at, 9) !== 114 || load<u8>(at, 10) !== 58 || load<u8>(at, 11) !== 32 || load<u8>(at, 12) !== QUOTE)
      return 0;
    at = findSeparator(at + 13, end);
    if (at === end || load<u8>(at) !== QUOTE) return 0;
    at++;
  }
  if (at !== end) return 0;
  noteShape(request, requestTo, scheme, schemeEnd);
  return out;
}

/** `unix:` in place of a host. */
function isUnix(at: usize): bool {
  return load<u32>(at) === 0x78696e75 && load<u8>(at, 4) === 58;
}
