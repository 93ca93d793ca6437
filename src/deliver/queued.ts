/** A receiver of notifications one by one: a webhook, a chat, a command. */
import * as v from 'valibot';
import type { ReceiverSpec } from '../alerts/config.ts';
import { type Alert, type Due, Groups } from '../alerts/groups.ts';
import type { Notification } from '../report/alert.ts';
import { type Delivery, deliveriesIn, deliveryRecord, newDelivery, withoutDelivery } from '../state/deliveries.ts';
import type { StoredRecord } from '../state/rows.ts';
import type { AlertMemory } from './memory.ts';
import { type Item, Outbox } from './outbox.ts';
import type { Transport } from './outcome.ts';
import { type Receiver, type Surroundings, takes } from './receiver.ts';

/** More incidents at once help nobody, and the content is kept until it is delivered. */
const MAX_EVENTS = 20;
/** What was not delivered in this time is no news any more, ms. */
const STALE_MS = 24 * 3_600_000;

const GROUP = 'alert-group';
/** Of a delivery in the state; its target is the receiver's name. */
const KIND = 'alert';

const GROUP_RECORD = v.object({
  receiver: v.string(),
  group: v.record(v.string(), v.string()),
  toldAt: v.number(),
  told: v.record(v.string(), v.picklist(['info', 'warning', 'error', 'critical'])),
});
export class QueuedReceiver implements Receiver {
  readonly spec: ReceiverSpec;
  readonly #around: Surroundings;
  readonly #memory: AlertMemory;
  readonly #render: (notification: Notification) => string;
  readonly #groups: Groups;
  readonly #outbox: Outbox;

  constructor(
    spec: ReceiverSpec,
    transport: Transport,
    render: (notification: Notification) => string,
    memory: AlertMemory,
    around: Surroundings,
  ) {
    this.spec = spec;
    this.#around = around;
    this.#memory = memory;
    this.#render = render;
    const groups = groupsIn(memory).filter(({ receiver }) => receiver === spec.name);
    this.#groups = new Groups(spec.policy, groups);
    this.#outbox = new Outbox({
      transport,
      name: `alerts: ${spec.name}`,
      random: around.random,
      now: around.now,
      say: around.say,
      settled: (item, fate) => this.#settled(item, fate),
    });
    this.#resume();
  }

  look(alerts: readonly Alert[], now: number, last: boolean): void {
    // What was told stays this receiver's until it is over, also when it turned out less severe meanwhile.
    const taken = alerts.filter(
      ({ incident, open }) => this.#groups.isTold(incident.id) || (open && takes(this.spec, incident)),
    );
    const due = this.#groups.look(taken, now, last);
    const items = due.map((one) => this.#itemOf(one));
    const records = [...this.#changedGroups(), ...items.map((item) => deliveryRecord(this.#deliveryOf(item)))];
    if (records.length > 0) this.#memory.keep(records);
    for (const item of items) this.#outbox.add(item);
  }

  close(): Promise<number> {
    return this.#outbox.close();
  }

  /** What an earlier run wrote down and did not see delivered. */
  #resume(): void {
    const { now, say } = this.#around;
    const waiting = deliveriesIn(this.#memory.found).filter(
      (one) => one.kind === KIND && one.target === this.spec.name,
    );
    for (const { id, createdAt, content } of waiting) {
      if (content !== null && now() - createdAt <= STALE_MS) {
        this.#outbox.add({ id, about: null, madeAt: createdAt, content });
        continue;
      }
      say(`alerts: ${this.spec.name}: a notification of an earlier run is older than a day and given up`);
      this.#memory.keep([withoutDelivery(id)]);
    }
  }

  #deliveryOf({ id, madeAt, content }: Item): Delivery {
    return { ...newDelivery(KIND, this.spec.name, content, madeAt, content), id };
  }

  #itemOf({ key, group, status, events }: Due): Item {
    const { newId, now, machine } = this.#around;
    const id = newId();
    const madeAt = now();
    const notification: Notification = {
      id,
      at: new Date(madeAt).toISOString(),
      machine,
      receiver: this.spec.name,
      status,
      group,
      events: events.slice(0, MAX_EVENTS),
      more: Math.max(0, events.length - MAX_EVENTS),
      lost: this.#outbox.takeLost(),
      test: false,
    };
    return { id, about: key, madeAt, content: this.#render(notification) };
  }

  #settled(item: Item, fate: 'accepted' | 'refused' | 'given-up'): void {
    // A receiver that said no never learned of it: it is told anew when its interval has passed.
    if (fate === 'refused' && item.about !== null) this.#groups.retract(item.about, this.#around.now());
    this.#memory.keep([withoutDelivery(item.id), ...this.#changedGroups()]);
  }

  #changedGroups(): StoredRecord[] {
    const { name } = this.spec;
    return [...this.#groups.takeChanged()].map(([key, record]) => ({
      kind: GROUP,
      key: `${name}\n${key}`,
      value: record === null ? undefined : { receiver: name, ...record },
    }));
  }
}

/** What receivers were told of groups; a record of an unknown form is left alone. */
function groupsIn({ found }: AlertMemory): v.InferOutput<typeof GROUP_RECORD>[] {
  return found.flatMap(({ kind, value }) => {
    const parsed = kind === GROUP ? v.safeParse(GROUP_RECORD, value) : null;
    return parsed?.success === true ? [parsed.output] : [];
  });
}
