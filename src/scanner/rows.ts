/** What was found, column by column, and what was counted: the same columns as those of src/findings/columns.ts. */
import {
  ACCESS_LINES,
  ERROR_LINES,
  FIRST_TIME,
  LAST_TIME,
  LEVELS_SEEN,
  LINES,
  OUTSIDE,
  RESULT,
  ROUTINE,
  ROWS_FOUND,
  ROWS_NAMED,
  ROWS_OF_ACCESS,
} from './layout';

/** Rows that are handed over at a time. */
export const MOST_ROWS: u32 = 2048;

export const GIST: usize = memory.data(MOST_ROWS * 4, 16);
export const TIME: usize = memory.data(MOST_ROWS * 8, 16);
export const CLIENT: usize = memory.data(MOST_ROWS * 8, 16);
export const CONNECTION: usize = memory.data(MOST_ROWS * 8, 16);
export const REQUEST: usize = memory.data(MOST_ROWS * 4, 16);
export const LINE: usize = memory.data(MOST_ROWS * 4, 16);
export const START: usize = memory.data(MOST_ROWS * 4, 16);
export const END: usize = memory.data(MOST_ROWS * 4, 16);
export const SECONDS: usize = memory.data(MOST_ROWS * 8, 16);
export const BYTES: usize = memory.data(MOST_ROWS * 8, 16);
/** Where a client stands that is no number. */
export const NAME: usize = memory.data(MOST_ROWS * 4, 16);
export const NAME_END: usize = memory.data(MOST_ROWS * 4, 16);

/** Rows found in this call, and those with a client that is no number. */
export let rows: u32 = 0;
let named: u32 = 0;
let ofAccess: u32 = 0;

/** Epoch seconds: lines before `since` or not before `until` are left out. */
let since: f64 = -Infinity;
let until: f64 = Infinity;
let lines: u32 = 0;
let routine: u32 = 0;
let outside: u32 = 0;
let errorLines: u32 = 0;
let accessLines: u32 = 0;
let levels: u32 = 0;
let firstTime: f64 = Infinity;
let lastTime: f64 = -Infinity;

export function setRange(from: f64, to: f64): void {
  since = from;
  until = to;
}

export function beginRows(): void {
  rows = 0;
  named = 0;
  ofAccess = 0;
}

/** Writes down what was counted since the last time, and begins to count anew. */
export function handOver(): void {
  store<u32>(RESULT + ROWS_FOUND, rows);
  store<u32>(RESULT + ROWS_NAMED, named);
  store<u32>(RESULT + ROWS_OF_ACCESS, ofAccess);
  store<u32>(RESULT + LINES, lines);
  store<u32>(RESULT + ROUTINE, routine);
  store<u32>(RESULT + OUTSIDE, outside);
  store<u32>(RESULT + ERROR_LINES, errorLines);
  store<u32>(RESULT + ACCESS_LINES, accessLines);
  store<u32>(RESULT + LEVELS_SEEN, levels);
  store<f64>(RESULT + FIRST_TIME, firstTime);
  store<f64>(RESULT + LAST_TIME, lastTime);
  lines = 0;
  routine = 0;
  outside = 0;
  errorLines = 0;
  accessLines = 0;
  levels = 0;
  firstTime = Infinity;
  lastTime = -Infinity;
}

/** Counts a line that is known; false when it is outside of the time asked about. */
export function counted(time: f64, isRoutine: i32): bool {
  if (time < since || time >= until) {
    outside++;
    return false;
  }
  lines++;
  routine += isRoutine;
  if (time < firstTime) firstTime = time;
  if (time > lastTime) lastTime = time;
  return true;
}

export function countError(level: i32): void {
  errorLines++;
  levels |= 1 << level;
}

export function countAccess(): void {
  accessLines++;
}

export function addRow(
  gist: i32,
  time: f64,
  client: f64,
  connection: f64,
  request: u32,
  line: u32,
  start: u32,
  end: u32,
): void {
  const four = (<usize>rows) << 2;
  const eight = (<usize>rows) << 3;
  store<i32>(GIST + four, gist);
  store<f64>(TIME + eight, time);
  store<f64>(CLIENT + eight, client);
  store<f64>(CONNECTION + eight, connection);
  store<u32>(REQUEST + four, request);
  store<u32>(LINE + four, line);
  store<u32>(START + four, start);
  store<u32>(END + four, end);
  store<f64>(SECONDS + eight, -1);
  store<f64>(BYTES + eight, -1);
  rows++;
}

/** What only access lines have, of the row added last. */
export function addAccess(seconds: f64, bytes: f64): void {
  const eight = (<usize>(rows - 1)) << 3;
  store<f64>(SECONDS + eight, seconds);
  store<f64>(BYTES + eight, bytes);
  ofAccess++;
}

/** Where the client of the row added last stands. */
export function addName(start: u32, end: u32): void {
  const four = (<usize>(rows - 1)) << 2;
  store<u32>(NAME + four, start);
  store<u32>(NAME_END + four, end);
  named++;
}
