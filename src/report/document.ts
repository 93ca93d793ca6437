/** The report document `wslog.report/1`: what `--format json` prints and every other format renders. */
import type { Severity } from '../catalogue/types.ts';

export type WebSocketVerdict = 'yes' | 'likely' | 'no' | 'unknown';

export interface ReportInput {
  path: string;
  kind: 'error' | 'access' | 'mixed' | 'unknown';
  /** `nginx-error`, `combined`, `main`, `ingress`, `json`, `custom`, or `unknown`. */
  format: string;
  bytes: number;
  lines: number;
  unknown: number;
  timezone: string | null;
  timezoneFrom: 'line' | 'access-log' | 'option' | 'environment' | 'system' | null;
  /** One sentence, or null. */
  problem: string | null;
  /** Path of the input that holds the same lines and was read instead; null when this one was read. */
  twinOf: string | null;
}

export interface ReportEndpoint {
  server: string | null;
  path: string;
  websocket: 'yes' | 'likely' | 'no';
  handshakes: { ok: number; failed: number; byStatus: Record<string, number> };
  /** Durations in seconds; null where the log does not tell. */
  sessions: {
    closed: number;
    p50: number | null;
    p95: number | null;
    max: number | null;
    /** How many sessions lasted how long, shortest first; bins a tenth wide, empty ones left out. */
    histogram: { from: number; to: number; count: number }[];
    /** A length that many of them share, as a timer makes it; null when none does. */
    spike: { seconds: number; count: number } | null;
  };
}

/** Counts in cells of equal width; `from` is null when there are none. */
export interface ReportTimeline {
  from: string | null;
  bucketSeconds: number;
  counts: number[];
}

/** What nginx's own processes did. */
export interface ReportEvent {
  at: string;
  event: 'start' | 'reload' | 'quit' | 'stop' | 'worker-crashed';
  pid: number;
}

export interface ReportEvidence {
  text: string;
  /** Log-odds: positive speaks for, negative against. */
  weight: number;
  file: string | null;
  line: number | null;
}

export interface ReportDirective {
  name: string;
  value: string | null;
  file: string | null;
  line: number | null;
  default: boolean;
  /**
   * The lines of the configuration around it, without secrets, from line `from` on. For a default, the block it would
   * be written into; null when that is not known.
   */
  excerpt: { file: string; from: number; lines: string[] } | null;
}

export interface ReportFixStep {
  do: string;
  why: string | null;
  nginx: string | null;
  run: string | null;
}

export interface ReportCause {
  id: string;
  title: string;
  confidence: number;
  evidence: ReportEvidence[];
  directive: ReportDirective | null;
  fix: {
    summary: string;
    steps: ReportFixStep[];
    patch: string | null;
    verify: { run: string; expect: string }[];
  };
}

export interface ReportIncident {
  id: string;
  title: string;
  severity: Severity;
  status: 'open' | 'ended';
  websocket: WebSocketVerdict;
  firstSeen: string | null;
  lastSeen: string | null;
  endpoint: { server: string | null; host: string | null; path: string | null };
  upstreams: { address: string; count: number }[];
  clients: { distinct: number; exact: boolean; top: { address: string; count: number }[] };
  /** Requests or sessions hit. */
  count: number;
  lines: number;
  symptoms: { id: string; count: number }[];
  statuses: Record<string, number>;
  timeline: ReportTimeline;
  causes: ReportCause[];
  ruledOut: { id: string; why: string }[];
  /** What would tell the first two causes apart; null when the first is clear. */
  undecided: string | null;
  evidence: { file: string; line: number; raw: string }[];
}

export interface ReportNote {
  id: string;
  text: string;
  /** Lines of nginx configuration that the note asks for; null when it asks for none. */
  nginx: string | null;
}

export interface ReportDocument {
  schema: 'wslog.report/1';
  generator: { name: 'wslog'; version: string };
  range: { from: string; to: string } | null;
  inputs: ReportInput[];
  accounting: { lines: number; classified: number; routine: number; unknown: number };
  unknown: { template: string; count: number; example: string }[];
  endpoints: ReportEndpoint[];
  /**
   * WebSocket sessions that ended, by when they began and when they ended. Two kinds are among `ended` only: those that
   * began before the first line, and those whose duration was not logged.
   */
  sessions: { opened: ReportTimeline; ended: ReportTimeline; openedBefore: number; untimed: number };
  events: ReportEvent[];
  incidents: ReportIncident[];
  notes: ReportNote[];
}
