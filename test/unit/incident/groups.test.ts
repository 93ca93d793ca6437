/** The bounded summaries: exact where they promise it, and merging without a trace of how the input was cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clients } from '../../../src/incident/clients.ts';
import { DurationHistogram } from '../../../src/incident/histogram.ts';
import { Timeline } from '../../../src/incident/timeline.ts';

describe('Clients', () => {
  it('counts exactly up to its bound, whatever the form of the address', () => {
    const clients = new Clients();
    for (const address of [
      '10.0.0.1',
      '10.0.0.1',
      '255.255.255.255',
      '2001:db8::1',
      'unix:',
      '010.0.0.1',
      '10.0.0.256',
    ]) {
      clients.add(address);
    }
    expect(clients.distinct()).toEqual({ count: 6, exact: true });
    expect(clients.top(1)).toEqual([{ address: '10.0.0.1', count: 2 }]);
    const shown = clients.top(10).map((c) => c.address);
    expect(shown).toEqual(
      expect.arrayContaining(['255.255.255.255', '2001:db8::1', 'unix:', '010.0.0.1', '10.0.0.256']),
    );
  });

  it('estimates a flood within 10 % in bounded memory and keeps the one who stands out', () => {
    const clients = new Clients();
    for (let i = 0; i < 200_000; i++) {
      clients.add(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
      if (i % 50 === 0) clients.add('192.0.2.1');
    }
    const { count, exact } = clients.distinct();
    expect(exact).toBe(false);
    expect(Math.abs(count - 200_001) / 200_001).toBeLessThan(0.1);
    expect(clients.top(1)[0]?.address).toBe('192.0.2.1');
  });

  it('merges to the same number of distinct clients in any grouping', () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { maxLength: 200 }), fc.nat(), (addresses, cut) => {
        const whole = new Clients();
        const parts = [new Clients(), new Clients()] as const;
        for (const [i, address] of addresses.entries()) {
          whole.add(address);
          parts[i < cut % (addresses.length + 1) ? 0 : 1].add(address);
        }
        parts[0].merge(parts[1]);
        expect(parts[0].distinct()).toEqual(whole.distinct());
        expect(parts[0].top(5)).toEqual(whole.top(5));
      }),
    );
  });
});

describe('Timeline', () => {
  const seconds = fc.array(fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }), { minLength: 1, maxLength: 100 });

  it('does not depend on the order or on how it was put together', () => {
    fc.assert(
      fc.property(seconds, fc.nat(), (times, cut) => {
        const forward = new Timeline();
        for (const t of times) forward.add(t);
        const backward = new Timeline();
        for (const t of times.toReversed()) backward.add(t);
        const first = new Timeline();
        const second = new Timeline();
        for (const [i, t] of times.entries()) (i < cut % times.length ? first : second).add(t);
        first.merge(second);
        expect(backward.cells()).toEqual(forward.cells());
        expect(first.cells()).toEqual(forward.cells());
      }),
    );
  });

  it('keeps every count in at most 64 cells', () => {
    fc.assert(
      fc.property(seconds, (times) => {
        const timeline = new Timeline();
        for (const t of times) timeline.add(t);
        const cells = timeline.cells()!;
        expect(cells.counts.length).toBeLessThanOrEqual(64);
        expect(cells.counts.reduce((a, b) => a + b)).toBe(times.length);
        expect(cells.from).toBeLessThanOrEqual(Math.min(...times));
      }),
    );
  });
});

describe('DurationHistogram', () => {
  it('tells how many lasted how long in bins a tenth wide', () => {
    const lengths = new DurationHistogram();
    for (const seconds of [0, 0.0005, 60.01, 60.02, 59.99, 3600]) lengths.add(seconds, -1);
    const bins = lengths.tenths();
    expect(bins.map(({ count }) => count)).toEqual([2, 3, 1]);
    expect(bins[0]!.from).toBe(0);
    for (const { from, to } of bins.slice(1)) expect(to / from).toBeCloseTo(1.105, 3);
    expect(bins[1]!.from < 59.99 && bins[1]!.to > 60.02).toBe(true);
  });

  it('finds the spike a timer makes among durations of people', () => {
    const sessions = new DurationHistogram();
    for (let i = 0; i < 40; i++) sessions.add(60 + i * 0.002, 0);
    for (let i = 1; i < 60; i++) sessions.add(i * 37.3, 900);
    const spike = sessions.spike(3)!;
    expect(spike.count).toBe(40);
    expect(spike.centre).toBeCloseTo(60.04, 1);
    expect(spike.silent).toBe(40);
  });

  it('answers quantiles within 1 %, and merges to what one would have held', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.002, max: 90_000, noNaN: true }), { minLength: 1, maxLength: 80 }),
        (durations) => {
          const whole = new DurationHistogram();
          const parts = [new DurationHistogram(), new DurationHistogram()] as const;
          for (const [i, d] of durations.entries()) {
            whole.add(d, -1);
            parts[i % 2 === 0 ? 0 : 1].add(d, -1);
          }
          parts[0].merge(parts[1]);
          const sorted = durations.toSorted((a, b) => a - b);
          const median = sorted[Math.floor((sorted.length - 1) * 0.5)]!;
          expect(Math.abs(whole.quantile(0.5)! - median)).toBeLessThanOrEqual(median * 0.0101 + 0.0005);
          expect(parts[0].quantile(0.9)).toBe(whole.quantile(0.9));
          expect(whole.max()).toBe(sorted.at(-1));
        },
      ),
    );
  });
});
