/** What an error line begins with: `2026/11/22 12:05:33 [error] 29#29: *5 `, up to its message. */
import { isDigit, lowBytes, twoDigits } from './bytes';
import { numberEnd, wholeNumber } from './numbers';

/** `2026/11/22 12` in two words that overlap, and the epoch second at which that hour starts. */
let hourHead: u64 = 0;
let hourTail: u64 = 0;
let hourStart: f64 = NaN;

/** Of the head read last: the level's letters, and nginx's number of the connection. */
export let level: u64 = 0;
export let connection: f64 = -1;

/** Remembers the hour of the line at a position, which starts at that epoch second. */
export function learnErrorHour(at: usize, start: f64): void {
  hourHead = load<u64>(at);
  hourTail = load<u64>(at, 5);
  hourStart = start;
}

/** Reads the time a line begins with, in epoch seconds; NaN when its hour is not the one known. */
export function readTime(at: usize): f64 {
  if (load<u64>(at) !== hourHead || load<u64>(at, 5) !== hourTail) return NaN;
  if (load<u8>(at, 13) !== 58 || load<u8>(at, 16) !== 58 || load<u8>(at, 19) !== 32 || load<u8>(at, 20) !== 91)
    return NaN;
  const minutes = twoDigits(at + 14);
  const seconds = twoDigits(at + 17);
  return minutes > 59 || seconds > 60 ? NaN : hourStart + <f64>(minutes * 60 + seconds);
}

/** Reads what follows the time. Returns where the message starts, 0 when it is no such head. */
export function readHead(at: usize): usize {
  // The level: four to six letters and a bracket.
  let p = at + 25;
  while (load<u8>(p) !== 93) if (++p > at + 27) return 0;
  level = load<u64>(at, 21) & lowBytes(<u32>(p - at - 21));
  if (load<u8>(p, 1) !== 32) return 0;
  p = digitsEnd(p + 2);
  if (p === 0 || load<u8>(p) !== 35) return 0;
  p = digitsEnd(p + 1);
  if (p === 0 || load<u8>(p) !== 58 || load<u8>(p, 1) !== 32 || load<u8>(p, 2) !== 42) return 0;
  connection = wholeNumber(p + 3);
  return connection < 0 || load<u8>(numberEnd) !== 32 ? 0 : numberEnd + 1;
}

/** Where the digits at a position end; 0 when there are none, or too many. */
function digitsEnd(start: usize): usize {
  let at = start;
  while (isDigit(load<u8>(at))) at++;
  return at === start || at - start > 15 ? 0 : at;
}
