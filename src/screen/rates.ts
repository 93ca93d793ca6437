/** How fast things happen: from the differences between one report and the next. Pure; clocks are passed in. */
import type { ReportDocument, ReportEndpoint } from '../report/document.ts';
import { Slots } from './slots.ts';

export interface EndpointRate {
  /** Handshakes that succeeded and failed in the last minute. */
  readonly ok: number;
  readonly failed: number;
  /** Handshakes of the last five minutes in equal parts, oldest first. */
  readonly history: readonly number[];
  /** Failures of the last five minutes. */
  readonly failing: number;
}

/** Rates at one moment; a copy that later lines do not change. */
export interface Rates {
  readonly linesPerSecond: number;
  /** By `endpointKey`; endpoints at which nothing happened lately are missing. */
  readonly endpoints: ReadonlyMap<string, EndpointRate>;
  /** Hits in the last minute by incident id; those that did not grow are missing. */
  readonly incidents: ReadonlyMap<string, number>;
}

/** Parts of `EndpointRate.history`. */
export const HISTORY_PARTS = 15;
const MINUTE_MS = 60_000;
/** Over which lines a second are measured (ms). */
const SPEED_MS = 10_000;
/** Opening the logs takes this long at most; no lines until then means that there is no past to read (ms). */
const OPENING_MS = 1000;
/** After so long without a line the past has been read (ms). Lines are held back for a moment before they count. */
const REST_MS = 2000;
/** While lines are older than this, and come without a pause, they are the past of the log being read (ms). */
const PAST_MS = 5000;
/** After this long they count as news in any case: the log's clock may be wrong (ms). */
const PAST_LIMIT_MS = 30_000;

interface Counted {
  ok: number;
  failed: number;
  readonly okSlots: Slots;
  readonly failedSlots: Slots;
}

export function endpointKey({ server, path }: ReportEndpoint): string {
  return `${server ?? ''}\n${path}`;
}

export class RateMeter {
  readonly #endpoints = new Map<string, Counted>();
  readonly #incidents = new Map<string, { count: number; readonly slots: Slots }>();
  readonly #lines = new Slots();
  #linesSeen = 0;
  #began: number | null = null;
  /** The lines that were there before the watch are not counted as having happened now. */
  #past = true;
  /** When lines last came, monotonic ms. */
  #grewAt = 0;

  /**
   * Takes a report that holds all that the one before held.
   *
   * @param now monotonic clock, ms.
   * @param wall ms since 1970.
   */
  observe(report: ReportDocument, now: number, wall: number): void {
    if (this.#began === null) this.#grewAt = now;
    this.#began ??= now;
    const { lines } = report.accounting;
    const grown = Math.max(0, lines - this.#linesSeen);
    this.#linesSeen = lines;
    const news = !this.#past;
    if (this.#past) this.#past = this.#isPast(report, grown, now, wall);
    if (news) this.#lines.add(grown, now);
    this.#observeEndpoints(report, now, news);
    this.#observeIncidents(report, now, news);
  }

  reading(now: number): Rates {
    const endpoints = new Map<string, EndpointRate>();
    for (const [key, { okSlots, failedSlots }] of this.#endpoints) {
      const failures = failedSlots.history(HISTORY_PARTS, now);
      const history = okSlots.history(HISTORY_PARTS, now).map((ok, index) => ok + (failures[index] ?? 0));
      if (!history.some((count) => count > 0)) continue;
      const failing = failures.reduce((sum, count) => sum + count, 0);
      endpoints.set(key, {
        ok: okSlots.last(MINUTE_MS, now),
        failed: failedSlots.last(MINUTE_MS, now),
        history,
        failing,
      });
    }
    const incidents = new Map<string, number>();
    for (const [id, { slots }] of this.#incidents) {
      const hits = slots.last(MINUTE_MS, now);
      if (hits > 0) incidents.set(id, hits);
    }
    const seconds = Math.min(SPEED_MS, Math.max(1000, now - (this.#began ?? now))) / 1000;
    return { linesPerSecond: this.#lines.last(SPEED_MS, now) / seconds, endpoints, incidents };
  }

  #isPast(report: ReportDocument, grown: number, now: number, wall: number): boolean {
    const passed = now - (this.#began ?? now);
    if (grown > 0) this.#grewAt = now;
    if (report.range === null) return passed < OPENING_MS;
    if (passed > PAST_LIMIT_MS || now - this.#grewAt > REST_MS) return false;
    return wall - Date.parse(report.range.to) > PAST_MS;
  }

  #observeEndpoints(report: ReportDocument, now: number, news: boolean): void {
    for (const endpoint of report.endpoints) {
      const { ok, failed } = endpoint.handshakes;
      const key = endpointKey(endpoint);
      const known = this.#endpoints.get(key) ?? { ok: 0, failed: 0, okSlots: new Slots(), failedSlots: new Slots() };
      this.#endpoints.set(key, known);
      // Counts move between endpoints when these are folded: what is taken away did not happen less.
      if (news && ok > known.ok) known.okSlots.add(ok - known.ok, now);
      if (news && failed > known.failed) known.failedSlots.add(failed - known.failed, now);
      known.ok = ok;
      known.failed = failed;
    }
    if (this.#endpoints.size > report.endpoints.length) keepOnly(this.#endpoints, report.endpoints.map(endpointKey));
  }

  #observeIncidents(report: ReportDocument, now: number, news: boolean): void {
    for (const { id, count } of report.incidents) {
      const known = this.#incidents.get(id) ?? { count: 0, slots: new Slots() };
      this.#incidents.set(id, known);
      if (news && count > known.count) known.slots.add(count - known.count, now);
      known.count = count;
    }
    const ids = report.incidents.map(({ id }) => id);
    if (this.#incidents.size > ids.length) keepOnly(this.#incidents, ids);
  }
}

function keepOnly(map: Map<string, unknown>, keys: readonly string[]): void {
  const kept = new Set(keys);
  for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
}
