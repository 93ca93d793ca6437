/** Notifications as they wait in a queue and in the state. */
import type { Due } from '../alerts/groups.ts';
import type { Notification } from '../report/alert.ts';
import { deliveriesIn, deliveryRecord, newDelivery } from '../state/deliveries.ts';
import type { StoredRecord } from '../state/rows.ts';
import type { Item } from './outbox.ts';
import type { Surroundings } from './receiver.ts';

/** More incidents at once help nobody, and the content is kept until it is delivered. */
const MAX_EVENTS = 20;
/** Of a delivery in the state; its target is the receiver's name. Kinds of alerts' own records begin with it. */
export const ALERT = 'alert';

/** @param lost notifications to this receiver that were given up since its last one. */
export function itemOf(
  { key, group, status, events }: Due,
  receiver: string,
  lost: number,
  render: (notification: Notification) => string,
  { newId, now, machine }: Pick<Surroundings, 'newId' | 'now' | 'machine'>,
): Item {
  const id = newId();
  const madeAt = now();
  const content = render({
    id,
    at: new Date(madeAt).toISOString(),
    machine,
    receiver,
    status,
    group,
    events: events.slice(0, MAX_EVENTS),
    more: Math.max(0, events.length - MAX_EVENTS),
    lost,
    test: false,
  });
  return { id, about: key, madeAt, content };
}

/** What is written down before an item is sent. */
export function alertDelivery(receiver: string, { id, madeAt, content }: Item): StoredRecord {
  return deliveryRecord({ ...newDelivery(ALERT, receiver, content, madeAt, content), id });
}

/** What was written down for a receiver and not seen delivered, oldest first. */
export function waitingFor(receiver: string, records: readonly StoredRecord[]): Item[] {
  return deliveriesIn(records).flatMap(({ id, kind, target, createdAt, content }) =>
    kind === ALERT && target === receiver && content !== null ? [{ id, about: null, madeAt: createdAt, content }] : [],
  );
}

/** The receiver that a record has a notification for; null for any other record. */
export function alertTarget(record: StoredRecord): string | null {
  const [delivery] = deliveriesIn([record]);
  return delivery?.kind === ALERT ? delivery.target : null;
}
