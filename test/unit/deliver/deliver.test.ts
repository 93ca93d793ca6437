import { describe, expect, it } from 'vitest';
import { deliver } from '../../../src/deliver/deliver.ts';
import type { Outcome } from '../../../src/deliver/outcome.ts';
import {
  type Delivery,
  deliveriesIn,
  deliveryRecord,
  newDelivery,
  outdatedDeliveries,
  withoutDelivery,
} from '../../../src/state/deliveries.ts';

const made = (said = 'hello') => newDelivery('mail', 'ops@example.com', said, 1000, `content of ${said}`);

describe('a delivery', () => {
  it('has the same id for the same thing said to the same target, and another otherwise', () => {
    expect(made().id).toBe(newDelivery('mail', 'ops@example.com', 'hello', 2000).id);
    const others = [
      made('bye').id,
      newDelivery('mail', 'dev@example.com', 'hello', 1000).id,
      newDelivery('webhook', 'ops@example.com', 'hello', 1000).id,
    ];
    expect(new Set([made().id, ...others]).size).toBe(4);
  });

  it('is written down before it goes out, and its outcome after', async () => {
    const steps: string[] = [];
    const outcome = await deliver(
      made(),
      {
        send: async (id, content) => {
          steps.push(`send ${id === made().id} ${content}`);
          return { kind: 'accepted', notice: null };
        },
      },
      ({ state, attempts }) => steps.push(`record ${state} ${attempts}`),
      ({ delivery }) => steps.push(`settle ${delivery.state} ${delivery.settledAt} ${delivery.content}`),
      () => 5000,
    );
    expect(outcome.kind).toBe('accepted');
    expect(steps).toEqual(['record sending 1', 'send true content of hello', 'settle accepted 5000 null']);
  });

  it('is not sent when it cannot be written down', async () => {
    let sent = false;
    const transport = {
      send: async (): Promise<Outcome> => {
        sent = true;
        return { kind: 'accepted', notice: null };
      },
    };
    const record = () => {
      throw new Error('disk full');
    };
    await expect(
      deliver(
        made(),
        transport,
        record,
        () => undefined,
        () => 0,
      ),
    ).rejects.toThrow('disk full');
    expect(sent).toBe(false);
  });

  it('keeps what it holds where nobody knows whether it arrived', async () => {
    const settled: Delivery[] = [];
    for (const outcome of [
      { kind: 'unknown', sentence: 'the connection broke' },
      { kind: 'refused', sentence: 'nobody listens' },
    ] as const) {
      await deliver(
        made(),
        { send: async () => outcome },
        () => undefined,
        ({ delivery }) => settled.push(delivery),
        () => 5000,
      );
    }
    expect(settled).toMatchObject([
      { state: 'sending', content: 'content of hello', problem: 'the connection broke', attempts: 1 },
      { state: 'refused', problem: 'nobody listens' },
    ]);
  });
});

describe('deliveries in the state', () => {
  it('come back as they were, oldest first; what is no delivery is left out', () => {
    const older = { ...made('a'), createdAt: 1 };
    const newer = { ...made('b'), createdAt: 2 };
    const records = [
      deliveryRecord(newer),
      { kind: 'other', key: 'x', value: 1 },
      { kind: 'delivery', key: 'y', value: { id: 'y' } },
      deliveryRecord(older),
    ];
    expect(deliveriesIn(JSON.parse(JSON.stringify(records)))).toEqual([older, newer]);
    expect(withoutDelivery(older.id)).toEqual({ kind: 'delivery', key: older.id, value: undefined });
  });

  it('are outdated once they are final and newer ones are there', () => {
    const final = (said: string, settledAt: number): Delivery => ({ ...made(said), state: 'accepted', settledAt });
    const all = [final('a', 1), final('b', 3), { ...made('c'), state: 'refused' as const }, final('d', 2)];
    expect(outdatedDeliveries(all, 1)).toEqual([final('d', 2).id, final('a', 1).id]);
    expect(outdatedDeliveries(all, 5)).toEqual([]);
  });
});
