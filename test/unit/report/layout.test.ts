/** Widths on a terminal: string-width's, whether or not it had to be asked. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { OWN_MARKS, width } from '../../../src/report/layout.ts';
import { palette } from '../../../src/report/palette.ts';

describe('width', () => {
  it('is a column for each mark that wslog itself writes', () => {
    for (const mark of OWN_MARKS) expect(stringWidth(mark), mark).toBe(1);
  });

  it('is what string-width says of each character, with colours or without', () => {
    const colours = palette(true);
    const character = fc.oneof(
      fc.constantFrom(...OWN_MARKS, 'é', '日', '👍', '\u0301', 'ｱ', '\u200b'),
      fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      fc
        .integer({ min: 0xa0, max: 0xffff })
        .map((code) => String.fromCharCode(code))
        .filter((char) => !/\p{C}/u.test(char)),
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 20 }), (characters) => {
        const expected = characters.reduce((sum, char) => sum + stringWidth(char), 0);
        const text = characters.join('');
        expect(width(text)).toBe(expected);
        expect(width(colours.bold(colours.severity('critical', text)))).toBe(expected);
      }),
    );
  });
});
