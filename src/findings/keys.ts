/**
 * What a line boils down to. Lines that say the same thing about the same endpoint and backend share one key object,
 * so that a line costs a lookup and no object of its own.
 */
import type { Symptom } from '../catalogue/types.ts';
import type { Level } from '../nginx/record.ts';
import type { FoldedPath } from './endpoint.ts';

export interface Endpoint {
  readonly index: number;
  /** `server:` of the error log or `$server_name`; '' when the log does not tell. */
  readonly server: string;
  readonly path: string;
  /** The most telling of the requests seen for it. */
  fold: FoldedPath;
  /** First Host header seen for it; '' when none was logged. */
  host: string;
}

export interface ErrorKey {
  readonly kind: 'error';
  /** Where the reader of findings keeps its own record of this key; -1 until it has one. */
  slot: number;
  readonly symptom: Symptom;
  readonly level: Level | null;
  /** Null for lines that concern no request. */
  readonly endpoint: Endpoint | null;
  /** Address of the backend; '' when none was chosen. */
  readonly upstream: string;
  readonly scheme: string;
  readonly protocol: string;
  readonly phase: string | null;
  readonly subrequest: boolean;
  /** `server:` where it is a listening address, for lines that concern no request. */
  readonly listener: string;
  /** For lines about a name rather than a request: the resolver's name, the config file's complaint. */
  readonly detail: string;
  readonly truncated: boolean;
  readonly forgeable: boolean;
}

export type Upgrade = 'yes' | 'no' | 'unlogged';
export type AnsweredBy = 'nginx' | 'backend' | 'unknown';

export interface AccessKey {
  readonly kind: 'access';
  slot: number;
  readonly endpoint: Endpoint;
  readonly status: number;
  readonly answeredBy: AnsweredBy;
  readonly upgrade: Upgrade;
  /** One element an attempt; empty when not logged or no backend was asked. */
  readonly upstreamStatus: readonly string[];
  readonly upstreams: readonly string[];
  readonly protocol: string;
  readonly tlsBytes: boolean;
  /** The request's own hint: transport=websocket in the query, a path named ws. */
  readonly fold: FoldedPath;
  readonly method: string;
}

export type NginxEvent =
  | 'start'
  | 'reload'
  | 'quit'
  | 'stop'
  | 'worker-draining'
  | 'worker-exiting'
  | 'worker-crashed'
  | 'worker-exited';

export interface EventKey {
  readonly kind: 'event';
  readonly event: NginxEvent;
  readonly pid: number;
  readonly symptom: Symptom | null;
  readonly message: string;
}

export type FindingKey = ErrorKey | AccessKey | EventKey;
