import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/screen/slots.ts';

describe('counts of the last minutes', () => {
  it('forget what is older than asked', () => {
    const slots = new Slots();
    slots.add(5, 1000);
    slots.add(7, 30_000);
    expect(slots.last(60_000, 31_000)).toBe(12);
    expect(slots.last(10_000, 31_000)).toBe(7);
    expect(slots.last(60_000, 62_000)).toBe(7);
    expect(slots.last(60_000, 95_000)).toBe(0);
    expect(slots.last(60_000, 1e12)).toBe(0);
  });

  it('show five minutes, oldest first', () => {
    const slots = new Slots();
    slots.add(1, 0);
    slots.add(3, 200_000);
    slots.add(4, 299_000);
    const parts = slots.history(15, 299_000);
    expect(parts).toHaveLength(15);
    expect([parts[0], parts[10], parts[14]]).toEqual([1, 3, 4]);
    expect(slots.history(15, 400_000).reduce((sum, part) => sum + part, 0)).toBe(7);
    expect(slots.history(15, 700_000).reduce((sum, part) => sum + part, 0)).toBe(0);
  });

  it('count each event once, whatever the gaps between them', () => {
    const gap = fc.record({ after: fc.integer({ min: 0, max: 90_000 }), count: fc.integer({ min: 0, max: 1000 }) });
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 40 }), (gaps) => {
        const slots = new Slots();
        let now = 0;
        const events = gaps.map(({ after, count }) => {
          now += after;
          slots.add(count, now);
          return { at: now, count };
        });
        const whole = slots.history(15, now).reduce((sum, part) => sum + part, 0);
        const first = (Math.floor(now / 2000) - 149) * 2000;
        const expected = events.filter(({ at }) => at >= first).reduce((sum, { count }) => sum + count, 0);
        expect(whole).toBe(expected);
      }),
    );
  });
});
