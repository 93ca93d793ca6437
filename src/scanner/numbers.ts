/** Numbers and addresses as they stand in a line. */
import { isDigit } from './bytes';

/** Digits that make a number which a double holds exactly. */
const MOST_DIGITS: usize = 15;

/** Where the number read last ends. */
export let numberEnd: usize = 0;

/** The whole number at `at`; -1 when there is none, or one of too many digits. */
export function wholeNumber(at: usize): f64 {
  let value: u64 = 0;
  let end = at;
  let c = load<u8>(end);
  while (isDigit(c)) {
    value = value * 10 + (c - 48);
    c = load<u8>(++end);
  }
  numberEnd = end;
  return end === at || end - at > MOST_DIGITS ? -1 : <f64>value;
}

const POWERS: StaticArray<f64> = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** A number with at most one point, not at its ends, from `at` to `end`; -1 for anything else. */
export function decimal(at: usize, end: usize): f64 {
  let value: u64 = 0;
  let point: usize = 0;
  if (end <= at || end - at > MOST_DIGITS) return -1;
  for (let i = at; i < end; i++) {
    const c = load<u8>(i);
    if (isDigit(c)) value = value * 10 + (c - 48);
    else if (c === 46 && point === 0 && i > at && i + 1 < end) point = i + 1;
    else return -1;
  }
  // Both are exact, so that the quotient is the double nearest to the number, as reading the text gives.
  return point === 0 ? <f64>value : <f64>value / unchecked(POWERS[<i32>(end - point)]);
}

/** The address read last as a number, or -1 when it is no IPv4 address that reads back as it stands. */
export let ipv4: f64 = -1;

/** Where the address at `from` ends; 0 when there are only other bytes than addresses have. */
export function addressEnd(from: usize): usize {
  let value: u32 = 0;
  let part: i32 = -1;
  let dots = 0;
  let at = from;
  let c = load<u8>(at);
  for (;;) {
    if (isDigit(c)) {
      // A leading zero, and what is no byte, make it another text than the address would read back as.
      if (part === 0 || part > 25) break;
      part = part === -1 ? c - 48 : part * 10 + c - 48;
    } else if (c === 46 && part !== -1 && part < 256) {
      value = (value << 8) | part;
      part = -1;
      dots++;
    } else break;
    c = load<u8>(++at);
  }
  if (dots === 3 && part !== -1 && part < 256 && !isAddressByte(c)) {
    ipv4 = <f64>((value << 8) | <u32>part);
    return at;
  }
  ipv4 = -1;
  while (isAddressByte(c)) c = load<u8>(++at);
  return at === from ? 0 : at;
}

/** Digits, hex letters, dots and colons. */
function isAddressByte(c: u8): bool {
  return <u32>c - 48 < 11 || c === 46 || <u32>c - 97 < 6;
}
