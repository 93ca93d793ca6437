/** What one log line says, field by field, as nginx wrote it: nothing is interpreted or decoded here. */

export const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

/** The time a line carries. */
export interface LineTime {
  /** The wall clock of the line read as if it were UTC, in ms since 1970. */
  readonly wall: number;
  /** Minutes east of UTC that the line states, or null when it states none (error logs never do). */
  readonly offset: number | null;
}

/** Fields that both logs can carry. Absent ones are null; a value that is present but empty is ''. */
interface CommonFields {
  readonly time: LineTime | null;
  readonly pid: number | null;
  /** nginx's connection serial: `*N` of the error log, `$connection` of an access log. */
  readonly connection: number | null;
  /** Client address; null when unknown or when the line lets a client forge it. */
  readonly client: string | null;
  /** The request line as logged. */
  readonly request: string | null;
  readonly method: string | null;
  /** The request target, with its query. */
  readonly path: string | null;
  readonly protocol: string | null;
  readonly referrer: string | null;
  readonly host: string | null;
  /** `server:` of the error log, `$server_name` of an access log. */
  readonly server: string | null;
}

export interface ErrorRecord extends CommonFields {
  readonly kind: 'error';
  /** Null when a line was pasted without its prefix. */
  readonly level: Level | null;
  readonly tid: number | null;
  /** The message without errno part and context: `connect() failed`, `upstream timed out`, `open() "/a" failed`. */
  readonly message: string;
  /** The system or library call the message names, with its parentheses: `connect()`, `SSL_do_handshake()`. */
  readonly call: string | null;
  readonly errno: number | null;
  readonly errorText: string | null;
  /** What nginx was doing (`while …`), without the word "while". */
  readonly phase: string | null;
  /** Which of nginx's context handlers wrote the tail. */
  readonly context: 'http' | 'stream' | 'mail' | 'resolver' | 'ocsp' | 'none';
  /** The decoded URI of an auth_request, mirror or SSI subrequest. */
  readonly subrequest: string | null;
  /** `upstream:` as logged, scheme and URI included. */
  readonly upstream: string | null;
  /** Remaining `key: value` parts of the tail: `resolver`, `context`, `login`, `responder`, … */
  readonly extras: ReadonlyMap<string, string>;
  /** nginx cut the line at 2048 bytes, or whoever pasted it cut it: the last field may be incomplete. */
  readonly truncated: boolean;
  /** Client text stands where fields stand, so no field after the message is believed. */
  readonly forgeable: boolean;
  /** The entry has an open quote and no tail yet: the next line belongs to it. */
  readonly unfinished: boolean;
}

export interface AccessRecord extends CommonFields {
  readonly kind: 'access';
  readonly status: number | null;
  /** `$body_bytes_sent`, bytes. */
  readonly bodyBytes: number | null;
  /** `$bytes_sent`, bytes. */
  readonly bytesSent: number | null;
  /** `$request_time`, seconds. */
  readonly requestTime: number | null;
  /** One element an attempt, in order; null when the format does not log it. `-` elements stay `-`. */
  readonly upstreamAddr: readonly string[] | null;
  readonly upstreamStatus: readonly string[] | null;
  readonly upstreamResponseTime: readonly string[] | null;
  readonly upstreamHeaderTime: readonly string[] | null;
  readonly upstreamConnectTime: readonly string[] | null;
  readonly upstreamResponseLength: readonly string[] | null;
  readonly userAgent: string | null;
  /** `$http_upgrade`: null when the format does not log it, '' when the client sent none. */
  readonly upgrade: string | null;
  /** `$request_completion`: null when not logged. */
  readonly completion: string | null;
}

export type LogRecord = ErrorRecord | AccessRecord;
