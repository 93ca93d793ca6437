/**
 * Reads what people append to the combined format when the format itself is not known: `key=value` pairs by their
 * keys, the rest by what nginx alone writes that way (seconds with three decimals, peers with a port), and only where
 * one reading is possible.
 */
import { type AccessField, type AccessFields, attempts, isDecimal } from './access-line.ts';
import { fieldOfName } from './access-names.ts';
import { unescapeDefault } from './log-escapes.ts';

export interface TailToken {
  /** Key of a `key=value` or `key: value` pair. */
  readonly key: string | null;
  /** Unescaped, without its quotes or brackets. */
  readonly text: string;
  readonly mark: 'bare' | 'quoted' | 'bracketed';
}

const MOST_TOKENS = 64;

/** The blank-separated values from `start` on; `a, b` and `a : b` lists stay together. An open quote ends the line. */
export function readTail(line: string, start: number): readonly TailToken[] {
  const tokens: TailToken[] = [];
  let at = start;
  while (at < line.length && tokens.length < MOST_TOKENS) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    const key = keyAt(line, at);
    const from = key === null ? at : key.end;
    const value = valueAt(line, from);
    tokens.push({ key: key?.name ?? null, text: unescapeDefault(value.text), mark: value.mark });
    at = value.end;
  }
  return tokens;
}

/** Where the quote opened before `start` closes, or -1. nginx never leaves a quote inside a value. */
export function closingQuote(line: string, start: number): number {
  let at = line.indexOf('"', start);
  while (at > start && line[at - 1] === '\\') at = line.indexOf('"', at + 1);
  return at;
}

function keyAt(line: string, start: number): { name: string; end: number } | null {
  let at = start;
  while (isKeyByte(line.charCodeAt(at))) at++;
  const mark = line[at];
  if (at === start || at - start > 40 || (mark !== '=' && mark !== ':')) return null;
  const name = line.slice(start, at);
  if (mark === '=') return { name, end: at + 1 };
  // `host:8080` is a peer, `urt: 0.1` is a pair: only names we know are keys before a colon.
  if (fieldOfName(name) === null) return null;
  return { name, end: line[at + 1] === ' ' ? at + 2 : at + 1 };
}

function valueAt(line: string, start: number): { text: string; mark: TailToken['mark']; end: number } {
  if (line[start] === '"') {
    const close = closingQuote(line, start + 1);
    const end = close < 0 ? line.length : close;
    return { text: line.slice(start + 1, end), mark: 'quoted', end: end + 1 };
  }
  if (line[start] === '[') {
    const close = line.indexOf(']', start);
    if (close > 0) return { text: line.slice(start + 1, close), mark: 'bracketed', end: close + 1 };
  }
  let end = wordEnd(line, start);
  for (;;) {
    const joined = line[end - 1] === ',' && end > start && line[end] === ' ' ? end + 1 : afterColon(line, end);
    if (joined < 0 || joined >= line.length || line[joined] === '"') break;
    end = wordEnd(line, joined);
  }
  return { text: line.slice(start, end), mark: 'bare', end };
}

function afterColon(line: string, end: number): number {
  return line.startsWith(' : ', end) ? end + 3 : -1;
}

function wordEnd(line: string, start: number): number {
  const blank = line.indexOf(' ', start);
  return blank < 0 ? line.length : blank;
}

function isKeyByte(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

/** Puts the values behind the user agent where they belong, as far as that is certain. */
export function placeTail(fields: AccessFields, tokens: readonly TailToken[]): void {
  for (const token of tokens) {
    if (token.key === null) continue;
    const field = fieldOfPair(token.key, token.text, fields.userAgent !== null);
    if (field !== null && fields[field] === null) fields[field] = token.text;
  }
  const loose = tokens.filter((token) => token.key === null && token.mark !== 'bracketed').map((token) => token.text);
  const peers = loose.filter((text) => attempts(text).every(isPeer));
  if (peers.length === 1) fields.upstreamAddr ??= peers[0]!;
  const times = loose.filter((text) => attempts(text).every(isMillis));
  const [first, second] = times;
  if (first !== undefined && times.length <= 2) placeTimes(fields, first, second ?? null);
  // A status of the backend is a lone number like any other, unless it says what the line's own status says.
  const statuses = loose.filter((text) => attempts(text).at(-1) === fields.status && attempts(text).every(isStatus));
  if (statuses.length === 1 && (peers.length === 1 || times.length > 0)) fields.upstreamStatus ??= statuses[0]!;
}

/** The request lasts at least as long as the backend takes, so of two times the longer is the request's. */
function placeTimes(fields: AccessFields, first: string, second: string | null): void {
  if (second === null) {
    if (attempts(first).length === 1) fields.requestTime ??= first;
    return;
  }
  const total = (text: string) => attempts(text).reduce((sum, part) => sum + Number(part), 0);
  const swapped = attempts(first).length > 1 || total(second) > total(first) + 0.002;
  fields.requestTime ??= swapped ? second : first;
  fields.upstreamResponseTime ??= swapped ? first : second;
}

/** The field that a pair behind a combined line is for, or null. */
export function fieldOfPair(key: string, value: string, agentKnown: boolean): AccessField | null {
  // `ua` is the user agent only where combined's place for it is missing.
  if (key === 'ua') return agentKnown || attempts(value).every(isPeer) ? 'upstreamAddr' : 'userAgent';
  if (key === 'url') {
    return attempts(value).every((part) => part === '-' || isDecimal(part)) ? 'upstreamResponseLength' : null;
  }
  const field = fieldOfName(key);
  // These were read from the line's head, where nginx alone writes.
  return field === 'status' || field === 'request' || field === 'timeIso' ? null : field;
}

function isPeer(text: string): boolean {
  if (text.startsWith('unix:')) return text.length > 5;
  const colon = text.lastIndexOf(':');
  if (colon < 1 || colon === text.length - 1 || text.includes('/')) return false;
  for (let at = colon + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return text.length - colon <= 6;
}

function isMillis(text: string): boolean {
  return isDecimal(text) && text.length >= 5 && text[text.length - 4] === '.';
}

function isStatus(text: string): boolean {
  return text === '-' || (text.length === 3 && isDecimal(text) && !text.includes('.'));
}
