/** What a watch knows, as Prometheus metrics: few names, bounded labels, nothing that a log could make up at will. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import { showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';

/** Incidents, endpoints and logs that have figures of their own; the others are added up under this name. */
const MAX_SERIES = 100;
const OTHER = 'other';
const MAX_LABEL = 200;

/** What the watch counts about itself. */
export interface WatchFigures {
  readonly report: ReportDocument;
  /** Bytes that were not read yet, by log. */
  readonly unread: ReadonlyMap<string, number>;
  readonly rotations: number;
  readonly gaps: number;
  readonly commits: { readonly ok: number; readonly failed: number };
}

/** The text to serve. */
export async function exposition(figures: WatchFigures): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `wslog_${name}`, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `wslog_${name}`, help, labelNames, registers: [registry] });
  const { report } = figures;

  const lines = counter('lines_total', 'Log lines read, by what they were taken for.', ['kind']);
  for (const kind of ['classified', 'routine', 'unknown'] as const) lines.inc({ kind }, report.accounting[kind]);
  const newest = report.range === null ? 0 : Date.parse(report.range.to) / 1000;
  gauge('newest_line_timestamp_seconds', 'Time of the newest line read; 0 before the first.').set(newest);
  const unread = gauge('unread_bytes', 'Bytes of a log that were there and not read yet.', ['log']);
  for (const [log, bytes] of bounded([...figures.unread]))
    unread.inc({ log: log === null ? OTHER : label(log) }, bytes);
  counter('rotations_total', 'Logs whose name was seen to lead to another file.').inc(figures.rotations);
  counter('gaps_total', 'Times at which lines may have been lost.').inc(figures.gaps);
  const commits = counter('state_commits_total', 'Attempts to save state.', ['result']);
  commits.inc({ result: 'ok' }, figures.commits.ok);
  commits.inc({ result: 'failed' }, figures.commits.failed);

  const place = ['server', 'path'];
  const open = gauge('incidents_open', 'Incidents that go on.', ['cause', 'severity', ...place]);
  const hits = counter('incident_hits_total', 'Requests and sessions hit, by the cause they are put down to now.', [
    'cause',
    ...place,
  ]);
  for (const [incident, among] of bounded(report.incidents.map((each) => [each, each] as const))) {
    const { server, path } = incident === null ? { server: OTHER, path: OTHER } : placeOf(incident);
    const cause = incident === null ? OTHER : (incident.causes[0]?.id ?? 'unknown');
    hits.inc({ cause, server, path }, among.count);
    if (among.status === 'open') open.inc({ cause, severity: among.severity, server, path });
  }
  const handshakes = counter('handshakes_total', 'WebSocket handshakes, by outcome.', [...place, 'outcome']);
  const sessions = counter('sessions_closed_total', 'WebSocket sessions that ended.', place);
  const websocket = report.endpoints.filter((endpoint) => endpoint.websocket !== 'no');
  for (const [endpoint, among] of bounded(websocket.map((each) => [each, each] as const))) {
    const server = endpoint === null ? OTHER : label(endpoint.server ?? '');
    const path = endpoint === null ? OTHER : label(endpoint.path);
    handshakes.inc({ server, path, outcome: 'ok' }, among.handshakes.ok);
    handshakes.inc({ server, path, outcome: 'failed' }, among.handshakes.failed);
    sessions.inc({ server, path }, among.sessions.closed);
  }
  return registry.metrics();
}

/** The first so many with a name; those behind them with none. */
function bounded<N, V>(all: readonly (readonly [N, V])[]): (readonly [N | null, V])[] {
  return all.map(([name, value], at) => [at < MAX_SERIES ? name : null, value] as const);
}

function placeOf({ endpoint }: ReportIncident): { server: string; path: string } {
  return { server: label(endpoint.server ?? endpoint.host ?? ''), path: label(endpoint.path ?? '') };
}

/** Whatever is shown of a log is masked and made visible here too, also where the report is not. */
function label(text: string): string {
  return showText(redact(text)).slice(0, MAX_LABEL);
}
