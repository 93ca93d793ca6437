import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from '../../../src/nginx/paste.ts';
import { anyText } from '../any-text.ts';
import { cpuMs } from '../cpu-time.ts';
import { DAMAGE, FOREIGN, PASTED, WHOLE_LINES } from './pasted-lines.ts';

describe('pasted lines', () => {
  it.each(PASTED.map(({ line, kind, fields }) => [line, kind, fields] as const))('%s', (line, kind, fields) => {
    expect(readPasted(line).record).toMatchObject({ kind, ...fields });
  });
});

describe('whole lines', () => {
  for (const [name, damage] of DAMAGE) {
    it(`keep their fields: ${name}`, () => {
      for (const { line, fields } of WHOLE_LINES) {
        const { record } = readPasted(damage(line));
        expect(record, damage(line)).toMatchObject({
          kind: 'error',
          level: 'error',
          pid: 900,
          tid: 901,
          connection: 78,
          ...fields,
        });
        expect(record?.time?.wall).toBe(Date.UTC(2026, 10, 22, 12, 6, 22));
      }
    });
  }

  it('keep them under two kinds of damage at once', () => {
    const outer = DAMAGE.filter(([name]) => /quoted|list|backticks|grep|compose$|CRI|label|indented|fenced/.test(name));
    const inner = DAMAGE.filter(([name]) => /smart|entities|tags|wide|Markdown|apostrophes for|none/.test(name));
    fc.assert(
      fc.property(
        fc.constantFrom(...outer),
        fc.constantFrom(...inner),
        fc.constantFrom(...WHOLE_LINES),
        (a, b, { line, fields }) => {
          expect(readPasted(a[1](b[1](line))).record).toMatchObject({ ...fields, pid: 900 });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('cut at any place past the message keep what nginx said', () => {
    for (const { line, fields } of WHOLE_LINES) {
      for (let end = line.indexOf(', client: '); end < line.length; end++) {
        const { record } = readPasted(line.slice(0, end));
        expect(record, line.slice(0, end)).toMatchObject({ connection: 78, call: fields.call ?? null });
        expect(record?.kind === 'error' && record.client !== null && !'203.0.113.7'.startsWith(record.client)).toBe(
          false,
        );
      }
    }
  });

  it('that lost their beginning keep their tail', () => {
    for (const { line, fields } of WHOLE_LINES) {
      for (let start = 0; start < line.indexOf('lient: '); start++) {
        const { record } = readPasted(line.slice(start));
        expect(record, line.slice(start)).toMatchObject({
          path: fields.path,
          upstream: fields.upstream,
          host: fields.host,
        });
      }
    }
  });
});

describe('lines of other programs', () => {
  it.each(FOREIGN)('%s', (line) => expect(readPasted(line).record).toBeNull());

  it('stay so inside quotes and envelopes', () => {
    for (const [name, damage] of DAMAGE.filter(([name]) =>
      /quoted|list|backticks|grep|compose|CRI|indented/.test(name),
    )) {
      for (const line of FOREIGN) expect(readPasted(damage(line)).record, `${name}: ${line}`).toBeNull();
    }
  });
});

describe('notes', () => {
  it('tell what is missing', () => {
    expect(readPasted(WHOLE_LINES[0]!.line)).toMatchObject({ truncated: false, note: null });
    expect(readPasted(`${WHOLE_LINES[0]!.line.slice(0, 200)}...`)).toMatchObject({
      truncated: true,
      note: expect.stringContaining('cut'),
    });
    expect(readPasted('no live upstreams while connecting to upstream').note).toContain('message');
    expect(readPasted('hello')).toEqual({ record: null, truncated: false, note: null });
  });
});

describe('any text', () => {
  const ending = [
    ',',
    '"',
    ' ',
    ': ',
    '[',
    '](',
    '**',
    '\\"',
    '&quot;',
    'client: ',
    'request: "',
    '\n',
    '%0a',
    '1:',
    '- ',
    '{"',
    '#1: ',
    ' in /nginx',
    'nginx:1',
    '<',
    '\t',
    '.',
    '\r\n',
  ];
  it('is read without an exception', () => {
    const text = fc.array(fc.oneof(anyText(), fc.constantFrom(...ending, ...PASTED.map(({ line }) => line))), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, (parts) => void readPasted(parts.join(''))),
      { numRuns: 100 },
    );
  });

  it.each(ending)('64 KiB of %j take no time', (unit) => {
    const text = unit.repeat(65_536 / unit.length);
    for (const line of [
      text,
      `2026/11/22 12:06:22 [error] 1#1: *1 x${text}`,
      `x, client: 1.1.1.1, server: a, request: "${text}`,
    ]) {
      expect(cpuMs(() => void readPasted(line))).toBeLessThan(20);
    }
  });

  it('of a client inside an access line stays what it is', () => {
    const planted = WHOLE_LINES[0]!.line.replaceAll('"', '\\x22');
    const line = `10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 200 5 "-" "${planted}"`;
    expect(readPasted(line).record).toMatchObject({ kind: 'access', client: '10.0.0.1', status: 200 });
  });
});
