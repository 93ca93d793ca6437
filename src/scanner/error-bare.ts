/** Error lines without a context: `*5 client 192.0.2.1 closed keepalive connection`. */
import { find, hashOf } from './bytes';
import { connection, level } from './error-head';
import { BARE, FORMS, LEVEL_BITS } from './error-memory';
import { findBare, messageFrom, messageLength } from './error-message';
import { keep, lookUp, markIn, valueIn } from './known';
import { ABOUT_BARE, ASKED, ASKED_CONNECTION, ASKED_TIME, RESULT } from './layout';
import { addRow, countError, counted } from './rows';

const QUOTE: u8 = 34;

/** As `takeError`, for a line whose time and head were read. */
export function takeBare(at: usize, end: usize, message: usize, time: f64, line: u32, base: i32): bool {
  if (find(QUOTE, message, end) < end) return false;
  findBare(message, end);
  const known = lookUp(FORMS, hashOf(messageFrom, messageLength, level), messageFrom, messageLength, level | BARE);
  if (known === 0) {
    store<i32>(RESULT + ASKED, ABOUT_BARE);
    store<f64>(RESULT + ASKED_TIME, time);
    store<f64>(RESULT + ASKED_CONNECTION, connection);
    return false;
  }
  const value = valueIn(known);
  if (!counted(time, ~value & 1)) return true;
  countError(markIn(known) >> LEVEL_BITS);
  if (value & 1) addRow(value >> 1, time, -1, connection, 0, line, <u32>(<i32>at + base), <u32>(<i32>end + base));
  return true;
}

/** As `learnErrorLine`, for the line that `takeBare` did not know. */
export function learnBareLine(value: i32, place: i32): bool {
  const hash = hashOf(messageFrom, messageLength, level);
  const wanted = level | BARE;
  if (lookUp(FORMS, hash, messageFrom, messageLength, wanted) !== 0) return true;
  return keep(FORMS, hash, messageFrom, messageLength, wanted, value, place << LEVEL_BITS);
}
