/**
 * The context tail of an error-log entry: `, client: 10.0.0.1, server: a.test, request: "GET /ws HTTP/1.1", …`.
 *
 * nginx writes the fields in one fixed order and escapes nothing, so a client can put text that looks like fields into
 * its request line, Host and Referer. The tail is therefore read strictly from left to right: a value ends where a
 * later field of the fixed order begins, and a field that has been passed cannot be set again.
 */
import type { LogContext } from './actions.ts';

export interface ErrorTail {
  readonly context: LogContext;
  readonly client: string | null;
  readonly server: string | null;
  readonly request: string | null;
  readonly subrequest: string | null;
  readonly upstream: string | null;
  readonly host: string | null;
  readonly referrer: string | null;
  readonly extras: ReadonlyMap<string, string>;
  /** The key of the last value when its closing quote is missing, or when a key was cut; else null. */
  readonly open: string | null;
}

const BYTES_CLIENT = 'bytes from/to client';
const BYTES_UPSTREAM = 'bytes from/to upstream';

// The fixed order over all handlers. `context` is OpenResty's, `login` mail's, the byte counts stream's.
const ORDER = [
  'context',
  'client',
  'udp client',
  'server',
  'request',
  'subrequest',
  'login',
  'upstream',
  BYTES_CLIENT,
  BYTES_UPSTREAM,
  'host',
  'referrer',
] as const;

const STARTTLS = ' using starttls';
const NO_EXTRAS: ReadonlyMap<string, string> = new Map();

/** How a key is written where it starts a field; the colon of the byte counts is not followed by a space. */
const MARKS: readonly string[] = ORDER.map((key) =>
  key === BYTES_CLIENT || key === BYTES_UPSTREAM ? `, ${key}:` : `, ${key}: `,
);

/** Reads a tail that starts with `, client: ` or another known key. */
export function parseContext(tail: string): ErrorTail {
  const found = {
    client: null as string | null,
    server: null as string | null,
    request: null as string | null,
    subrequest: null as string | null,
    upstream: null as string | null,
    host: null as string | null,
    referrer: null as string | null,
  };
  let extras: Map<string, string> | null = null;
  let context: LogContext = 'http';
  let open: string | null = null;
  let order = -1;
  for (let at = 0; at < tail.length; ) {
    order = keyAt(tail, at, order + 1);
    if (order === -1) break;
    const key = ORDER[order]!;
    const value = readValue(tail, at + MARKS[order]!.length, order);
    const { text } = value;
    at = value.end;
    if (value.open) open = key;
    switch (key) {
      case 'client':
        found.client = text.endsWith(STARTTLS) ? text.slice(0, -STARTTLS.length) : text;
        if (found.client !== text) context = 'mail';
        break;
      case 'udp client':
        found.client = text;
        context = 'stream';
        break;
      case 'upstream':
        // A second `upstream:` inside the value can only be a client's: which of the two is nginx's cannot be told.
        found.upstream = text.includes('", upstream: "') ? null : text;
        // stream writes the peer's address alone, mail writes it without quotes; http and its kin write a URL.
        if (!text.includes('://')) {
          if (!value.quoted) context = 'mail';
          else if (isBareAddress(text)) context = 'stream';
        }
        break;
      case 'server':
      case 'request':
      case 'subrequest':
      case 'host':
      case 'referrer':
        found[key] = text;
        break;
      default:
        if (key === BYTES_CLIENT) context = 'stream';
        if (key === 'login') context = 'mail';
        extras = (extras ?? new Map()).set(key, text);
    }
  }
  return { context, ...found, extras: extras ?? NO_EXTRAS, open };
}

/** `127.0.0.1:19000`, `[::1]:80`, `unix:/a.sock`: a peer without scheme and URI. */
function isBareAddress(upstream: string): boolean {
  return upstream.startsWith('unix:') || /^[[\]0-9a-fA-F.:]+:\d{1,5}$/.test(upstream);
}

/** The index in the fixed order of the key that starts at a position, no earlier than `from`; -1 when none does. */
function keyAt(tail: string, at: number, from: number): number {
  for (let i = from; i < MARKS.length; i++) if (tail.startsWith(MARKS[i]!, at)) return i;
  return -1;
}

interface Value {
  readonly text: string;
  /** Where the next key starts, or the length of the tail. */
  readonly end: number;
  readonly quoted: boolean;
  readonly open: boolean;
}

function readValue(tail: string, start: number, order: number): Value {
  return tail.charCodeAt(start) === 34 ? readQuoted(tail, start + 1, order) : readBare(tail, start, order);
}

/** A value without quotes: it ends where a later key starts. */
function readBare(tail: string, start: number, order: number): Value {
  for (let at = tail.indexOf(', ', start); at !== -1; at = tail.indexOf(', ', at + 1)) {
    if (keyAt(tail, at, order + 1) !== -1) return { text: tail.slice(start, at), end: at, quoted: false, open: false };
  }
  const stump = stumpOfKey(tail, tail.lastIndexOf(','), order);
  const text = tail.slice(start, stump === -1 || stump < start ? tail.length : stump);
  return { text, end: tail.length, quoted: false, open: stump >= start };
}

/** A quoted value: it ends at a quote that is followed by a later key, or that ends the tail. */
function readQuoted(tail: string, start: number, order: number): Value {
  const last = tail.length - 1;
  const closed = (end: number): Value => ({ text: tail.slice(start, end), end: end + 1, quoted: true, open: false });
  let first = -1;
  for (let at = tail.indexOf('", ', start); at !== -1; at = tail.indexOf('", ', at + 1)) {
    if (keyAt(tail, at + 1, order + 1) === -1) continue;
    // A request that nginx accepted ends with its protocol; what looks like a field before that is part of the URI.
    if (ORDER[order] !== 'request' || endsWithProtocol(tail, at)) return closed(at);
    if (first === -1) first = at;
  }
  const ends = last >= start && tail.charCodeAt(last) === 34;
  if (first !== -1 && !(ends && endsWithProtocol(tail, last))) return closed(first);
  if (ends) return closed(last);
  const quote = tail.lastIndexOf('"');
  const stump = quote >= start ? stumpOfKey(tail, quote + 1, order) : -1;
  return { text: tail.slice(start, stump === -1 ? tail.length : quote), end: tail.length, quoted: true, open: true };
}

/** Whether ` HTTP/1.1` (any version) stands right before a position. */
function endsWithProtocol(text: string, end: number): boolean {
  return / HTTP\/\d(?:\.\d)?$/.test(text.slice(Math.max(0, end - 9), end));
}

/** A key cut short at the end of the tail, `, ho`: its position, or -1. */
function stumpOfKey(tail: string, at: number, order: number): number {
  if (at < 0) return -1;
  const rest = tail.slice(at);
  if (rest.length === 0 || rest.length > 30) return -1;
  return MARKS.some((mark, i) => i > order && mark.startsWith(rest)) ? at : -1;
}
