/**
 * Lines of an access log. Most are successes and redirects of requests that are no WebSocket's, and matter to nobody
 * here. What the others say depends on the form of the request, the status, and the values that are part of a key.
 */
import { client, findClient, name, nameEnd } from './access-client';
import { formattedEnd, hasFormat, valueEnd, valueFrom } from './access-format';
import { setKey, writeKey } from './access-key';
import {
  findRequest,
  forgetRequests,
  formOfRequest,
  learnForm,
  lookAtRequest,
  NO_FORM,
  NO_ROOM,
  PLAIN,
  requestJoin,
  UNCLEAR,
} from './access-request';
import { forgetHour, timeOfLine } from './access-time';
import {
  connectionOfRequest,
  hasUpgrade,
  place,
  secondsOfRequest,
  sizeOfAnswer,
  statusOfAnswer,
  TIME,
  UNREADABLE,
} from './access-values';
import { hashOf } from './bytes';
import { clear, keep, lookUp, TABLE_BYTES, valueIn } from './known';
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
  NAMED,
  RESULT,
} from './layout';
import { madeByNginx } from './own-answer';
import { addAccess, addName, addRow, countAccess, counted } from './rows';

/** The size is that of the body, which can show that nginx made an answer. */
let sizeTells = false;
/** Lines whose client is none are not surely access lines. */
let clientNeeded = false;
/** What is left of the line is unknown, so that lines which say something are left to the plain way. */
let tailGuessed = false;

/** What lines say, by key; beside it must be equal the form of the request, the status, and whether nginx answered. */
const SAYINGS: usize = memory.data(TABLE_BYTES, 64);
/** Status and answerer of the line that was not known. */
let askedStatus: u64 = 0;

/** @param keys slots that are part of the key as they stand; behind them are those whose numbers are left out */
export function setAccess(keys: u32, numbers: u32, size: bool, needed: bool, guessed: bool): void {
  setKey(keys, numbers);
  sizeTells = size;
  clientNeeded = needed;
  tailGuessed = guessed;
  forgetHour();
}

export function forgetAccess(): void {
  forgetRequests();
  clear(SAYINGS);
}

/** As `takeError`, for a line of an access log, whose end it finds itself. Returns where that is, 0 when it is not known. */
export function takeAccess(at: usize, textEnd: usize, line: u32, base: i32): usize {
  store<i32>(RESULT + ASKED, 0);
  const end = hasFormat() ? formattedEnd(at) : 0;
  if (end === 0 || end >= textEnd || end === at || load<u8>(end - 1) === 13) return 0;
  const time = timeOfLine();
  if (!(time >= 0)) {
    askTime(base);
    return 0;
  }
  const status = statusOfAnswer();
  if (status === 0 || (clientNeeded && !findClient())) return 0;
  const size = sizeOfAnswer();
  if (size === UNREADABLE || !findRequest()) return 0;
  const hint = lookAtRequest(clientNeeded);
  if (hint === UNCLEAR) return 0;
  if (status >= 200 && status < 400 && hint === PLAIN && !hasUpgrade()) {
    if (counted(time, 1)) countAccess();
    return end;
  }
  if (tailGuessed || (!clientNeeded && !findClient())) return 0;
  const seconds = secondsOfRequest();
  const connection = connectionOfRequest();
  if (seconds === UNREADABLE || connection === UNREADABLE) return 0;
  const form = formOfRequest();
  if (form === NO_FORM) return 0;
  const made = sizeTells ? madeByNginx(status, size) : 0;
  askedStatus = ((<u64>status) << 32) | ((<u64>made) << 48);
  const keyEnd = writeKey();
  if (keyEnd === 0) return 0;
  if (form >= 0) {
    const wanted = askedStatus | <u64>form;
    const length = <u32>(keyEnd - KEY);
    const entry = lookUp(SAYINGS, hashOf(KEY, length, wanted), KEY, length, wanted);
    if (entry !== 0) {
      const value = valueIn(entry);
      if (!counted(time, (value >> 1) & 1)) return end;
      countAccess();
      if (value & 1) {
        addRow(value >> 2, time, client, connection, requestJoin, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
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
  store<i32>(RESULT + ASKED_REQUEST, <i32>requestJoin);
  store<i32>(RESULT + ASKED_NAME, <i32>name + base);
  store<i32>(RESULT + ASKED_NAME_END, <i32>nameEnd + base);
  return 0;
}

/**
 * Stores what the line says that was asked about.
 * @param value its gist times four; two more when it is routine, one more when it says anything at all
 * @returns false when there is no room
 */
export function learnAccessLine(value: i32): bool {
  const form = learnForm();
  if (form < 0) return form !== NO_ROOM;
  const wanted = askedStatus | <u64>form;
  const length = <u32>(writeKey() - KEY);
  const hash = hashOf(KEY, length, wanted);
  if (lookUp(SAYINGS, hash, KEY, length, wanted) !== 0) return true;
  return keep(SAYINGS, hash, KEY, length, wanted, value, 0);
}

/** Asks about the hour, where lines tell the time within one. */
function askTime(base: i32): void {
  const slot = place(TIME);
  if (slot < 0) return;
  store<i32>(RESULT + ASKED, ABOUT_TIME);
  store<i32>(RESULT + ASKED_NAME, <i32>valueFrom(slot) + base);
  store<i32>(RESULT + ASKED_NAME_END, <i32>valueEnd(slot) + base);
}
