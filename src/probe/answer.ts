/** Reads the answer to a handshake from its bytes, which may be anything at all. */
import type { Answer, FailureKind, Header } from './attempt.ts';

/** More than nginx or any client takes. */
export const MAX_HEAD_BYTES = 64 * 1024;
/** Enough to recognise a page and to show its beginning. */
const MAX_BODY_BYTES = 8 * 1024;

const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

export interface Head {
  readonly httpVersion: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly badLines: readonly string[];
  /** Bytes of the head, the empty line included. */
  readonly bytes: number;
}

/**
 * What the first bytes are.
 *
 * @param bytes latin1
 * @returns the head when it is complete, `more` when it is not, or what else the bytes are
 */
export function readHead(bytes: string): Head | 'more' | FailureKind {
  const foreign = foreignProtocol(bytes);
  if (foreign !== null) return foreign;
  const end = /\r?\n\r?\n/.exec(bytes.slice(0, MAX_HEAD_BYTES + 4));
  if (end === null) return bytes.length > MAX_HEAD_BYTES ? 'header-too-large' : 'more';
  const [first = '', ...lines] = bytes.slice(0, end.index).split(/\r?\n/);
  const match = STATUS_LINE.exec(first);
  if (match === null) return 'not-http';
  const headers: Header[] = [];
  const badLines: string[] = [];
  for (const line of lines) {
    const header = /^([\w!#$%&'*+.^`|~-]+):(.*)$/s.exec(line);
    if (header === null || /[\0\x7f]/.test(line)) badLines.push(line);
    else headers.push([header[1] ?? '', (header[2] ?? '').trim()]);
  }
  return {
    httpVersion: match[1] ?? '',
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers,
    badLines,
    bytes: end.index + end[0].length,
  };
}

/** A protocol that is not HTTP/1, known by its first bytes; null when it may be HTTP/1 as far as can be seen. */
function foreignProtocol(bytes: string): FailureKind | null {
  // A TLS record: alert or handshake, version 3.x.
  if (/^[\x15\x16]\x03[\0-\x04]/.test(bytes)) return 'speaks-tls';
  // An HTTP/2 SETTINGS frame on stream 0: length, type 4, flags, stream.
  if (/^\0\0[\s\S]\x04[\s\S]\0\0\0\0/.test(bytes)) return 'speaks-http2';
  const start = 'HTTP/';
  if (/^[\x15\x16]$|^[\x15\x16]\x03$|^\0[\s\S]{0,7}$/.test(bytes)) return null;
  return start.startsWith(bytes.slice(0, 5)) || bytes.startsWith(start) ? null : 'not-http';
}

/** How the end of the body is known. */
export type Framing = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' | 'close' };

export function framingOf(head: Head): Framing {
  const value = (name: string) => head.headers.find(([each]) => each.toLowerCase() === name)?.[1];
  if (head.status === 204 || head.status === 304 || head.status < 200) return { kind: 'length', bytes: 0 };
  if (/\bchunked\b/i.test(value('transfer-encoding') ?? '')) return { kind: 'chunked' };
  const length = value('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? { kind: 'length', bytes: Number(length) }
    : { kind: 'close' };
}

/** Whether the raw body holds all there is, or as much as is wanted. */
export function isEnough(raw: string, framing: Framing): boolean {
  if (raw.length >= MAX_BODY_BYTES) return true;
  if (framing.kind === 'length') return raw.length >= framing.bytes;
  return framing.kind === 'chunked' && /(?:^|\r\n)0+\r\n/.test(raw.slice(-64));
}

/** The answer of a head and the raw bytes behind it. */
export function answerOf(head: Head, raw: string, framing: Framing): Answer {
  const body = framing.kind === 'chunked' ? unchunked(raw) : raw;
  const cut = framing.kind === 'length' ? body.slice(0, framing.bytes) : body;
  return {
    httpVersion: head.httpVersion,
    status: head.status,
    reason: head.reason,
    headers: head.headers,
    badLines: head.badLines,
    headBytes: head.bytes,
    body: cut.slice(0, MAX_BODY_BYTES),
    bodyBytes: framing.kind === 'length' ? framing.bytes : cut.length,
  };
}

/** Takes the chunked coding off as far as it is well-formed. */
function unchunked(raw: string): string {
  const size = /([0-9a-f]{1,7})(?:;[^\r\n]*)?\r\n/iy;
  let out = '';
  let at = 0;
  while (at < raw.length) {
    size.lastIndex = at;
    const match = size.exec(raw);
    const length = match === null ? 0 : Number.parseInt(match[1] ?? '0', 16);
    if (length === 0) break;
    out += raw.slice(size.lastIndex, size.lastIndex + length);
    at = size.lastIndex + length + 2;
  }
  return out;
}
