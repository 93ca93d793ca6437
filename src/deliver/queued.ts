/** A receiver of notifications one by one: a webhook, a chat, a command. */
import * as v from 'valibot';
import type { ReceiverSpec } from '../alerts/config.ts';
import { type Alert, type Due, Groups } from '../alerts/groups.ts';
import type { Notification } from '../report/alert.ts';
import { withoutDelivery } from '../state/deliveries.ts';
import type { StoredRecord } from '../state/rows.ts';
import { alertDelivery, itemOf, waitingFor } from './items.ts';
import type { AlertMemory } from './memory.ts';
import { type Item, Outbox } from './outbox.ts';
import type { Transport } from './outcome.ts';
import { type Receiver, type Surroundings, takes } from './receiver.ts';

const GROUP = 'alert-group';

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
    // What an earlier run wrote down and did not see delivered.
    for (const item of waitingFor(spec.name, memory.found)) this.#outbox.add(item);
  }

  look(alerts: readonly Alert[], now: number, last: boolean): void {
    // What was told stays this receiver's until it is over, also when it turned out less severe meanwhile.
    const taken = alerts.filter(
      ({ incident, open }) => this.#groups.isTold(incident.id) || (open && takes(this.spec, incident)),
    );
    const due = this.#groups.look(taken, now, last);
    const items = due.map((one) => this.#itemOf(one));
    const records = [...this.#changedGroups(), ...items.map((item) => alertDelivery(this.spec.name, item))];
    if (records.length > 0) this.#memory.keep(records);
    for (const item of items) this.#outbox.add(item);
  }

  close(): Promise<number> {
    return this.#outbox.close();
  }

  #itemOf(due: Due): Item {
    return itemOf(due, this.spec.name, this.#outbox.takeLost(), this.#render, this.#around);
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
