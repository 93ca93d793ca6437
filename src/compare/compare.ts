/** What changed from one report to another: which causes are new, gone, worse or better at each endpoint. */
import { severityRank } from '../incident/cluster.ts';
import { changeOf } from './chance.ts';
import type {
  Amount,
  CauseChange,
  Change,
  Comparable,
  DiffDocument,
  DiffSide,
  EndpointChange,
  EndpointSide,
  Side,
} from './types.ts';

const ORDER: readonly Change[] = ['new', 'worse', 'better', 'gone', 'unchanged'];
const MAX_ENDPOINTS = 200;

type Incident = Comparable['incidents'][number];
type Endpoint = Comparable['endpoints'][number];

interface Pair<T> {
  /** One of them: the first after, else the first before. */
  readonly first: T;
  readonly before: T[];
  readonly after: T[];
}

export function compareReports(
  given: Side,
  since: Side,
  { version, at, all }: { version: string; at: string | null; all: boolean },
): DiffDocument {
  const names = serversByPath([given.report, since.report]);
  const [before, after] = [withNames(given, names), withNames(since, names)];
  const concerned = ({ websocket }: { websocket: string }) => all || websocket !== 'no';
  return {
    schema: 'wslog.diff/1',
    generator: { name: 'wslog', version },
    at,
    before: sideOf(before),
    after: sideOf(after),
    changes: [...pairs(before.report.incidents, after.report.incidents, incidentKey).values()]
      .filter((pair) => [...pair.before, ...pair.after].some(concerned))
      .map((pair) => causeChange(pair, before, after))
      .sort(byImportance),
    endpoints: [...pairs(before.report.endpoints, after.report.endpoints, endpointKey).values()]
      .filter((pair) => [...pair.before, ...pair.after].some(concerned))
      .map(endpointChange)
      .slice(0, MAX_ENDPOINTS),
    notes: notesOf(before, after),
  };
}

/** The server of each path that has one and no other on both sides: without error lines, a log names none. */
function serversByPath(reports: readonly Comparable[]): Map<string, string | null> {
  const servers = new Map<string, string | null>();
  const note = (path: string | null, server: string | null) => {
    if (path === null || server === null) return;
    const seen = servers.get(path);
    servers.set(path, seen === undefined || seen === server ? server : null);
  };
  for (const { endpoints, incidents } of reports) {
    for (const { server, path } of endpoints) note(path, server);
    for (const { endpoint } of incidents) note(endpoint.path, endpoint.server ?? endpoint.host);
  }
  return servers;
}

function withNames(side: Side, names: ReadonlyMap<string, string | null>): Side {
  const { report } = side;
  return {
    ...side,
    report: {
      ...report,
      endpoints: report.endpoints.map((one) => ({ ...one, server: one.server ?? names.get(one.path) ?? null })),
      incidents: report.incidents.map((one) => {
        const { server, host, path } = one.endpoint;
        return { ...one, endpoint: { path, host, server: server ?? host ?? names.get(path ?? '') ?? null } };
      }),
    },
  };
}

function sideOf({ report, source, seconds }: Side): DiffSide {
  return { source, range: report.range, seconds: rounded(seconds), lines: report.accounting.lines };
}

function incidentKey({ causes, title, endpoint }: Incident): string {
  return JSON.stringify([causes[0]?.id ?? title, endpoint.server, endpoint.path]);
}

function endpointKey({ server, path }: { server: string | null; path: string | null }): string {
  return JSON.stringify([server, path]);
}

function pairs<T>(before: readonly T[], after: readonly T[], keyOf: (one: T) => string): Map<string, Pair<T>> {
  const found = new Map<string, Pair<T>>();
  const put = (one: T, side: 'before' | 'after') => {
    const key = keyOf(one);
    const pair = found.get(key) ?? { first: one, before: [], after: [] };
    pair[side].push(one);
    found.set(key, pair);
  };
  for (const one of after) put(one, 'after');
  for (const one of before) put(one, 'before');
  return found;
}

function causeChange(pair: Pair<Incident>, before: Side, after: Side): CauseChange {
  const shown = pair.after.length > 0 ? pair.after : pair.before;
  const example = shown.reduce(
    (worst, one) => (severityRank(one.severity) > severityRank(worst.severity) ? one : worst),
    pair.first,
  );
  const { server, path } = example.endpoint;
  const counts = { before: total(pair.before), after: total(pair.after) };
  const handshakes = {
    before: attemptsAt(before.report, example),
    after: attemptsAt(after.report, example),
  };
  // Where a log holds fewer handshakes than failures, it does not hold all of them.
  const shares =
    handshakes.before > 0 &&
    handshakes.after > 0 &&
    counts.before <= handshakes.before &&
    counts.after <= handshakes.after;
  const among = shares ? handshakes : { before: before.seconds, after: after.seconds };
  const { change, sure, ratio } = changeOf(
    { count: counts.before, among: among.before },
    { count: counts.after, among: among.after },
    shares ? 'trials' : 'time',
  );
  const amount = (side: 'before' | 'after', seconds: number): Amount => ({
    count: counts[side],
    perHour: seconds > 0 ? rounded((counts[side] / seconds) * 3600) : null,
    share: shares ? rounded(counts[side] / handshakes[side]) : null,
    incidents: pair[side].map(({ id }) => id),
  });
  return {
    change,
    sure,
    cause: example.causes[0]?.id ?? null,
    title: example.title,
    severity: example.severity,
    websocket: example.websocket,
    endpoint: { server, path },
    before: amount('before', before.seconds),
    after: amount('after', after.seconds),
    ratio: ratio === null ? null : rounded(ratio),
  };
}

function total(incidents: readonly Incident[]): number {
  return incidents.reduce((sum, { count }) => sum + count, 0);
}

function attemptsAt(report: Comparable, { endpoint }: Incident): number {
  const found = report.endpoints.find(({ server, path }) => path === endpoint.path && server === endpoint.server);
  return found === undefined ? 0 : found.handshakes.ok + found.handshakes.failed;
}

function endpointChange(pair: Pair<Endpoint>): EndpointChange {
  const { server, path } = pair.first;
  const before = endpointSide(pair.before);
  const after = endpointSide(pair.after);
  const { change, sure } = changeOf(
    { count: before.failed, among: before.ok + before.failed },
    { count: after.failed, among: after.ok + after.failed },
    'trials',
  );
  // Of an endpoint, "new" would be read as that of the endpoint, and not of its failures.
  const rate = !sure ? 'unchanged' : change === 'new' ? 'worse' : change === 'gone' ? 'better' : change;
  return { change: rate, server, path, before, after };
}

function endpointSide(endpoints: readonly Endpoint[]): EndpointSide {
  const ok = endpoints.reduce((sum, { handshakes }) => sum + handshakes.ok, 0);
  const failed = endpoints.reduce((sum, { handshakes }) => sum + handshakes.failed, 0);
  return {
    ok,
    failed,
    success: ok + failed === 0 ? null : rounded(ok / (ok + failed)),
    median: endpoints[0]?.sessions.p50 ?? null,
  };
}

function byImportance(a: CauseChange, b: CauseChange): number {
  return (
    ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
    Number(a.websocket === 'no') - Number(b.websocket === 'no') ||
    severityRank(b.severity) - severityRank(a.severity) ||
    b.after.count + b.before.count - (a.after.count + a.before.count) ||
    (endpointKey(a.endpoint) + a.cause < endpointKey(b.endpoint) + b.cause ? -1 : 1)
  );
}

function notesOf(before: Side, after: Side): string[] {
  const notes: string[] = [];
  const hasAccess = ({ report }: Side) => report.inputs.some(({ kind }) => kind === 'access' || kind === 'mixed');
  for (const [name, { report }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    if (report.range === null) notes.push(`There is no line of the time ${name}, so nothing can be compared.`);
    const problems = report.inputs.filter(({ problem }) => problem !== null).length;
    if (problems > 0) notes.push(`Part of the input of the time ${name} could not be read: its counts are too low.`);
  }
  if (before.report.range !== null && after.report.range !== null && hasAccess(before) !== hasAccess(after)) {
    const one = hasAccess(before) ? 'before' : 'after';
    notes.push(`Only the report of the time ${one} had an access log, so what differs may be what was logged.`);
  }
  return notes;
}

/** Four significant digits: more would only claim to be exact. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
