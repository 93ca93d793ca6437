/** Two reports side by side, and what differs: `wslog.diff/1`. */
import type { ReportDocument, ReportEndpoint, ReportIncident } from '../report/document.ts';

/** What of a report is compared. A whole report is one; so is what an older version wrote. */
export interface Comparable {
  readonly range: { readonly from: string; readonly to: string } | null;
  readonly inputs: readonly Pick<ReportDocument['inputs'][number], 'kind' | 'problem'>[];
  readonly accounting: { readonly lines: number };
  readonly endpoints: readonly (Pick<ReportEndpoint, 'server' | 'path' | 'websocket'> & {
    readonly handshakes: { readonly ok: number; readonly failed: number };
    readonly sessions: { readonly p50: number | null };
  })[];
  readonly incidents: readonly (Pick<
    ReportIncident,
    'id' | 'title' | 'severity' | 'websocket' | 'endpoint' | 'upstreams' | 'count'
  > & { readonly causes: readonly { readonly id: string }[] })[];
}

/** One of the two sides: a report, and over what time it counted. */
export interface Side {
  readonly report: Comparable;
  /** The file it was read from; null where both sides are the same logs. */
  readonly source: string | null;
  /** Seconds over which hits could be counted; 0 when there is no line. */
  readonly seconds: number;
}

export type Change = 'new' | 'worse' | 'better' | 'gone' | 'unchanged';

export interface Amount {
  count: number;
  /** Hits an hour; null where the time is not known. */
  perHour: number | null;
  /** Hits among the endpoint's handshakes, 0 to 1; null where the log does not hold them. */
  share: number | null;
  /** Ids of the incidents in that report. */
  incidents: string[];
}

export interface CauseChange {
  change: Change;
  /** False where so few hits may as well be chance. */
  sure: boolean;
  /** The cause's id; null where none was found. */
  cause: string | null;
  title: string;
  severity: ReportIncident['severity'];
  websocket: ReportIncident['websocket'];
  endpoint: { server: string | null; path: string | null };
  before: Amount;
  after: Amount;
  /** How many times as often as before, by share where both sides have one; null for what is new or gone. */
  ratio: number | null;
}

export interface EndpointSide {
  ok: number;
  failed: number;
  /** Share of handshakes that succeeded, 0 to 1; null when there was none. */
  success: number | null;
  /** Median length of its sessions in seconds; null where it is not logged. */
  median: number | null;
}

export interface EndpointChange {
  change: Change;
  server: string | null;
  path: string;
  before: EndpointSide;
  after: EndpointSide;
}

export interface DiffSide {
  source: string | null;
  range: { from: string; to: string } | null;
  seconds: number;
  lines: number;
}

export interface DiffDocument {
  schema: 'wslog.diff/1';
  generator: { name: 'wslog'; version: string };
  /** The moment that parts the sides; null where two reports were given. */
  at: string | null;
  before: DiffSide;
  after: DiffSide;
  /** New and worse first. */
  changes: CauseChange[];
  endpoints: EndpointChange[];
  notes: string[];
}
