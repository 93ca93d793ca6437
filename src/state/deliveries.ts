/**
 * What is sent to somebody, as it is remembered: written before it goes out, so that whoever comes after a crash knows
 * that it may have arrived, and sends the very same again under the same id.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StoredRecord } from './rows.ts';

const KIND = 'delivery';

const DELIVERY = v.object({
  id: v.string(),
  kind: v.string(),
  target: v.string(),
  digest: v.string(),
  state: v.picklist(['sending', 'refused', 'accepted', 'given-up']),
  attempts: v.number(),
  createdAt: v.number(),
  triedAt: v.nullable(v.number()),
  settledAt: v.nullable(v.number()),
  problem: v.nullable(v.string()),
  content: v.nullable(v.string()),
});

/**
 * - `id`: the same for the same thing said to the same target; what the receiver can tell a resend by.
 * - `kind`: the transport: `mail`, `webhook` and so on.
 * - `target`: whom it is for, without secrets, as a person is told it.
 * - `digest`: SHA-256 of what is said, in hex.
 * - `state`: `sending` from before the first attempt until its outcome is known; `refused` when the target certainly
 *   does not have it; `accepted` and `given-up` are final.
 * - times: ms since 1970, by the wall clock. `problem`: why it was refused, without secrets.
 * - `content`: all that is needed to send the same bytes again; null once it is settled.
 */
export interface Delivery extends v.InferOutput<typeof DELIVERY> {}

/** A delivery that was not tried yet. `say`: what is said, in the form that decides whether two are the same. */
export function newDelivery(
  kind: string,
  target: string,
  said: string,
  now: number,
  content: string | null = null,
): Delivery {
  const digest = createHash('sha256').update(said).digest('hex');
  const id = createHash('sha256').update([kind, target, digest].join('\0')).digest('hex').slice(0, 32);
  return {
    id,
    kind,
    target,
    digest,
    state: 'sending',
    attempts: 0,
    createdAt: now,
    triedAt: null,
    settledAt: null,
    problem: null,
    content,
  };
}

export function deliveryRecord(delivery: Delivery): StoredRecord {
  return { kind: KIND, key: delivery.id, value: delivery };
}

/** Takes a delivery out of the state. */
export function withoutDelivery(id: string): StoredRecord {
  return { kind: KIND, key: id, value: undefined };
}

/** The deliveries among a reader's records, oldest first. One that is not what was once written is left out. */
export function deliveriesIn(records: readonly StoredRecord[]): Delivery[] {
  return records
    .flatMap(({ kind, value }) => {
      const parsed = kind === KIND ? v.safeParse(DELIVERY, value) : null;
      return parsed?.success === true ? [parsed.output] : [];
    })
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** Ids of final deliveries that are of no more use: all but the newest. */
export function outdatedDeliveries(deliveries: readonly Delivery[], keep: number): string[] {
  return deliveries
    .filter(({ state }) => state === 'accepted' || state === 'given-up')
    .sort((a, b) => (b.settledAt ?? 0) - (a.settledAt ?? 0))
    .slice(keep)
    .map(({ id }) => id);
}
