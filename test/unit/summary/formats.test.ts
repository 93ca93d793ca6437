/** A summary in its formats: what they say, and what never leaves them. */
import { describe, expect, it } from 'vitest';
import type { SummaryDocument } from '../../../src/report/summary-document.ts';
import { renderSummaryJson } from '../../../src/report/summary-json.ts';
import { mailParts } from '../../../src/report/summary-mail.ts';
import { renderSummaryMarkdown } from '../../../src/report/summary-markdown.ts';
import { renderSummaryText, SUMMARY_LIMITS } from '../../../src/report/summary-text.ts';
import { incident } from '../report/fixture.ts';
import { item, summary } from './fixture.ts';

const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const OPTIONS = { color: false, ascii: false, all: true, verbose: false, columns: 100, limits: SUMMARY_LIMITS };
const FIXED = new Set(['schema', 'severity', 'status', 'state', 'websocket', 'kind', 'at', 'since', 'from', 'to']);
const TIMES = new Set(['firstSeen', 'lastSeen']);

function planted(text: string): SummaryDocument {
  return JSON.parse(
    JSON.stringify(summary({ problems: ['a'], toldLately: [{ id: 'x', title: 'y' }] })),
    (key, value) => (typeof value === 'string' && !FIXED.has(key) && !TIMES.has(key) ? `${value}${text}` : value),
  );
}

describe('the formats of a summary', () => {
  const chars = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
  chars.push('\ufeff', '\ufe0f', '\uffa0', '\ud800', '\udfff', '\u{e0041}', '\u{e01ef}');

  it('let no control or direction character out', () => {
    for (let from = 0; from < chars.length; from += 1024) {
      const document = planted(chars.slice(from, from + 1024).join(''));
      const mail = mailParts(document, 'ops@example.com', SUMMARY_LIMITS);
      const outputs = {
        text: renderSummaryText(document, OPTIONS),
        markdown: renderSummaryMarkdown(document),
        json: renderSummaryJson(document),
        subject: mail.subject,
        mailText: mail.text,
        html: mail.html,
      };
      for (const [format, out] of Object.entries(outputs)) {
        const found = UNSAFE.exec(out);
        expect(found === null ? '' : `${format}: U+${found[0].codePointAt(0)?.toString(16)}`).toBe('');
      }
    }
  });

  it('say what is new, worse, back and over', () => {
    const before = { at: '2026-11-22T11:00:00.000Z', severity: 'error' as const, count: 400 };
    const told = (id: string, title: string) => incident({ id, title });
    const document = summary({
      incidents: [
        item({ incident: told('a', 'A is new') }),
        item({
          incident: told('b', 'B is back'),
          returned: true,
          added: 12,
          before: { ...before, severity: 'critical' },
        }),
        item({ incident: told('c', 'C is worse'), state: 'worse', added: 12, before }),
        item({ incident: told('d', 'D has ended'), state: 'ended', added: 0, before }),
      ],
      toldLately: [{ id: 'e', title: 'E goes on' }],
      elsewhere: [{ id: 'f', title: 'F is mild', count: 3 }],
      problems: ['/var/log/nginx/error.log: was truncated'],
    });
    const mail = mailParts(document, 'ops@example.com', SUMMARY_LIMITS);
    expect(mail.subject).toBe('web1.example.com: 1 new, 1 back, 1 worse, 1 ended, critical: A is new');
    const flat = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    const texts = [renderSummaryText(document, OPTIONS), renderSummaryMarkdown(document), mail.text, flat(mail.html)];
    for (const [at, text] of texts.map((each) => each.replace(/\s+/g, ' ')).entries()) {
      for (const words of [
        'New, over by now',
        'Back again, over by now: 12 more hits since it was told, 22 Nov 11:00:00',
        'Worse, now critical (was error): 12 more hits',
        'D has ended',
        'was truncated',
      ]) {
        expect(text, `${at}: ${words}`).toContain(words);
      }
    }
    for (const text of [texts[0], texts[2], texts[3]]) expect(text).toMatch(/E goes on[\s\S]*F is mild/);
  });

  it('compare nothing with a window in which nothing was written', () => {
    const window = { range: null, lines: 0, unknown: 0, handshakes: { ok: 0, failed: 0 }, causes: [] };
    const document = summary({ window, incidents: [item({ state: 'ended', added: 0 })] });
    const html = mailParts(document, 'ops@example.com', SUMMARY_LIMITS).html;
    for (const text of [renderSummaryText(document, OPTIONS), renderSummaryMarkdown(document), html]) {
      expect(text).toContain('No line was added to the logs since 22 Nov 2026 14:00:00 UTC.');
      expect(text).not.toMatch(/before|idle-timeout/);
    }
  });

  it('never call it all when one handshake failed, and say nothing of handshakes where none is known', () => {
    const shares = (ok: number, failed: number) =>
      renderSummaryText(
        summary({ window: { ...summary().window, handshakes: { ok, failed } }, before: null }),
        OPTIONS,
      );
    expect(shares(999_999, 1)).toContain('99.9 % of 1 000 000 succeeded');
    expect(shares(5, 0)).toContain('100 % of 5 succeeded');
    expect(shares(0, 5)).toContain('0 % of 5 succeeded');
    expect(shares(0, 0)).not.toMatch(/^Handshakes/m);
  });
});
