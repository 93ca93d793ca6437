/**
 * Takes findings in the order of time and gathers them into bounded groups: joins each error line to the access line of
 * the same request, so that a failed request counts once, and tells sessions that something explains from those that
 * nothing does.
 */
import type { Batch } from '../findings/batch.ts';
import type { Registry } from '../findings/registry.ts';
import { AccessLines } from './access-lines.ts';
import type { Bearings, CorrelatorTables } from './correlator-tables.ts';
import { EndpointTable } from './endpoint-table.ts';
import { MAX_GROUPS } from './error-groups.ts';
import { ErrorLines } from './error-lines.ts';
import type { Gathered } from './groups.ts';
import { Hits } from './hits.ts';
import { LateLines } from './late-lines.ts';
import { ProcessLines } from './process-lines.ts';
import { SessionEnds } from './session-ends.ts';

/** The share of the groups at which who watches for months begins anew. */
const CROWDED = 0.9;

export class Correlator {
  readonly #at: Bearings = {
    drainedAt: Number.NaN,
    drainedSince: Number.NaN,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    folded: 0,
  };
  readonly #registry: Registry;
  readonly #grows: boolean;
  readonly #endpoints = new EndpointTable();
  readonly #hits = new Hits();
  readonly #late: LateLines | null;
  readonly #sessions: SessionEnds;
  readonly #errors: ErrorLines;
  readonly #access: AccessLines;
  readonly #processes: ProcessLines;

  /**
   * @param registry tells the key of each finding
   * @param options `joins`: an access log is among the inputs; `grows`: what is gathered is looked at while findings
   *   still come; `late`: error lines may come behind the access lines of their requests;
   *   `plain`: all lines are counted the plain way
   */
  constructor(
    registry: Registry,
    options: {
      readonly joins: boolean;
      readonly grows?: boolean;
      readonly late?: boolean;
      readonly plain?: boolean;
    },
  ) {
    this.#registry = registry;
    this.#grows = options.grows === true;
    this.#late = options.late === true ? new LateLines() : null;
    this.#sessions = new SessionEnds(this.#at, this.#hits, this.#late);
    const { joins } = options;
    const isFast = !joins && this.#late === null && !this.#grows && options.plain !== true;
    this.#errors = new ErrorLines(registry, this.#at, this.#hits, this.#endpoints, joins, this.#late, isFast);
    this.#access = new AccessLines(registry, this.#hits, this.#errors, this.#endpoints, this.#sessions, this.#late);
    this.#processes = new ProcessLines(this.#hits, this.#errors, this.#sessions);
  }

  /** Whether there is little room for groups that were not seen yet. */
  get isCrowded(): boolean {
    return Math.max(this.#errors.groups.length, this.#access.groups.length) > CROWDED * MAX_GROUPS;
  }

  get tables(): CorrelatorTables {
    this.#hits.settle();
    this.#access.settle();
    return {
      errors: this.#errors.groups,
      errorIndex: this.#errors.index,
      access: this.#access.groups,
      accessIndex: this.#access.index,
      sessions: this.#sessions.groups,
      stats: this.#endpoints.all,
      events: this.#processes.events,
      backendsOk: this.#access.backendsOk,
      byConnection: this.#errors.byConnection,
      bySecond: this.#errors.bySecond,
      returns: this.#sessions.returns,
      draining: this.#sessions.draining,
      held: this.#sessions.held,
      late: this.#late,
      at: this.#at,
    };
  }

  /**
   * Takes the findings of a batch from `from` on, up to `to`.
   *
   * @param file index of their input
   */
  take(batch: Batch, from: number, to: number, file: number): void {
    const { gists } = batch;
    const { gist, time: times } = batch.columns;
    const at = this.#at;
    const { held } = this.#sessions;
    for (let i = from; i < to; i++) {
      const time = times[i]!;
      if (held.length > 0 && time > held[0]!.time + 1) this.#sessions.release(time - 1);
      const said = gists[gist[i]!]!;
      if (said.kind === 'error') {
        // Of sessions that are held, some are let go before each line.
        i = this.#errors.take(batch, i, held.length > 0 ? i + 1 : to, file) - 1;
        continue;
      }
      if (time < at.first) at.first = time;
      if (time > at.last) at.last = time;
      if (said.kind === 'access') {
        // It may join what was counted the fast way.
        this.#errors.countPlain();
        this.#access.take(this.#registry.key(said), batch, i, file);
      } else this.#processes.take(this.#registry.key(said), batch, i, file);
    }
  }

  gathered(): Gathered {
    this.#errors.countPlain();
    if (!this.#grows) this.#sessions.release(Number.POSITIVE_INFINITY);
    this.#hits.settle();
    this.#access.settle();
    return {
      errors: this.#errors.groups,
      access: this.#late?.accessWith(this.#access.groups) ?? this.#access.groups,
      sessions: [...this.#sessions.groups.values(), ...(this.#late?.sessions() ?? [])],
      endpoints: [...this.#endpoints.all.values()],
      events: this.#processes.events,
      backendsOk: this.#access.backendsOk,
      firstTime: this.#at.first,
      lastTime: this.#at.last,
      folded: this.#at.folded,
    };
  }
}
