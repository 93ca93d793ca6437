/** What the correlator gathers: requests, sessions and events, grouped so that memory does not grow with the log. */
import type { Symptom } from '../catalogue/types.ts';
import type { AnsweredBy, Endpoint, Upgrade } from '../findings/keys.ts';
import { DurationHistogram } from './histogram.ts';
import { type LineRef, Tally } from './tally.ts';
import { Timeline } from './timeline.ts';

/** Error lines of one symptom at one endpoint and backend, with what the access log says of the same requests. */
export interface ErrorGroup {
  readonly kind: 'error';
  readonly symptom: Symptom;
  readonly endpoint: Endpoint | null;
  readonly upstream: string;
  readonly scheme: string;
  readonly listener: string;
  readonly detail: string;
  readonly phase: string | null;
  readonly subrequest: boolean;
  readonly tally: Tally;
  readonly protocols: Set<string>;
  readonly levels: Set<string>;
  /** Access lines joined to these requests. */
  joined: number;
  readonly statuses: Map<number, number>;
  readonly upstreamStatuses: Map<string, number>;
  readonly requestSeconds: DurationHistogram;
  /** Joined requests whose access line shows an Upgrade header, and those whose line shows none. */
  upgradeYes: number;
  upgradeNo: number;
  /** Requests that another backend answered in the end. */
  recovered: number;
  /** Lines of requests that another group counts. */
  secondary: number;
  /** The message, where it names something (a file, a name) worth showing. */
  message: string;
  forgeable: number;
}

/** Access lines of requests that no error line explains. */
export interface AccessGroup {
  readonly kind: 'access';
  readonly endpoint: Endpoint;
  readonly status: number;
  readonly answeredBy: AnsweredBy;
  readonly upgrade: Upgrade;
  readonly hint: 'strong' | 'weak' | 'polling' | null;
  readonly tlsBytes: boolean;
  readonly tally: Tally;
  readonly protocols: Set<string>;
  readonly methods: Set<string>;
  readonly upstreamStatuses: Map<string, number>;
  readonly upstreams: Map<string, number>;
  readonly requestSeconds: DurationHistogram;
  /** Body sizes, bounded. */
  readonly bodyBytes: Map<number, number>;
  /** Requests that carried an engine.io session id. */
  sid: number;
}

/** What lines of one group have in common. */
export type AccessGroupParts = Pick<
  AccessGroup,
  'endpoint' | 'status' | 'answeredBy' | 'upgrade' | 'hint' | 'tlsBytes'
>;

/** Ended sessions of one endpoint: the 101 lines. */
export interface SessionGroup {
  readonly endpoint: Endpoint;
  /** All of them. */
  readonly all: DurationHistogram;
  /** Those no error line and no worker's end explains. */
  readonly unexplained: DurationHistogram;
  readonly unexplainedTally: Tally;
  /** Ended in the second in which a draining worker went away. */
  readonly drained: Tally;
  readonly drainedSeconds: DurationHistogram;
  /** Connection number and duration of some of those, in the order of their lines. */
  readonly drainedOrder: { readonly connection: number; readonly seconds: number }[];
  /** Ended together in one second, whatever the reason: the largest such burst. */
  largestBurst: number;
  /** Those that ended in the second of the last. */
  burst: { second: number; count: number } | null;
  readonly tally: Tally;
  /** When those began whose duration is logged, since the first line. */
  readonly opened: Timeline;
  /** Those that began before the first line. */
  openedBefore: number;
  /** 101 lines without a duration. */
  untimed: number;
  /** Seconds between one end and the next of the same client, where durations are not logged. */
  readonly returns: DurationHistogram;
  readonly returnsTally: Tally;
  readonly upstreams: Map<string, number>;
  readonly protocols: Set<string>;
}

export interface EndpointStats {
  readonly endpoint: Endpoint;
  ok: number;
  readonly byStatus: Map<number, number>;
  firstOk: number;
  lastOk: number;
  /** Requests that carried an Upgrade header, by the log. */
  upgradeYes: number;
  upgradeNo: number;
  /** A tunnel-phase error line was seen. */
  tunnelLines: number;
}

export interface ProcessEvent {
  readonly event: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly pid: number;
  /** The line that says so, for the few that matter. */
  readonly ref: LineRef | null;
}

export interface Gathered {
  readonly errors: readonly ErrorGroup[];
  readonly access: readonly AccessGroup[];
  readonly sessions: readonly SessionGroup[];
  readonly endpoints: readonly EndpointStats[];
  readonly events: readonly ProcessEvent[];
  /** Backends that answered a handshake with 101, with the epoch second of the last one. */
  readonly backendsOk: ReadonlyMap<string, number>;
  /** Epoch seconds of the first and last finding; infinite when there is none. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly folded: number;
}

/** Adds the second group to the first. */
export function mergeSessions(into: SessionGroup, other: SessionGroup): void {
  into.all.merge(other.all);
  into.unexplained.merge(other.unexplained);
  into.unexplainedTally.merge(other.unexplainedTally);
  into.drained.merge(other.drained);
  into.drainedSeconds.merge(other.drainedSeconds);
  into.drainedOrder.push(...other.drainedOrder);
  into.largestBurst = Math.max(into.largestBurst, other.largestBurst);
  into.tally.merge(other.tally);
  into.opened.merge(other.opened);
  into.openedBefore += other.openedBefore;
  into.untimed += other.untimed;
  into.returns.merge(other.returns);
  into.returnsTally.merge(other.returnsTally);
  for (const [address, count] of other.upstreams) increment(into.upstreams, address, count, 64);
  for (const protocol of other.protocols) into.protocols.add(protocol);
}

export function increment<K>(map: Map<K, number>, key: K, by = 1, limit = 256): void {
  const seen = map.get(key);
  if (seen !== undefined) map.set(key, seen + by);
  else if (map.size < limit) map.set(key, by);
}

export function newErrorGroup(
  parts: Pick<
    ErrorGroup,
    'symptom' | 'endpoint' | 'upstream' | 'scheme' | 'listener' | 'detail' | 'phase' | 'subrequest'
  >,
): ErrorGroup {
  return {
    kind: 'error',
    ...parts,
    tally: new Tally(),
    protocols: new Set(),
    levels: new Set(),
    joined: 0,
    statuses: new Map(),
    upstreamStatuses: new Map(),
    requestSeconds: new DurationHistogram(),
    upgradeYes: 0,
    upgradeNo: 0,
    recovered: 0,
    secondary: 0,
    message: '',
    forgeable: 0,
  };
}

export function newAccessGroup({
  endpoint,
  status,
  answeredBy,
  upgrade,
  hint,
  tlsBytes,
}: AccessGroupParts): AccessGroup {
  return {
    kind: 'access',
    endpoint,
    status,
    answeredBy,
    upgrade,
    hint,
    tlsBytes,
    tally: new Tally(),
    protocols: new Set(),
    methods: new Set(),
    upstreamStatuses: new Map(),
    upstreams: new Map(),
    requestSeconds: new DurationHistogram(),
    bodyBytes: new Map(),
    sid: 0,
  };
}

export function newSessionGroup(endpoint: Endpoint): SessionGroup {
  return {
    endpoint,
    all: new DurationHistogram(),
    unexplained: new DurationHistogram(),
    unexplainedTally: new Tally(),
    drained: new Tally(),
    drainedSeconds: new DurationHistogram(),
    drainedOrder: [],
    largestBurst: 0,
    burst: null,
    tally: new Tally(),
    opened: new Timeline(),
    openedBefore: 0,
    untimed: 0,
    returns: new DurationHistogram(),
    returnsTally: new Tally(),
    upstreams: new Map(),
    protocols: new Set(),
  };
}
