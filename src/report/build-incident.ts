/** One diagnosed cluster as an incident of the report document. */
import { createHash } from 'node:crypto';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import { showBytes } from '../safe/display.ts';
import { buildCause, fill, type Names } from './build-cause.ts';
import { timelineOf } from './build-times.ts';
import type { ReportIncident } from './document.ts';
import type { DocumentParts } from './document-parts.ts';
import { iso, statusCounts } from './figures.ts';
import type { Show } from './show.ts';

const MAX_UPSTREAMS = 20;
const TOP_CLIENTS = 5;
const MAX_EVIDENCE = 8;
/** An incident whose last hit is this close to the end of the logs (seconds, or two of its own gaps) is still open. */
const STILL_OPEN = 60;

export function buildIncident(diagnosis: Diagnosis, parts: DocumentParts, { bytes: show }: Show): ReportIncident {
  const { cluster, causes } = diagnosis;
  const { tally } = cluster;
  const stats = cluster.endpoint === null ? null : parts.verdicts.stats(cluster.endpoint);
  const upstreams = [...cluster.upstreams]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([address, count]) => ({ address: show(address), count }));
  const path = pathOf(diagnosis, show);
  const server = cluster.endpoint?.server ?? cluster.listener;
  const names: Names = {
    upstream:
      upstreams.length > 1
        ? `${upstreams[0]!.address} and ${upstreams.length - 1} more`
        : (upstreams[0]?.address ?? 'the backend'),
    oneUpstream: upstreams[0]?.address ?? '',
    path: path ?? (server === '' ? 'this server' : show(server)),
    onePath: path ?? '/',
    server: server === '' ? 'this server' : show(server),
    host: show(cluster.endpoint?.host ?? '') || (server === '' ? '' : show(server)),
    seconds: measuredSeconds(diagnosis),
    status: [...cluster.met.keys()].map((s) => String(s).padStart(3, '0')).join(', ') || 'an error',
    name: nameIn(diagnosis, show),
  };
  const gap = tally.count > 1 ? (tally.last - tally.first) / (tally.count - 1) : 0;
  const recovered = stats !== null && stats.lastOk > tally.last + 1 && gap * 4 < stats.lastOk - tally.last;
  const open = !recovered && parts.lastTime - tally.last <= Math.max(STILL_OPEN, gap * 2);
  const distinct = tally.clients.distinct();
  return {
    id: createHash('sha256').update(cluster.key).digest('hex').slice(0, 12),
    title: fill(
      causes[0]?.cause.headline ?? [...cluster.symptoms.values()][0]?.symptom.title ?? 'Unexplained failures',
      names,
    ),
    severity: cluster.severity,
    status: open ? 'open' : 'ended',
    websocket: cluster.websocket,
    firstSeen: iso(tally.first),
    lastSeen: iso(tally.last),
    endpoint: {
      server: server === '' ? null : show(server),
      host: cluster.endpoint === null || cluster.endpoint.host === '' ? null : show(cluster.endpoint.host),
      path,
    },
    upstreams: upstreams.slice(0, MAX_UPSTREAMS),
    clients: {
      distinct: distinct.count,
      exact: distinct.exact,
      top: tally.clients.top(TOP_CLIENTS).map((c) => ({ address: show(c.address), count: c.count })),
    },
    count: tally.count,
    lines: tally.lines,
    symptoms: [...cluster.symptoms.values()].map(({ symptom, count }) => ({ id: symptom.id, count })),
    statuses: statusCounts(cluster.statuses),
    timeline: timelineOf(tally.timeline),
    causes: causes.map((c, rank) => buildCause(c, rank, diagnosis, parts, names)),
    ruledOut: diagnosis.ruledOut.map((r) => ({ id: r.id, why: show(r.why) })),
    undecided: diagnosis.undecided,
    evidence: tally.samples.slice(0, MAX_EVIDENCE).map((s) => ({
      file: showBytes(parts.paths[s.file] ?? ''),
      line: s.line,
      raw: show(s.raw),
    })),
  };
}

function pathOf({ cluster }: Diagnosis, show: Show['bytes']): string | null {
  if (cluster.endpoint === null) return null;
  if (cluster.paths.size <= 1 || cluster.websocket !== 'no') return show(cluster.endpoint.path);
  const top = [...cluster.paths].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0];
  return `${show(top)} and ${cluster.paths.size - 1} more`;
}

function measuredSeconds({ facts }: Diagnosis): string {
  const value =
    facts.get('session-seconds')?.values[0] ??
    facts.get('reconnect-period')?.values[0] ??
    facts.get('conf-read-timeout')?.values[0];
  if (typeof value !== 'number') return '';
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/** The name a message is about: an unresolvable host, a limit's zone, a missing file. */
function nameIn({ cluster }: Diagnosis, show: Show['bytes']): string {
  for (const { message, detail } of cluster.errors) {
    const quoted = /"([^"]{1,200})"/.exec(message);
    if (quoted !== null) return show(quoted[1]!);
    const host = /^(\S{1,200}) could not be resolved/.exec(message);
    if (host !== null) return show(host[1]!);
    if (detail !== '') return show(detail);
  }
  return 'the name';
}
