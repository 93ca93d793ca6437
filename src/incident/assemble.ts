/**
 * Groups into clusters: the same fault at the same endpoint is one cluster whatever the backends and the words; what
 * follows from a fault joins it; ended sessions speak through their durations.
 */
import type { SymptomMatcher } from '../catalogue/match.ts';
import type { Catalogue, Symptom } from '../catalogue/types.ts';
import type { Endpoint } from '../findings/keys.ts';
import { Cluster } from './cluster.ts';
import { metBeforeErrorPage } from './error-page.ts';
import type { AccessGroup, ErrorGroup, Gathered, SessionGroup } from './groups.ts';
import { isHandshake } from './handshake.ts';
import { sessionShapes, sessionsByEndpoint } from './sessions.ts';
import { setSeverity } from './severity.ts';
import { Tally } from './tally.ts';
import { type ConfProof, type Verdict, WebSocketVerdicts } from './websocket.ts';

export interface Assembled {
  readonly clusters: readonly Cluster[];
  readonly verdicts: WebSocketVerdicts;
  /** Ended sessions by endpoint. */
  readonly sessions: ReadonlyMap<Endpoint, SessionGroup>;
}

/** Faults of the whole server: one cluster each, whatever the endpoint. */
const SERVER_WIDE = new Set([
  'worker-connections-exhausted',
  'file-descriptors-exhausted',
  'local-ports-exhausted',
  'nginx-stopped',
  'config-invalid',
  'config-map-missing',
]);
/** What is a fault for a WebSocket is every day's business for other requests: probes, typos, closed tabs. */
const NOT_OUR_BUSINESS: ReadonlySet<string> = new Set([
  'route-not-proxied',
  'denied-by-nginx',
  'handshake-redirected',
  'client-gone-before-upgrade',
]);
/** Whether a cause is worth a word only where a WebSocket is concerned. */
export function isEverydayFault(cause: string): boolean {
  return NOT_OUR_BUSINESS.has(cause);
}

/** A follower belongs to a root that was seen at most this many seconds before it began. */
const FOLLOWS_WITHIN = 900;
/** Access lines whose error line is missing belong to a cluster seen within this many seconds. */
const SAME_TIME = 120;
export function assemble(
  gathered: Gathered,
  catalogue: Catalogue,
  matcher: SymptomMatcher,
  proof: ConfProof,
  settled: (endpoint: Endpoint) => Endpoint,
): Assembled {
  const verdicts = new WebSocketVerdicts(gathered, proof, settled);
  const clusters = new Map<string, Cluster>();
  const cluster = (family: string, scope: string, endpoint: Endpoint | null, verdict: Verdict): Cluster => {
    const key = `${family}\n${scope}`;
    let found = clusters.get(key);
    if (found === undefined) {
      found = new Cluster(key, family, endpoint, verdict);
      clusters.set(key, found);
    }
    return found;
  };

  const followers: ErrorGroup[] = [];
  for (const group of gathered.errors) {
    if (group.tally.lines === 0 || group.symptom.causes.length === 0) continue;
    if (group.symptom.role === 'follower') followers.push(group);
    else if (group.symptom.role !== 'routine') addRoot(group, verdicts, cluster);
  }
  joinSubrequests([...clusters.values()], clusters);
  for (const group of followers) {
    const root = rootOf(group, [...clusters.values()], verdicts);
    if (root === null) addRoot(group, verdicts, cluster);
    else root.addError(group, root.websocket, group.endpoint === null ? null : verdicts.canonical(group.endpoint));
  }
  for (const group of gathered.access) addAccess(group, verdicts, matcher, [...clusters.values()], cluster);
  const sessions = sessionsByEndpoint(gathered, verdicts);
  const troubled = (endpoint: Endpoint): boolean => [...clusters.values()].some((c) => c.paths.has(endpoint.path));
  for (const { shape, tally, symptomId } of sessionShapes(sessions.values(), verdicts, troubled)) {
    const symptom = catalogue.symptoms.get(symptomId);
    const family = symptom?.causes[0];
    if (symptom === undefined || family === undefined) continue;
    const { endpoint } = shape.group;
    // Where nginx logged some of the cuts itself, the rest of the same spike are the same incident.
    const known = shape.shape === 'timer' ? clusters.get(`idle-timeout\n${scopeOf(endpoint)}`) : undefined;
    (known ?? cluster(family, scopeOf(endpoint), endpoint, 'yes')).addSessions(shape, symptom, tally);
  }
  stopped(gathered, catalogue, verdicts, proof, cluster);
  for (const found of clusters.values()) {
    settleEndpoint(found);
    setSeverity(found, verdicts);
  }
  return { clusters: [...clusters.values()], verdicts, sessions };
}

type Make = (family: string, scope: string, endpoint: Endpoint | null, verdict: Verdict) => Cluster;

function scopeOf(endpoint: Endpoint): string {
  return `${endpoint.server}\n${endpoint.path}`;
}

function addRoot(group: ErrorGroup, verdicts: WebSocketVerdicts, make: Make): void {
  const family = group.symptom.causes[0]!;
  const verdict = verdicts.error(group);
  if (verdict === 'no' && isEverydayFault(family)) return;
  const endpoint = group.endpoint === null ? null : verdicts.canonical(group.endpoint);
  let found: Cluster;
  if (SERVER_WIDE.has(family)) found = make(family, '', endpoint, verdict);
  else if (endpoint === null) {
    found = make(family, `\n${group.listener}`, null, verdict);
    found.listener = group.listener;
  } else {
    // Requests that are not WebSocket are of less interest here: one cluster a server is enough.
    found =
      verdict === 'no'
        ? make(family, `${endpoint.server}\nno`, endpoint, verdict)
        : make(family, scopeOf(endpoint), endpoint, verdict);
  }
  found.addError(group, verdict, endpoint);
}

/** Refusals of an auth_request's own backend belong to the auth_request, where its verdict is logged too. */
function joinSubrequests(all: readonly Cluster[], clusters: Map<string, Cluster>): void {
  const auth = all.filter((c) => c.family === 'auth-subrequest-failed');
  for (const found of all) {
    if (found.family === 'auth-subrequest-failed' || !found.errors.every((g) => g.subrequest)) continue;
    const owner = auth.find((a) => a.endpoint === found.endpoint || a.paths.has(found.endpoint?.path ?? ''));
    if (owner === undefined) continue;
    for (const group of found.errors) owner.addError(group, owner.websocket, owner.endpoint);
    clusters.delete(found.key);
  }
}

function rootOf(group: ErrorGroup, clusters: readonly Cluster[], verdicts: WebSocketVerdicts): Cluster | null {
  const follows = new Set(group.symptom.follows ?? []);
  const verdict = verdicts.error(group);
  const endpoint = group.endpoint === null ? null : verdicts.canonical(group.endpoint);
  let best: Cluster | null = null;
  let bestRank = 0;
  for (const found of clusters) {
    if (![...found.symptoms.keys()].some((id) => follows.has(id))) continue;
    if (group.tally.first < found.tally.first - FOLLOWS_WITHIN || group.tally.first > found.tally.last + FOLLOWS_WITHIN)
      continue;
    const same = endpoint !== null && (found.endpoint === endpoint || found.paths.has(endpoint.path));
    // At another endpoint only a follower of the same sort of traffic joins, or counts would mix.
    if (!same && endpoint !== null && (found.websocket === 'no') !== (verdict === 'no')) continue;
    const rank = (same ? 1e12 : 1) + found.tally.count;
    if (rank > bestRank || (rank === bestRank && best !== null && found.key < best.key)) {
      best = found;
      bestRank = rank;
    }
  }
  return best;
}

function addAccess(
  group: AccessGroup,
  verdicts: WebSocketVerdicts,
  matcher: SymptomMatcher,
  clusters: readonly Cluster[],
  make: Make,
): void {
  const endpoint = verdicts.canonical(group.endpoint);
  const verdict = verdicts.access(group);
  const met = metBeforeErrorPage(group);
  const handshake = isHandshake({ ...group, status: met.status }, endpoint, verdict, verdicts.stats(endpoint)?.ok ?? 0);
  const symptom = matcher.matchAccess({
    status: met.status,
    answeredBy: met.answeredBy,
    bodyBytes: commonest(group.bodyBytes),
    tlsBytes: group.tlsBytes,
    protocol: [...group.protocols][0] ?? null,
    handshake,
  });
  if (symptom === null || symptom.role === 'routine' || symptom.causes.length === 0) return;
  const same = clusters.find(
    (c) =>
      (c.paths.has(endpoint.path) || (c.endpoint === null && c.errors.some((e) => e.symptom.stage === 'process'))) &&
      group.tally.first <= c.tally.last + SAME_TIME &&
      group.tally.last >= c.tally.first - SAME_TIME &&
      [...c.symptoms.values()].some((s) => s.symptom.status?.includes(met.status) === true),
  );
  const tls = group.tlsBytes ? clusters.find((c) => c.endpoint === null && c.family === symptom.causes[0]) : undefined;
  if (tls !== undefined) tls.addAccess(group, symptom, verdict, endpoint);
  else if (same !== undefined) same.addAccess(group, symptom, verdict, endpoint);
  else if (verdict === 'no')
    make(symptom.causes[0]!, `${endpoint.server}\nno`, endpoint, 'no').addAccess(group, symptom, 'no', endpoint);
  else
    make(
      symptom.causes[0]!,
      group.tlsBytes ? '\ntls' : scopeOf(endpoint),
      group.tlsBytes ? null : endpoint,
      verdict,
    ).addAccess(group, symptom, verdict, endpoint);
}

export function commonest(sizes: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  let most = 0;
  for (const [size, count] of sizes) {
    if (count > most || (count === most && best !== null && size < best)) {
      best = size;
      most = count;
    }
  }
  return best;
}

/** A fast stop closes every tunnel without a line of its own: worth saying where there were tunnels. */
function stopped(
  gathered: Gathered,
  catalogue: Catalogue,
  verdicts: WebSocketVerdicts,
  proof: ConfProof,
  make: Make,
): void {
  const stops = gathered.events.filter((e) => e.event === 'stop');
  if (stops.length === 0) return;
  const tunnels = [...verdicts.all()].filter((s) => verdicts.endpoint(s.endpoint) !== 'no');
  const symptom: Symptom | undefined = catalogue.symptoms.get('nginx-fast-stop');
  if (symptom === undefined) return;
  if (tunnels.length === 0 && !proof(null) === true) return;
  const found = make('nginx-stopped', '', null, tunnels.length > 0 ? 'likely' : 'unknown');
  const tally = new Tally();
  for (const stop of stops) {
    tally.lines++;
    tally.hit(stop.time, null);
    if (stop.ref !== null) tally.sample(stop.ref);
  }
  found.addEvents(symptom, tally);
}

/** A cluster over several paths is shown by the one hit most. */
function settleEndpoint(cluster: Cluster): void {
  if (cluster.endpoint !== null || cluster.errors.length === 0) return;
  let most = 0;
  for (const group of cluster.errors) {
    if (group.endpoint !== null && group.tally.count > most) {
      most = group.tally.count;
      cluster.endpoint = group.endpoint;
    }
  }
}
