/**
 * One attempt at a delivery, recorded before and after.
 *
 * A new transport is a file beside this one that implements `Transport`: it gets the delivery's id, which it passes on
 * to the target (a Message-ID, an `Idempotency-Key`), and its content, which is all it sends. Whoever uses it makes a
 * `newDelivery`, gives `deliver` a `record` that commits to the state (`StateStore.commit`), and at the next start looks
 * for deliveries that are still `sending`: those were interrupted, and are sent again as they are.
 */
import type { Delivery } from '../state/deliveries.ts';
import type { Outcome, Transport } from './outcome.ts';

export interface Attempt {
  readonly outcome: Outcome;
  /** The delivery as it is to be kept. */
  readonly delivery: Delivery;
}

/**
 * @param record writes the delivery down before it is sent; when this throws, nothing is sent.
 * @param settle writes what became of it, together with what else is true only if it was accepted.
 * @param now wall clock, ms since 1970.
 */
export async function deliver(
  delivery: Delivery,
  transport: Transport,
  record: (delivery: Delivery) => void,
  settle: (attempt: Attempt) => void,
  now: () => number,
): Promise<Outcome> {
  const begun: Delivery = { ...delivery, state: 'sending', attempts: delivery.attempts + 1, triedAt: now() };
  record(begun);
  const outcome = await transport.send(begun.id, begun.content ?? '');
  settle({ outcome, delivery: settled(begun, outcome, now()) });
  return outcome;
}

function settled(delivery: Delivery, outcome: Outcome, now: number): Delivery {
  switch (outcome.kind) {
    case 'accepted':
      return { ...delivery, state: 'accepted', settledAt: now, problem: null, content: null };
    case 'refused':
      return { ...delivery, state: 'refused', problem: outcome.sentence };
    case 'unknown':
      return { ...delivery, problem: outcome.sentence };
  }
}
