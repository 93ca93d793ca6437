/** The record of an error-log entry, from its body and what is known of its header. */
import { ACTIONS, type LogContext } from './actions.ts';
import { type ErrorTail, parseContext } from './error-context.ts';
import { type ErrorMessage, parseMessage } from './error-message.ts';
import { findTail, quotesOthers, type TailPosition } from './error-tail.ts';
import type { ErrorRecord, Level, LineTime } from './record.ts';
import { splitRequestLine } from './request-line.ts';

/** nginx cuts an entry, line feed included, at NGX_MAX_ERROR_STR; OpenResty doubles that. */
const ENTRY_LIMITS: readonly number[] = [2048, 4096];

/** What stands before an entry's body, as far as it is known. */
export interface EntryPrefix {
  readonly time: LineTime | null;
  readonly level: Level | null;
  readonly pid: number | null;
  readonly tid: number | null;
  readonly connection: number | null;
}

export const NO_PREFIX: EntryPrefix = { time: null, level: null, pid: null, tid: null, connection: null };

const NO_TAIL: ErrorTail = {
  context: 'none',
  client: null,
  server: null,
  request: null,
  subrequest: null,
  upstream: null,
  host: null,
  referrer: null,
  extras: new Map(),
  open: null,
};

/** Whether an entry of this length, without its line feed, was cut by nginx. */
export function isCutLength(length: number): boolean {
  return ENTRY_LIMITS.includes(length + 1);
}

/**
 * Builds the record of an entry's body, the text after the header.
 * @param from.cut who is known to have cut the text short: nginx at its limit, or a person who pasted it.
 * @param from.tail where the tail starts, when the caller has found it by other means than its first field.
 */
export function buildErrorRecord(
  body: string,
  from: { prefix: EntryPrefix; cut: 'nginx' | 'person' | null; tail?: number },
): ErrorRecord {
  const { prefix, cut } = from;
  const found: TailPosition = from.tail === undefined ? findTail(body) : { at: from.tail, forgeable: false };
  const stump = found.at === -1 ? stumpOfTail(body) : -1;
  const head = found.at !== -1 ? body.slice(0, found.at) : stump !== -1 ? body.slice(0, stump) : body;
  const read = parseMessage(head, cut !== null && head === body);
  const parts = found.forgeable && found.last !== undefined ? agreement(read, body.slice(0, found.last)) : read;
  const tail = found.at === -1 ? NO_TAIL : readTail(body.slice(found.at), parts.phase);
  // A message that quotes others can hide nginx's own tail behind the cut, so that the one in sight is planted.
  const forgeable = found.forgeable || (cut === 'nginx' && found.at !== -1 && quotesOthers(head));
  const believed = forgeable ? NO_TAIL : tail;
  const request = splitRequest(believed.request, believed.open === 'request');
  return {
    kind: 'error',
    ...prefix,
    message: parts.message,
    call: parts.call,
    errno: parts.errno,
    errorText: parts.errorText,
    phase: parts.phase,
    context: contextOf(tail, parts.phase, parts.message),
    client: believed.client,
    server: believed.server,
    request: believed.request,
    ...request,
    subrequest: believed.subrequest,
    // Requests refused as malformed never reach an upstream: one that stands in such an entry is the client's text.
    upstream: parts.message.startsWith('client sent ') ? null : believed.upstream,
    host: believed.host,
    referrer: believed.referrer,
    extras: believed.extras,
    truncated: cut !== null || tail.open !== null || stump !== -1,
    forgeable,
    unfinished: found.at === -1 && cut === null && opensQuote(body, prefix),
  };
}

/**
 * The message of an entry with several tails, read up to the first and up to the last of them. A line feed can only
 * stand in the quoted text, so that a first reading that has one ends too early. What the readings do not agree on is
 * not believed.
 */
function agreement(first: ErrorMessage, upToLast: string): ErrorMessage {
  const last = parseMessage(upToLast);
  const better = first.message.includes('\n') ? last : first;
  return {
    ...better,
    errno: first.errno === last.errno ? first.errno : null,
    errorText: first.errorText === last.errorText ? first.errorText : null,
    phase: first.phase === last.phase ? first.phase : null,
  };
}

/** Where the beginning of a tail's first key stands, when the text ends within it; -1 when it does not. */
function stumpOfTail(body: string): number {
  const comma = body.lastIndexOf(',');
  return comma !== -1 && ', client: '.startsWith(body.slice(comma)) ? comma : -1;
}

/**
 * An entry without a tail whose quotes are open waits for its next line. Within a connection nginx always ends a
 * message of weight with a tail, so there a quote is enough: a client can balance its quotes.
 */
function opensQuote(body: string, prefix: EntryPrefix): boolean {
  let quotes = 0;
  for (let at = body.indexOf('"'); at !== -1; at = body.indexOf('"', at + 1)) quotes++;
  if (quotes % 2 === 1) return true;
  return quotes > 0 && prefix.connection !== null && prefix.level !== 'debug' && prefix.level !== 'info';
}

/** Keys of tails without a client, which only these producers write. */
function readTail(tail: string, phase: string | null): ErrorTail {
  const context = phase === null ? undefined : ACTIONS.get(phase);
  if (context !== 'resolver' && context !== 'ocsp' && phase !== 'logging to syslog') return parseContext(tail);
  const extras = new Map<string, string>();
  for (const part of tail.slice(2).split(', ')) {
    const colon = part.indexOf(': ');
    if (colon > 0) extras.set(part.slice(0, colon), unquote(part.slice(colon + 2)));
  }
  return { ...NO_TAIL, context: context ?? 'none', extras };
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

/** The handler that wrote the tail. Before anything is proxied stream and mail write the tail that http writes. */
function contextOf(tail: ErrorTail, phase: string | null, message: string): LogContext {
  const byPhase = phase === null ? undefined : ACTIONS.get(phase);
  if (tail === NO_TAIL) return message.includes(', bytes from/to client:') ? 'stream' : 'none';
  const mayDiffer = byPhase === 'stream' || byPhase === 'mail';
  return tail.context === 'http' && mayDiffer && tail.request === null ? byPhase : tail.context;
}

const NO_REQUEST = { method: null, path: null, protocol: null };

/** The parts of a request line; null unless it has the exact shape of one, whose end may be cut. */
function splitRequest(request: string | null, cut: boolean): Pick<ErrorRecord, 'method' | 'path' | 'protocol'> {
  const whole = request === null ? null : splitRequestLine(request);
  // nginx skips spaces before the protocol.
  if (whole) return { ...whole, path: whole.path.trimEnd() };
  if (!cut || request === null) return NO_REQUEST;
  const match = /^([A-Z][A-Z_-]*) ([^ ]+)(?: [HTP/1-3.]{0,8})?$/.exec(request);
  return match ? { method: match[1]!, path: match[2]!, protocol: null } : NO_REQUEST;
}
