/** All that the correlator remembers. */
import type { Client } from '../findings/client.ts';
import type { Endpoint } from '../findings/keys.ts';
import type { AccessGroup, AccessGroupParts, EndpointStats, ErrorGroup, ProcessEvent, SessionGroup } from './groups.ts';
import type { LateLines } from './late-lines.ts';
import type { RequestsByConnection } from './requests-by-connection.ts';
import type { RequestsBySecond } from './requests-by-second.ts';
import type { Returns } from './returns.ts';
import type { LineRef } from './tally.ts';

/** A session that ended, as long as it is not known why. */
export interface SessionEnd {
  readonly time: number;
  readonly group: SessionGroup;
  readonly seconds: number;
  readonly bytes: number;
  readonly client: Client;
  readonly lines: number;
  readonly connection: number;
  readonly ref: LineRef | null;
}

export interface Bearings {
  /** Second in which a draining worker went away, NaN when none did lately. */
  drainedAt: number;
  /** When that worker was told to drain. */
  drainedSince: number;
  /** Epoch seconds of the first and the last finding. */
  first: number;
  last: number;
  folded: number;
}

/** The correlator's own tables and not copies. */
export interface CorrelatorTables {
  readonly errors: ErrorGroup[];
  readonly errorIndex: Map<string, number>;
  readonly access: AccessGroup[];
  readonly accessIndex: Map<string, number>;
  readonly sessions: Map<Endpoint, SessionGroup>;
  readonly stats: Map<Endpoint, EndpointStats>;
  readonly events: ProcessEvent[];
  readonly backendsOk: Map<string, number>;
  readonly byConnection: RequestsByConnection;
  readonly bySecond: RequestsBySecond;
  readonly returns: Returns;
  readonly draining: Map<number, number>;
  /** Oldest first. */
  readonly held: SessionEnd[];
  /** Null where every error line comes before its access line. */
  readonly late: LateLines | null;
  readonly at: Bearings;
}

/** By what an error group is found again. */
export function errorGroupId({
  symptom,
  endpoint,
  upstream,
  listener,
  detail,
  subrequest,
}: Pick<ErrorGroup, 'symptom' | 'endpoint' | 'upstream' | 'listener' | 'detail' | 'subrequest'>): string {
  return [symptom.id, endpoint?.index ?? -1, upstream, listener, detail, subrequest ? 1 : 0].join('\n');
}

/** The same for events of nginx's own processes. */
export function eventGroupId({ symptom }: Pick<ErrorGroup, 'symptom'>): string {
  return `${symptom.id}\nevent`;
}

export function accessGroupId({ endpoint, status, answeredBy, upgrade, hint, tlsBytes }: AccessGroupParts): string {
  return [endpoint.index, status, answeredBy, upgrade, hint, tlsBytes ? 1 : 0].join('\n');
}
