/** Times as log lines write them, read without Date: fast, strict, and the same on every machine. */
import type { LineTime } from './record.ts';

const DAY_MS = 86_400_000;
const MONTHS: ReadonlyMap<string, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, i) => [name, i + 1]),
);
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar (months from 1), by counting eras of 400 years. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Milliseconds since 1970 of a wall clock read as UTC; null for a date or time that cannot exist. */
function wallOf(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  // -1 stands for "not digits", and every comparison below refuses it. 60 is the leap second some clocks show.
  if (year < 1970 || month < 1 || month > 12 || day < 1) return null;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  if (day > MONTH_DAYS[month - 1]! && !(month === 2 && day === 29 && isLeap(year))) return null;
  return daysFromCivil(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** Two digits at a position, or -1. */
function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

/** Four digits at a position, or -1. */
function four(text: string, at: number): number {
  const a = two(text, at);
  const b = two(text, at + 2);
  return a === -1 || b === -1 ? -1 : a * 100 + b;
}

// Log lines come in bursts of the same day: the last date read is remembered.
let lastDate = '';
let lastDay: number | null = null;

/**
 * The time of an error-log line, `YYYY/MM/DD hh:mm:ss`, standing at `at`. Error logs state no zone.
 * @returns the wall clock in ms, or null when the text is no such time or the time cannot exist (30 February, 25:00).
 */
export function parseErrorTime(text: string, at = 0): number | null {
  if (text.charCodeAt(at + 4) !== 47 || text.charCodeAt(at + 7) !== 47 || text.charCodeAt(at + 10) !== 32) return null;
  if (text.charCodeAt(at + 13) !== 58 || text.charCodeAt(at + 16) !== 58) return null;
  const hour = two(text, at + 11);
  const minute = two(text, at + 14);
  const second = two(text, at + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  const date = text.slice(at, at + 10);
  if (date !== lastDate) {
    lastDay = wallOf(four(text, at), two(text, at + 5), two(text, at + 8), 0, 0, 0);
    lastDate = date;
  }
  return lastDay === null ? null : lastDay + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** Minutes east of UTC of `+hhmm`, `+hh:mm` or `+hh` at a position, and where it ends; null when there is none. */
function zoneAt(text: string, at: number): { offset: number; end: number } | null {
  const sign = text.charCodeAt(at);
  if (sign !== 43 && sign !== 45) return null;
  const hours = two(text, at + 1);
  if (hours < 0 || hours > 18) return null;
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0;
  const minutes = two(text, at + 3 + colon);
  const offset = hours * 60 + Math.max(minutes, 0);
  if (minutes > 59) return null;
  return { offset: sign === 45 ? -offset : offset, end: minutes === -1 ? at + 3 : at + 5 + colon };
}

/** `$time_local`: `22/Nov/2026:12:06:41 +0000`, whole text. Null when it is none or cannot exist. */
export function parseTimeLocal(text: string): LineTime | null {
  if (text.length !== 26 || text[2] !== '/' || text[6] !== '/' || text[11] !== ':' || text[14] !== ':') return null;
  if (text[17] !== ':' || text[20] !== ' ') return null;
  const month = MONTHS.get(text.slice(3, 6)) ?? -1;
  const wall = wallOf(four(text, 7), month, two(text, 0), two(text, 12), two(text, 15), two(text, 18));
  const zone = zoneAt(text, 21);
  return wall === null || zone === null || zone.end !== 26 ? null : { wall, offset: zone.offset };
}

/**
 * An ISO 8601 / RFC 3339 time at a position: `2026-11-22T12:06:41.123456Z`, with `T` or a space, `.` or `,` before the
 * fraction, and `Z`, `+hh:mm`, `+hhmm` or no zone. Digits beyond milliseconds are dropped.
 * @returns the time and where its text ends, or null.
 */
export function scanIso8601(text: string, at = 0): { time: LineTime; end: number } | null {
  if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 7) !== 45) return null;
  const separator = text.charCodeAt(at + 10);
  if (separator !== 84 && separator !== 116 && separator !== 32) return null;
  if (text.charCodeAt(at + 13) !== 58 || text.charCodeAt(at + 16) !== 58) return null;
  const seconds = wallOf(
    four(text, at),
    two(text, at + 5),
    two(text, at + 8),
    two(text, at + 11),
    two(text, at + 14),
    two(text, at + 17),
  );
  if (seconds === null) return null;
  let end = at + 19;
  let millis = 0;
  const point = text.charCodeAt(end);
  if ((point === 46 || point === 44) && isDigit(text.charCodeAt(end + 1))) {
    let scale = 100;
    for (end += 1; isDigit(text.charCodeAt(end)) && end < at + 32; end++) {
      millis += (text.charCodeAt(end) - 48) * scale;
      scale = scale === 1 ? 0 : scale / 10;
    }
  }
  const wall = seconds + millis;
  const next = text.charCodeAt(end);
  if (next === 90 || next === 122) return { time: { wall, offset: 0 }, end: end + 1 };
  const zone = zoneAt(text, end);
  return zone ? { time: { wall, offset: zone.offset }, end: zone.end } : { time: { wall, offset: null }, end };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** {@link scanIso8601} over a whole text. */
export function parseIso8601(text: string): LineTime | null {
  const found = scanIso8601(text);
  return found && found.end === text.length ? found.time : null;
}

/** `$msec`: seconds since 1970 with milliseconds, `1732277201.123`; always UTC. */
export function parseMsec(text: string): LineTime | null {
  const match = /^(\d{9,11})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  const millis = Number((match[2] ?? '').padEnd(3, '0').slice(0, 3));
  return { wall: Number(match[1]) * 1000 + millis, offset: 0 };
}

/** The length of a syslog time, `Nov 22 12:10:26`. */
export const SYSLOG_TIME_LENGTH = 15;

/**
 * A syslog time of RFC 3164 at a position, `Nov 22 12:10:26` (a one-digit day is padded with a space or a zero).
 * It has no year and no zone; the caller knows the year.
 */
export function parseSyslogTime(text: string, year: number, at = 0): LineTime | null {
  const month = MONTHS.get(text.slice(at, at + 3));
  if (month === undefined || text[at + 3] !== ' ' || text[at + 6] !== ' ') return null;
  if (text[at + 9] !== ':' || text[at + 12] !== ':') return null;
  const day = text[at + 4] === ' ' ? two(`0${text[at + 5]}`, 0) : two(text, at + 4);
  const wall = wallOf(year, month, day, two(text, at + 7), two(text, at + 10), two(text, at + 13));
  return wall === null ? null : { wall, offset: null };
}
