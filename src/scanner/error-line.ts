/**
 * Lines of an error log. They differ in time, process, connection and client; what is left, the message and the
 * context behind the client, recurs: as it stands, or in its form once identifiers are taken out.
 *
 * What was found of a line that is not known stays where it is until that line is learned, which is before the next.
 */
import { find, hashOf, requestHash } from './bytes';
import { near } from './encoded-feeds';
import { takeBare } from './error-bare';
import { requestFrom, requestTo, SHAPE_KEY, shapeLength, writeContextForm } from './error-context';
import { connection, level, readHead, readTime } from './error-head';
import {
  CONTEXTS,
  FORMS,
  LEVEL_BITS,
  LEVELS,
  MESSAGES,
  MOST_MESSAGES,
  QUOTES,
  SHAPE,
  SHAPED,
  withMessage,
} from './error-memory';
import { clientAfter, findMessage, messageFrom, messageLength } from './error-message';
import { CACHED_TEXT, first, keep, lookUp, markIn, recall, remember, second, setMark, sizeOf, valueIn } from './known';
import {
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
import { addressEnd, ipv4 } from './numbers';
import { addName, addRow, countError, counted } from './rows';

/** nginx cuts an entry at 2048 bytes with its newline (NGX_MAX_ERROR_STR); a cut line is never taken from memory. */
const CUT_LENGTH: usize = 2047;
const SHORTEST: usize = 60;
const COMMA: u8 = 44;
const QUOTE: u8 = 34;

/** Whether contexts are found in the cache: each that is counts for as many that are not. */
let luck: i32 = 64;
const LUCK: i32 = 4;
const MOST_LUCK: i32 = 256;
/** Of lines with no luck, one in so many is looked for all the same. */
const SELDOM: u32 = 15;

/** Where the form ends that was written last, at `KEY`; 0 when the context has none. */
let formEnd: usize = 0;
/** Hash of the request of the line whose value was recalled last. */
let request: u32 = 0;
/** Of the line asked about: where its message starts, its client and its context, and where it ends. */
let askedMessage: usize = 0;
let askedClient: usize = 0;
let askedContext: usize = 0;
let askedEnd: usize = 0;

/** What a line says that is not known. */
const UNKNOWN: i32 = -1;

/**
 * Takes the line from `at` to `end`, its line feed, if it is known. Else what can be learned of it is kept at hand.
 * @param base what makes positions of those in memory
 */
export function takeError(at: usize, end: usize, line: u32, base: i32): bool {
  store<i32>(RESULT + ASKED, 0);
  if (end - at >= CUT_LENGTH || end - at < SHORTEST || load<u8>(end - 1) === 13) return false;
  const time = readTime(at);
  if (isNaN(time)) return false;
  const message = readHead(at);
  if (message === 0) return false;
  const client = clientAfter(message, end);
  if (client === 0) return takeBare(at, end, message, time, line, base);
  const context = addressEnd(client);
  if (context === 0 || load<u8>(context) !== COMMA || load<u8>(context, 1) !== 32 || context >= end) return false;
  const address = ipv4 < 0 ? NAMED : ipv4;
  findMessage(message, client);
  const known = lookUp(MESSAGES, hashOf(messageFrom, messageLength, level), messageFrom, messageLength, level);
  if (known === 0) formEnd = writeContextForm(context, end);
  else {
    if (markIn(known) & QUOTES && near(at)) return false;
    const value = recalledValue(known, context, end, line);
    if (value !== UNKNOWN) {
      if (!counted(time, ~value & 1)) return true;
      countError((markIn(known) >> LEVEL_BITS) & LEVELS);
      if (value & 1) {
        addRow(value >> 1, time, address, connection, request, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
        if (address === NAMED) addName(<u32>(<i32>client + base), <u32>(<i32>context + base));
      }
      return true;
    }
  }
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
  store<i32>(RESULT + ASKED_REQUEST, formEnd === 0 ? 0 : <i32>requestHash(requestFrom, requestTo));
  return false;
}

/** What a line says, of which the message is known; where that is not known, its form is written. */
function recalledValue(known: usize, context: usize, end: usize, line: u32): i32 {
  const id = valueIn(known);
  const length = <u32>(end - context);
  const wanted = withMessage(id);
  // Where hardly a context comes twice, it costs as much to look for it as to make its form.
  const isTried = length <= CACHED_TEXT && (luck > 0 || (line & SELDOM) === 0);
  const hash = isTried ? hashOf(context, length, wanted) : 0;
  const slot = isTried ? recall(CONTEXTS, hash, context, length, wanted) : 0;
  if (slot !== 0) {
    request = second(slot);
    if (luck < MOST_LUCK) luck += LUCK;
    return first(slot);
  }
  if (luck > 0) luck--;
  formEnd = writeContextForm(context, end);
  if (formEnd === 0) return UNKNOWN;
  let value = 0;
  if (!(markIn(known) & SHAPED) || !isRoutineShape(id)) {
    const formLength = <u32>(formEnd - KEY);
    const form = lookUp(FORMS, hashOf(KEY, formLength, id), KEY, formLength, id);
    if (form === 0) return UNKNOWN;
    value = valueIn(form);
    request = requestHash(requestFrom, requestTo);
    if (isTried) remember(CONTEXTS, hash, context, length, wanted, value, request, 0);
  }
  return value;
}

/**
 * Stores what the line says that was asked about.
 * @param value its gist times two and one; zero when it is routine
 * @param hashed hash of its request
 * @param place of its level among nginx's
 * @returns false when there is no room
 */
export function learnErrorLine(value: i32, hashed: u32, place: i32): bool {
  const hash = hashOf(messageFrom, messageLength, level);
  let known = lookUp(MESSAGES, hash, messageFrom, messageLength, level);
  if (known === 0) {
    const id = sizeOf(MESSAGES);
    const mark = (find(QUOTE, askedMessage, askedClient) < askedClient ? QUOTES : 0) | (place << LEVEL_BITS);
    if (id >= MOST_MESSAGES || !keep(MESSAGES, hash, messageFrom, messageLength, level, id, mark)) return false;
    known = lookUp(MESSAGES, hash, messageFrom, messageLength, level);
  }
  const id = valueIn(known);
  const length = <u32>(askedEnd - askedContext);
  if (length <= CACHED_TEXT) {
    const wanted = withMessage(id);
    remember(CONTEXTS, hashOf(askedContext, length, wanted), askedContext, length, wanted, value, hashed, 0);
  }
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

/** Whether lines with this message are routine where the context has the shape of the one at hand. */
function isRoutineShape(id: i32): bool {
  return (
    shapeLength !== 0 &&
    lookUp(FORMS, hashOf(SHAPE_KEY, shapeLength, id), SHAPE_KEY, shapeLength, <u64>id | SHAPE) !== 0
  );
}
