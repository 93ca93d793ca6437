import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileText } from '../../../src/catalogue/wildcard.ts';
import { cpuMs } from '../cpu-time.ts';

/** The definition, by trying everything. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    for (let i = 0; i <= text.length; i++) if (matchesByDefinition(pattern.slice(1), text.slice(i))) return true;
    return false;
  }
  return text !== '' && pattern[0] === text[0] && matchesByDefinition(pattern.slice(1), text.slice(1));
}

describe('compileText', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['a*c', 'ac', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['*', '', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['"*" is forbidden', '"/x" is forbidden" is forbidden', true],
    ['limiting requests, excess: * by zone "*"', 'limiting requests, excess: 0.999 by zone "lr"', true],
  ])('%j on %j is %s', (pattern, text, expected) => {
    expect(compileText(pattern).matches(text)).toBe(expected);
  });

  it('agrees with the definition', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 7 }).map((parts) => parts.join(''));
    const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 9 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        expect(compileText(pattern).matches(text)).toBe(matchesByDefinition(pattern, text));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes time in proportion to the text', () => {
    const pattern = compileText('*ab*ab*ab*ab*ab*ab*ab*x');
    const text = `${'ab'.repeat(500_000)}y`;
    pattern.matches(text);
    const spent = cpuMs(() => {
      for (let i = 0; i < 5; i++) expect(pattern.matches(text)).toBe(false);
    });
    expect(spent).toBeLessThan(100);
  });
});
