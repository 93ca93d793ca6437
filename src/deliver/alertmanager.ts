/** Prometheus Alertmanager as a receiver: it is told how things are, again and again, and does the rest itself. */
import * as v from 'valibot';
import type { ReceiverSpec } from '../alerts/config.ts';
import type { Alert } from '../alerts/groups.ts';
import { Resend, type SentRecord } from '../alerts/resend.ts';
import { alertmanagerLabels, type OutgoingAlert, renderAlertmanager } from '../report/alert-alertmanager.ts';
import type { StoredRecord } from '../state/rows.ts';
import { backoff } from './backoff.ts';
import type { AlertMemory } from './memory.ts';
import type { Outcome, Transport } from './outcome.ts';
import { type Receiver, type Surroundings, takes } from './receiver.ts';

const SENT = 'alert-sent';

const SENT_RECORD = v.object({
  receiver: v.string(),
  labels: v.record(v.string(), v.string()),
  startsAt: v.string(),
  overAt: v.nullable(v.number()),
});

export class AlertmanagerReceiver implements Receiver {
  readonly spec: ReceiverSpec;
  readonly #transport: Transport;
  readonly #around: Surroundings;
  readonly #memory: AlertMemory;
  readonly #resend: Resend;
  #sending: Promise<void> | null = null;
  #restUntil = Number.NEGATIVE_INFINITY;
  #attempts = 0;
  /** Something is to be told that has not arrived. */
  #owing = false;

  constructor(spec: ReceiverSpec, transport: Transport, memory: AlertMemory, around: Surroundings) {
    this.spec = spec;
    this.#transport = transport;
    this.#around = around;
    this.#memory = memory;
    const labels = (incident: Alert['incident']) => alertmanagerLabels(incident, around.machine);
    this.#resend = new Resend(spec.resend, spec.policy.sendResolved, labels, sentIn(memory.found, spec.name));
  }

  look(alerts: readonly Alert[], now: number, last: boolean): void {
    if (this.#sending !== null || (now < this.#restUntil && !last)) return;
    const round = this.#resend.look(
      alerts.filter(({ incident }) => takes(this.spec, incident)),
      now,
    );
    const changed = this.#changed();
    if (changed.length > 0) this.#memory.keep(changed);
    if (round !== null) this.#sending = this.#send(round, now);
  }

  async close(): Promise<number> {
    await this.#sending;
    return this.#owing ? 1 : 0;
  }

  async #send(round: readonly OutgoingAlert[], now: number): Promise<void> {
    this.#owing = true;
    const { newId } = this.#around;
    const outcome = await this.#transport
      .send(newId(), renderAlertmanager(round))
      .catch((error: unknown): Outcome => ({ kind: 'unknown', sentence: String(error) }));
    this.#sending = null;
    this.#judge(outcome, now);
  }

  #judge(outcome: Outcome, now: number): void {
    const { say, random } = this.#around;
    const name = `alerts: ${this.spec.name}`;
    const time = `${new Date(this.#around.now()).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    if (outcome.kind === 'accepted') {
      if (this.#attempts > 0) say(`${name}: Alertmanager takes alerts again (${time})`);
      this.#attempts = 0;
      this.#owing = false;
      this.#resend.arrived(now);
      return;
    }
    if (this.#attempts === 0) say(`${name}: cannot be notified (${time}) and is tried again: ${outcome.sentence}`);
    this.#attempts++;
    const asked = outcome.kind === 'refused' ? (outcome.retryAfterMs ?? 0) : 0;
    // Alerts end by themselves when they are not sent for long, so it is never tried less often than usual.
    this.#restUntil = now + Math.max(asked, Math.min(backoff(this.#attempts, random()), this.spec.resend));
  }

  #changed(): StoredRecord[] {
    return [...this.#resend.takeChanged()].map(([key, record]) => sentRecord(this.spec.name, key, record));
  }
}

/** What an Alertmanager was told, among all records; one of an unknown form is left alone. */
export function sentIn(records: readonly StoredRecord[], receiver: string): SentRecord[] {
  return records.flatMap(({ kind, value }) => {
    const parsed = kind === SENT ? v.safeParse(SENT_RECORD, value) : null;
    return parsed?.success === true && parsed.output.receiver === receiver ? [parsed.output] : [];
  });
}

/** @param record null: it is no more. */
export function sentRecord(receiver: string, key: string, record: SentRecord | null): StoredRecord {
  return { kind: SENT, key: `${receiver}\n${key}`, value: record === null ? undefined : { receiver, ...record } };
}
