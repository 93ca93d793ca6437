/**
 * Access lines: counted for their endpoint, put beside the error line of the same request, handed on when they tell the
 * end of a session, and gathered into groups when nothing explains them.
 *
 * Most of what a line adds is the same for all lines with its key. That is added once when the key is met, and for the
 * other lines by how many there were, when somebody asks (`settle`): 0.2 µs a line instead of 0.5.
 */
import type { Batch } from '../findings/batch.ts';
import type { AccessKey } from '../findings/keys.ts';
import type { Registry } from '../findings/registry.ts';
import { accessGroupId } from './correlator-tables.ts';
import { addJoined, JOINED_SAMPLES, MAX_NAMES, MAX_VALUES } from './counted.ts';
import type { EndpointTable } from './endpoint-table.ts';
import type { ErrorLines } from './error-lines.ts';
import { type AccessGroup, type EndpointStats, type ErrorGroup, increment, newAccessGroup } from './groups.ts';
import type { Hits } from './hits.ts';
import { LateLines } from './late-lines.ts';
import { refTo } from './line-ref.ts';
import type { SessionEnds } from './session-ends.ts';
import { MAX_SAMPLES } from './tally.ts';

const MAX_BACKENDS = 1000;

/** What is done with the lines of a key. The counts are of lines not yet added where they belong. */
interface Way {
  readonly key: AccessKey;
  readonly stats: EndpointStats;
  /** For lines that nothing explains; null until there is one. */
  group: AccessGroup | null;
  /** For those that an error line may still explain, the same. */
  place: AccessGroup | null;
  lines: number;
  unexplained: number;
  /** Time of the last success that is not yet told of its backend. */
  worked: number;
}

export class AccessLines {
  readonly groups: AccessGroup[] = [];
  /** Places among the groups, by `accessGroupId`. */
  readonly index = new Map<string, number>();
  /** Backends that answered a handshake with 101, with the epoch second of the last one. */
  readonly backendsOk = new Map<string, number>();
  readonly #ways: Way[] = [];
  readonly #registry: Registry;
  /** How often the registry had forgotten its keys when there were none here. */
  #forgotten = 0;
  readonly #hits: Hits;
  readonly #errors: ErrorLines;
  readonly #endpoints: EndpointTable;
  readonly #sessions: SessionEnds;
  readonly #late: LateLines | null;

  /** @param late keeps lines whose error line may come after them; null where it always comes first. */
  constructor(
    registry: Registry,
    hits: Hits,
    errors: ErrorLines,
    endpoints: EndpointTable,
    sessions: SessionEnds,
    late: LateLines | null,
  ) {
    this.#registry = registry;
    this.#hits = hits;
    this.#errors = errors;
    this.#endpoints = endpoints;
    this.#sessions = sessions;
    this.#late = late;
  }

  /** Takes finding `i` of a batch; `file` is the index of its input. */
  take(key: AccessKey, batch: Batch, i: number, file: number): void {
    const way = key.slot === -1 ? this.#newWay(key) : this.#ways[key.slot]!;
    way.lines++;
    const { columns } = batch;
    const time = columns.time[i]!;
    const seconds = batch.seconds(i);
    const group = this.#errors.groupOf(columns.request[i]!, time, seconds, batch.client(i), columns.connection[i]!);
    if (group !== null) this.#joined(key, group, seconds, batch, i, file);
    if (key.status === 101) {
      this.#succeeded(way, time, seconds);
      this.#sessions.take(key, batch, i, file, group !== null && group.symptom.stage !== 'handshake');
    } else if (group === null) this.#unexplained(way, seconds, batch, i, file);
  }

  /** Adds what is only counted so far. */
  settle(): void {
    for (const way of this.#ways) {
      const { key, stats, group, lines, unexplained, worked } = way;
      again(stats.byStatus, key.status, lines);
      if (key.upgrade === 'yes') stats.upgradeYes += lines;
      else if (key.upgrade === 'no') stats.upgradeNo += lines;
      if (group !== null) {
        for (const status of key.upstreamStatus) again(group.upstreamStatuses, status, unexplained);
        for (const upstream of key.upstreams) again(group.upstreams, upstream, unexplained);
        if (key.fold.sid) group.sid += unexplained;
      }
      const backend = key.upstreams.at(-1);
      if (backend !== undefined && worked > (this.backendsOk.get(backend) ?? Number.POSITIVE_INFINITY)) {
        this.backendsOk.set(backend, worked);
      }
      way.lines = 0;
      way.unexplained = 0;
      way.worked = Number.NEGATIVE_INFINITY;
    }
  }

  #newWay(key: AccessKey): Way {
    // Keys that were forgotten do not come again.
    if (this.#registry.forgotten !== this.#forgotten) {
      this.settle();
      this.#ways.length = 0;
      this.#forgotten = this.#registry.forgotten;
    }
    const stats = this.#endpoints.of(key.endpoint);
    // The status gets a place of its own while there is room, as it would with the line.
    increment(stats.byStatus, key.status, 0);
    const worked = Number.NEGATIVE_INFINITY;
    const way: Way = { key, stats, group: null, place: null, lines: 0, unexplained: 0, worked };
    key.slot = this.#ways.push(way) - 1;
    return way;
  }

  #joined(key: AccessKey, group: ErrorGroup, seconds: number, batch: Batch, i: number, file: number): void {
    addJoined(group, key, seconds, batch.size(i), batch.span(i));
    if (group.tally.samples.length < JOINED_SAMPLES) group.tally.sample(refTo('access', batch, i, file));
  }

  #succeeded(way: Way, time: number, seconds: number): void {
    const { stats } = way;
    stats.ok++;
    const began = time - Math.max(seconds, 0);
    if (began < stats.firstOk) stats.firstOk = began;
    if (time > stats.lastOk) stats.lastOk = time;
    if (way.worked === Number.NEGATIVE_INFINITY) this.#backendWorks(way.key.upstreams.at(-1), time);
    if (time > way.worked) way.worked = time;
  }

  #backendWorks(backend: string | undefined, time: number): void {
    if (backend === undefined) return;
    const seen = this.backendsOk.get(backend);
    if (seen === undefined && this.backendsOk.size >= MAX_BACKENDS) return;
    if (seen === undefined || time > seen) this.backendsOk.set(backend, time);
  }

  #unexplained(way: Way, seconds: number, batch: Batch, i: number, file: number): void {
    if (this.#late !== null && LateLines.mayBeExplained(way.key)) {
      way.place ??= this.#groupOf(way.key);
      this.#late.hold(way.key, way.place, batch, i, file);
      return;
    }
    const group = way.group ?? this.#firstUnexplained(way);
    const { tally } = group;
    const bytes = batch.size(i);
    way.unexplained++;
    tally.lines += batch.span(i);
    this.#hits.add(tally, batch.columns.time[i]!, batch.client(i));
    if (tally.samples.length < MAX_SAMPLES) tally.sample(refTo('access', batch, i, file));
    if (seconds >= 0) group.requestSeconds.add(seconds, bytes);
    if (bytes >= 0) increment(group.bodyBytes, bytes, 1, MAX_VALUES);
  }

  #firstUnexplained(way: Way): AccessGroup {
    const { key } = way;
    const group = this.#groupOf(key);
    for (const status of key.upstreamStatus) increment(group.upstreamStatuses, status, 0, MAX_VALUES);
    for (const upstream of key.upstreams) increment(group.upstreams, upstream, 0, MAX_VALUES);
    if (group.protocols.size < MAX_NAMES) group.protocols.add(key.protocol);
    if (group.methods.size < MAX_NAMES) group.methods.add(key.method);
    way.group = group;
    return group;
  }

  #groupOf(key: AccessKey): AccessGroup {
    const { endpoint, status, answeredBy, upgrade, tlsBytes } = key;
    const parts = { endpoint, status, answeredBy, upgrade, hint: key.fold.hint, tlsBytes };
    const id = accessGroupId(parts);
    const known = this.index.get(id);
    if (known !== undefined) return this.groups[known]!;
    const group = newAccessGroup(parts);
    this.index.set(id, this.groups.push(group) - 1);
    return group;
  }
}

/** Adds to what has a place in a bounded map. */
function again<K>(map: Map<K, number>, key: K, by: number): void {
  const seen = map.get(key);
  if (by > 0 && seen !== undefined) map.set(key, seen + by);
}
