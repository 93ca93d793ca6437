import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../src/screen/frame.ts';
import type { Pane } from '../../../src/screen/view.ts';
import { anyText } from '../any-text.ts';
import { incident } from '../report/fixture.ts';
import { endpoint, model, rate, style, view } from './fixture.ts';

const HOSTILE = [
  '\x1b[2J\x1b]0;pwned\x07',
  '\x9b31m\x00\r\n\t\b',
  'a\nb\nc',
  '\u202eevil\u2066\u200b',
  '日本語'.repeat(40),
  'e\u0301'.repeat(90),
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '\u{e0041}\ud800',
  'x'.repeat(5000),
  '',
  ' ',
];
const PANES: readonly Pane[] = ['overview', 'explain', 'fix', 'help'];
const OWN = /\x1b\[(?:0|1|2|7|22|27|31|32|33|36|39)m/g;

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE), anyText());

describe('a frame', () => {
  it('has exactly the rows, and never more than the columns, of any terminal and any log', () => {
    const size = fc.record({ columns: fc.integer({ min: 1, max: 220 }), rows: fc.integer({ min: 1, max: 70 }) });
    fc.assert(
      fc.property(
        size,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(...PANES),
        hostileText,
        hostileText,
        fc.nat(40),
        (terminal, color, ascii, pane, one, other, count) => {
          const shown = model(
            { notice: one, paths: [one, other] },
            {
              incidents: Array.from({ length: count }, (_, index) =>
                incident({
                  id: `i${index}`,
                  title: one,
                  status: index % 3 === 0 ? 'ended' : 'open',
                  endpoint: { server: one, host: other, path: other },
                  upstreams: [{ address: other, count: 1 }],
                  evidence: [{ file: one, line: 1, raw: other }],
                }),
              ),
              endpoints: Array.from({ length: count }, () => endpoint({ path: one, server: other })),
            },
          );
          const { lines } = frameOf(
            shown,
            view({ pane, scroll: count, all: true, filter: '' }),
            style({ ...terminal, color, ascii }),
          );
          expect(lines).toHaveLength(terminal.rows);
          for (const line of lines) {
            const text = line.replace(OWN, '');
            expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
            expect(stringWidth(text)).toBeLessThanOrEqual(terminal.columns);
            if (!color) expect(text).toBe(line);
            if (ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('ends every colour in the line that begins it', () => {
    for (const pane of PANES) {
      const { lines } = frameOf(model(), view({ pane }), style({ color: true, rows: 40 }));
      for (const line of lines) {
        const open = new Set<string>();
        for (const [, code = ''] of line.matchAll(/\x1b\[(\d+)m/g)) {
          if (code === '22') for (const weight of ['1', '2']) open.delete(weight);
          else if (code === '27') open.delete('7');
          else if (code === '39') for (const hue of ['31', '32', '33', '36']) open.delete(hue);
          else open.add(code);
        }
        expect([...open], line).toEqual([]);
      }
    }
  });

  it('says how the logs grow and what is open', () => {
    const [first = '', second = ''] = frameOf(model(), view(), style({ columns: 120 })).lines;
    expect(first).toMatch(/2 open incidents, 1 ended, 1 elsewhere .* 14:20:03 UTC/);
    expect(second).toContain('error.log and access.log');
    expect(second).toContain('12/s');
    expect(second).toContain('newest line 3 s old');
    const noted = frameOf(model({ notice: 'error.log: lines are lost', gaps: 2 }), view({ paused: true }), style());
    expect(noted.lines[0]).toContain('PAUSED');
    expect(noted.lines.slice(0, 3).join('\n')).toMatch(/2 gaps\n.*lines are lost/);
  });

  it('shows endpoints in trouble first, with rates, shares and course', () => {
    const shown = model(
      {
        rates: {
          linesPerSecond: 0,
          endpoints: new Map([['chat.example.com\n/ws', rate()]]),
          incidents: new Map(),
        },
      },
      { endpoints: [endpoint({ path: '/busy', handshakes: { ok: 99_999, failed: 0, byStatus: {} } }), endpoint()] },
    );
    const rows = frameOf(shown, view(), style()).lines.filter((line) => /^ {2}\/(ws|busy) /.test(line));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^ {2}\/ws +40 +75 % +1 000 +90 % +850 +1 min +▁+██$/);
    expect(rows[1]).toMatch(/^ {2}\/busy +0 +- +99k +100 % /);
  });

  it('lists open incidents before ended ones, and other requests only when asked', () => {
    const titles = (all: boolean) =>
      frameOf(model(), view({ all }), style({ rows: 50 })).lines.filter((line) =>
        /^[> ] (critical|error|ended)/.test(line),
      );
    expect(titles(false).map((line) => line.slice(0, 11).trim())).toEqual(['> critical', 'error', 'ended']);
    expect(titles(true)).toHaveLength(4);
    expect(titles(false)[0]).toMatch(/17 min +412 +17 +\/ws +Nothing listens on/);
  });

  it('filters, and says so when nothing is left', () => {
    const found = frameOf(model(), view({ filter: 'IDLE' }), style());
    expect(found.around.listed).toEqual(['b']);
    const none = frameOf(model(), view({ filter: 'zzz' }), style()).lines.join('\n');
    expect(none).toContain('No incident mentions "zzz"');
    expect(none).toContain('filter: zzz');
  });

  it('keeps the chosen incident in sight of a long list', () => {
    const incidents = Array.from({ length: 50 }, (_, index) => incident({ id: `i${index}`, status: 'open' }));
    for (const selected of ['i0', 'i7', 'i49']) {
      const { lines } = frameOf(model({}, { incidents }), view({ selected }), style());
      expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(1);
      expect(lines.join('\n')).toMatch(/\d+-\d+ of 50/);
    }
  });

  it('explains the chosen incident, and gives its fix at the left edge', () => {
    const brief = frameOf(model(), view(), style()).lines.join('\n');
    expect(brief).toContain('Fix   Start the backend, or correct the address');
    const whole = frameOf(model(), view({ pane: 'explain' }), style({ rows: 60 })).lines.join('\n');
    expect(whole).toContain('Check');
    expect(whole).toContain('Lines');
    const fix = frameOf(model(), view({ pane: 'fix' }), style({ rows: 60, columns: 200 }));
    expect(fix.lines).toContain('    server 10.0.0.5:8081;');
    expect(fix.lines).toContain('ss -ltnp | grep 8080');
    expect(fix.lines.join('\n')).not.toContain('Why');
  });

  it('loses nothing of a command that is longer than a line', () => {
    const { lines } = frameOf(model(), view({ pane: 'fix' }), style({ rows: 60, columns: 80, color: true }));
    const text = lines.map((line) => line.replace(OWN, '')).join('');
    expect(text).toContain("-H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' http://chat.example.com/ws");
  });

  it('scrolls to the end of a text and says how much is below', () => {
    const top = frameOf(model(), view({ pane: 'explain' }), style());
    expect(top.lines.join('\n')).toMatch(/\d+ more lines below/);
    const end = frameOf(model(), view({ pane: 'explain', scroll: 1e6 }), style());
    expect(end.lines.join('\n')).not.toContain('below');
    expect(end.around.furthest).toBeGreaterThan(0);
  });

  it('is honest about an empty watch', () => {
    const accounting = { lines: 0, classified: 0, routine: 0, unknown: 0 };
    const empty = model({}, { accounting, range: null, incidents: [], endpoints: [], inputs: [] });
    const text = frameOf(empty, view(), style()).lines.join('\n');
    expect(text).toContain('no line yet');
    expect(text).toContain('No line has been written since the watch began');
    expect(text).toContain('no access log has been read');
  });

  it('tells a terminal too small from a broken one', () => {
    expect(frameOf(model(), view(), style({ columns: 30, rows: 8 })).lines.join(' ')).toContain('too small');
  });
});
