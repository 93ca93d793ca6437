/** An access line as it is held until an error line explains it, and where it is looked for. */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { AccessKey } from '../findings/keys.ts';
import { addEnd, addUnexplained } from './counted.ts';
import type { AccessGroup, SessionGroup } from './groups.ts';
import { refTo } from './line-ref.ts';
import { requestId } from './request-id.ts';
import type { LineRef } from './tally.ts';

/** What a line says of its request, apart from who made it and when. */
type Said = Pick<AccessKey, 'status' | 'upgrade' | 'upstreamStatus' | 'upstreams' | 'protocol' | 'method'> & {
  readonly sid: boolean;
};

export interface LateLine {
  /** Hash of the request line, not 0. */
  readonly request: number;
  readonly client: Client;
  /** -1 when the log does not tell. */
  readonly connection: number;
  /** Epoch seconds of the line; seconds that the request took, and bytes of body, or -1. */
  readonly time: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Log lines it stands for. */
  readonly lines: number;
  readonly said: Said;
  /** Null where there are enough lines to show already. */
  readonly ref: LineRef | null;
  /** Where it counts while nothing explains it: among requests, or among sessions that ended. */
  readonly group: AccessGroup | SessionGroup;
}

/** The line of finding `i` of a batch, as it is held. */
export function lateLine(
  key: AccessKey,
  group: LateLine['group'],
  { batch, i, file, hasRoom }: { batch: Batch; i: number; file: number; hasRoom: boolean },
): LateLine {
  const { time, request, connection } = batch.columns;
  return {
    request: request[i]!,
    client: batch.client(i),
    connection: connection[i]!,
    time: time[i]!,
    seconds: batch.seconds(i),
    bytes: batch.size(i),
    lines: batch.span(i),
    said: saidOf(key),
    ref: hasRoom ? refTo('access', batch, i, file) : null,
    group,
  };
}

function saidOf({ status, upgrade, upstreamStatus, upstreams, protocol, method, fold }: AccessKey): Said {
  return { status, upgrade, upstreamStatus, upstreams, protocol, method, sid: fold.sid };
}

/** Counts a line for good, as one that nothing explains. */
export function countIn(group: AccessGroup | SessionGroup, line: LateLine): void {
  if ('kind' in group) addUnexplained(group, line);
  else addEnd(group, line);
}

/** Where the log tells the connection, that decides; elsewhere client, request and second. */
export function keyOf({ connection, client, request, time }: LateLine): number {
  return connection >= 0 || client === null ? connection : secondKey(client, request, time);
}

export function secondKey(client: NonNullable<Client>, request: number, second: number): number {
  return -2 - ((requestId(client, request) ^ Math.imul(second, 0x9e3779b1)) >>> 0);
}
