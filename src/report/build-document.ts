/** From diagnoses to the report document: the place where text from logs is redacted and made safe to show. */
import { createHash } from 'node:crypto';
import type { FixStep } from '../catalogue/types.ts';
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import type { RankedCause } from '../diagnosis/weigh.ts';
import type { Endpoint } from '../findings/keys.ts';
import { severityRank } from '../incident/cluster.ts';
import type { SessionGroup } from '../incident/groups.ts';
import type { WebSocketVerdicts } from '../incident/websocket.ts';
import { showBytes, showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import { quoteShell } from '../safe/shell.ts';
import type {
  ReportCause,
  ReportDocument,
  ReportEndpoint,
  ReportIncident,
  ReportInput,
  ReportNote,
} from './document.ts';

export interface DocumentParts {
  readonly version: string;
  readonly inputs: readonly ReportInput[];
  readonly accounting: ReportDocument['accounting'];
  /** Raw templates of lines nothing recognised. */
  readonly unknown: readonly { template: string; count: number; example: string }[];
  readonly diagnoses: readonly Diagnosis[];
  readonly sessions: ReadonlyMap<Endpoint, SessionGroup>;
  readonly verdicts: WebSocketVerdicts;
  readonly notes: readonly ReportNote[];
  /** Epoch seconds; infinite when no line had a time. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly conf: ConfView | null;
  /** Names of the inputs, by index. */
  readonly paths: readonly string[];
  readonly redact: boolean;
}

const MAX_ENDPOINTS = 200;
const MAX_UNKNOWN = 50;
const MAX_UPSTREAMS = 20;
const TOP_CLIENTS = 5;
const MAX_EVIDENCE = 8;
const WORTH_A_PATCH = 0.5;
/** An incident whose last hit is this close to the end of the logs (seconds, or two of its own gaps) is still open. */
const STILL_OPEN = 60;

export function buildDocument(parts: DocumentParts): ReportDocument {
  const show = parts.redact ? (raw: string) => redact(showBytes(raw)) : showBytes;
  const incidents = parts.diagnoses.map((d) => incident(d, parts, show));
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
    incidents,
    notes: parts.notes.map((n) => ({ ...n, text: showText(n.text) })),
  };
}

/** Orders incidents as the contract says: severity, then WebSocket before the rest, then count. */
function byImportance(a: ReportIncident, b: ReportIncident): number {
  return (
    severityRank(b.severity) - severityRank(a.severity) ||
    Number(a.websocket === 'no') - Number(b.websocket === 'no') ||
    b.count - a.count ||
    (a.id < b.id ? -1 : 1)
  );
}

type Show = (raw: string) => string;

function incident(diagnosis: Diagnosis, parts: DocumentParts, show: Show): ReportIncident {
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
    status: [...cluster.statuses.keys()].map((s) => String(s).padStart(3, '0')).join(', ') || 'an error',
    name: nameIn(diagnosis, show),
  };
  const gap = tally.count > 1 ? (tally.last - tally.first) / (tally.count - 1) : 0;
  const recovered = stats !== null && stats.lastOk > tally.last + 1 && gap * 4 < stats.lastOk - tally.last;
  const open = !recovered && parts.lastTime - tally.last <= Math.max(STILL_OPEN, gap * 2);
  const cells = tally.timeline.cells();
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
    timeline:
      cells === null
        ? { from: null, bucketSeconds: 1, counts: [] }
        : { from: iso(cells.from), bucketSeconds: cells.width, counts: cells.counts },
    causes: causes.map((c, rank) => cause(c, rank, diagnosis, parts, names)),
    ruledOut: diagnosis.ruledOut.map((r) => ({ id: r.id, why: show(r.why) })),
    undecided: diagnosis.undecided,
    evidence: tally.samples.slice(0, MAX_EVIDENCE).map((s) => ({
      file: showBytes(parts.paths[s.file] ?? ''),
      line: s.line,
      raw: show(s.raw),
    })),
  };
}

function pathOf({ cluster }: Diagnosis, show: Show): string | null {
  if (cluster.endpoint === null) return null;
  if (cluster.paths.size <= 1 || cluster.websocket !== 'no') return show(cluster.endpoint.path);
  const top = [...cluster.paths].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0];
  return `${show(top)} and ${cluster.paths.size - 1} more`;
}

interface Names {
  readonly upstream: string;
  readonly oneUpstream: string;
  readonly path: string;
  readonly onePath: string;
  readonly server: string;
  readonly host: string;
  readonly seconds: string;
  readonly status: string;
  readonly name: string;
}

function cause(
  ranked: RankedCause,
  rank: number,
  diagnosis: Diagnosis,
  parts: DocumentParts,
  names: Names,
): ReportCause {
  const { cause: of } = ranked;
  const directive =
    of.directive === undefined || parts.conf === null
      ? null
      : parts.conf.directive(diagnosis.cluster.endpoint, of.directive);
  return {
    id: of.id,
    title: of.title,
    confidence: Math.round(ranked.confidence * 1000) / 1000,
    evidence: ranked.evidence.map((e) => ({
      text: parts.redact ? redact(showText(e.text)) : showText(e.text),
      weight: e.weight,
      file: e.ref === null ? null : showBytes(parts.paths[e.ref.file] ?? ''),
      line: e.ref === null ? null : e.ref.line,
    })),
    directive:
      directive === null ? null : { ...directive, value: directive.value === null ? null : showBytes(directive.value) },
    fix: {
      summary: fill(of.fix.summary, names),
      steps: of.fix.steps.map((s) => step(s, names)),
      patch: patchOf(of.id, ranked, rank, diagnosis, parts.conf),
      verify: of.verify.map((v) => ({ run: command(v.run, names), expect: v.expect })),
    },
  };
}

/** A change to the reader's own files is offered for the verdict only, and only when it is likelier than not. */
function patchOf(
  id: string,
  ranked: RankedCause,
  rank: number,
  { cluster }: Diagnosis,
  conf: ConfView | null,
): string | null {
  if (conf === null || rank > 0 || ranked.confidence < WORTH_A_PATCH) return null;
  return conf.patch(cluster.endpoint, id);
}

function step(of: FixStep, names: Names): ReportCause['fix']['steps'][number] {
  return {
    do: fill(of.do, names),
    why: of.why === undefined ? null : fill(of.why, names),
    nginx: of.nginx ?? null,
    run: of.run === undefined ? null : command(of.run, names),
  };
}

function fill(text: string, names: Names): string {
  // Without a measured or configured time there is no figure to name.
  return (names.seconds === '' ? text.replaceAll('{seconds} s', 'proxy_read_timeout') : text).replace(
    /\{(upstream|path|server|host|seconds|status|name)\}/g,
    (_, key: string) => names[key as keyof Names],
  );
}

/** Fills a command's placeholders with quoted text: what a client sent must stay one inert word in any shell. */
function command(text: string, names: Names): string {
  return text.replace(/\{(upstream|path|server|host|seconds|port)\}/g, (_, key: string) => {
    const value =
      key === 'path'
        ? names.onePath.replace(/\{id\}/g, '1')
        : key === 'upstream'
          ? names.oneUpstream
          : key === 'server' || key === 'host'
            ? names.host
            : key === 'port'
              ? (/:(\d{1,5})$/.exec(names.oneUpstream)?.[1] ?? '')
              : names.seconds;
    if (value === '') return `<${key}>`;
    // Whatever is plainly harmless stays readable; everything else is quoted as one word.
    return /^[\w./:~@%+,=-]+$/.test(value)
      ? value
      : value.includes('…') || value.includes('\\')
        ? `<${key}>`
        : quoteShell(value);
  });
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
function nameIn({ cluster }: Diagnosis, show: Show): string {
  for (const { message, detail } of cluster.errors) {
    const quoted = /"([^"]{1,200})"/.exec(message);
    if (quoted !== null) return show(quoted[1]!);
    const host = /^(\S{1,200}) could not be resolved/.exec(message);
    if (host !== null) return show(host[1]!);
    if (detail !== '') return show(detail);
  }
  return 'the name';
}

function endpoints(parts: DocumentParts, show: Show): ReportEndpoint[] {
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
  if (group === undefined) return { closed: 0, p50: null, p95: null, max: null };
  const { all, tally } = group;
  return { closed: tally.count, p50: round(all.quantile(0.5)), p95: round(all.quantile(0.95)), max: round(all.max()) };
}

function statusCounts(statuses: ReadonlyMap<number, number>): Record<string, number> {
  const sorted = [...statuses].filter(([status]) => status >= 0).sort((a, b) => a[0] - b[0]);
  return Object.fromEntries(sorted.map(([status, count]) => [String(status).padStart(3, '0'), count]));
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}

/** RFC 3339 UTC with milliseconds; null for an unknown time. */
function iso(epochSeconds: number): string | null {
  if (!Number.isFinite(epochSeconds)) return null;
  const date = new Date(Math.round(epochSeconds * 1000));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
