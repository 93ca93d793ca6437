/** Hits that are kept for a while and counted tally by tally come to what each one counted at once comes to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clients } from '../../../src/incident/clients.ts';
import { Hits } from '../../../src/incident/hits.ts';
import { Tally } from '../../../src/incident/tally.ts';

const address = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const hit = fc.record({
  tally: fc.nat(3),
  time: fc.oneof(fc.integer({ min: 1_700_000_000, max: 1_700_000_300 }), fc.constant(Number.NaN)),
  client: fc.oneof(fc.integer({ min: 0, max: 9 }), address, fc.constantFrom('unix:', '2001:db8::1'), fc.constant(null)),
});

const told = (tallies: readonly Tally[]) =>
  tallies.map((tally) => ({
    count: tally.count,
    first: tally.first,
    last: tally.last,
    cells: tally.timeline.cells(),
    distinct: tally.clients.distinct(),
    top: tally.clients.top(5),
  }));

describe('Hits', () => {
  it('count the same as one by one, whenever they are counted', () => {
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 120 }), fc.nat(120), (all, settledAt) => {
        const kept = Array.from({ length: 4 }, () => new Tally());
        const plain = Array.from({ length: 4 }, () => new Tally());
        const hits = new Hits();
        for (const [i, { tally, time, client }] of all.entries()) {
          if (i === settledAt) hits.settle();
          hits.add(kept[tally]!, time, client);
          plain[tally]!.hit(time, client);
        }
        hits.settle();
        expect(told(kept)).toEqual(told(plain));
      }),
    );
  });

  it('take more than there is room for, into a flood of clients', () => {
    const hits = new Hits();
    const kept = [new Tally(), new Tally()];
    const plain = [new Tally(), new Tally()];
    for (let i = 0; i < 20_000; i++) {
      const client = i % 7 === 0 ? 'unix:' : i % 9 === 0 ? 42 : Math.imul(i, 0x9e3779b1);
      hits.add(kept[i % 2]!, 1_700_000_000 + i, client);
      plain[i % 2]!.hit(1_700_000_000 + i, client);
    }
    hits.settle();
    expect(told(kept)).toEqual(told(plain));
    expect(kept[0]!.clients.distinct().exact).toBe(false);
    expect(kept[0]!.clients.top(2).map((c) => c.address)).toEqual(['unix:', '0.0.0.42']);
  });
});

describe('a flood of clients', () => {
  it('begins alike in whatever order they came', () => {
    const all = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? `2001:db8::${i.toString(16)}` : i * 7919));
    const repeated = all.flatMap((client, i) => Array.from({ length: 1 + (i % 4) }, () => client)).slice(0, 9000);
    const saved = (clients: readonly (number | string)[]) => {
      const counted = new Clients();
      for (const client of new Set(clients)) {
        if (counted.named < 4000) counted.add(client, clients.filter((c) => c === client).length);
      }
      counted.estimate();
      return counted.saved();
    };
    const some = repeated.slice(0, 600);
    expect(saved(some.toReversed())).toEqual(saved(some));
  });
});
