/** When an access line was written: told exactly, or within an hour whose text is known. */
import { valueEnd, valueFrom } from './access-format';
import { EXACT_TIME, place, TIME } from './access-values';
import { lowBytes, twoDigits } from './bytes';
import { numberEnd, wholeNumber } from './numbers';

/** The time as it stood, its length, where its minutes begin, and the epoch second at which that hour starts. */
export const HOUR: usize = memory.data(64, 16);
let hourLength: u32 = 0;
let minutesAt: u32 = 0;
/** What must be equal in the second eight bytes, before the minutes, and in the last eight, behind the seconds. */
let headMask: u64 = 0;
let tailMask: u64 = 0;
let hourStart: f64 = NaN;

/** Remembers the hour whose text stands at `HOUR`. */
export function learnAccessHour(length: u32, minutes: u32, start: f64): void {
  hourLength = length;
  minutesAt = minutes;
  hourStart = start;
  headMask = lowBytes(minutes - 8);
  // What stands behind the seconds: six bytes of a zone at most.
  tailMask = ~lowBytes(8 - (length - minutes - 5));
}

export function forgetHour(): void {
  hourLength = 0;
  hourStart = NaN;
}

/** Epoch seconds of the line at hand; NaN when the hour is not the one known. */
export function timeOfLine(): f64 {
  const exact = place(EXACT_TIME);
  return exact >= 0 ? exactTime(valueFrom(exact), valueEnd(exact)) : timeInHour(place(TIME));
}

/** Seconds with three decimals: the same division as the plain way's, from whole milliseconds. */
function exactTime(from: usize, end: usize): f64 {
  if (end - from !== 14 || load<u8>(from, 10) !== 46) return NaN;
  const whole = wholeNumber(from);
  if (numberEnd !== from + 10) return NaN;
  const millis = wholeNumber(from + 11);
  return numberEnd === end ? (whole * 1000 + millis) / 1000 : NaN;
}

function timeInHour(slot: i32): f64 {
  const from = valueFrom(slot);
  const length = <u32>(valueEnd(slot) - from);
  if (length !== hourLength || length === 0) return NaN;
  if (((load<u64>(from) ^ load<u64>(HOUR)) | ((load<u64>(from, 8) ^ load<u64>(HOUR, 8)) & headMask)) !== 0) return NaN;
  if (((load<u64>(from + length - 8) ^ load<u64>(HOUR + length - 8)) & tailMask) !== 0) return NaN;
  const minutes = twoDigits(from + minutesAt);
  const seconds = twoDigits(from + minutesAt + 3);
  if (minutes > 59 || seconds > 60 || load<u8>(from + minutesAt + 2) !== 58) return NaN;
  return hourStart + <f64>(minutes * 60 + seconds);
}
