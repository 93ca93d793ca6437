import { describe, expect, it } from 'vitest';
import { newSessionGroup } from '../../../src/incident/groups.ts';
import { processEvents, sessionTimes } from '../../../src/report/build-times.ts';

describe('processEvents', () => {
  const at = (event: string, time: number, pid = 7) => ({ event, time, pid, ref: null });

  it('keeps what a reader can act on, in order, and takes the workers of a reload for part of it', () => {
    const told = processEvents([
      at('reload', 100),
      at('worker-exiting', 102),
      at('start', 101),
      at('start', 50),
      at('worker-crashed', 120, 9),
    ]);
    expect(told).toEqual([
      { at: '1970-01-01T00:00:50.000Z', event: 'start', pid: 7 },
      { at: '1970-01-01T00:01:40.000Z', event: 'reload', pid: 7 },
      { at: '1970-01-01T00:02:00.000Z', event: 'worker-crashed', pid: 9 },
    ]);
  });

  it('is bounded', () => {
    expect(processEvents(Array.from({ length: 1000 }, (_, n) => at('reload', n)))).toHaveLength(200);
  });
});

describe('sessionTimes', () => {
  it('adds up the endpoints', () => {
    const endpoint = { index: 0 } as never;
    const [a, b] = [newSessionGroup(endpoint), newSessionGroup(endpoint)];
    a.opened.add(10);
    a.tally.timeline.add(70);
    b.opened.add(12);
    b.tally.timeline.add(12);
    b.untimed = 1;
    a.openedBefore = 2;
    expect(sessionTimes([a, b])).toEqual({
      opened: { from: '1970-01-01T00:00:10.000Z', bucketSeconds: 1, counts: [1, 0, 1] },
      ended: { from: '1970-01-01T00:00:12.000Z', bucketSeconds: 1, counts: [1, ...new Array(57).fill(0), 1] },
      openedBefore: 2,
      untimed: 1,
    });
  });
});
