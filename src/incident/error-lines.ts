/** Error lines gathered into groups, each request counted once; access lines find the group of their request here. */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { ErrorKey } from '../findings/keys.ts';
import type { Registry } from '../findings/registry.ts';
import { type Bearings, errorGroupId } from './correlator-tables.ts';
import type { EndpointTable } from './endpoint-table.ts';
import { ErrorCounter } from './error-counter.ts';
import { type ErrorGroup, newErrorGroup } from './groups.ts';
import { GroupsByGist, type KnownGroups, UNKNOWN } from './groups-by-gist.ts';
import type { Hits } from './hits.ts';
import type { LateLine } from './late-line.ts';
import type { LateLines } from './late-lines.ts';
import { refTo } from './line-ref.ts';
import { requestId } from './request-id.ts';
import { RequestsByConnection } from './requests-by-connection.ts';
import { RequestsBySecond } from './requests-by-second.ts';
import { MAX_SAMPLES } from './tally.ts';

/** Groups beyond it fold into one that names no backend; beyond twice as many, into one that names nothing else. */
export const MAX_GROUPS = 6000;
/** Findings in the first batch from which a counter is worth being made. */
const WORTHWHILE = 64;

export class ErrorLines {
  readonly groups: ErrorGroup[] = [];
  /** Places among the groups, by `errorGroupId`. */
  readonly index = new Map<string, number>();
  readonly byConnection = new RequestsByConnection();
  readonly bySecond = new RequestsBySecond();
  readonly #registry: Registry;
  readonly #at: Bearings;
  readonly #hits: Hits;
  readonly #endpoints: EndpointTable;
  /** Whether an access log is among the inputs: without one there is nothing to join. */
  readonly #joins: boolean;
  readonly #late: LateLines | null;
  /** The fast way; null when lines are counted the plain way, undefined before that is known. */
  #counter: ErrorCounter | null | undefined;
  readonly #byGist = new GroupsByGist();

  /**
   * @param late access lines that came before their error line; null where none does
   * @param isFast there are error lines only, and nobody looks at the groups before the last of them was taken
   */
  constructor(
    registry: Registry,
    at: Bearings,
    hits: Hits,
    endpoints: EndpointTable,
    joins: boolean,
    late: LateLines | null,
    isFast: boolean,
  ) {
    this.#registry = registry;
    this.#at = at;
    this.#hits = hits;
    this.#endpoints = endpoints;
    this.#joins = joins;
    this.#late = late;
    this.#counter = isFast ? undefined : null;
  }

  /**
   * Takes the findings of a batch from `from` on as long as they are error lines, up to `to`.
   *
   * @param file index of their input
   * @returns where it has stopped
   */
  take(batch: Batch, from: number, to: number, file: number): number {
    if (this.#counter === undefined) this.#counter = batch.length < WORTHWHILE ? null : ErrorCounter.create();
    const at = this.#counter === null ? from : this.#takeFast(this.#counter, batch, from, to, file);
    return this.#counter === null ? this.#takePlain(batch, at, to, file) : at;
  }

  /** Counts all lines the plain way from now on; what was counted the fast way is in the groups then. */
  countPlain(): void {
    const counter = this.#counter;
    this.#counter = null;
    if (counter == null) return;
    const { first, last } = counter.range;
    if (first < this.#at.first) this.#at.first = first;
    if (last > this.#at.last) this.#at.last = last;
    for (const [slot, group] of this.groups.entries()) countTunnelLines(this.#endpoints, group, counter.linesOf(slot));
    counter.end(this.groups, this.byConnection);
  }

  /** Puts the group of each line into the counter's column; stops short of `to` at a line that is to be taken otherwise. */
  #takeFast(counter: ErrorCounter, batch: Batch, from: number, to: number, file: number): number {
    const known = this.#byGist.of(batch.gists, this.#registry.epoch);
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + counter.mostRows);
      let i = at;
      while (i < end) {
        i += known.codesOf(batch.columns.gist, i, end, counter.groups, i - at);
        if (i === end) break;
        const code = this.#codeOf(counter, known, batch, i, file);
        if (code === UNKNOWN) break;
        counter.groups[i++ - at] = code;
      }
      for (let row = at; row < i && batch.spans.size > 0; row++) {
        this.groups[counter.groups[row - at]! >> 1]!.tally.lines += batch.span(row) - 1;
      }
      if (i > at) counter.count(batch, at, i, this.groups);
      at = i;
      if (i < end) {
        if (batch.gist(i).kind === 'error') this.countPlain();
        return i;
      }
    }
    return to;
  }

  /** The code of a line's group, or `UNKNOWN` where the counter cannot count it. Remembers it once nothing more is wanted of such lines. */
  #codeOf(counter: ErrorCounter, known: KnownGroups, batch: Batch, i: number, file: number): number {
    const said = batch.gist(i);
    if (said.kind !== 'error' || this.groups.length >= counter.mostGroups) return UNKNOWN;
    const key = this.#registry.key(said);
    known.keepWith(this.#registry.epoch);
    if (key.slot === -1) key.slot = this.#slotOf(key);
    const group = this.groups[key.slot]!;
    counter.openUpTo(key.slot);
    if (group.tally.samples.length < MAX_SAMPLES) sample(key, group, batch, i, file);
    countTunnelLines(this.#endpoints, group, 0);
    const code = key.slot * 2 + (key.forgeable ? 1 : 0);
    // The registry counts each line of what is beyond its bound.
    const isCounted = key.endpoint !== null && key.endpoint === this.#registry.other;
    if (group.tally.samples.length === MAX_SAMPLES && !isCounted) known.set(said.number, code);
    return code;
  }

  /**
   * The plain way. A loop of its own, since these are most findings of a log where much fails: what it looks at stays at
   * hand from line to line.
   */
  #takePlain(batch: Batch, from: number, to: number, file: number): number {
    const { gists, columns } = batch;
    const { gist, time: times, connection: connections, request: requests } = columns;
    const joins = this.#joins;
    const late = this.#late;
    let { first, last } = this.#at;
    let i = from;
    for (; i < to; i++) {
      const said = gists[gist[i]!]!;
      if (said.kind !== 'error') break;
      const key = this.#registry.key(said);
      const time = times[i]!;
      if (time < first) first = time;
      if (time > last) last = time;
      if (key.slot === -1) key.slot = this.#slotOf(key);
      const group = this.groups[key.slot]!;
      const { tally } = group;
      tally.lines += batch.span(i);
      if (tally.samples.length < MAX_SAMPLES) sample(key, group, batch, i, file);
      if (key.forgeable) group.forgeable++;
      const client = key.forgeable ? null : batch.client(i);
      const connection = connections[i]!;
      const request = requests[i]!;
      let counted = -1;
      if (connection >= 0 && request !== 0) counted = this.byConnection.note(connection, request, time, key.slot);
      if (counted === -1) this.#hits.add(tally, time, client);
      else {
        group.secondary++;
        if (time < tally.first) tally.first = time;
        if (time > tally.last) tally.last = time;
      }
      if (joins && client !== null && request !== 0) {
        this.bySecond.note(requestId(client, request), time, counted === -1 ? key.slot : counted);
      }
      if (late?.isEmpty === false && request !== 0) late.takeOver(request, time, client, connection, this.#ofLate);
      if (group.symptom.provesWebSocket === true && key.endpoint !== null) {
        this.#endpoints.of(key.endpoint).tunnelLines++;
      }
    }
    this.#at.first = first;
    this.#at.last = last;
    return i;
  }

  /**
   * The group whose error line is about the request of this access line; `seconds` it took, or -1. `late`: the error line
   * came after it.
   */
  groupOf(
    request: number,
    time: number,
    seconds: number,
    client: Client,
    connection: number,
    late = false,
  ): ErrorGroup | null {
    let slot = -1;
    if (connection >= 0) {
      const earliest = seconds >= 0 ? time - seconds - 2 : time - 3;
      slot = this.byConnection.join(connection, request, earliest, time + 1, late);
    } else if (client !== null) slot = this.bySecond.join(requestId(client, request), time);
    return slot === -1 ? null : this.groups[slot]!;
  }

  readonly #ofLate = ({ request, time, seconds, client, connection }: LateLine): ErrorGroup | null =>
    this.groupOf(request, time, seconds, client, connection, true);

  #slotOf(key: ErrorKey): number {
    const full = this.groups.length >= MAX_GROUPS;
    if (full) this.#at.folded++;
    const upstream = full ? '' : key.upstream;
    // What is left then is the symptom, of which there are as many as the catalogue has.
    const bare = this.groups.length >= MAX_GROUPS * 2;
    const endpoint = bare ? null : key.endpoint;
    const listener = bare ? '' : key.listener;
    const detail = bare ? '' : key.detail;
    const { symptom, scheme, phase, subrequest } = key;
    const parts = { symptom, endpoint, upstream, scheme, listener, detail, phase, subrequest };
    const id = errorGroupId(parts);
    const known = this.index.get(id);
    if (known !== undefined) return known;
    const group = newErrorGroup(parts);
    const slot = this.groups.push(group) - 1;
    this.index.set(id, slot);
    return slot;
  }
}

function countTunnelLines(endpoints: EndpointTable, { symptom, endpoint }: ErrorGroup, lines: number): void {
  if (symptom.provesWebSocket === true && endpoint !== null) endpoints.of(endpoint).tunnelLines += lines;
}

function sample(key: ErrorKey, group: ErrorGroup, batch: Batch, i: number, file: number): void {
  group.tally.sample(refTo('error', batch, i, file));
  group.levels.add(key.level ?? '');
  group.protocols.add(key.protocol);
}
