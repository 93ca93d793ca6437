/**
 * Lines of an error log. They differ in time, process, connection and client; what is left, the message and the
 * context behind the client, recurs: as it stands, or in its form once identifiers are taken out.
 */
import { find, hashOf, isDigit, lowBytes, requestHash, twoDigits } from './bytes';
import { near } from './encoded-feeds';
import { requestFrom, requestTo, SHAPE_KEY, shapeLength, writeContextForm } from './error-context';
import { clientAfter, findBare, findMessage, messageFrom, messageLength } from './error-message';
import {
  CACHE_BYTES,
  CACHED_TEXT,
  clear,
  first,
  keep,
  lookUp,
  markIn,
  recall,
  remember,
  second,
  setMark,
  sizeOf,
  TABLE_BYTES,
  valueIn,
} from './known';
import {
  ABOUT_BARE,
  ABOUT_ERROR,
  ASKED,
  ASKED_CLIENT,
  ASKED_CONNECTION,
  ASKED_NAME,
  ASKED_NAME_END,
  ASKED_REQUEST,
  ASKED_TIME,
  KEY,
  NAMED,
  RESULT,
} from './layout';
import { addressEnd, ipv4, numberEnd, wholeNumber } from './numbers';
import { addName, addRow, countError, counted } from './rows';

/** nginx cuts an entry at 2048 bytes with its newline (NGX_MAX_ERROR_STR); a cut line is never taken from memory. */
const CUT_LENGTH: usize = 2047;
const SHORTEST: usize = 60;
const MOST_MESSAGES: u32 = 2048;
const COMMA: u8 = 44;
const QUOTE: u8 = 34;
/** What else must be equal, of a line without a context. */
const BARE: u64 = 1 << 63;
/** The same, of lines that are routine whatever was asked for. */
const SHAPE: u64 = 1 << 62;

const MESSAGES: usize = memory.data(TABLE_BYTES, 16);
const FORMS: usize = memory.data(TABLE_BYTES, 16);
const CONTEXTS: usize = memory.data(CACHE_BYTES, 16);

/** `2026/11/22 12` in two words that overlap, and the epoch second at which that hour starts. */
let hourHead: u64 = 0;
let hourTail: u64 = 0;
let hourStart: f64 = NaN;
/** Makes what the cache holds unknown. */
let age: u64 = 1;
/** Whether contexts are found in the cache: each that is counts for as many that are not. */
let luck: i32 = 64;
const LUCK: i32 = 4;
const MOST_LUCK: i32 = 256;
/** Of lines with no luck, one in so many is looked for all the same. */
const SELDOM: u32 = 15;

/** Of the line that was not known. */
let askedLevel: u64 = 0;
let askedMessage: usize = 0;
let askedClient: usize = 0;
let askedContext: usize = 0;
let askedEnd: usize = 0;

/** Remembers the hour of the line at a position, which starts at that epoch second. */
export function learnErrorHour(at: usize, start: f64): void {
  hourHead = load<u64>(at);
  hourTail = load<u64>(at, 5);
  hourStart = start;
}

export function forgetErrors(): void {
  clear(MESSAGES);
  clear(FORMS);
  age++;
}

/**
 * Takes the line from `at` to `end`, its line feed, if it is known. Else what can be learned of it is kept at hand.
 * @param base what makes positions of those in memory
 */
export function takeError(at: usize, end: usize, line: u32, base: i32): bool {
  store<i32>(RESULT + ASKED, 0);
  if (end - at >= CUT_LENGTH || end - at < SHORTEST || load<u8>(end - 1) === 13) return false;
  if (load<u64>(at) !== hourHead || load<u64>(at, 5) !== hourTail) return false;
  if (load<u8>(at, 13) !== 58 || load<u8>(at, 16) !== 58 || load<u8>(at, 19) !== 32 || load<u8>(at, 20) !== 91)
    return false;
  const minutes = twoDigits(at + 14);
  const seconds = twoDigits(at + 17);
  if (minutes > 59 || seconds > 60) return false;
  const time = hourStart + <f64>(minutes * 60 + seconds);
  // The level: four to six letters and a bracket.
  let p = at + 25;
  while (load<u8>(p) !== 93) if (++p > at + 27) return false;
  const level = load<u64>(at, 21) & lowBytes(<u32>(p - at - 21));
  if (load<u8>(p, 1) !== 32) return false;
  p = digitsEnd(p + 2);
  if (p === 0 || load<u8>(p) !== 35) return false;
  p = digitsEnd(p + 1);
  if (p === 0 || load<u8>(p) !== 58 || load<u8>(p, 1) !== 32 || load<u8>(p, 2) !== 42) return false;
  const connection = wholeNumber(p + 3);
  if (connection < 0 || load<u8>(numberEnd) !== 32) return false;
  const message = numberEnd + 1;
  const client = clientAfter(message, end);
  if (client === 0) return takeBare(at, end, message, level, time, connection, line, base);
  const context = addressEnd(client);
  if (context === 0 || load<u8>(context) !== COMMA || load<u8>(context, 1) !== 32 || context >= end) return false;
  const address = ipv4 < 0 ? NAMED : ipv4;
  findMessage(message, client);
  const known = lookUp(MESSAGES, hashOf(messageFrom, messageLength, level), messageFrom, messageLength, level);
  if (known !== 0) {
    if (markIn(known) & QUOTES && near(at)) return false;
    const id = valueIn(known);
    const contextLength = <u32>(end - context);
    const wanted = (age << 32) | <u64>id;
    // Where hardly a context comes twice, it costs as much to look for it as to make its form.
    const isTried = contextLength <= CACHED_TEXT && (luck > 0 || (line & SELDOM) === 0);
    const hash = isTried ? hashOf(context, contextLength, wanted) : 0;
    const slot = isTried ? recall(CONTEXTS, hash, context, contextLength, wanted) : 0;
    let value = -1;
    let request: u32 = 0;
    if (slot !== 0) {
      value = first(slot);
      request = second(slot);
      if (luck < MOST_LUCK) luck += LUCK;
    } else {
      if (luck > 0) luck--;
      const formEnd = writeContextForm(context, end);
      if (formEnd !== 0) {
        const formLength = <u32>(formEnd - KEY);
        if (markIn(known) & SHAPED && isRoutineShape(id)) value = 0;
        const form: usize = value === 0 ? 0 : lookUp(FORMS, hashOf(KEY, formLength, id), KEY, formLength, id);
        if (form !== 0) {
          value = valueIn(form);
          request = requestHash(requestFrom, requestTo);
          if (isTried) remember(CONTEXTS, hash, context, contextLength, wanted, value, request, 0);
        }
      }
    }
    if (value >= 0) {
      if (!counted(time, ~value & 1)) return true;
      countError((markIn(known) >> 1) & LEVELS);
      if (value & 1) {
        addRow(value >> 1, time, address, connection, request, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
        if (address === NAMED) addName(<u32>(<i32>client + base), <u32>(<i32>context + base));
      }
      return true;
    }
  }
  askedLevel = level;
  askedMessage = message;
  askedClient = client;
  askedContext = context;
  askedEnd = end;
  store<i32>(RESULT + ASKED, ABOUT_ERROR);
  store<f64>(RESULT + ASKED_TIME, time);
  store<f64>(RESULT + ASKED_CLIENT, address);
  store<f64>(RESULT + ASKED_CONNECTION, connection);
  store<i32>(RESULT + ASKED_NAME, <i32>client + base);
  store<i32>(RESULT + ASKED_NAME_END, <i32>context + base);
  store<i32>(
    RESULT + ASKED_REQUEST,
    writeContextForm(context, end) === 0 ? 0 : <i32>requestHash(requestFrom, requestTo),
  );
  return false;
}

/** Its message quotes a decoded path, so the entry may go on where a client has sent an encoded line feed. */
const QUOTES: i32 = 1;
/** The place of its level, above that. */
const LEVELS: i32 = 127;
/** Lines with this message are routine in some shape of context. */
const SHAPED: i32 = 1 << 8;

/**
 * Stores what the line asked about says.
 * @param value its gist times two and one; zero when it is routine
 * @param level place of its level among nginx's
 * @returns false when there is no room
 */
export function learnErrorLine(value: i32, request: u32, level: i32): bool {
  findMessage(askedMessage, askedClient);
  const hash = hashOf(messageFrom, messageLength, askedLevel);
  let known = lookUp(MESSAGES, hash, messageFrom, messageLength, askedLevel);
  if (known === 0) {
    const id = sizeOf(MESSAGES);
    const quotes = find(QUOTE, askedMessage, askedClient) < askedClient ? QUOTES : 0;
    if (id >= MOST_MESSAGES || !keep(MESSAGES, hash, messageFrom, messageLength, askedLevel, id, quotes | (level << 1)))
      return false;
    known = lookUp(MESSAGES, hash, messageFrom, messageLength, askedLevel);
  }
  const id = valueIn(known);
  const contextLength = <u32>(askedEnd - askedContext);
  const wanted = (age << 32) | <u64>id;
  if (contextLength <= CACHED_TEXT) {
    remember(
      CONTEXTS,
      hashOf(askedContext, contextLength, wanted),
      askedContext,
      contextLength,
      wanted,
      value,
      request,
      0,
    );
  }
  const formEnd = writeContextForm(askedContext, askedEnd);
  if (formEnd === 0) return true;
  if (value === 0) {
    if (shapeLength === 0 || isRoutineShape(id)) return true;
    setMark(known, markIn(known) | SHAPED);
    return keep(FORMS, hashOf(SHAPE_KEY, shapeLength, id), SHAPE_KEY, shapeLength, <u64>id | SHAPE, 0, 0);
  }
  const formLength = <u32>(formEnd - KEY);
  const formHash = hashOf(KEY, formLength, id);
  if (lookUp(FORMS, formHash, KEY, formLength, id) !== 0) return true;
  return keep(FORMS, formHash, KEY, formLength, id, value, 0);
}

/** A line without a context: `*5 client 192.0.2.1 closed keepalive connection`. */
function takeBare(
  at: usize,
  end: usize,
  message: usize,
  level: u64,
  time: f64,
  connection: f64,
  line: u32,
  base: i32,
): bool {
  if (find(QUOTE, message, end) < end) return false;
  findBare(message, end);
  const known = lookUp(FORMS, hashOf(messageFrom, messageLength, level), messageFrom, messageLength, level | BARE);
  if (known === 0) {
    askedLevel = level;
    askedMessage = message;
    askedEnd = end;
    store<i32>(RESULT + ASKED, ABOUT_BARE);
    store<f64>(RESULT + ASKED_TIME, time);
    store<f64>(RESULT + ASKED_CONNECTION, connection);
    return false;
  }
  const value = valueIn(known);
  if (!counted(time, ~value & 1)) return true;
  countError(markIn(known) >> 1);
  if (value & 1) addRow(value >> 1, time, -1, connection, 0, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
  return true;
}

/** As `learnErrorLine`, for a line without a context. */
export function learnBareLine(value: i32, level: i32): bool {
  findBare(askedMessage, askedEnd);
  const hash = hashOf(messageFrom, messageLength, askedLevel);
  const wanted = askedLevel | BARE;
  if (lookUp(FORMS, hash, messageFrom, messageLength, wanted) !== 0) return true;
  return keep(FORMS, hash, messageFrom, messageLength, wanted, value, level << 1);
}

/** Where the digits at a position end; 0 when there are none, or too many. */
function digitsEnd(start: usize): usize {
  let at = start;
  while (isDigit(load<u8>(at))) at++;
  return at === start || at - start > 15 ? 0 : at;
}

/** Whether lines with this message are routine where the context has the shape of the one at hand. */
function isRoutineShape(message: i32): bool {
  return (
    shapeLength !== 0 &&
    lookUp(FORMS, hashOf(SHAPE_KEY, shapeLength, message), SHAPE_KEY, shapeLength, <u64>message | SHAPE) !== 0
  );
}
