/** The request of an access line: where it stands, whether it may be a WebSocket's, and which form it has. */
import { valueEnd, valueFrom } from './access-format';
import { hasBackslash, isDash, METHOD, PROTOCOL, place, TARGET, WHOLE_REQUEST } from './access-values';
import { hashOf, requestHash } from './bytes';
import {
  CACHE_BYTES,
  CACHED_TEXT,
  clear,
  first,
  keep,
  lookUp,
  recall,
  remember,
  second,
  setValues,
  sizeOf,
  TABLE_BYTES,
  third,
  valueIn,
} from './known';
import { KEY } from './layout';
import { LONGEST_REQUEST, writeForm } from './request';
import { mayBeWebSocket } from './websocket-hint';

/** Forms of requests, by number. */
const MOST_FORMS: u32 = 8000;
const FORMS: usize = memory.data(TABLE_BYTES, 64);
/** Requests as they stand: the number of the form, the hash, and whether it may be a WebSocket's. */
const REQUESTS: usize = memory.data(CACHE_BYTES, 64);
/** A request whose form was not looked at yet; one that has none; one whose form nobody has asked about. */
const NOT_LOOKED: i32 = -1;
export const NO_FORM: i32 = -2;
const NEW_FORM: i32 = -3;
/** There is no room for another form. */
export const NO_ROOM: i32 = -4;
/** Makes what the cache holds unknown. */
let age: u64 = 1;

/** Where a request is put together that stands in parts. */
const ASSEMBLED: usize = memory.data(<u32>LONGEST_REQUEST + 64, 16);
const BLANK: u8 = 32;

/** What a request tells at once. */
export const UNCLEAR: i32 = -1;
export const PLAIN: i32 = 0;
const HINTED: i32 = 1;

/** The request at hand: where it stands, and where it is remembered; 0: it is too long for that. */
let from: usize = 0;
let to: usize = 0;
let slot: usize = 0;
/** Its hash as both logs have it, once its form was asked for; 0: it is none. */
export let requestJoin: u32 = 0;

export function forgetRequests(): void {
  clear(FORMS);
  age++;
}

/** Finds the request line of the line at hand, or puts it together from its parts; false when one is missing. */
export function findRequest(): bool {
  const whole = place(WHOLE_REQUEST);
  if (whole >= 0) {
    from = valueFrom(whole);
    to = valueEnd(whole);
    return true;
  }
  let out = ASSEMBLED;
  for (let role = METHOD; role <= PROTOCOL; role += 4) {
    const part = valueFrom(place(role));
    const length = valueEnd(place(role)) - part;
    if (out - ASSEMBLED + length + 1 > LONGEST_REQUEST || length === 0) return false;
    memory.copy(out, part, length);
    out += length;
    if (role !== PROTOCOL) store<u8>(out++, BLANK);
  }
  from = ASSEMBLED;
  to = out;
  return true;
}

/** `PLAIN`, or `HINTED` where it may be a WebSocket's; `UNCLEAR` where the plain way must read the line. */
export function lookAtRequest(mustBeThere: bool): i32 {
  const start = from;
  const end = to;
  const length = <u32>(end - start);
  if (length === 0 || length > <u32>LONGEST_REQUEST || (mustBeThere && isDash(start, end))) return UNCLEAR;
  const isShort = length <= CACHED_TEXT;
  const hash = hashOf(start, length, age);
  const found = isShort ? recall(REQUESTS, hash, start, length, age) : 0;
  slot = found;
  if (found !== 0) return <i32>third(found);
  if (hasBackslash(start, end)) return UNCLEAR;
  const hint = mayBeWebSocket(start, end) ? HINTED : PLAIN;
  if (isShort) slot = remember(REQUESTS, hash, start, length, age, NOT_LOOKED, 0, hint);
  return hint;
}

/** The number of its form; below 0 when that is not known. */
export function formOfRequest(): i32 {
  if (slot !== 0) {
    const form = first(slot);
    requestJoin = second(slot);
    if (form !== NOT_LOOKED && form !== NEW_FORM) return form;
  }
  const form = knownForm();
  requestJoin = isDash(from, to) ? 0 : requestHash(from, to);
  if (slot !== 0) setValues(slot, form, requestJoin);
  return form;
}

/** The same, of a request whose form is to be learned; `NO_ROOM` when there is none for it. */
export function learnForm(): i32 {
  const known = knownForm();
  if (known !== NEW_FORM) return known;
  // What is remembered of the request itself has no form yet: it is looked at again when it comes again.
  const form = <i32>sizeOf(FORMS);
  const size = <u32>(writeRequestForm() - KEY);
  return <u32>form < MOST_FORMS && keep(FORMS, hashOf(KEY, size, 0), KEY, size, 0, form, 0) ? form : NO_ROOM;
}

function knownForm(): i32 {
  const end = writeRequestForm();
  if (end === 0) return NO_FORM;
  const size = <u32>(end - KEY);
  const entry = lookUp(FORMS, hashOf(KEY, size, 0), KEY, size, 0);
  return entry === 0 ? NEW_FORM : valueIn(entry);
}

function writeRequestForm(): usize {
  // What nginx writes when it could not read the request, where no other value could tell more.
  if (isDash(from, to) && place(WHOLE_REQUEST) >= 0 && place(TARGET) < 0) {
    store<u8>(KEY, 45);
    return KEY + 1;
  }
  return writeForm(from, to, KEY);
}
