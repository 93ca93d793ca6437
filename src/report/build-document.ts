import { severityRank } from '../incident/cluster.ts';
import type { SessionGroup } from '../incident/groups.ts';
import { showBytes, showText } from '../safe/display.ts';
import { buildIncident } from './build-incident.ts';
import { processEvents, sessionTimes } from './build-times.ts';
import type { ReportDocument, ReportEndpoint, ReportIncident } from './document.ts';
import type { DocumentParts } from './document-parts.ts';
import { iso, round, statusCounts } from './figures.ts';
import { type Show, shower } from './show.ts';

const MAX_ENDPOINTS = 200;
const MAX_UNKNOWN = 50;
/** A length (seconds) that so many sessions, and such a share of them, have in common is worth pointing out. */
const SHORTEST_SPIKE = 3;
const ENOUGH_FOR_SPIKE = 4;
const SHARE_OF_SPIKE = 0.2;

export function buildDocument(parts: DocumentParts): ReportDocument {
  const shown = shower(parts.redact);
  const show = shown.bytes;
  const incidents = parts.diagnoses.map((d) => buildIncident(d, parts, shown));
  incidents.sort(byImportance);
  return {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: parts.version },
    range: parts.firstTime <= parts.lastTime ? { from: iso(parts.firstTime)!, to: iso(parts.lastTime)! } : null,
    inputs: parts.inputs.map((i) => ({ ...i, path: showBytes(i.path) })),
    accounting: parts.accounting,
    unknown: [...parts.unknown]
      .sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1))
      .slice(0, MAX_UNKNOWN)
      .map((u) => ({ template: show(u.template), count: u.count, example: show(u.example) })),
    endpoints: endpoints(parts, show),
    sessions: sessionTimes(parts.sessions.values()),
    events: processEvents(parts.events),
    incidents,
    notes: parts.notes.map((n) => ({ ...n, text: showText(n.text) })),
  };
}

/** Orders incidents as the contract says: severity, then WebSocket before the rest, then count. */
export function byImportance(a: ReportIncident, b: ReportIncident): number {
  return (
    severityRank(b.severity) - severityRank(a.severity) ||
    Number(a.websocket === 'no') - Number(b.websocket === 'no') ||
    b.count - a.count ||
    (a.id < b.id ? -1 : 1)
  );
}

function endpoints(parts: DocumentParts, show: Show['bytes']): ReportEndpoint[] {
  const rows: ReportEndpoint[] = [];
  for (const stats of parts.verdicts.all()) {
    const verdict = parts.verdicts.endpoint(stats.endpoint);
    if (verdict === 'no' || verdict === 'unknown') continue;
    const counts = statusCounts(stats.byStatus);
    let failed = 0;
    for (const [status, count] of stats.byStatus) if (status >= 400 || status < 100) failed += count;
    rows.push({
      server: stats.endpoint.server === '' ? null : show(stats.endpoint.server),
      path: show(stats.endpoint.path),
      websocket: verdict,
      handshakes: { ok: stats.ok, failed, byStatus: counts },
      sessions: durations(parts.sessions.get(stats.endpoint)),
    });
  }
  rows.sort(
    (a, b) =>
      b.handshakes.ok + b.handshakes.failed - a.handshakes.ok - a.handshakes.failed ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : (a.server ?? '') < (b.server ?? '') ? -1 : 1),
  );
  return rows.slice(0, MAX_ENDPOINTS);
}

function durations(group: SessionGroup | undefined): ReportEndpoint['sessions'] {
  if (group === undefined) return { closed: 0, p50: null, p95: null, max: null, histogram: [], spike: null };
  const { all, tally } = group;
  const spike = all.spike(SHORTEST_SPIKE);
  const telling = spike !== null && spike.count >= ENOUGH_FOR_SPIKE && spike.share >= SHARE_OF_SPIKE;
  return {
    closed: tally.count,
    p50: round(all.quantile(0.5)),
    p95: round(all.quantile(0.95)),
    max: round(all.max()),
    histogram: all.tenths().map(({ from, to, count }) => ({ from: round(from)!, to: round(to)!, count })),
    spike: telling ? { seconds: round(spike.centre)!, count: spike.count } : null,
  };
}
