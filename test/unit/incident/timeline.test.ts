import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../src/incident/timeline.ts';

const seconds = fc.array(fc.oneof(fc.nat(300), fc.nat(100_000), fc.double({ min: 0, max: 500, noNaN: true })), {
  maxLength: 60,
});

describe('Timeline', () => {
  it('holds each hit in its cell, whatever the order', () => {
    fc.assert(
      fc.property(seconds, fc.boolean(), (hits, sorted) => {
        const order = sorted ? hits.toSorted((a, b) => a - b) : hits;
        const timeline = new Timeline();
        for (const second of order) timeline.add(second);
        const found = timeline.cells();
        if (hits.length === 0) {
          expect(found).toBeNull();
          return;
        }
        const { from, width, counts } = found ?? { from: 0, width: 1, counts: [] };
        const expected = counts.map(
          (_, i) =>
            hits.filter((s) => Math.floor(s) >= from + i * width && Math.floor(s) < from + (i + 1) * width).length,
        );
        expect(counts).toEqual(expected);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(hits.length);
        expect(counts[0]).toBeGreaterThan(0);
        expect(counts.at(-1)).toBeGreaterThan(0);
      }),
    );
  });

  it('merges into what one would have held', () => {
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        const one = new Timeline();
        for (const second of [...a, ...b]) one.add(second);
        const left = new Timeline();
        const right = new Timeline();
        for (const second of a) left.add(second);
        for (const second of b) right.add(second);
        left.merge(right);
        expect(left.cells()).toEqual(one.cells());
      }),
    );
  });
});
