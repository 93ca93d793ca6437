/** The fields of a record that symptoms are told by, and nothing else: equal facts have equal symptoms. */
import { errnoName } from '../nginx/errno.ts';
import type { ErrorRecord, Level } from '../nginx/record.ts';

export interface ErrorFacts {
  readonly message: string;
  readonly call: string | null;
  /** Name, `none`, or `unknown` for a number without a name. */
  readonly errno: string;
  /** Action, or `none`. */
  readonly phase: string;
  readonly level: Level | null;
  readonly context: ErrorRecord['context'];
  readonly subrequest: boolean;
  readonly upstream: boolean;
  readonly scheme: 'http' | 'https' | null;
  readonly protocol: string | null;
  /** The request line starts with a TLS record; null where the line has no request. */
  readonly tlsBytes: boolean | null;
}

export interface AccessFacts {
  readonly status: number;
  readonly answeredBy: 'nginx' | 'backend' | 'unknown';
  /** `$body_bytes_sent`, or null when not logged. */
  readonly bodyBytes: number | null;
  /** The request line starts with a TLS record. */
  readonly tlsBytes: boolean;
  readonly protocol: string | null;
  /** The request is, or may be, a WebSocket handshake. */
  readonly handshake: boolean;
}

export function errorFacts(record: ErrorRecord): ErrorFacts {
  return {
    message: record.message,
    call: record.call,
    errno: record.errno === null ? 'none' : (errnoName(record.errno, record.errorText ?? '') ?? 'unknown'),
    phase: record.phase ?? 'none',
    level: record.level,
    context: record.context,
    subrequest: record.subrequest !== null,
    upstream: record.upstream !== null,
    scheme: scheme(record.upstream),
    protocol: record.protocol,
    tlsBytes: record.request === null ? null : showsTls(record.request),
  };
}

/** Whether a request line, as its bytes came, begins as a TLS handshake record does. */
export function startsWithTls(request: string | null): boolean {
  return request?.startsWith('\x16\x03') === true;
}

/** People who paste an error line write the bytes as the access log does. */
function showsTls(request: string): boolean {
  return startsWithTls(request) || request.startsWith('\\x16\\x03');
}

function scheme(upstream: string | null): 'http' | 'https' | null {
  if (upstream === null) return null;
  if (upstream.startsWith('https://')) return 'https';
  return upstream.startsWith('http://') ? 'http' : null;
}
