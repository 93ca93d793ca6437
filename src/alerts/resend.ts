/**
 * What Alertmanager is told, the way Prometheus tells it: every open incident again and again, each time with an end a
 * few rounds ahead, so that an alert ends by itself when nobody sends it any more; and for a while that it is over.
 * Grouping and repeating are Alertmanager's own. Pure: the clock is passed in.
 */
import type { AlertLabels, OutgoingAlert } from '../report/alert-alertmanager.ts';
import type { ReportIncident } from '../report/document.ts';
import { type Alert, FOUND_AGAIN_WITHIN } from './groups.ts';

/** An alert ends by itself when it was not sent for this many rounds. */
const ROUNDS_AHEAD = 4;
/** How long it is said that something is over, as Prometheus has it: a restarted Alertmanager may have missed it. */
const SAY_OVER_MS = 15 * 60_000;

/** What Alertmanager was told of one alert. Kept over restarts, since its labels are what it is known by. */
export interface SentRecord {
  readonly labels: AlertLabels;
  /** RFC 3339. */
  readonly startsAt: string;
  /** ms since 1970 when it was over; null while it is open. */
  readonly overAt: number | null;
}

export class Resend {
  readonly #everyMs: number;
  readonly #sendResolved: boolean;
  readonly #labels: (incident: ReportIncident) => AlertLabels;
  /** By labels, as Alertmanager knows them. */
  readonly #sent = new Map<string, SentRecord>();
  readonly #last = new Map<string, ReportIncident>();
  /** Alerts whose record is not what it was when it was asked for last. */
  readonly #changed = new Set<string>();
  /** Something changed that was not sent. */
  #news = false;
  #nextAt = Number.NEGATIVE_INFINITY;
  #began = Number.POSITIVE_INFINITY;

  /**
   * @param everyMs time between two rounds.
   * @param labels what an incident is known by; must not hold what changes with every line.
   */
  constructor(
    everyMs: number,
    sendResolved: boolean,
    labels: (incident: ReportIncident) => AlertLabels,
    records: readonly SentRecord[] = [],
  ) {
    this.#everyMs = everyMs;
    this.#sendResolved = sendResolved;
    this.#labels = labels;
    for (const record of records) this.#sent.set(keyOf(record.labels), record);
  }

  /**
   * What is to be sent now; null when nothing is due. Not to be asked while the last answer is on its way.
   *
   * @param now ms since 1970, never running backwards.
   */
  look(alerts: readonly Alert[], now: number): OutgoingAlert[] | null {
    this.#began = Math.min(this.#began, now);
    const open = new Map<string, ReportIncident>();
    const present = new Set<string>();
    for (const { incident, open: isOpen, muted } of alerts) {
      present.add(incident.id);
      if (!isOpen || muted) continue;
      const labels = this.#labels(incident);
      const key = keyOf(labels);
      open.set(key, incident);
      const known = this.#sent.get(key);
      if (known !== undefined && known.overAt === null) continue;
      // An alert must not begin after its end, whatever clock the log was written by.
      const began = known === undefined ? Date.parse(incident.firstSeen ?? '') : Number.NaN;
      const startsAt = iso(Number.isNaN(began) ? now : Math.min(began, now));
      this.#sent.set(key, { labels, startsAt, overAt: null });
      this.#changed.add(key);
      this.#news = true;
    }
    for (const [key, record] of this.#sent) {
      const incident = open.get(key);
      if (incident !== undefined) this.#last.set(key, incident);
      else if (record.overAt !== null) {
        if (now - record.overAt >= SAY_OVER_MS) this.#drop(key);
      } else if (present.has(record.labels.incident ?? '') || this.#last.has(key) || this.#isLate(now)) {
        this.#over(key, record, now);
      }
    }
    // One of an earlier run that was not found again yet is left as it is.
    const known = [...this.#sent].filter(([key, { overAt }]) => overAt !== null || this.#last.has(key));
    if (known.length === 0 || (!this.#news && now < this.#nextAt)) return null;
    const ahead = iso(now + ROUNDS_AHEAD * this.#everyMs);
    return known.map(([key, { labels, startsAt, overAt }]) => ({
      labels,
      startsAt,
      endsAt: overAt === null ? ahead : iso(overAt),
      incident: this.#last.get(key) ?? null,
    }));
  }

  /** The round arrived: the next is due in a while, unless there is news. */
  arrived(now: number): void {
    this.#nextAt = now + this.#everyMs;
    this.#news = false;
  }

  /** What to keep over a restart, where it changed since this was asked last; null for what is no more. */
  takeChanged(): Map<string, SentRecord | null> {
    const changed = new Map([...this.#changed].map((key) => [key, this.#sent.get(key) ?? null] as const));
    this.#changed.clear();
    return changed;
  }

  #isLate(now: number): boolean {
    return now - this.#began >= FOUND_AGAIN_WITHIN;
  }

  /** Without `sendResolved`, what is over is left to end by itself. */
  #over(key: string, record: SentRecord, now: number): void {
    if (!this.#sendResolved) {
      this.#drop(key);
      return;
    }
    this.#sent.set(key, { ...record, overAt: now });
    this.#changed.add(key);
    this.#news = true;
  }

  #drop(key: string): void {
    this.#sent.delete(key);
    this.#last.delete(key);
    this.#changed.add(key);
  }
}

function keyOf(labels: AlertLabels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
