/** One thing that is wrong: the groups of lines that come from it, before anybody has said why. */
import type { Severity, Symptom } from '../catalogue/types.ts';
import type { Endpoint } from '../findings/keys.ts';
import { metBeforeErrorPage } from './error-page.ts';
import type { AccessGroup, ErrorGroup, SessionGroup } from './groups.ts';
import type { Spike } from './histogram.ts';
import { Tally } from './tally.ts';
import type { Verdict } from './websocket.ts';

/** What the durations of an endpoint's ended sessions show. */
export interface SessionShape {
  readonly shape: 'timer' | 'instant' | 'together' | 'returning';
  readonly spike: Spike | null;
  readonly group: SessionGroup;
  readonly sessions: number;
  readonly silent: number;
  readonly closeFrame: number;
}

export class Cluster {
  readonly key: string;
  /** The cause its first symptom points to first; names the cluster, does not judge it. */
  readonly family: string;
  endpoint: Endpoint | null;
  listener = '';
  websocket: Verdict;
  severity: Severity = 'info';
  readonly errors: ErrorGroup[] = [];
  readonly access: AccessGroup[] = [];
  sessions: SessionShape | null = null;
  /** Root symptoms first, in the order they joined. */
  readonly symptoms = new Map<string, { symptom: Symptom; count: number }>();
  readonly tally = new Tally();
  /** What the clients got, and what there was before `error_page` replaced it. */
  readonly statuses = new Map<number, number>();
  readonly met = new Map<number, number>();
  readonly upstreams = new Map<string, number>();
  readonly paths = new Map<string, number>();

  constructor(key: string, family: string, endpoint: Endpoint | null, websocket: Verdict) {
    this.key = key;
    this.family = family;
    this.endpoint = endpoint;
    this.websocket = websocket;
  }

  /** @param endpoint the group's, as it is shown */
  addError(group: ErrorGroup, verdict: Verdict, endpoint: Endpoint | null): void {
    this.errors.push(group);
    this.#addSymptom(group.symptom, group.tally.count + group.secondary);
    this.tally.merge(group.tally);
    for (const [status, count] of group.statuses) {
      bump(this.statuses, status, count);
      bump(this.met, status, count);
    }
    if (group.upstream !== '') bump(this.upstreams, group.upstream, group.tally.count + group.secondary);
    if (endpoint !== null) bump(this.paths, endpoint.path, group.tally.count);
    this.websocket = stronger(this.websocket, verdict);
    this.severity = worse(this.severity, group.symptom.severity);
  }

  addAccess(group: AccessGroup, symptom: Symptom, verdict: Verdict, endpoint: Endpoint): void {
    this.access.push(group);
    this.#addSymptom(symptom, group.tally.count);
    this.tally.merge(group.tally);
    bump(this.statuses, group.status, group.tally.count);
    bump(this.met, metBeforeErrorPage(group).status, group.tally.count);
    // A proxy in between that relayed the failure is not the backend that error lines name.
    if (this.errors.length === 0 || group.answeredBy !== 'backend')
      for (const [address, count] of group.upstreams) bump(this.upstreams, address, count);
    bump(this.paths, endpoint.path, group.tally.count);
    this.websocket = stronger(this.websocket, verdict);
    this.severity = worse(this.severity, symptom.severity);
  }

  addSessions(shape: SessionShape, symptom: Symptom, tally: Tally): void {
    this.sessions = shape;
    this.#addSymptom(symptom, shape.sessions);
    this.tally.merge(tally);
    bump(this.statuses, 101, tally.count);
    for (const [address, count] of shape.group.upstreams) bump(this.upstreams, address, count);
    bump(this.paths, shape.group.endpoint.path, tally.count);
    this.websocket = 'yes';
    this.severity = worse(this.severity, symptom.severity);
  }

  /** Events of nginx's own processes: they have lines and times, but no requests. */
  addEvents(symptom: Symptom, tally: Tally): void {
    this.#addSymptom(symptom, tally.count);
    this.tally.merge(tally);
    this.severity = worse(this.severity, 'info');
  }

  #addSymptom(symptom: Symptom, count: number): void {
    const seen = this.symptoms.get(symptom.id);
    if (seen === undefined) this.symptoms.set(symptom.id, { symptom, count });
    else seen.count += count;
  }
}

function bump<K>(map: Map<K, number>, key: K, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 };

export function severityRank(severity: Severity): number {
  return RANK[severity];
}

function worse(a: Severity, b: Severity): Severity {
  return RANK[a] >= RANK[b] ? a : b;
}

const VERDICT: Readonly<Record<Verdict, number>> = { no: 0, unknown: 1, likely: 2, yes: 3 };

function stronger(a: Verdict, b: Verdict): Verdict {
  return VERDICT[a] >= VERDICT[b] ? a : b;
}
