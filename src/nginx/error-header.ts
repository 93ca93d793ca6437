/** The fixed start of an error-log entry: `2026/11/22 12:05:33 [error] 24066#0: *16 `. */
import { LEVELS, type Level } from './record.ts';
import { parseErrorTime } from './time.ts';

export interface ErrorHeader {
  /** Wall clock in ms; null when the line has the shape of a header but a time that cannot exist. */
  readonly wall: number | null;
  readonly level: Level;
  readonly pid: number;
  readonly tid: number;
  readonly connection: number | null;
  /** Where the message starts. */
  readonly rest: number;
}

const LEVEL_NAMES: ReadonlyMap<string, Level> = new Map(LEVELS.map((level) => [level, level]));
const TIME_LENGTH = 19;

/** The level of that name, or null. */
export function levelOf(name: string): Level | null {
  return LEVEL_NAMES.get(name) ?? null;
}

/** Whether a line has the shape of an entry's first line, told by a few fixed positions. */
export function looksLikeHeader(line: string, at = 0): boolean {
  return (
    line.charCodeAt(at + 4) === 47 &&
    line.charCodeAt(at + 7) === 47 &&
    line.charCodeAt(at + 10) === 32 &&
    line.charCodeAt(at + 13) === 58 &&
    line.charCodeAt(at + 16) === 58 &&
    line.charCodeAt(at + 19) === 32 &&
    line.charCodeAt(at + 20) === 91 &&
    digitsEnd(line, at) === at + 4
  );
}

/**
 * Reads the header of an error-log entry that starts at `at`.
 * @returns null when the line is not the first line of an entry.
 */
export function parseHeader(line: string, at = 0): ErrorHeader | null {
  if (!looksLikeHeader(line, at)) return null;
  const levelStart = at + TIME_LENGTH + 2;
  const levelEnd = line.indexOf(']', levelStart);
  if (levelEnd === -1 || levelEnd - levelStart > 6 || line.charCodeAt(levelEnd + 1) !== 32) return null;
  const level = levelOf(line.slice(levelStart, levelEnd));
  const process = level && parseProcess(line, levelEnd + 2);
  return level && process ? { wall: parseErrorTime(line, at), level, ...process } : null;
}

/** `24066#0: *16 `: process, thread and, in most entries, the connection. Null when the text there is none. */
export function parseProcess(line: string, at: number): Omit<ErrorHeader, 'wall' | 'level'> | null {
  const pidEnd = digitsEnd(line, at);
  if (pidEnd === at || line.charCodeAt(pidEnd) !== 35) return null;
  const tidEnd = digitsEnd(line, pidEnd + 1);
  if (tidEnd === pidEnd + 1 || line.charCodeAt(tidEnd) !== 58 || line.charCodeAt(tidEnd + 1) !== 32) return null;
  const pid = Number(line.slice(at, pidEnd));
  const tid = Number(line.slice(pidEnd + 1, tidEnd));
  return { pid, tid, ...parseConnection(line, tidEnd + 2) };
}

/** `*16 `, the serial of the connection, where an entry belongs to one. */
export function parseConnection(line: string, at: number): { connection: number | null; rest: number } {
  if (line.charCodeAt(at) !== 42) return { connection: null, rest: at };
  const end = digitsEnd(line, at + 1);
  if (end === at + 1 || line.charCodeAt(end) !== 32) return { connection: null, rest: at };
  const connection = Number(line.slice(at + 1, end));
  // `*3 open socket #12 left in connection 5`: here the serial is part of the message, written at a worker's exit.
  return { connection, rest: line.startsWith('open socket #', end + 1) ? at : end + 1 };
}

/** Where the digits that start at a position end (at most 19 of them, which any serial fits in). */
function digitsEnd(text: string, at: number): number {
  let end = at;
  while (end < at + 19 && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  return end;
}
