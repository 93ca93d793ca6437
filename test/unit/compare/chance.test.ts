import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeOf, type Opportunities } from '../../../src/compare/chance.ts';

const change = (before: [number, number], after: [number, number], kind: Opportunities = 'trials') => {
  const told = changeOf({ count: before[0], among: before[1] }, { count: after[0], among: after[1] }, kind);
  return `${told.change}${told.sure ? '' : '?'}`;
};

describe('changeOf', () => {
  it.each<[[number, number], [number, number], Opportunities, string]>([
    [[0, 100], [50, 100], 'trials', 'new'],
    [[0, 100], [1, 100], 'trials', 'new?'],
    [[50, 100], [0, 100], 'trials', 'gone'],
    [[2, 100], [0, 3], 'trials', 'gone?'],
    [[10, 33], [82, 131], 'trials', 'worse'],
    [[10, 1000], [11, 1000], 'trials', 'unchanged'],
    [[82, 131], [10, 33], 'trials', 'better'],
    // Sure, but too small a difference to matter.
    [[100_000, 1_000_000], [104_000, 1_000_000], 'trials', 'unchanged'],
    [[100_000, 1_000_000], [140_000, 1_000_000], 'trials', 'worse'],
    [[5, 3600], [60, 3600], 'time', 'worse'],
    // Twelve times as many in twelve times the time.
    [[5, 300], [60, 3600], 'time', 'unchanged'],
    [[5, 0], [0, 3600], 'time', 'gone?'],
    [[0, 0], [5, 3600], 'time', 'new?'],
    [[0, 100], [0, 100], 'trials', 'unchanged'],
    // All of them failed on both sides.
    [[7, 7], [21, 21], 'trials', 'unchanged'],
  ])('%j, then %j (%s): %s', (before, after, kind, wanted) => {
    expect(change(before, after, kind)).toBe(wanted);
  });

  it('is the same backwards, with the words exchanged', () => {
    const mirror = new Map([
      ['new', 'gone'],
      ['gone', 'new'],
      ['worse', 'better'],
      ['better', 'worse'],
      ['unchanged', 'unchanged'],
    ]);
    const side = fc.tuple(fc.nat(2000), fc.nat(2000)).map(([hits, others]): [number, number] => [hits, hits + others]);
    fc.assert(
      fc.property(side, side, fc.constantFrom<Opportunities>('trials', 'time'), (a, b, kind) => {
        const forth = change(a, b, kind);
        const word = forth.replace('?', '');
        expect(change(b, a, kind)).toBe(forth.replace(word, mirror.get(word) ?? ''));
      }),
    );
  });

  it('calls what does not change unchanged, but for the few times it promises', () => {
    // Both sides are drawn from the same rate: a fixed sequence of pseudo-random numbers stands for the world.
    let state = 12_345;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    let alarms = 0;
    for (let run = 0; run < 1000; run++) {
      const hits = (of: number) => Array.from({ length: of }, random).filter((value) => value < 0.3).length;
      const told = changeOf({ count: hits(60), among: 60 }, { count: hits(90), among: 90 }, 'trials');
      if (told.change !== 'unchanged') alarms++;
    }
    expect(alarms).toBeLessThan(25);
  });
});
