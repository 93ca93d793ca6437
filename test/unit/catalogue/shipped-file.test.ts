/** The form in which the build keeps the catalogue says all that the catalogue says. */
import { describe, expect, it } from 'vitest';
import { JsonMap } from '../../../src/catalogue/json-map.ts';
import { fromShipped, shippedBytes, shippedCatalogue } from '../../../src/catalogue/shipped.ts';

describe('the shipped form', () => {
  it('gives back the catalogue it was made of, in its order', async () => {
    const catalogue = await shippedCatalogue();
    const bytes = shippedBytes(catalogue);
    expect(bytes.toString('latin1')).toMatch(/^[\x20-\x7e]+\n[\x20-\x7e]+$/);
    const again = fromShipped(bytes);
    expect([...again.symptoms]).toEqual([...catalogue.symptoms]);
    expect([...again.causes]).toEqual([...catalogue.causes]);
    // Copies are whole too: what a reading thread gets is made of one.
    for (const [id, symptom] of again.symptoms) expect({ ...symptom }).toEqual(catalogue.symptoms.get(id));
  });
});

describe('JsonMap', () => {
  const map = new JsonMap<{ a: number }>(Buffer.from('{"a":1}{"a":2}'), { x: [0, 7], y: [7, 14] });

  it('is a map', () => {
    expect(map.size).toBe(2);
    expect([map.has('x'), map.has('z'), map.has('toString')]).toEqual([true, false, false]);
    expect([map.get('y'), map.get('z')]).toEqual([{ a: 2 }, undefined]);
    expect([...map.keys()]).toEqual(['x', 'y']);
    expect([...map.values()]).toEqual([{ a: 1 }, { a: 2 }]);
    expect(new Map(map)).toEqual(new Map(map.entries()));
    const seen: unknown[] = [];
    map.forEach((value, key) => {
      seen.push([key, value.a]);
    });
    expect(seen).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
  });

  it('reads an entry once', () => {
    expect(map.get('x')).toBe(map.get('x'));
  });
});
