/** From the values an access line carries, by variable, to a record. Every format's parser ends here. */
import type { Slot } from './format-matcher.ts';
import type { LogEscape } from './log-escapes.ts';
import type { AccessRecord, LineTime } from './record.ts';
import { splitRequestLine } from './request-line.ts';
import { parseIso8601, parseMsec, parseTimeLocal } from './time.ts';

/** How a format is made: what another thread needs to make the same. */
export type FormatRecipe =
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'written'; readonly name: string; readonly format: string; readonly escaping: LogEscape }
  | { readonly kind: 'combined-like'; readonly variables: readonly string[]; readonly isCombinedPrefix: boolean }
  | { readonly kind: 'json'; readonly variables: readonly string[] };

/** A way to read access lines. */
export interface AccessFormat {
  /** Preset's name, the `log_format` name, or `custom`. */
  readonly name: string;
  /** nginx variables that the format logs, in order, without `$`. */
  readonly variables: readonly string[];
  /** Lines start `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`. */
  readonly isCombinedPrefix: boolean;
  /** Its values in order, for scanners that know its lines by their bytes; absent where they are only guessed. */
  readonly slots?: readonly Slot[];
  /** What stands before the first of them. */
  readonly lead?: string;
  /** Without one, lines are read where the format was made. */
  readonly recipe?: FormatRecipe;
  /** The line's record, or null when the line was not written in this format. Takes a line without its LF. */
  parse(line: string): AccessRecord | null;
}

/** Raw values as logged and unescaped; null where the format does not log the variable. */
export class AccessFields {
  timeLocal: string | null = null;
  timeIso: string | null = null;
  msec: string | null = null;
  client: string | null = null;
  /** The connection's own address where `$remote_addr` is not logged. */
  peer: string | null = null;
  request: string | null = null;
  method: string | null = null;
  /** `$request_uri`: the target as the client wrote it. */
  target: string | null = null;
  /** `$uri`: the target decoded, without its query. */
  uri: string | null = null;
  query: string | null = null;
  protocol: string | null = null;
  status: string | null = null;
  bodyBytes: string | null = null;
  bytesSent: string | null = null;
  requestTime: string | null = null;
  upstreamAddr: string | null = null;
  upstreamStatus: string | null = null;
  upstreamResponseTime: string | null = null;
  upstreamHeaderTime: string | null = null;
  upstreamConnectTime: string | null = null;
  upstreamResponseLength: string | null = null;
  referrer: string | null = null;
  userAgent: string | null = null;
  host: string | null = null;
  /** `$http_host`, used where `$host` is not logged. */
  hostHeader: string | null = null;
  server: string | null = null;
  upgrade: string | null = null;
  completion: string | null = null;
  connection: string | null = null;
  pid: string | null = null;
}

export type AccessField = keyof AccessFields;

/** nginx's variables that a record has a place for. */
export const FIELD_OF_VARIABLE: ReadonlyMap<string, AccessField> = new Map<string, AccessField>([
  ['time_local', 'timeLocal'],
  ['time_iso8601', 'timeIso'],
  ['msec', 'msec'],
  ['remote_addr', 'client'],
  ['the_real_ip', 'client'],
  ['realip_remote_addr', 'peer'],
  ['proxy_protocol_addr', 'peer'],
  ['request', 'request'],
  ['request_method', 'method'],
  ['request_uri', 'target'],
  ['uri', 'uri'],
  ['document_uri', 'uri'],
  ['args', 'query'],
  ['query_string', 'query'],
  ['server_protocol', 'protocol'],
  ['status', 'status'],
  ['body_bytes_sent', 'bodyBytes'],
  ['bytes_sent', 'bytesSent'],
  ['request_time', 'requestTime'],
  ['upstream_addr', 'upstreamAddr'],
  ['upstream_status', 'upstreamStatus'],
  ['upstream_response_time', 'upstreamResponseTime'],
  ['upstream_header_time', 'upstreamHeaderTime'],
  ['upstream_connect_time', 'upstreamConnectTime'],
  ['upstream_response_length', 'upstreamResponseLength'],
  ['http_referer', 'referrer'],
  ['http_user_agent', 'userAgent'],
  ['host', 'host'],
  ['http_host', 'hostHeader'],
  ['server_name', 'server'],
  ['http_upgrade', 'upgrade'],
  ['request_completion', 'completion'],
  ['connection', 'connection'],
  ['pid', 'pid'],
]);

/**
 * The record of one line.
 * @param emptyIsAbsent true where the log writes a missing variable as nothing (`escape=json`, `escape=none`); with
 * `escape=default` nginx writes `-`, and an empty value is a value.
 */
export function toAccessRecord(fields: AccessFields, emptyIsAbsent: boolean): AccessRecord {
  const text = (value: string | null): string | null =>
    value === null || value === '-' || (emptyIsAbsent && value === '') ? null : value;
  const list = (value: string | null): readonly string[] | null =>
    value === null ? null : attempts(emptyIsAbsent && value === '' ? '-' : value);
  const request = text(fields.request) ?? assembleRequest(fields);
  const line = request === null ? null : splitRequestLine(request);
  return {
    kind: 'access',
    time: timeOf(fields),
    pid: wholeNumber(fields.pid),
    connection: wholeNumber(fields.connection),
    client: text(fields.client) ?? text(fields.peer),
    request,
    method: line?.method ?? text(fields.method),
    path: line?.path ?? targetOf(fields),
    protocol: line?.protocol ?? text(fields.protocol),
    referrer: text(fields.referrer),
    host: text(fields.host) ?? text(fields.hostHeader),
    server: text(fields.server),
    status: wholeNumber(fields.status),
    bodyBytes: wholeNumber(fields.bodyBytes),
    bytesSent: wholeNumber(fields.bytesSent),
    requestTime: seconds(fields.requestTime),
    upstreamAddr: list(fields.upstreamAddr),
    upstreamStatus: list(fields.upstreamStatus),
    upstreamResponseTime: list(fields.upstreamResponseTime),
    upstreamHeaderTime: list(fields.upstreamHeaderTime),
    upstreamConnectTime: list(fields.upstreamConnectTime),
    upstreamResponseLength: list(fields.upstreamResponseLength),
    userAgent: text(fields.userAgent),
    upgrade: fields.upgrade === '-' ? '' : fields.upgrade,
    completion: fields.completion === '-' ? '' : fields.completion,
  };
}

/**
 * The elements of an `$upstream_*` list: `, ` stands between tries of one group of servers, ` : ` between groups
 * after an internal redirect.
 */
export function attempts(value: string): readonly string[] {
  if (!value.includes(',') && !value.includes(' : ')) return [value];
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    const isComma = value[at] === ',';
    if (!isComma && !value.startsWith(' : ', at)) continue;
    found.push(value.slice(start, at).trim());
    start = at + (isComma ? 1 : 3);
    at = start - 1;
  }
  found.push(value.slice(start).trim());
  return found;
}

/** Milliseconds and UTC from `$msec` where it is logged, the server's own offset from the others. */
function timeOf(fields: AccessFields): LineTime | null {
  const stated =
    (fields.timeLocal === null ? null : parseTimeLocal(fields.timeLocal)) ??
    (fields.timeIso === null ? null : parseIso8601(fields.timeIso));
  const exact = fields.msec === null ? null : parseMsec(fields.msec);
  if (exact === null) return stated;
  if (stated === null || stated.offset === null) return exact;
  return { wall: exact.wall + stated.offset * 60_000, offset: stated.offset };
}

function targetOf(fields: AccessFields): string | null {
  if (fields.target !== null && fields.target !== '-' && fields.target !== '') return fields.target;
  if (fields.uri === null || fields.uri === '-' || fields.uri === '') return null;
  const query = fields.query === null || fields.query === '-' || fields.query === '' ? '' : `?${fields.query}`;
  return fields.uri + query;
}

/** The request line from its parts, where they are all logged: it is what the error log would print. */
function assembleRequest(fields: AccessFields): string | null {
  if (fields.request !== null) return null;
  const { method, target, protocol } = fields;
  if (method === null || target === null || protocol === null) return null;
  if (!protocol.startsWith('HTTP/') || !target.startsWith('/')) return null;
  return `${method} ${target} ${protocol}`;
}

/** Digits only, and few enough to be exact. */
function wholeNumber(value: string | null): number | null {
  if (value === null || value.length === 0 || value.length > 15) return null;
  let number = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number;
}

function seconds(value: string | null): number | null {
  if (value === null || value === '' || value.length > 20 || !isDecimal(value)) return null;
  return Number(value);
}

/** Digits with at most one point between them: how nginx writes seconds. */
export function isDecimal(text: string): boolean {
  let points = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46 && at > 0 && at < text.length - 1) points++;
    else if (code < 48 || code > 57) return false;
  }
  return points <= 1 && text.length > 0;
}
