/** Reads one line as people paste it: quoted, prefixed, wrapped, masked, cut, or without its beginning. */
import { ACTIONS } from './actions.ts';
import { stripEnvelope } from './envelope.ts';
import { parseErrorLine, parseErrorText } from './error-line.ts';
import { knownMessage } from './known-messages.ts';
import { readPastedAccess } from './paste-access.ts';
import { peelGrep, trimEnds, unmangle } from './paste-clean.ts';
import { normaliseTail, trimAfterTail } from './paste-tail.ts';
import { type AccessRecord, type ErrorRecord, LEVELS, type LineTime, type LogRecord } from './record.ts';
import { parseErrorTime, scanIso8601 } from './time.ts';

export interface PastedLine {
  /** Null when the line is not nginx's. */
  readonly record: LogRecord | null;
  /** The line ends early: by nginx's own limit or by whoever pasted it. */
  readonly truncated: boolean;
  /** What had to be assumed, in one sentence, or null. */
  readonly note: string | null;
}

/** Longer lines are not pasted by people; the start of one says what the rest can. */
const LONGEST = 16_384;
const NOT_NGINX: PastedLine = { record: null, truncated: false, note: null };

/** Parses a pasted line. A line of another program gives no record, whatever words it uses. */
export function readPasted(line: string): PastedLine {
  const raw = withoutLineEnd(line.slice(0, LONGEST));
  const exact = parseErrorLine(raw);
  // A line with a tail that ends in order is as nginx wrote it; the rest may have suffered.
  if (exact && isWhole(exact, raw)) return { record: exact, truncated: exact.truncated, note: null };
  const trimmed = trimEnds(unmangle(raw));
  const anchor = findAnchor(trimmed.text);
  const access = anchor?.at === 0 ? null : readAccess(trimmed.text);
  if (access) return { record: access, truncated: trimmed.cut || access.status === null, note: null };
  const record = (anchor && readAnchored(trimmed, anchor)) ?? readMessage(trimmed) ?? exact;
  return record === null ? NOT_NGINX : { record, truncated: record.truncated, note: noteOn(record) };
}

function withoutLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line.charCodeAt(end - 1) === 10 || line.charCodeAt(end - 1) === 13)) end--;
  return line.slice(0, end);
}

function readAccess(text: string): AccessRecord | null {
  const peeled = peelAll(text);
  return readPastedAccess(peeled) ?? (peeled === text ? null : readPastedAccess(text));
}

function isWhole(record: ErrorRecord, raw: string): boolean {
  const inOrder =
    record.client !== null && record.server !== null && !record.truncated && !record.forgeable && !hasMerged(record);
  return inOrder && !/[\n\t]|&quot;|\\"|: '|\xe2\x80|[\u2000-\uffff]|\]\(|\x1b/.test(raw) && record.phase !== null;
}

function noteOn(record: ErrorRecord): string | null {
  if (record.forgeable) return 'Text of a client stands where fields stand, so no field is believed.';
  if (record.truncated) return 'The line is cut short, so its last field may be incomplete.';
  return record.level === null ? 'The line has no time and level, only its message.' : null;
}

const LEVEL = `(?:${LEVELS.join('|')})`;
const HEADER = new RegExp(String.raw`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d,? {0,3}\[${LEVEL}\]`);
const PROCESS = /(?<![\w#.])\d{1,10}#\d{1,10}: /;
const CONSOLE = new RegExp(String.raw`(?<!\w)nginx: (?=\[${LEVEL}\] |(?:the )?configuration file )`);
const LEVELED = new RegExp(String.raw`\[${LEVEL}\]:? `);

interface Anchor {
  /** Where nginx's text starts. */
  readonly at: number;
  /** Where what follows the time starts. */
  readonly text: number;
  readonly time: LineTime | null;
}

/** The place where nginx's own text starts, told by what only its header has. */
function findAnchor(text: string): Anchor | null {
  const header = HEADER.exec(text);
  if (header) {
    const wall = parseErrorTime(text, header.index);
    const bracket = text.indexOf('[', header.index);
    return { at: header.index, text: bracket, time: wall === null ? null : { wall, offset: null } };
  }
  const process = PROCESS.exec(text);
  const start = process ? levelBefore(text, process.index) : (CONSOLE.exec(text)?.index ?? LEVELED.exec(text)?.index);
  return start === undefined ? null : { at: start, text: start, time: isoBefore(text, start) };
}

/** Where the level, whole or cut, that stands before the process number starts. */
function levelBefore(text: string, at: number): number {
  const match = /\[?[a-z]{1,6}\]:? {0,3}$/.exec(text.slice(Math.max(0, at - 14), at));
  return match ? at - match[0].length : at;
}

/** A time in ISO form that somebody's pipeline put in the place of nginx's. */
function isoBefore(text: string, at: number): LineTime | null {
  const before = text.slice(Math.max(0, at - 80), at);
  const found = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.exec(before);
  return found ? (scanIso8601(before, found.index)?.time ?? null) : null;
}

function readAnchored(trimmed: { text: string; cut: boolean }, anchor: Anchor): ErrorRecord | null {
  const text = trimmed.text.slice(anchor.text).replace(/^(\[[a-z]+\]:?) {2,}/, '$1 ');
  return readError(text, trimmed.cut, anchor.time);
}

/** Parses text that starts with what is left of a header, mending its tail where commas or its start are lost. */
function readError(text: string, cut: boolean, time: LineTime | null): ErrorRecord | null {
  const clean = trimAfterTail(text);
  const options = { cut: cut || clean.cut, prefix: { time } };
  const record = parseErrorText(clean.text, options);
  if (record && (record.forgeable || (record.context !== 'none' && !hasMerged(record)))) return record;
  const mended = normaliseTail(clean.text);
  return (mended && parseErrorText(mended.text, { ...options, tail: mended.tail })) ?? record;
}

/** Whether a value without quotes has swallowed the fields behind it, for want of a comma. */
function hasMerged(record: ErrorRecord): boolean {
  return [record.client, record.server].some(
    (value) => value !== null && /\b(?:server|request|upstream|host): ?/.test(value),
  );
}

// Beginnings of messages that are searched for behind whatever a person or program wrote before them.
const MESSAGE_STARTS = [
  'upstream prematurely closed',
  'upstream timed out',
  'upstream sent ',
  'upstream server temporarily disabled',
  'upstream SSL certificate',
  'no live upstreams',
  'connect() failed',
  'connect() to ',
  'kevent() reported',
  'recv() failed',
  'send() failed',
  'writev() failed',
  'readv() failed',
  'WSARecv() failed',
  'SSL_do_handshake() failed',
  'SSL_read() failed',
  'peer closed connection in SSL handshake',
  'epoll_wait() reported',
  'epoll_ctl(',
  'connection upgrade in subrequest',
  'client prematurely closed',
  'client timed out',
  'client sent ',
  'auth request unexpected status',
  'rewrite or internal redirection cycle',
  'open() "',
];

/** Parses text that has nothing left of its header: a message, alone or with its tail. */
function readMessage(trimmed: { text: string; cut: boolean }): ErrorRecord | null {
  const peeled = peelAll(trimmed.text);
  const text = /^"[^"]*"?$/.test(peeled) ? peeled.replaceAll('"', '') : peeled;
  const whole = readError(text, trimmed.cut, null) ?? readError(cutAfterAction(text), false, null);
  if (whole && knownMessage(whole.message) !== null) return whole;
  for (const start of MESSAGE_STARTS) {
    const at = text.indexOf(start);
    if (at === -1 || (at > 0 && /\w/.test(text[at - 1]!))) continue;
    const connection = /\*\d{1,10} $/.exec(text.slice(Math.max(0, at - 12), at));
    const rest = text.slice(connection ? at - connection[0].length : at);
    const record = readError(rest, trimmed.cut, isoBefore(text, at));
    // Behind other words a message must say what nginx was doing, or for whom.
    if (record && (record.phase !== null || record.client !== null || record.upstream !== null)) return record;
  }
  return whole;
}

/** A message in a sentence: what follows the action is the person's. */
function cutAfterAction(text: string): string {
  const at = text.indexOf(' while ');
  if (at === -1) return text;
  const after = text.slice(at + 7, at + 90);
  let end = 0;
  for (const action of ACTIONS.keys()) {
    const next = after[action.length] ?? ' ';
    if (action.length > end && after.startsWith(action) && !/[\w(]/.test(next)) end = action.length;
  }
  return end === 0 ? text : text.slice(0, at + 7 + end);
}

/** Takes envelopes, file names and line numbers off the start, in any order they may be nested in. */
function peelAll(text: string): string {
  let plain = text;
  for (let round = 0; round < 6; round++) {
    const next = stripEnvelope(plain)?.text ?? peelGrep(plain);
    if (next === undefined || next === null || next === '') break;
    plain = trimEnds(next).text;
  }
  return plain;
}
