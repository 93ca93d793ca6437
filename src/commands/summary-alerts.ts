/**
 * Alerts of a summary. What is to be told is written down together with what the summary remembers, and sent after that;
 * what was not taken is sent by the next run, as it is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inhibited } from '../alerts/inhibition.ts';
import { groupedNews } from '../alerts/news.ts';
import { Resend } from '../alerts/resend.ts';
import { expiredSentence, phaseOf, silencedBy } from '../alerts/silences.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { sentIn, sentRecord } from '../deliver/alertmanager.ts';
import { backoff } from '../deliver/backoff.ts';
import { alertDelivery, itemOf, waitingFor } from '../deliver/items.ts';
import { type Line, rendererOf } from '../deliver/make-receiver.ts';
import type { AlertMemory } from '../deliver/memory.ts';
import { Outbox } from '../deliver/outbox.ts';
import type { Outcome, Transport } from '../deliver/outcome.ts';
import { type Surroundings, takes } from '../deliver/receiver.ts';
import type { AlertEvent } from '../report/alert.ts';
import { alertmanagerLabels, renderAlertmanager } from '../report/alert-alertmanager.ts';
import type { NewsItem, SummaryDocument } from '../report/summary-document.ts';
import { concernsWebSocket } from '../report/voice.ts';
import { withoutDelivery } from '../state/deliveries.ts';
import type { StoredRecord } from '../state/rows.ts';
import { type AlertPlan, alertPlan, alertSurroundings } from './alert-settings.ts';
import type { Invocation } from './invocation.ts';

/** A summary comes once a day or more often; what the last few could not deliver is still news. */
const STALE_MS = 3 * 24 * 3_600_000;
/** Tries within one run; the next run goes on. */
const TRIES = 3;
/** A run does not wait longer than this for another try. */
const LONGEST_PAUSE_MS = 10_000;

export class SummaryAlerts {
  readonly #call: Invocation;
  readonly #plan: AlertPlan;
  readonly #symptoms: Catalogue['symptoms'];
  readonly #around: Surroundings;

  /** Null when nobody is to be told. @throws UsageError for every mistake in how it was asked for. */
  static async planned(call: Invocation, symptoms: Catalogue['symptoms']): Promise<SummaryAlerts | null> {
    // A watch tells the receivers of the config file already where both run.
    const asked = call.settings.flag('notify') ? call : { ...call, files: [] };
    const plan = await alertPlan(asked);
    return plan.lines.length === 0 ? null : new SummaryAlerts(call, plan, symptoms);
  }

  private constructor(call: Invocation, plan: AlertPlan, symptoms: Catalogue['symptoms']) {
    this.#call = call;
    this.#plan = plan;
    this.#symptoms = symptoms;
    this.#around = alertSurroundings(call.io, (sentence) => call.messages.error(sentence));
  }

  /**
   * What is to be written down so that everybody is told of a summary.
   *
   * @param records what is remembered so far.
   */
  prepare(document: SummaryDocument, records: readonly StoredRecord[]): StoredRecord[] {
    const events = this.#eventsOf(document.incidents);
    return this.#plan.lines.flatMap((line) => this.#prepared(line, events, document, records));
  }

  /** Sends what is written down. @returns how many notifications were not taken; the next run sends them. */
  async send(memory: AlertMemory): Promise<number> {
    const left = await Promise.all(this.#plan.lines.map((line) => this.#sent(line, memory)));
    return left.reduce((sum, one) => sum + one, 0);
  }

  #eventsOf(items: readonly NewsItem[]): AlertEvent[] {
    const { silences } = this.#plan;
    const { now, say } = this.#around;
    const time = now();
    for (const silence of silences) if (phaseOf(silence, time) === 'expired') say(expiredSentence(silence));
    const all = this.#call.settings.flag('all');
    const followers = inhibited(
      items.map(({ incident }) => incident),
      this.#symptoms,
    );
    return items
      .filter(({ incident }) => all || concernsWebSocket(incident))
      .filter(({ incident }) => !followers.has(incident.id) && silencedBy(incident, silences, time) === null)
      .map(({ state, incident }) => ({ type: typeOf(state, incident.status), incident }));
  }

  #prepared(
    { spec }: Line,
    events: readonly AlertEvent[],
    document: SummaryDocument,
    records: readonly StoredRecord[],
  ): StoredRecord[] {
    const { sendResolved, groupBy } = spec.policy;
    const taken = events.filter(({ type, incident }) => takes(spec, incident) && (type !== 'ended' || sendResolved));
    if (spec.type === 'alertmanager') return this.#alertmanager(spec, taken, document, records);
    const render = rendererOf(spec, this.#around.version);
    return groupedNews(taken, groupBy).map((due) =>
      alertDelivery(spec.name, itemOf(due, spec.name, 0, render, this.#around)),
    );
  }

  /** An alert has to last until the next summary tells of it again. */
  #alertmanager(
    { name, policy }: Line['spec'],
    events: readonly AlertEvent[],
    { since, at }: SummaryDocument,
    records: readonly StoredRecord[],
  ): StoredRecord[] {
    const { machine, now, newId } = this.#around;
    const lastsMs = Math.max(this.#call.settings.number('repeatInterval'), since === null ? 0 : spanOf(since, at)) * 2;
    const labels = (incident: AlertEvent['incident']) => alertmanagerLabels(incident, machine);
    const resend = new Resend(lastsMs / 4, policy.sendResolved, labels, sentIn(records, name));
    const alerts = events.map(({ type, incident }) => ({ incident, open: type !== 'ended', muted: false }));
    const round = resend.look(alerts, now());
    if (round === null) return [];
    const item = { id: newId(), about: null, madeAt: now(), content: renderAlertmanager(round) };
    return [alertDelivery(name, item), ...[...resend.takeChanged()].map(([key, sent]) => sentRecord(name, key, sent))];
  }

  async #sent({ spec, transport, shown }: Line, memory: AlertMemory): Promise<number> {
    const { now, random, say } = this.#around;
    const items = waitingFor(spec.name, memory.found);
    if (items.length === 0) return 0;
    let why = '';
    const outbox = new Outbox({
      transport: patient(transport, this.#call.io.signal, random, (sentence) => {
        why = sentence;
      }),
      name: `alerts: ${spec.name}`,
      random,
      now,
      staleMs: STALE_MS,
      // Failures are told at the end, once.
      say: () => undefined,
      settled: ({ id, madeAt }, fate) => {
        memory.keep([withoutDelivery(id)]);
        if (fate === 'given-up') say(`alerts: ${spec.name}: what was to be told ${iso(madeAt)} is given up`);
      },
    });
    for (const item of items) outbox.add(item);
    const left = await outbox.close();
    if (left > 0) {
      const fate = memory.lasts ? 'nothing is lost, the next run sends it' : 'without state nothing sends it later';
      say(`alerts: ${spec.name} (${shown}) was not told: ${why}; ${fate}`);
    }
    return left;
  }
}

/** What was over before anybody was told needs no alarm. */
function typeOf(state: NewsItem['state'], status: 'open' | 'ended'): AlertEvent['type'] {
  if (status === 'ended') return 'ended';
  return state === 'ongoing' ? 'updated' : 'opened';
}

/** Tries a few times. A summary keeps also what was refused for good: whoever mends the address gets it. */
function patient(
  transport: Transport,
  signal: AbortSignal,
  random: () => number,
  failed: (sentence: string) => void,
): Transport {
  return {
    send: async (id, content) => {
      for (let attempt = 1; ; attempt++) {
        const outcome = await transport.send(id, content);
        if (outcome.kind === 'accepted') return outcome;
        failed(outcome.sentence);
        const final = outcome.kind === 'refused' && outcome.final === true;
        const pause = backoff(attempt, random(), outcome.kind === 'refused' ? (outcome.retryAfterMs ?? 0) : 0);
        if (final || attempt === TRIES || pause > LONGEST_PAUSE_MS || signal.aborted) return unsettled(outcome);
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function unsettled(outcome: Exclude<Outcome, { kind: 'accepted' }>): Outcome {
  return { kind: 'unknown', sentence: outcome.sentence };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function spanOf(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
