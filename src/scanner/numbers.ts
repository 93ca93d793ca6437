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

/** Where the octet read last ends; 0 when there was none. */
let octetEnd: usize = 0;

/** A number from 0 to 255 without leading zeros, else what it would read back as differs. */
function octet(at: usize): u32 {
  const a = <u32>load<u8>(at) - 48;
  const b = <u32>load<u8>(at, 1) - 48;
  octetEnd = 0;
  if (a > 9) return 0;
  if (b > 9) {
    octetEnd = at + 1;
    return a;
  }
  if (a === 0) return 0;
  const c = <u32>load<u8>(at, 2) - 48;
  if (c > 9) {
    octetEnd = at + 2;
    return a * 10 + b;
  }
  const value = a * 100 + b * 10 + c;
  if (value > 255) return 0;
  octetEnd = at + 3;
  return value;
}

/** Where the address at `from` ends; 0 when there are only other bytes than addresses have. */
export function addressEnd(from: usize): usize {
  let value: u32 = 0;
  let at = from;
  for (let left = 4; left !== 0; left--) {
    const part = octet(at);
    if (octetEnd === 0) break;
    value = (value << 8) | part;
    at = octetEnd;
    const c = load<u8>(at);
    if (left === 1 && !isAddressByte(c)) {
      ipv4 = <f64>value;
      return at;
    }
    if (c !== 46) break;
    at++;
  }
  ipv4 = -1;
  at = from;
  while (isAddressByte(load<u8>(at))) at++;
  return at === from ? 0 : at;
}

/** Digits, hex letters, dots and colons. */
function isAddressByte(c: u8): bool {
  return <u32>c - 48 < 11 || c === 46 || <u32>c - 97 < 6;
}
