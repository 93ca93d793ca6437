import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, showBlock, showBytes, showText } from '../../../src/safe/display.ts';
import { anyText } from '../any-text.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const toLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('showText', () => {
  it('shows each unsafe code point of 0-0x2fff, the tags and the rest as an escape', () => {
    const codes = [...Array(0x3000).keys(), 0xfeff, 0xfe0f, 0xffa0, 0xd800, 0xdfff, 0xe0001, 0xe0041, 0xe01ef];
    for (const code of codes) {
      const char = String.fromCodePoint(code);
      const shown = showText(`a${char}b`);
      expect(UNSAFE.test(shown), code.toString(16)).toBe(false);
      if (!UNSAFE.test(char)) expect(shown).toBe(`a${char}b`);
    }
  });

  it('writes escapes a person can read', () => {
    expect(showText('a\x1b[2J\t\r\n\x9b\u202e\u{e0041}\ud800')).toBe(
      'a\\x1b[2J\\x09\\x0d\\x0a\\x9b\\u202e\\u{e0041}\\ud800',
    );
  });

  it('keeps what an access log escaped as it is, and changes nothing the second time', () => {
    expect(showText('GET /\\x1B]0;pwn\\x07')).toBe('GET /\\x1B]0;pwn\\x07');
    fc.assert(fc.property(anyText(20), (s) => showText(showText(s)) === showText(s)));
  });
});

describe('showBytes', () => {
  it('decodes UTF-8 and shows other bytes as \\xNN', () => {
    expect(showBytes(toLatin1('/chat/Zürich-日本-😀'))).toBe('/chat/Zürich-日本-😀');
    expect(showBytes('a\xff\xc3(\xe2\x82b\xed\xa0\x80\xc0\xaf')).toBe(
      'a\\xff\\xc3(\\xe2\\x82b\\xed\\xa0\\x80\\xc0\\xaf',
    );
    expect(showBytes('\xc2\x9b31m\xe2\x80\xae')).toBe('\\x9b31m\\u202e');
  });

  it('agrees with showText on all well-formed text', () => {
    const wellFormed = fc.string({ unit: 'grapheme' });
    fc.assert(fc.property(wellFormed, (s) => showBytes(toLatin1(s)) === showText(s)));
  });

  it('never lets an unsafe character through, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (b) => !UNSAFE.test(showBytes(Buffer.from(b).toString('latin1')))));
  });
});

describe('showBlock and escapeJson', () => {
  it('keeps line feeds only', () => {
    expect(showBlock('a\n\tb\r\n\x1b')).toBe('a\n    b\\x0d\n\\x1b');
  });

  it('keeps the value of JSON while no unsafe character stays', () => {
    fc.assert(
      fc.property(anyText(), (s) => {
        const json = escapeJson(JSON.stringify({ s }, null, 2));
        return JSON.parse(json).s === s && !UNSAFE.test(json.replaceAll('\n', ''));
      }),
    );
    expect(escapeJson(JSON.stringify('\x7f\u{e0041}'))).toBe('"\\u007f\\udb40\\udc41"');
  });
});
