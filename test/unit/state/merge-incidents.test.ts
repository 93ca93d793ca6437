import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kept } from '../../../src/state/kept.ts';
import { mergeIncidents } from '../../../src/state/merge-incidents.ts';
import { incident } from './incident.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 12) + second * 1000).toISOString();

describe('incidents of several runs as one', () => {
  it('adds up what was counted', () => {
    const [merged] = mergeIncidents(
      [incident()],
      [
        incident({
          firstSeen: at(100),
          lastSeen: at(200),
          status: 'ended',
          websocket: 'yes',
          count: 5,
          lines: 7,
          title: 'as the fuller side says',
          upstreams: [
            { address: '10.0.0.6:8080', count: 4 },
            { address: '10.0.0.5:8080', count: 1 },
          ],
          clients: { distinct: 1, exact: true, top: [{ address: '192.0.2.2', count: 5 }] },
          symptoms: [{ id: 'upstream-timeout', count: 5 }],
          statuses: { '502': 1, '499': 4 },
          timeline: { from: at(100), bucketSeconds: 2, counts: [5] },
        }),
      ],
    );
    expect(merged).toMatchObject({
      title: 'as the fuller side says',
      status: 'ended',
      websocket: 'yes',
      firstSeen: at(0),
      lastSeen: at(200),
      count: 7,
      lines: 9,
      upstreams: [
        { address: '10.0.0.6:8080', count: 4 },
        { address: '10.0.0.5:8080', count: 3 },
      ],
      clients: { distinct: 2, exact: true },
      symptoms: [
        { id: 'connect-refused', count: 2 },
        { id: 'upstream-timeout', count: 5 },
      ],
      statuses: { '499': 4, '502': 3 },
    });
    expect(merged?.timeline).toMatchObject({ from: at(0), bucketSeconds: 2 });
    expect(merged?.timeline.counts).toHaveLength(51);
    expect(merged?.evidence).toHaveLength(2);
  });

  it('does not claim to know how many clients there were when not all are named', () => {
    const many = { distinct: 900, exact: true, top: [{ address: '192.0.2.1', count: 3 }] };
    expect(mergeIncidents([incident({ clients: many })], [incident()])[0]?.clients).toEqual({
      distinct: 900,
      exact: false,
      top: [{ address: '192.0.2.1', count: 5 }],
    });
  });

  it('keeps those of one side as they are, worst first', () => {
    const [a, b] = [incident({ id: 'a', severity: 'info' }), incident({ id: 'b', severity: 'critical' })];
    expect(mergeIncidents([a], [b])).toEqual([b, a]);
  });

  it('loses no hit of a timeline, whatever the two cover', () => {
    const timeline = fc.record({
      from: fc.integer({ min: 0, max: 1e7 }),
      width: fc.constantFrom(1, 2, 4, 64, 1024),
      counts: fc.array(fc.nat(9), { minLength: 1, maxLength: 64 }),
    });
    const build = ({ from, width, counts }: { from: number; width: number; counts: number[] }) => ({
      from: new Date(Math.floor(from / width) * width * 1000).toISOString(),
      bucketSeconds: width,
      counts,
    });
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(timeline, timeline, (a, b) => {
        const [merged] = mergeIncidents([incident({ timeline: build(a) })], [incident({ timeline: build(b) })]);
        expect(sum(merged?.timeline.counts ?? [])).toBe(sum(a.counts) + sum(b.counts));
        expect(merged?.timeline.counts.length).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe('what is kept', () => {
  const now = Date.parse('2026-12-22T12:00:00Z');
  const day = 86_400_000;

  it('lets go of what ended long ago, never of what is open', () => {
    const old = incident({ id: 'old', status: 'ended' });
    const open = incident({ id: 'open' });
    expect(kept([old, open], now, 7 * day)).toEqual([open]);
    expect(kept([old, open], now, 60 * day)).toEqual([old, open]);
  });

  it('of too many, lets go of what was seen longest ago', () => {
    const all = [1, 2, 3, 4].map((n) => incident({ id: `i${n}`, status: n === 1 ? 'open' : 'ended', lastSeen: at(n) }));
    expect(kept(all, now, 365 * day, 2).map(({ id }) => id)).toEqual(['i1', 'i4']);
  });
});
