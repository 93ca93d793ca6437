/**
 * Lines of an access log. Most are successes and redirects of requests that are no WebSocket's, and matter to nobody
 * here. What the others say depends on the form of the request, the status, and the values that are part of a key.
 */
import { formattedEnd, hasFormat, valueEnd, valueFrom } from './access-format';
import { hashOf, isDigit, lowBytes, requestHash, twoDigits } from './bytes';
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
  sizeOf,
  TABLE_BYTES,
  third,
  valueIn,
} from './known';
import {
  ABOUT_ACCESS,
  ABOUT_TIME,
  ASKED,
  ASKED_CLIENT,
  ASKED_CONNECTION,
  ASKED_NAME,
  ASKED_NAME_END,
  ASKED_REQUEST,
  ASKED_SECONDS,
  ASKED_SIZE,
  ASKED_TIME,
  KEY,
  KEY_BYTES,
  NAMED,
  RESULT,
} from './layout';
import { addressEnd, decimal, ipv4, numberEnd, wholeNumber } from './numbers';
import { LONGEST_REQUEST, mayBeWebSocket, writeForm } from './request';
import { addAccess, addName, addRow, countAccess, counted } from './rows';

/** What a value is for: places of slots, or -1. Set by `src/findings/scanner-format.ts`, in this order. */
const ROLES: u32 = 12;
export const PLACES: usize = memory.data(ROLES * 4, 16);
const TIME: usize = 0;
const EXACT_TIME: usize = 4;
const CLIENT: usize = 8;
const WHOLE_REQUEST: usize = 12;
const METHOD: usize = 16;
const TARGET: usize = 20;
const PROTOCOL: usize = 24;
const STATUS: usize = 28;
const SIZE: usize = 32;
const SECONDS: usize = 36;
const CONNECTION: usize = 40;
const UPGRADE: usize = 44;

/** Slots whose values are part of the key as they stand, then those of which only the number of numbers is. */
const MOST_PARTS: u32 = 16;
export const KEY_SLOTS: usize = memory.data(MOST_PARTS * 4, 16);
let keySlots: u32 = 0;
let numberSlots: u32 = 0;
/** The size is that of the body, which can show that nginx made an answer. */
let sizeTells = false;
/** Lines whose client is none are not surely access lines. */
let clientNeeded = false;
/** What is left of the line is unknown, so that lines which say something are left to the plain way. */
let tailGuessed = false;

/** For each status from 100 to 599: 0, 1: nginx made all such answers, 2 and up: those of sizes that a row tells. */
export const MADE_BY_NGINX: usize = memory.data(512, 16);
/** A bit for each size below 1024. */
export const SIZES: usize = memory.data(128 * 64, 16);
const SIZE_BITS: u32 = 1024;

const MOST_FORMS: u32 = 8000;
const FORMS: usize = memory.data(TABLE_BYTES, 16);
const SAYINGS: usize = memory.data(TABLE_BYTES, 16);
const REQUESTS: usize = memory.data(CACHE_BYTES, 16);
const ASSEMBLED: usize = memory.data(<u32>LONGEST_REQUEST + 64, 16);
/** A request whose form was not looked at yet; one that has none; one whose form nobody has asked about. */
const NOT_LOOKED: i32 = -1;
const NO_FORM: i32 = -2;
const NEW_FORM: i32 = -3;

/** The time as it stood, its length, where its minutes begin, and the epoch second at which that hour starts. */
export const HOUR: usize = memory.data(64, 16);
let hourLength: u32 = 0;
let minutesAt: u32 = 0;
/** What must be equal in the second eight bytes, before the minutes, and in the last eight, behind the seconds. */
let headMask: u64 = 0;
let tailMask: u64 = 0;
let hourStart: f64 = NaN;
let age: u64 = 1;

/** Of the line that was not known. */
let askedRequest: usize = 0;
let askedRequestEnd: usize = 0;
let askedStatus: u64 = 0;

export function setAccess(keys: u32, numbers: u32, size: bool, client: bool, guessed: bool): void {
  keySlots = keys;
  numberSlots = numbers;
  sizeTells = size;
  clientNeeded = client;
  tailGuessed = guessed;
  hourLength = 0;
  hourStart = NaN;
}

/** Remembers the hour whose text stands at `HOUR`. */
export function learnAccessHour(length: u32, minutes: u32, start: f64): void {
  hourLength = length;
  minutesAt = minutes;
  hourStart = start;
  headMask = lowBytes(minutes - 8);
  // What stands behind the seconds: six bytes of a zone at most.
  tailMask = ~lowBytes(8 - (length - minutes - 5));
}

export function forgetAccess(): void {
  clear(FORMS);
  clear(SAYINGS);
  age++;
}

function place(role: usize): i32 {
  return load<i32>(PLACES + role);
}

/** As `takeError`, for a line of an access log, whose end it finds itself. Returns where that is, 0 when it is not known. */
export function takeAccess(at: usize, textEnd: usize, line: u32, base: i32): usize {
  store<i32>(RESULT + ASKED, 0);
  const end = hasFormat() ? formattedEnd(at) : 0;
  if (end === 0 || end >= textEnd || end === at || load<u8>(end - 1) === 13) return 0;
  const time = timeOf();
  if (!(time >= 0)) {
    if (place(TIME) >= 0) {
      store<i32>(RESULT + ASKED, ABOUT_TIME);
      store<i32>(RESULT + ASKED_NAME, <i32>valueFrom(place(TIME)) + base);
      store<i32>(RESULT + ASKED_NAME_END, <i32>valueEnd(place(TIME)) + base);
    }
    return 0;
  }
  const statusAt = valueFrom(place(STATUS));
  const status = <u32>load<u8>(statusAt) - 48;
  const rest = twoDigits(statusAt + 1);
  if (valueEnd(place(STATUS)) !== statusAt + 3 || status < 1 || status > 5 || rest > 99) return 0;
  const code = status * 100 + rest;
  if (clientNeeded && !findClient()) return 0;
  const size = sizeOfAnswer();
  if (size < -1) return 0;
  if (!findRequest()) return 0;
  const from = askedRequest;
  const to = askedRequestEnd;
  const length = <u32>(to - from);
  if (length === 0 || length > <u32>LONGEST_REQUEST || (clientNeeded && isDash(from, to))) return 0;
  const hash = hashOf(from, length, age);
  const slot = length <= CACHED_TEXT ? recall(REQUESTS, hash, from, length, age) : 0;
  let form = slot === 0 ? NOT_LOOKED : first(slot);
  let matters: u32 = 0;
  if (slot !== 0) matters = third(slot);
  else {
    // What is escaped may say more than it seems to.
    if (hasBackslash(from, to)) return 0;
    matters = mayBeWebSocket(from, to) ? 1 : 0;
    if (length <= CACHED_TEXT) remember(REQUESTS, hash, from, length, age, NOT_LOOKED, 0, matters);
  }
  if ((status === 2 || status === 3) && matters === 0 && !hasUpgrade()) {
    if (counted(time, 1)) countAccess();
    return end;
  }
  if (tailGuessed || (!clientNeeded && !findClient())) return 0;
  let seconds: f64 = -1;
  if (place(SECONDS) >= 0) {
    seconds = numberOrNone(valueFrom(place(SECONDS)), valueEnd(place(SECONDS)));
    if (seconds < -1) return 0;
  }
  let connection: f64 = -1;
  if (place(CONNECTION) >= 0) {
    connection = wholeOrNone(valueFrom(place(CONNECTION)), valueEnd(place(CONNECTION)));
    if (connection < -1) return 0;
  }
  let request: u32 = slot === 0 ? 0 : second(slot);
  if (form === NOT_LOOKED || form === NEW_FORM) {
    form = formOf(from, to);
    request = isDash(from, to) ? 0 : requestHash(from, to);
    if (length <= CACHED_TEXT) remember(REQUESTS, hash, from, length, age, form, request, matters);
  }
  if (form === NO_FORM) return 0;
  const made = sizeTells ? madeByNginx(code, size) : 0;
  askedStatus = ((<u64>code) << 32) | ((<u64>made) << 48);
  const keyEnd = writeKey();
  if (keyEnd === 0) return 0;
  if (form >= 0) {
    const wanted = askedStatus | <u64>form;
    const keyLength = <u32>(keyEnd - KEY);
    const entry = lookUp(SAYINGS, hashOf(KEY, keyLength, wanted), KEY, keyLength, wanted);
    if (entry !== 0) {
      const value = valueIn(entry);
      if (!counted(time, (value >> 1) & 1)) return end;
      countAccess();
      if (value & 1) {
        addRow(value >> 2, time, client, connection, request, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
        addAccess(seconds, size);
        if (client === NAMED) addName(<u32>(<i32>name + base), <u32>(<i32>nameEnd + base));
      }
      return end;
    }
  }
  store<i32>(RESULT + ASKED, ABOUT_ACCESS);
  store<f64>(RESULT + ASKED_TIME, time);
  store<f64>(RESULT + ASKED_CLIENT, client);
  store<f64>(RESULT + ASKED_CONNECTION, connection);
  store<f64>(RESULT + ASKED_SECONDS, seconds);
  store<f64>(RESULT + ASKED_SIZE, size);
  store<i32>(RESULT + ASKED_REQUEST, <i32>request);
  store<i32>(RESULT + ASKED_NAME, <i32>name + base);
  store<i32>(RESULT + ASKED_NAME_END, <i32>nameEnd + base);
  return 0;
}

/**
 * Stores what the line asked about says.
 * @param value its gist times four; two more when it is routine, one more when it says anything at all
 * @returns false when there is no room
 */
export function learnAccessLine(value: i32): bool {
  const from = askedRequest;
  const to = askedRequestEnd;
  let form = formOf(from, to);
  if (form === NO_FORM) return true;
  if (form === NEW_FORM) {
    form = <i32>sizeOf(FORMS);
    const end = writeRequestForm(from, to);
    const length = <u32>(end - KEY);
    if (<u32>form >= MOST_FORMS || !keep(FORMS, hashOf(KEY, length, 0), KEY, length, 0, form, 0)) return false;
    // What is remembered of the request itself has no form yet: it is looked at again when it comes again.
  }
  const wanted = askedStatus | <u64>form;
  const keyEnd = writeKey();
  const length = <u32>(keyEnd - KEY);
  const hash = hashOf(KEY, length, wanted);
  if (lookUp(SAYINGS, hash, KEY, length, wanted) !== 0) return true;
  return keep(SAYINGS, hash, KEY, length, wanted, value, 0);
}

/** The client found last, as a number, none, or where it stands. */
let client: f64 = -1;
let name: usize = 0;
let nameEnd: usize = 0;

/** Finds the client; false when it is no address. */
function findClient(): bool {
  const slot = place(CLIENT);
  client = -1;
  if (slot < 0) return true;
  name = valueFrom(slot);
  nameEnd = addressEnd(name);
  client = ipv4 < 0 ? NAMED : ipv4;
  return nameEnd === valueEnd(slot);
}

/** Epoch seconds; NaN when the hour is not the one known. */
function timeOf(): f64 {
  const exact = place(EXACT_TIME);
  if (exact >= 0) {
    // Seconds with three decimals: the same division as the plain way's, from whole milliseconds.
    const from = valueFrom(exact);
    const end = valueEnd(exact);
    if (end - from !== 14 || load<u8>(from, 10) !== 46) return NaN;
    const whole = wholeNumber(from);
    if (numberEnd !== from + 10) return NaN;
    const millis = wholeNumber(from + 11);
    return numberEnd === end ? (whole * 1000 + millis) / 1000 : NaN;
  }
  const from = valueFrom(place(TIME));
  const length = <u32>(valueEnd(place(TIME)) - from);
  if (length !== hourLength || length === 0) return NaN;
  if (((load<u64>(from) ^ load<u64>(HOUR)) | ((load<u64>(from, 8) ^ load<u64>(HOUR, 8)) & headMask)) !== 0) return NaN;
  if (((load<u64>(from + length - 8) ^ load<u64>(HOUR + length - 8)) & tailMask) !== 0) return NaN;
  const minutes = twoDigits(from + minutesAt);
  const seconds = twoDigits(from + minutesAt + 3);
  if (minutes > 59 || seconds > 60 || load<u8>(from + minutesAt + 2) !== 58) return NaN;
  return hourStart + <f64>(minutes * 60 + seconds);
}

/** Bytes; -1 when the line tells none, -2 when it cannot be read. */
function sizeOfAnswer(): f64 {
  const slot = place(SIZE);
  return slot < 0 ? -1 : wholeOrNone(valueFrom(slot), valueEnd(slot));
}

/** A whole number; -1 for `-` and for nothing, -2 for anything else. */
function wholeOrNone(from: usize, end: usize): f64 {
  const value = wholeNumber(from);
  if (value >= 0 && numberEnd === end) return value;
  return isNone(from, end) ? -1 : -2;
}

function numberOrNone(from: usize, end: usize): f64 {
  const value = decimal(from, end);
  if (value >= 0) return value;
  return isNone(from, end) ? -1 : -2;
}

function isNone(from: usize, end: usize): bool {
  return from === end || isDash(from, end);
}

function isDash(from: usize, end: usize): bool {
  return end === from + 1 && load<u8>(from) === 45;
}

function hasUpgrade(): bool {
  const slot = place(UPGRADE);
  return slot >= 0 && !isNone(valueFrom(slot), valueEnd(slot));
}

/** Finds the request line, or puts it together from its parts. */
function findRequest(): bool {
  const whole = place(WHOLE_REQUEST);
  if (whole >= 0) {
    askedRequest = valueFrom(whole);
    askedRequestEnd = valueEnd(whole);
    return true;
  }
  let out = ASSEMBLED;
  for (let role = METHOD; role <= PROTOCOL; role += 4) {
    const from = valueFrom(place(role));
    const length = valueEnd(place(role)) - from;
    if (out - ASSEMBLED + length + 1 > LONGEST_REQUEST || length === 0) return false;
    memory.copy(out, from, length);
    out += length;
    if (role !== PROTOCOL) store<u8>(out++, 32);
  }
  askedRequest = ASSEMBLED;
  askedRequestEnd = out;
  return true;
}

function hasBackslash(from: usize, end: usize): bool {
  for (let at = from; at < end; at++) if (load<u8>(at) === 92) return true;
  return false;
}

/** The number of a request's form. */
function formOf(from: usize, to: usize): i32 {
  const end = writeRequestForm(from, to);
  if (end === 0) return NO_FORM;
  const length = <u32>(end - KEY);
  const entry = lookUp(FORMS, hashOf(KEY, length, 0), KEY, length, 0);
  return entry === 0 ? NEW_FORM : valueIn(entry);
}

function writeRequestForm(from: usize, to: usize): usize {
  // What nginx writes when it could not read the request, where no other value could tell more.
  if (isDash(from, to) && place(WHOLE_REQUEST) >= 0 && place(TARGET) < 0) {
    store<u8>(KEY, 45);
    return KEY + 1;
  }
  return writeForm(from, to, KEY);
}

/** Whether status and size alone show that nginx made the answer: `isNginxAnswer` in src/findings/answered-by.ts. */
function madeByNginx(status: u32, size: f64): u32 {
  const kind = <u32>load<u8>(MADE_BY_NGINX + status - 100);
  if (kind < 2) return kind;
  const bytes = <i32>size;
  if (size < 0 || size >= <f64>SIZE_BITS) return 0;
  return (<u32>load<u8>(SIZES + ((kind - 2) << 7) + (bytes >> 3)) >> (bytes & 7)) & 1;
}

/** Writes the values that are part of the key; 0 when they are too long. */
function writeKey(): usize {
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
    const end = valueEnd(slot);
    if (out + (end - valueFrom(slot)) + 4 > KEY + KEY_BYTES) return 0;
    let wasNumber = false;
    for (let at = valueFrom(slot); at < end; at++) {
      const c = load<u8>(at);
      const isNumber = isDigit(c) || c === 46;
      if (!isNumber) store<u8>(out++, c);
      else if (!wasNumber) store<u8>(out++, 35);
      wasNumber = isNumber;
    }
    store<u8>(out++, 0);
  }
  return out;
}
