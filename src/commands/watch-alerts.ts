/** The alerts of a watch: what it sees goes to whoever is to be told, and what they were told into its state. */
import type { Catalogue } from '../catalogue/types.ts';
import { Alerting } from '../deliver/alerting.ts';
import { makeReceiver } from '../deliver/make-receiver.ts';
import type { AlertMemory } from '../deliver/memory.ts';
import { strayRecords } from '../deliver/stray.ts';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import { redact } from '../safe/redact.ts';
import { type AlertPlan, alertSurroundings, silenceNotice } from './alert-settings.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import type { WatchListener } from './watch-listeners.ts';

/** A watch that was asked to end does so within two seconds; this is what alerts may take of it. */
const GRACE_MS = 800;
/** Comparing thousands of incidents with what was told takes time; it may take this share of it at most. */
const LOOKING_SHARE = 0.1;

/**
 * What a watch reads that was away for hours is no news where the logs have gone on without it. One that is open for
 * longer than this goes on all the same: then the times of one log are not to be trusted.
 */
const PAST_FOR_MS = 30_000;

/** What of a watch's plan alerts are made of. */
export interface AlertsTold {
  readonly alerts: AlertPlan;
  readonly symptoms: Catalogue['symptoms'];
  /** An incident that does not grow for so long has ended (ms). */
  readonly quietMs: number;
  /** What is no WebSocket is told too. */
  readonly all: boolean;
  /** What the watch shows is redacted. */
  readonly redacts: boolean;
}

export class WatchAlerts implements WatchListener {
  readonly #call: Invocation;
  readonly #memory: AlertMemory;
  /** Incidents that had ended when this run began. */
  readonly #ended: readonly ReportIncident[];
  readonly #steady: () => number;
  #told: AlertsTold;
  #alerting: Alerting | null;
  #restUntil = Number.NEGATIVE_INFINITY;
  /** When this run saw each open incident first, on the monotonic clock, ms. */
  #openSince = new Map<string, number>();

  /** @param earlier incidents of earlier runs. */
  constructor(call: Invocation, told: AlertsTold, memory: AlertMemory, earlier: readonly ReportIncident[]) {
    this.#call = call;
    this.#memory = memory;
    this.#ended = earlier.filter(({ status }) => status === 'ended');
    this.#steady = steadyClock(call.io);
    this.#told = told;
    this.#alerting = this.#made();
  }

  happened(): void {
    // What opens and ends is seen in the report, together with what goes on.
  }

  gap(): void {
    // Told by the watch itself.
  }

  looked(report: ReportDocument): void {
    const { io } = this.#call;
    const began = io.monotonic();
    if (began < this.#restUntil) return;
    this.#look(report, false);
    this.#restUntil = began + (io.monotonic() - began) / LOOKING_SHARE;
  }

  /** Tells what waits to be told with others, and tries once more what was not delivered, for a moment. */
  async ended(report: ReportDocument): Promise<void> {
    this.#look(report, true);
    const left = (await this.#alerting?.close(GRACE_MS)) ?? 0;
    if (left === 0) return;
    const one = left === 1;
    const fate = this.#memory.lasts
      ? `the next watch sends ${one ? 'it' : 'them'}`
      : 'without state nothing sends it later';
    this.#say(`alerts: ${left} ${one ? 'notification was' : 'notifications were'} not delivered yet; ${fate}`);
  }

  /** Goes on with other receivers and silences; what was not delivered goes with it. */
  async takeOver(told: AlertsTold): Promise<void> {
    const before = this.#alerting;
    this.#alerting = null;
    await before?.close(GRACE_MS);
    this.#told = told;
    this.#alerting = this.#made();
  }

  #made(): Alerting | null {
    const { io, messages } = this.#call;
    const { alerts, symptoms } = this.#told;
    const { lines, silences, stop } = alerts;
    const stray = strayRecords(this.#memory.found, new Set(lines.map(({ spec }) => spec.name)));
    if (stray.gone.length > 0) this.#memory.keep(stray.gone);
    if (stray.lost > 0) {
      const what = stray.lost === 1 ? 'a notification' : `${stray.lost} notifications`;
      this.#say(`alerts: ${what} for receivers that are no more: given up`);
    }
    if (lines.length === 0) return null;
    for (const { spec, shown, inTheClear } of lines) {
      if (inTheClear)
        messages.event(`alerts: ${spec.name}: what is sent to ${shown} can be read on its way; use https`);
    }
    const quiet = silenceNotice(silences, io.now());
    if (quiet !== null) messages.event(quiet);
    messages.event(`alerts go to ${lines.map(({ spec, shown }) => `${spec.name} (${shown})`).join(', ')}`);
    const around = alertSurroundings(io, (sentence) => this.#say(sentence));
    return new Alerting({
      receivers: lines.map((line) => makeReceiver(line, this.#memory, around)),
      silences,
      symptoms,
      now: io.now,
      steady: this.#steady,
      say: around.say,
      stop,
    });
  }

  #look({ incidents, range }: ReportDocument, last: boolean): void {
    if (this.#alerting === null) return;
    const { quietMs, all, redacts } = this.#told;
    const latest = range === null ? null : Date.parse(range.to);
    const now = this.#call.io.monotonic();
    const openSince = new Map<string, number>();
    const watched = incidents.map((incident) => {
      const open = incident.status === 'open';
      const since = this.#openSince.get(incident.id) ?? now;
      if (open) openSince.set(incident.id, since);
      const past = now - since < PAST_FOR_MS && isPast(incident, latest, quietMs);
      return {
        incident: redacts ? incident : redacted(incident),
        open,
        quiet: past || (!all && incident.websocket === 'no'),
      };
    });
    this.#openSince = openSince;
    const seen = new Set(incidents.map(({ id }) => id));
    const ended = this.#ended.filter(({ id }) => !seen.has(id));
    this.#alerting.look([...watched, ...ended.map((incident) => ({ incident, open: false, quiet: false }))], last);
  }

  #say(sentence: string): void {
    this.#call.messages.error(sentence);
  }
}

function isPast({ lastSeen }: ReportIncident, latest: number | null, quietMs: number): boolean {
  return lastSeen !== null && latest !== null && latest - Date.parse(lastSeen) >= quietMs;
}

/** Begins with the wall clock and then goes on as time does, whatever is done to the wall clock. */
function steadyClock({ now, monotonic }: Io): () => number {
  const offset = now() - monotonic();
  return () => offset + monotonic();
}

/** Others are told nothing that the state would not keep, also where the screen shows all. */
function redacted<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'string' ? redact(part) : part));
}
