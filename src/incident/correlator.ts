/**
 * Takes findings in the order of time and gathers them into bounded groups: joins each error line to the access line of
 * the same request, so that a failed request counts once, and tells sessions that something explains from those that
 * nothing does.
 */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { AccessKey, Endpoint, ErrorKey, EventKey, FindingKey } from '../findings/keys.ts';
import { hashText, mix } from '../findings/text.ts';
import {
  accessGroupId,
  type Bearings,
  type CorrelatorTables,
  errorGroupId,
  eventGroupId,
  type SessionEnd,
} from './correlator-tables.ts';
import {
  type AccessGroup,
  type EndpointStats,
  type ErrorGroup,
  type Gathered,
  increment,
  newAccessGroup,
  newErrorGroup,
  newSessionGroup,
  type ProcessEvent,
  type SessionGroup,
} from './groups.ts';
import { RequestsByConnection, RequestsBySecond } from './pending.ts';
import { Returns } from './returns.ts';
import { type LineRef, MAX_SAMPLES, type Tally } from './tally.ts';

/** Bounds: groups beyond them fold into one that names no backend, then into one that names no endpoint. */
const MAX_GROUPS = 6000;
const MAX_EVENTS = 2000;
/** The share of the groups at which who watches for months begins anew. */
const CROWDED = 0.9;
/** Ended sessions held back while a worker drains: whether it closed them shows only when it goes away. */
const MAX_HELD = 4096;
const MAX_ORDER = 256;
const MAX_BACKENDS = 1000;

export class Correlator {
  readonly #errors: ErrorGroup[] = [];
  readonly #errorIndex = new Map<string, number>();
  readonly #access: AccessGroup[] = [];
  readonly #accessIndex = new Map<string, number>();
  readonly #sessions = new Map<Endpoint, SessionGroup>();
  readonly #stats = new Map<Endpoint, EndpointStats>();
  readonly #events: ProcessEvent[] = [];
  readonly #backendsOk = new Map<string, number>();
  readonly #byConnection = new RequestsByConnection();
  readonly #bySecond = new RequestsBySecond();
  readonly #draining = new Map<number, number>();
  readonly #held: SessionEnd[] = [];
  readonly #returns = new Returns();
  readonly #burst = new Map<SessionGroup, { second: number; count: number }>();
  readonly #at: Bearings = {
    drainedAt: Number.NaN,
    drainedSince: Number.NaN,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    folded: 0,
  };
  /** Whether an access log is among the inputs: without one there is nothing to join. */
  readonly #joins: boolean;
  readonly #grows: boolean;

  /** @param options `grows`: what is gathered is looked at while findings still come. */
  constructor(options: { readonly joins: boolean; readonly grows?: boolean }) {
    this.#joins = options.joins;
    this.#grows = options.grows === true;
  }

  /** Whether there is little room for groups that were not seen yet. */
  get isCrowded(): boolean {
    return Math.max(this.#errors.length, this.#access.length) > CROWDED * MAX_GROUPS;
  }

  get tables(): CorrelatorTables {
    return {
      errors: this.#errors,
      errorIndex: this.#errorIndex,
      access: this.#access,
      accessIndex: this.#accessIndex,
      sessions: this.#sessions,
      stats: this.#stats,
      events: this.#events,
      backendsOk: this.#backendsOk,
      byConnection: this.#byConnection,
      bySecond: this.#bySecond,
      returns: this.#returns,
      draining: this.#draining,
      held: this.#held,
      burst: this.#burst,
      at: this.#at,
    };
  }

  /** Takes finding `i` of a batch, whose key is given; `file` is the index of its input. */
  take(key: FindingKey, batch: Batch, i: number, file: number): void {
    const time = batch.columns.time[i]!;
    if (time < this.#at.first) this.#at.first = time;
    if (time > this.#at.last) this.#at.last = time;
    if (this.#held.length > 0 && time > this.#held[0]!.time + 1) this.#release(time - 1);
    if (key.kind === 'error') this.#error(key, time, batch, i, file);
    else if (key.kind === 'access') this.#accessLine(key, time, batch, i, file);
    else this.#event(key, time, batch, i, file);
  }

  gathered(): Gathered {
    if (!this.#grows) this.#release(Number.POSITIVE_INFINITY);
    return {
      errors: this.#errors,
      access: this.#access,
      sessions: [...this.#sessions.values()],
      endpoints: [...this.#stats.values()],
      events: this.#events,
      backendsOk: this.#backendsOk,
      firstTime: this.#at.first,
      lastTime: this.#at.last,
      folded: this.#at.folded,
    };
  }

  #error(key: ErrorKey, time: number, batch: Batch, i: number, file: number): void {
    if (key.slot === -1) key.slot = this.#errorSlot(key);
    const group = this.#errors[key.slot]!;
    const { tally } = group;
    const client = key.forgeable ? null : batch.client(i);
    tally.lines += batch.span(i);
    if (key.forgeable) group.forgeable++;
    if (tally.samples.length < MAX_SAMPLES) {
      tally.sample(refTo('error', batch, i, file, time));
      group.levels.add(key.level ?? '');
      group.protocols.add(key.protocol);
    }
    const connection = batch.columns.connection[i]!;
    const request = batch.columns.request[i]!;
    let counted = -1;
    if (connection >= 0 && request !== 0) counted = this.#byConnection.note(connection, request, time, key.slot);
    if (counted === -1) tally.hit(time, client);
    else {
      group.secondary++;
      if (time < tally.first) tally.first = time;
      if (time > tally.last) tally.last = time;
    }
    if (this.#joins && client !== null && request !== 0) {
      this.#bySecond.note(requestId(client, request), time, counted === -1 ? key.slot : counted);
    }
    if (key.endpoint !== null && group.symptom.provesWebSocket === true) this.#statsOf(key.endpoint).tunnelLines++;
  }

  #accessLine(key: AccessKey, time: number, batch: Batch, i: number, file: number): void {
    const stats = this.#statsOf(key.endpoint);
    const { status } = key;
    increment(stats.byStatus, status);
    if (key.upgrade === 'yes') stats.upgradeYes++;
    else if (key.upgrade === 'no') stats.upgradeNo++;
    const seconds = batch.seconds(i);
    const client = batch.client(i);
    const group = this.#joinedGroup(batch.columns.request[i]!, time, seconds, client, batch.columns.connection[i]!);
    if (status === 101) {
      stats.ok++;
      if (time - Math.max(seconds, 0) < stats.firstOk) stats.firstOk = time - Math.max(seconds, 0);
      if (time > stats.lastOk) stats.lastOk = time;
      for (const backend of key.upstreams.slice(-1)) this.#backendWorks(backend, time);
    }
    if (group !== null) {
      group.joined++;
      group.tally.lines += batch.span(i);
      increment(group.statuses, status, 1, 64);
      for (const s of key.upstreamStatus) increment(group.upstreamStatuses, s, 1, 64);
      if (seconds >= 0) group.requestSeconds.add(seconds, batch.size(i));
      if (key.upgrade === 'yes' || status === 101) group.upgradeYes++;
      else if (key.upgrade === 'no') group.upgradeNo++;
      if (status < 400 && group.symptom.stage === 'handshake') group.recovered++;
      if (group.tally.samples.length < 3) group.tally.sample(refTo('access', batch, i, file, time));
    }
    if (status === 101)
      this.#session(key, time, seconds, batch, i, file, group !== null && group.symptom.stage !== 'handshake');
    else if (group === null) this.#unexplained(key, time, batch, i, file);
  }

  /** The group whose error line is about this very request. */
  #joinedGroup(request: number, time: number, seconds: number, client: Client, connection: number): ErrorGroup | null {
    let slot = -1;
    if (connection >= 0) {
      const earliest = seconds >= 0 ? time - seconds - 2 : time - 3;
      slot = this.#byConnection.join(connection, request, earliest, time + 1);
    } else if (client !== null) slot = this.#bySecond.join(requestId(client, request), time);
    return slot === -1 ? null : this.#errors[slot]!;
  }

  #unexplained(key: AccessKey, time: number, batch: Batch, i: number, file: number): void {
    if (key.slot === -1) key.slot = this.#accessSlot(key);
    const group = this.#access[key.slot]!;
    const { tally } = group;
    tally.lines += batch.span(i);
    tally.hit(time, batch.client(i));
    if (tally.samples.length < MAX_SAMPLES) tally.sample(refTo('access', batch, i, file, time));
    const seconds = batch.seconds(i);
    const bytes = batch.size(i);
    if (seconds >= 0) group.requestSeconds.add(seconds, bytes);
    if (bytes >= 0) increment(group.bodyBytes, bytes, 1, 64);
    for (const s of key.upstreamStatus) increment(group.upstreamStatuses, s, 1, 64);
    for (const u of key.upstreams) increment(group.upstreams, u, 1, 64);
    if (group.protocols.size < 8) group.protocols.add(key.protocol);
    if (group.methods.size < 8) group.methods.add(key.method);
    if (key.fold.sid) group.sid++;
  }

  #session(
    key: AccessKey,
    time: number,
    seconds: number,
    batch: Batch,
    i: number,
    file: number,
    explained: boolean,
  ): void {
    let group = this.#sessions.get(key.endpoint);
    if (group === undefined) {
      group = newSessionGroup(key.endpoint);
      this.#sessions.set(key.endpoint, group);
    }
    const client = batch.client(i);
    const bytes = batch.size(i);
    const lines = batch.span(i);
    for (const u of key.upstreams.slice(-1)) increment(group.upstreams, u, 1, 64);
    if (group.protocols.size < 8) group.protocols.add(key.protocol);
    group.tally.lines += lines;
    group.tally.hit(time, client);
    if (group.tally.samples.length < MAX_SAMPLES) group.tally.sample(refTo('access', batch, i, file, time));
    this.#countBurst(group, time);
    if (seconds >= 0) {
      group.all.add(seconds, bytes);
      // Cells stay as narrow as the log is long: what began before it is only counted.
      if (time - seconds >= this.#at.first) group.opened.add(time - seconds);
      else group.openedBefore++;
    } else {
      group.untimed++;
      if (client !== null) this.#clientReturned(group, key.endpoint, client, time, bytes);
    }
    if (explained) return;
    const room = group.unexplainedTally.samples.length < MAX_SAMPLES || group.drained.samples.length < MAX_SAMPLES;
    const ref = room ? refTo('access', batch, i, file, time) : null;
    const end: SessionEnd = {
      time,
      group,
      seconds,
      bytes,
      client,
      lines,
      connection: batch.columns.connection[i]!,
      ref,
    };
    if (this.#closedByWorker(end)) this.#drained(end);
    else if (this.#draining.size > 0 && this.#held.length < MAX_HELD) this.#held.push(end);
    else this.#endedByItself(end);
  }

  #endedByItself(end: SessionEnd): void {
    if (end.seconds < 0) return;
    end.group.unexplained.add(end.seconds, end.bytes);
    addEnd(end.group.unexplainedTally, end);
  }

  /** Lets go of the sessions that ended before `before`: no draining worker went away at that moment. */
  #release(before: number): void {
    const held = this.#held.splice(0);
    for (const end of held) {
      if (end.time >= before) this.#held.push(end);
      else this.#endedByItself(end);
    }
  }

  /** It ended in the second in which a draining worker went away, and began before that worker stopped accepting. */
  #closedByWorker(end: SessionEnd): boolean {
    if (Math.floor(end.time) !== this.#at.drainedAt) return false;
    return end.seconds < 0 || end.time - end.seconds <= this.#at.drainedSince + 1;
  }

  #drained(end: SessionEnd): void {
    addEnd(end.group.drained, end);
    if (end.seconds >= 0) end.group.drainedSeconds.add(end.seconds, end.bytes);
    if (end.group.drainedOrder.length < MAX_ORDER) {
      end.group.drainedOrder.push({ connection: end.connection, seconds: end.seconds });
    }
  }

  #countBurst(group: SessionGroup, time: number): void {
    const burst = this.#burst.get(group);
    if (burst === undefined || burst.second !== time) this.#burst.set(group, { second: time, count: 1 });
    else if (++burst.count > group.largestBurst) group.largestBurst = burst.count;
  }

  #clientReturned(
    group: SessionGroup,
    endpoint: Endpoint,
    client: NonNullable<Client>,
    time: number,
    bytes: number,
  ): void {
    const id = requestId(client, endpoint.index + 1);
    const period = this.#returns.note(id, time);
    if (period > 0) {
      group.returns.add(period, bytes);
      group.returnsTally.hit(time, client);
    }
  }

  #event(key: EventKey, time: number, batch: Batch, i: number, file: number): void {
    if (this.#events.length < MAX_EVENTS) {
      const kept = this.#events.length < 64 ? refTo('error', batch, i, file, time) : null;
      this.#events.push({ event: key.event, time, pid: key.pid, ref: kept });
    }
    if (key.event === 'worker-draining') {
      this.#draining.set(key.pid, time);
      if (this.#draining.size > 1024) this.#draining.clear();
    } else if (key.event === 'worker-exiting' || key.event === 'worker-exited') {
      const since = this.#draining.get(key.pid);
      this.#draining.delete(key.pid);
      // A worker that went away at once had nothing to drain; one that waited was held by tunnels until they ended or
      // worker_shutdown_timeout closed them all in the same moment.
      if (since !== undefined && time - since >= 1) this.#workerGone(time, since);
    }
    if (key.symptom !== null && (key.symptom.role === 'root' || key.event === 'worker-crashed')) {
      const id = eventGroupId({ symptom: key.symptom });
      let slot = this.#errorIndex.get(id);
      if (slot === undefined) {
        slot = this.#errors.length;
        this.#errorIndex.set(id, slot);
        const group = newErrorGroup({
          symptom: key.symptom,
          endpoint: null,
          upstream: '',
          scheme: '',
          listener: '',
          detail: '',
          phase: null,
          subrequest: false,
        });
        group.message = key.message;
        this.#errors.push(group);
      }
      const { tally } = this.#errors[slot]!;
      tally.lines += batch.span(i);
      tally.hit(time, null);
      tally.sample(refTo('error', batch, i, file, time));
    }
  }

  /** Sessions that ended in the moment in which a draining worker went away were closed by it. */
  #workerGone(time: number, since: number): void {
    this.#at.drainedAt = Math.floor(time);
    this.#at.drainedSince = since;
    const held = this.#held.splice(0);
    for (const end of held) {
      if (this.#closedByWorker(end)) this.#drained(end);
      else this.#endedByItself(end);
    }
  }

  #backendWorks(backend: string, time: number): void {
    const seen = this.#backendsOk.get(backend);
    if (seen === undefined && this.#backendsOk.size >= MAX_BACKENDS) return;
    if (seen === undefined || time > seen) this.#backendsOk.set(backend, time);
  }

  #statsOf(endpoint: Endpoint): EndpointStats {
    let stats = this.#stats.get(endpoint);
    if (stats === undefined) {
      stats = {
        endpoint,
        ok: 0,
        byStatus: new Map(),
        firstOk: Number.POSITIVE_INFINITY,
        lastOk: Number.NEGATIVE_INFINITY,
        upgradeYes: 0,
        upgradeNo: 0,
        tunnelLines: 0,
      };
      this.#stats.set(endpoint, stats);
    }
    return stats;
  }

  #errorSlot(key: ErrorKey): number {
    const full = this.#errors.length >= MAX_GROUPS;
    if (full) this.#at.folded++;
    const upstream = full ? '' : key.upstream;
    const endpoint = this.#errors.length >= MAX_GROUPS * 2 ? null : key.endpoint;
    const id = errorGroupId({ ...key, endpoint, upstream });
    const known = this.#errorIndex.get(id);
    if (known !== undefined) return known;
    const slot = this.#errors.length;
    this.#errorIndex.set(id, slot);
    this.#errors.push(
      newErrorGroup({
        symptom: key.symptom,
        endpoint,
        upstream,
        scheme: key.scheme,
        listener: key.listener,
        detail: key.detail,
        phase: key.phase,
        subrequest: key.subrequest,
      }),
    );
    return slot;
  }

  #accessSlot(key: AccessKey): number {
    const { endpoint, status, answeredBy, upgrade, tlsBytes } = key;
    const { hint } = key.fold;
    const id = accessGroupId({ endpoint, status, answeredBy, upgrade, hint, tlsBytes });
    const known = this.#accessIndex.get(id);
    if (known !== undefined) return known;
    const slot = this.#access.length;
    this.#accessIndex.set(id, slot);
    this.#access.push(newAccessGroup({ endpoint, status, answeredBy, upgrade, hint, tlsBytes }));
    return slot;
  }
}

function refTo(log: 'error' | 'access', batch: Batch, i: number, file: number, time: number): LineRef {
  return { log, file, line: batch.line(i), time, raw: batch.raw(i) };
}

function addEnd(tally: Tally, end: SessionEnd): void {
  tally.lines += end.lines;
  tally.hit(end.time, end.client);
  if (end.ref !== null) tally.sample(end.ref);
}

/** Both parts of a request's identity in one number, exact enough for a table of this size. */
function requestId(client: NonNullable<Client>, requestHash: number): number {
  const who = typeof client === 'number' ? mix(client) : hashText(client);
  return (who ^ Math.imul(requestHash, 0x85ebca6b)) >>> 0;
}
