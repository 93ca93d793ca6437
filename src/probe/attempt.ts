/** What one handshake attempt was and what it met: plain facts, for the checks, the verdict and the report. */
import type { Target } from './target.ts';

/** How a handshake is to be sent. What is left out of it is how a fault in nginx is copied. */
export interface Handshake {
  readonly httpVersion: '1.0' | '1.1';
  readonly host: string;
  /** Null: no Origin header, as programs other than browsers connect. */
  readonly origin: string | null;
  readonly upgrade: boolean;
  readonly connection: 'Upgrade' | 'close';
  readonly protocols: readonly string[];
  readonly cookie: string | null;
  /** Further headers, latin1. */
  readonly headers: readonly Header[];
  /** TLS server name; null: none is sent. */
  readonly serverName: string | null;
}

export type Header = readonly [name: string, value: string];

/** Where an attempt ended that got no answer. */
export type FailureKind =
  | 'name-unknown'
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'socket-missing'
  | 'denied'
  | 'backlog-full'
  | 'connect-failed'
  | 'not-tls'
  | 'tls-refused'
  | 'tls-closed'
  | 'tls-timeout'
  | 'certificate'
  | 'closed'
  | 'reset'
  | 'answer-timeout'
  | 'not-http'
  | 'speaks-tls'
  | 'speaks-http2'
  | 'header-too-large'
  | 'stopped';

export interface Failure {
  readonly kind: FailureKind;
  /** One clause in words; may hold text from the network. */
  readonly text: string;
}

export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  /** Agreed by ALPN; null when the server took no part in it. */
  readonly alpn: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** Epoch ms; NaN where it could not be read. */
  readonly validTo: number;
  /** Why a client would not trust it; null when it would. */
  readonly problem: string | null;
}

export interface Answer {
  readonly httpVersion: string;
  readonly status: number;
  readonly reason: string;
  /** As sent, in order; latin1. */
  readonly headers: readonly Header[];
  /** Bytes of status line and headers. */
  readonly headBytes: number;
  /** First bytes of the body, latin1, transfer coding taken off. */
  readonly body: string;
  /** Length of the body, stated or counted. */
  readonly bodyBytes: number;
  /** Header lines that are not HTTP; latin1. */
  readonly badLines: readonly string[];
}

/** What happened in the first moments after a 101. */
export interface Opening {
  /** A ping was answered: bytes pass in both directions. */
  readonly pong: boolean;
  /** How the tunnel ended by itself; null when it was open until the probe closed it. */
  readonly end: TunnelEnd | null;
}

export interface TunnelEnd {
  /** `fin`: closed without a close frame, as nginx does. */
  readonly how: 'fin' | 'reset' | 'close-frame' | 'not-frames';
  /** Close code of a close frame. */
  readonly code: number | null;
  /** Reason of a close frame; latin1. */
  readonly reason: string;
  /** Seconds since the 101. */
  readonly after: number;
  /** Seconds since the last byte in either direction. */
  readonly silent: number;
}

/** Seconds each step took; null for steps not reached. */
export interface Timings {
  readonly dns: number | null;
  readonly connect: number | null;
  readonly tls: number | null;
  readonly answer: number | null;
}

export interface Attempt {
  readonly target: Target;
  readonly handshake: Handshake;
  /** All addresses of the name. */
  readonly addresses: readonly string[];
  /** The one that was connected to. */
  readonly address: string | null;
  /** Addresses of the name that did not take the connection, with the reason. */
  readonly passedOver: readonly string[];
  readonly tls: TlsFacts | null;
  /** Null when an answer came. */
  readonly failure: Failure | null;
  readonly answer: Answer | null;
  /** The accept value that belongs to the key that was sent. */
  readonly expectedAccept: string;
  readonly opening: Opening | null;
  readonly timings: Timings;
}

/** The first value of a header, by name in any case; null when it is absent. */
export function headerOf(answer: Answer, name: string): string | null {
  return answer.headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}

/** Whether the answer opens a WebSocket. */
export function isUpgraded(attempt: Attempt): boolean {
  return attempt.answer?.status === 101;
}
