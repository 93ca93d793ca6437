/** What a single access line adds to a group. */
import type { Client } from '../findings/client.ts';
import type { AccessKey } from '../findings/keys.ts';
import { type AccessGroup, type ErrorGroup, increment, newAccessGroup, type SessionGroup } from './groups.ts';
import type { LineRef } from './tally.ts';

/** Different values that a group remembers of a field. */
export const MAX_VALUES = 64;
export const MAX_NAMES = 8;
/** Sample lines that an error group takes from the access log. */
export const JOINED_SAMPLES = 3;

/** A line that nothing explains; seconds and bytes are -1 where they are not logged. */
interface Unexplained {
  readonly time: number;
  readonly client: Client;
  readonly seconds: number;
  readonly bytes: number;
  readonly lines: number;
  readonly ref: LineRef | null;
  readonly said: Pick<AccessKey, 'upstreamStatus' | 'upstreams' | 'protocol' | 'method'> & { readonly sid: boolean };
}

/** Puts an access line beside the error line of the same request. */
export function addJoined(
  group: ErrorGroup,
  { status, upstreamStatus, upgrade }: Pick<AccessKey, 'status' | 'upstreamStatus' | 'upgrade'>,
  seconds: number,
  bytes: number,
  lines: number,
): void {
  group.joined++;
  group.tally.lines += lines;
  increment(group.statuses, status, 1, MAX_VALUES);
  for (const one of upstreamStatus) increment(group.upstreamStatuses, one, 1, MAX_VALUES);
  if (seconds >= 0) group.requestSeconds.add(seconds, bytes);
  if (upgrade === 'yes' || status === 101) group.upgradeYes++;
  else if (upgrade === 'no') group.upgradeNo++;
  if (group.symptom.stage === 'handshake' && isRecovered(status, upstreamStatus, upgrade)) group.recovered++;
}

/** Whether another backend answered after all; a page that `error_page` sends with 200 is no answer of a backend. */
function isRecovered(
  status: number,
  upstreamStatus: AccessKey['upstreamStatus'],
  upgrade: AccessKey['upgrade'],
): boolean {
  if (status === 101) return true;
  const last = upstreamStatus.at(-1);
  return status < 400 && upgrade !== 'yes' && (last === undefined || Number(last) === status);
}

/** Counts a request that no error line explains. */
export function addUnexplained(group: AccessGroup, line: Unexplained): void {
  const { tally } = group;
  const { time, client, seconds, bytes, lines, ref, said } = line;
  tally.lines += lines;
  tally.hit(time, client);
  if (ref !== null) tally.sample(ref);
  if (seconds >= 0) group.requestSeconds.add(seconds, bytes);
  if (bytes >= 0) increment(group.bodyBytes, bytes, 1, MAX_VALUES);
  for (const status of said.upstreamStatus) increment(group.upstreamStatuses, status, 1, MAX_VALUES);
  for (const upstream of said.upstreams) increment(group.upstreams, upstream, 1, MAX_VALUES);
  if (group.protocols.size < MAX_NAMES) group.protocols.add(said.protocol);
  if (group.methods.size < MAX_NAMES) group.methods.add(said.method);
  if (said.sid) group.sid++;
}

/** Counts a session that ended and that no error line explains; without a duration it tells nothing. */
export function addEnd(group: SessionGroup, line: Omit<Unexplained, 'said'>): void {
  if (line.seconds < 0) return;
  const { unexplained, unexplainedTally: tally } = group;
  unexplained.add(line.seconds, line.bytes);
  tally.lines += line.lines;
  tally.hit(line.time, line.client);
  if (line.ref !== null) tally.sample(line.ref);
}

/** A group of its own with the same in it. */
export function copyOf(group: AccessGroup): AccessGroup {
  const copy = newAccessGroup(group);
  copy.tally.merge(group.tally);
  copy.requestSeconds.merge(group.requestSeconds);
  for (const protocol of group.protocols) copy.protocols.add(protocol);
  for (const method of group.methods) copy.methods.add(method);
  for (const [status, count] of group.upstreamStatuses) copy.upstreamStatuses.set(status, count);
  for (const [upstream, count] of group.upstreams) copy.upstreams.set(upstream, count);
  for (const [bytes, count] of group.bodyBytes) copy.bodyBytes.set(bytes, count);
  copy.sid = group.sid;
  return copy;
}
