import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberCounts } from '../../../src/incident/number-counts.ts';

describe('NumberCounts', () => {
  it('counts as a Map does', () => {
    const keys = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 9 })), { maxLength: 200 }), (added) => {
        const counts = new NumberCounts();
        const counted = () => [...counts.keys()].map((key) => [key, counts.count(key)]);
        const map = new Map<number, number>();
        for (const [key, count] of added) {
          counts.add(key, count);
          map.set(key, (map.get(key) ?? 0) + count);
        }
        expect(counted()).toEqual([...map].sort((a, b) => a[0] - b[0]));
        expect(counts.size).toBe(map.size);
        counts.clear();
        expect(counted()).toEqual([]);
        counts.add(7, 2);
        expect(counted()).toEqual([[7, 2]]);
      }),
    );
  });
});
