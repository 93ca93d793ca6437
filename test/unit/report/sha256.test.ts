/** The hash that ids are made of is the standard's: ids must not change between versions of wslog. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/report/sha256.ts';

const nodes = (text: string) => createHash('sha256').update(text).digest('hex');

describe('sha256', () => {
  it('is what the standard’s examples say', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('is what OpenSSL says, at all lengths around a block and for any text', () => {
    for (let length = 0; length < 140; length++) {
      const text = 'é'.repeat(length % 3) + 'x'.repeat(length);
      expect(sha256(text)).toBe(nodes(text));
    }
    // Halves of pairs too, which UTF-8 has no bytes for.
    const texts = fc.array(fc.nat(0xffff), { maxLength: 100 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(texts, (text) => sha256(text) === nodes(text)),
      { numRuns: 50 },
    );
  });
});
