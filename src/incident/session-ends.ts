/**
 * Sessions as they end: the 101 lines. Tells those that something explains from those that nothing does, and finds out
 * which of them a worker has closed that went away.
 */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { AccessKey, Endpoint } from '../findings/keys.ts';
import type { Bearings, SessionEnd } from './correlator-tables.ts';
import { increment, newSessionGroup, type SessionGroup } from './groups.ts';
import type { Hits } from './hits.ts';
import type { LateLines } from './late-lines.ts';
import { refTo } from './line-ref.ts';
import { requestId } from './request-id.ts';
import { Returns } from './returns.ts';
import { MAX_SAMPLES, type Tally } from './tally.ts';

/** Ended sessions held back while a worker drains: whether it closed them shows only when it goes away. */
const MAX_HELD = 4096;
const MAX_ORDER = 256;
const MAX_DRAINING = 1024;
const MAX_VALUES = 64;
const MAX_NAMES = 8;

export class SessionEnds {
  readonly groups = new Map<Endpoint, SessionGroup>();
  readonly returns = new Returns();
  /** Workers that were told to go away, with the time. */
  readonly draining = new Map<number, number>();
  /** Oldest first. */
  readonly held: SessionEnd[] = [];
  readonly #at: Bearings;
  readonly #hits: Hits;
  readonly #late: LateLines | null;

  /** @param late keeps sessions whose error line may come after them; null where it always comes first. */
  constructor(at: Bearings, hits: Hits, late: LateLines | null) {
    this.#at = at;
    this.#hits = hits;
    this.#late = late;
  }

  /** Takes finding `i` of a batch, an access line with status 101; `explained`: an error line says why it ended. */
  take(key: AccessKey, batch: Batch, i: number, file: number, explained: boolean): void {
    const group = this.#groupOf(key.endpoint);
    const time = batch.columns.time[i]!;
    const seconds = batch.seconds(i);
    const bytes = batch.size(i);
    const client = batch.client(i);
    const lines = batch.span(i);
    const upstream = key.upstreams.at(-1);
    if (upstream !== undefined) increment(group.upstreams, upstream, 1, MAX_VALUES);
    if (group.protocols.size < MAX_NAMES) group.protocols.add(key.protocol);
    group.tally.lines += lines;
    this.#hits.add(group.tally, time, client);
    if (group.tally.samples.length < MAX_SAMPLES) group.tally.sample(refTo('access', batch, i, file));
    countBurst(group, time);
    if (seconds >= 0) {
      group.all.add(seconds, bytes);
      // Cells stay as narrow as the log is long: what began before it is only counted.
      if (time - seconds >= this.#at.first) group.opened.add(time - seconds);
      else group.openedBefore++;
    } else {
      group.untimed++;
      if (client !== null) this.#clientReturned(group, client, time, bytes);
    }
    if (explained) return;
    const connection = batch.columns.connection[i]!;
    const byWorker = this.#closedByWorker(time, seconds);
    if (!byWorker && this.#late !== null) {
      this.#late.hold(key, group, batch, i, file);
      return;
    }
    const isHeld = !byWorker && this.draining.size > 0 && this.held.length < MAX_HELD;
    if (!byWorker && !isHeld && seconds < 0) return;
    // A string of a line, which nearly none of them needs, takes longer than all the rest.
    const hasRoom =
      byWorker || isHeld ? roomFor(group.drained) || roomFor(group.unexplainedTally) : roomFor(group.unexplainedTally);
    const ref = hasRoom ? refTo('access', batch, i, file) : null;
    const end: SessionEnd = { time, group, seconds, bytes, client, lines, connection, ref };
    if (byWorker) this.#isDrained(end);
    else if (isHeld) this.held.push(end);
    else this.#endsByItself(end);
  }

  /** Lets go of the sessions that ended before `before`: no draining worker went away at that moment. */
  release(before: number): void {
    if (this.held.length === 0) return;
    for (const end of this.held.splice(0)) {
      if (end.time >= before) this.held.push(end);
      else this.#endsByItself(end);
    }
  }

  /** A worker was told to go away. */
  workerDrains(pid: number, time: number): void {
    this.draining.set(pid, time);
    if (this.draining.size > MAX_DRAINING) this.draining.clear();
  }

  workerWent(pid: number, time: number): void {
    const since = this.draining.get(pid);
    this.draining.delete(pid);
    // A worker that went away at once had nothing to drain; one that waited was held by tunnels until they ended or
    // worker_shutdown_timeout closed them all in the same moment.
    if (since === undefined || !(time - since >= 1)) return;
    this.#at.drainedAt = Math.floor(time);
    this.#at.drainedSince = since;
    for (const end of this.held.splice(0)) {
      if (this.#closedByWorker(end.time, end.seconds)) this.#isDrained(end);
      else this.#endsByItself(end);
    }
    const ends = this.#late?.takeEnds((line) => this.#closedByWorker(line.time, line.seconds)) ?? [];
    for (const end of ends) this.#isDrained(end);
  }

  #groupOf(endpoint: Endpoint): SessionGroup {
    let group = this.groups.get(endpoint);
    if (group === undefined) {
      group = newSessionGroup(endpoint);
      this.groups.set(endpoint, group);
    }
    return group;
  }

  /** It ended in the second in which a draining worker went away, and began before that worker stopped accepting. */
  #closedByWorker(time: number, seconds: number): boolean {
    if (Math.floor(time) !== this.#at.drainedAt) return false;
    return seconds < 0 || time - seconds <= this.#at.drainedSince + 1;
  }

  #clientReturned(group: SessionGroup, client: NonNullable<Client>, time: number, bytes: number): void {
    const period = this.returns.note(requestId(client, group.endpoint.index + 1), time);
    if (period > 0) {
      group.returns.add(period, bytes);
      this.#hits.add(group.returnsTally, time, client);
    }
  }

  #endsByItself(end: SessionEnd): void {
    if (end.seconds < 0) return;
    end.group.unexplained.add(end.seconds, end.bytes);
    this.#addEnd(end.group.unexplainedTally, end);
  }

  #isDrained(end: SessionEnd): void {
    const { group, connection, seconds, bytes } = end;
    this.#addEnd(group.drained, end);
    if (seconds >= 0) group.drainedSeconds.add(seconds, bytes);
    if (group.drainedOrder.length < MAX_ORDER) group.drainedOrder.push({ connection, seconds });
  }

  #addEnd(tally: Tally, end: SessionEnd): void {
    tally.lines += end.lines;
    this.#hits.add(tally, end.time, end.client);
    if (end.ref !== null) tally.sample(end.ref);
  }
}

function roomFor({ samples }: Tally): boolean {
  return samples.length < MAX_SAMPLES;
}

function countBurst(group: SessionGroup, time: number): void {
  const { burst } = group;
  if (burst === null) group.burst = { second: time, count: 1 };
  else if (burst.second !== time) {
    burst.second = time;
    burst.count = 1;
  } else if (++burst.count > group.largestBurst) group.largestBurst = burst.count;
}
