/** Error lines the fast way: each is told its group here, and counted there by the counter (error-counter.ts). */
import type { Batch } from '../findings/batch.ts';
import type { Registry } from '../findings/registry.ts';
import type { Bearings } from './correlator-tables.ts';
import type { EndpointTable } from './endpoint-table.ts';
import { ErrorCounter } from './error-counter.ts';
import { type ErrorGroups, sample, wantsSample } from './error-groups.ts';
import type { ErrorGroup } from './groups.ts';
import { GroupsByGist, type KnownGroups, UNKNOWN } from './groups-by-gist.ts';
import type { RequestsByConnection } from './requests-by-connection.ts';

export class FastErrorLines {
  readonly #counter: ErrorCounter;
  readonly #registry: Registry;
  readonly #groups: ErrorGroups;
  readonly #endpoints: EndpointTable;
  readonly #byGist = new GroupsByGist();

  private constructor(counter: ErrorCounter, registry: Registry, groups: ErrorGroups, endpoints: EndpointTable) {
    this.#counter = counter;
    this.#registry = registry;
    this.#groups = groups;
    this.#endpoints = endpoints;
  }

  /** Null where there can be no counter. */
  static create(registry: Registry, groups: ErrorGroups, endpoints: EndpointTable): FastErrorLines | null {
    const counter = ErrorCounter.create();
    return counter === null ? null : new FastErrorLines(counter, registry, groups, endpoints);
  }

  /** Puts the group of each line into the counter's column; stops short of `to` at a line that is to be taken otherwise. */
  take(batch: Batch, from: number, to: number, file: number): number {
    const counter = this.#counter;
    const known = this.#byGist.of(batch.gists, this.#registry.epoch);
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + counter.mostRows);
      let i = at;
      while (i < end) {
        i += known.codesOf(batch.columns.gist, i, end, counter.groups, i - at);
        if (i === end) break;
        const code = this.#codeOf(known, batch, i, file);
        if (code === UNKNOWN) break;
        counter.groups[i++ - at] = code;
      }
      for (let row = at; row < i && batch.spans.size > 0; row++) {
        this.#groups.all[counter.groups[row - at]! >> 1]!.tally.lines += batch.span(row) - 1;
      }
      if (i > at) counter.count(batch, at, i, this.#groups.all);
      at = i;
      if (i < end) return i;
    }
    return to;
  }

  /** Gives what was counted to those who count the plain way from now on. */
  end(at: Bearings, requests: RequestsByConnection): void {
    const counter = this.#counter;
    const { first, last } = counter.range;
    if (first < at.first) at.first = first;
    if (last > at.last) at.last = last;
    const groups = this.#groups.all;
    for (const [slot, group] of groups.entries()) this.#countTunnelLines(group, counter.linesOf(slot));
    counter.end(groups, requests);
  }

  /** The code of a line's group, or `UNKNOWN` where the counter cannot count it. Remembers it once nothing more is wanted of such lines. */
  #codeOf(known: KnownGroups, batch: Batch, i: number, file: number): number {
    const counter = this.#counter;
    const said = batch.gist(i);
    if (said.kind !== 'error' || this.#groups.all.length >= counter.mostGroups) return UNKNOWN;
    const key = this.#registry.key(said);
    known.keepWith(this.#registry.epoch);
    if (key.slot === -1) key.slot = this.#groups.slotOf(key);
    const group = this.#groups.all[key.slot]!;
    counter.openUpTo(key.slot);
    if (wantsSample(group)) sample(key, group, batch, i, file);
    this.#countTunnelLines(group, 0);
    const code = key.slot * 2 + (key.forgeable ? 1 : 0);
    // The registry counts each line of what is beyond its bound.
    const isCounted = key.endpoint !== null && key.endpoint === this.#registry.other;
    if (!wantsSample(group) && !isCounted) known.set(said.number, code);
    return code;
  }

  /** Counts lines that prove a tunnel for their endpoint, which gets its place with the first of them. */
  #countTunnelLines({ symptom, endpoint }: ErrorGroup, lines: number): void {
    if (symptom.provesWebSocket === true && endpoint !== null) this.#endpoints.of(endpoint).tunnelLines += lines;
  }
}
