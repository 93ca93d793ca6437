import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownTexts } from '../../../src/findings/known-texts.ts';
import { TextWindow } from '../../../src/findings/text-window.ts';

/** No text is the beginning of another: each ends with the only line feed in it. */
const texts = fc.array(
  fc
    .tuple(
      // Eight of these at a time, read as a number, are zero, no number, or equal to another with other bits.
      fc.constantFrom('', '\0'.repeat(8), '\0\0\0\0\0\0\0\x80', '\xff'.repeat(8), 'abcdefgh'),
      fc.string({ unit: fc.constantFrom('a', 'b', '\xff', '\0'), maxLength: 14 }),
    )
    .map(([begin, text]) => `${begin}${text}\n`),
  { maxLength: 40 },
);

function windowOf(text: string): TextWindow {
  const window = new TextWindow(text.length);
  window.end = window.bytes.write(text, 'latin1');
  return window;
}

describe('KnownTexts', () => {
  it('finds what was stored, where it stands, and nothing else', () => {
    fc.assert(
      fc.property(texts, texts, fc.string({ maxLength: 5 }), (stored, asked, before) => {
        const known = new KnownTexts<string>();
        for (const text of stored) {
          const window = windowOf(text);
          const found = known.get(window, 0);
          expect(found?.value).toBe(stored.indexOf(text) < stored.lastIndexOf(text) ? found?.value : undefined);
          if (found === null) known.set(window, 0, text.length, text);
        }
        expect(known.size).toBe(new Set(stored).size);
        for (const text of [...stored, ...asked]) {
          const found = known.get(windowOf(`${before}${text}${text}`), Buffer.byteLength(before, 'latin1'));
          expect(found?.value).toBe(stored.includes(text) ? text : undefined);
          if (found !== null) expect(found.length).toBe(text.length);
        }
      }),
    );
  });

  it('does not look beyond the end of the text', () => {
    const known = new KnownTexts<number>();
    known.set(windowOf('abcdefg\n'), 0, 8, 1);
    const window = windowOf('abcdefg\n');
    window.end = 7;
    expect(known.get(window, 0)).toBeNull();
  });

  it('forgets', () => {
    const known = new KnownTexts<number>();
    const window = windowOf('abcdefg\n');
    known.set(window, 0, 8, 1);
    known.clear();
    expect(known.get(window, 0)).toBeNull();
    expect(known.size).toBe(0);
  });
});
