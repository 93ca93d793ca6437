import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../src/nginx-conf/tokens.ts';

const words = (text: string) => [...tokenize(text)].filter((token) => token.kind === 'word').map((token) => token.text);

describe('words', () => {
  it.each<[string, string[]]>([
    [`a "b c" 'd;{' e;`, ['a', 'b c', 'd;{', 'e']],
    [`set $x "\${host}-$y";`, ['set', '$x', `\${host}-$y`]],
    [`proxy_pass http://\${name}:80/;`, ['proxy_pass', `http://\${name}:80/`]],
    ['location ~ \\.php$ {', ['location', '~', '\\.php$']],
    [`a "q\\"q" 's\\'s' b\\\\c tab\\t;`, ['a', 'q"q', "s's", 'b\\c', 'tab\t']],
    ['a b#c; # d e;\nf;', ['a', 'b#c', 'f']],
    ['a "multi\nline" b;', ['a', 'multi\nline', 'b']],
    [`if ($a = "x") { b; }`, ['if', '($a', '=', 'x', ')', 'b']],
    [`'' close;`, ['', 'close']],
    ['a\\;b c\\{d;', ['a\\;b', 'c\\{d']],
    ['\xef\xbb\xbfuser x;', ['\xef\xbb\xbfuser', 'x']],
    [
      'content_by_lua_block { local s = "}" -- }\n local t = [[ } ]] if x then y = { 1 } end } a;',
      ['content_by_lua_block', 'a'],
    ],
  ])('of %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });
});

describe('a broken file', () => {
  it.each([
    ['a "b', 1, /not closed/],
    ['x;\na "b"c;', 2, /unexpected "c" right behind a closing quote/],
    ['a b\\', 1, /backslash/],
    ['content_by_lua_block { "a" ', 1, /Lua block is not closed/],
  ])('%s', (text, line, what) => {
    const last = [...tokenize(text)].at(-1);
    expect(last).toMatchObject({ kind: 'broken', line });
    expect(last?.text).toMatch(what);
  });
});

it('gives the file back byte for byte, and counts its lines', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '\n',
    ';',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '$',
    '${',
    '#',
    'x_by_lua_block',
    '--',
    '[[',
    ']]',
    '\r',
    '\xff',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const tokens = [...tokenize(text)];
      expect(tokens.map((token) => text.slice(token.start, token.end)).join('')).toBe(text);
      for (const token of tokens) expect(token.line).toBe(text.slice(0, token.start).split('\n').length);
    }),
  );
});
