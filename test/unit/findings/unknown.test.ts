import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnknownLines } from '../../../src/findings/unknown.ts';

const lines = fc.array(
  fc.nat(400).map((i) => `${i % 7 === 0 ? `${i} ` : ''}${i.toString(26).replaceAll(/\d/g, 'z')} happened`),
  { maxLength: 900, size: 'max' },
);

describe('UnknownLines', () => {
  it('counts the lines of parts as it counts lines', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(900), { maxLength: 5 }), (all, cuts) => {
        const whole = new UnknownLines();
        for (const line of all) whole.add(line);
        const merged = new UnknownLines();
        const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
        for (const [i, from] of places.slice(0, -1).entries()) {
          const part = new UnknownLines({ known: merged.known });
          for (const line of all.slice(from, places[i + 1])) part.add(line);
          expect(part.overflowed).toBe(false);
          merged.merge(part.templates);
        }
        expect([...merged.templates]).toEqual([...whole.templates]);
      }),
    );
  });

  it('says when a part brings more than it may', () => {
    const part = new UnknownLines({ known: null });
    for (let i = 0; i < 1001; i++)
      part.add(`${i.toString(26).replaceAll(/\d/g, (d) => 'qrstuvwxyz'[Number(d)] ?? '')}!`);
    expect(part.overflowed).toBe(true);
  });
});
