/** Error lines gathered into groups, each request counted once; access lines find the group of their request here. */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { Registry } from '../findings/registry.ts';
import type { Bearings } from './correlator-tables.ts';
import type { EndpointTable } from './endpoint-table.ts';
import { ErrorGroups, sample, wantsSample } from './error-groups.ts';
import { FastErrorLines } from './fast-error-lines.ts';
import type { ErrorGroup } from './groups.ts';
import type { Hits } from './hits.ts';
import type { LateLine } from './late-line.ts';
import type { LateLines } from './late-lines.ts';
import { requestId } from './request-id.ts';
import { RequestsByConnection } from './requests-by-connection.ts';
import { RequestsBySecond } from './requests-by-second.ts';

/** Findings in the first batch from which a counter is worth being made. */
const WORTHWHILE = 64;

export class ErrorLines {
  readonly groups: ErrorGroup[];
  /** Places among the groups, by `errorGroupId`. */
  readonly index: Map<string, number>;
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
  #fast: FastErrorLines | null | undefined;
  readonly #table: ErrorGroups;

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
    this.#fast = isFast ? undefined : null;
    this.#table = new ErrorGroups(at);
    this.groups = this.#table.all;
    this.index = this.#table.index;
  }

  /**
   * Takes the findings of a batch from `from` on as long as they are error lines, up to `to`.
   *
   * @param file index of their input
   * @returns where it has stopped
   */
  take(batch: Batch, from: number, to: number, file: number): number {
    if (this.#fast === undefined) this.#fast = batch.length < WORTHWHILE ? null : this.#newFast();
    if (this.#fast === null) return this.#takePlain(batch, from, to, file);
    const at = this.#fast.take(batch, from, to, file);
    if (at === to || batch.gist(at).kind !== 'error') return at;
    this.countPlain();
    return this.#takePlain(batch, at, to, file);
  }

  /** Counts all lines the plain way from now on; what was counted the fast way is in the groups then. */
  countPlain(): void {
    const fast = this.#fast;
    this.#fast = null;
    fast?.end(this.#at, this.byConnection);
  }

  #newFast(): FastErrorLines | null {
    return FastErrorLines.create(this.#registry, this.#table, this.#endpoints);
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
      if (key.slot === -1) key.slot = this.#table.slotOf(key);
      const group = this.groups[key.slot]!;
      const { tally } = group;
      tally.lines += batch.span(i);
      if (wantsSample(group)) sample(key, group, batch, i, file);
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
}
