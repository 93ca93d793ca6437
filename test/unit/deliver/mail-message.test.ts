/** A summary built into a mail, and read back with somebody else's parser. */
import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { MAX_MAIL_BYTES, mailMessage } from '../../../src/deliver/mail-message.ts';
import type { SummaryDocument } from '../../../src/report/summary-document.ts';
import { MAIL_LIMITS, mailParts } from '../../../src/report/summary-mail.ts';
import { SUMMARY_LIMITS } from '../../../src/report/summary-text.ts';
import { incident } from '../report/fixture.ts';
import { item, summary } from '../summary/fixture.ts';

const HEAD = {
  id: '0123456789abcdef',
  host: 'web1.example.com',
  from: { name: 'wslog', address: 'wslog@example.com' },
  to: [
    { name: 'Night Watch, Ops', address: 'ops@example.com' },
    { name: '', address: 'dev@example.com' },
  ],
  date: Date.UTC(2026, 10, 22, 15),
};

async function sent(document: SummaryDocument): Promise<{ raw: string; mail: Email }> {
  const message = await mailMessage(mailParts(document, 'ops@example.com', SUMMARY_LIMITS), HEAD);
  return { raw: message.toString('latin1'), mail: await PostalMime.parse(message) };
}
const header = (mail: Email, name: string) => mail.headers.find(({ key }) => key === name)?.value;

describe('the mail', () => {
  it('has the headers of an automatic message of a thread', async () => {
    const { mail, raw } = await sent(summary());
    expect(mail.subject).toBe('web1.example.com: 1 new, 1 ongoing, critical: Nothing listens on 10.0.0.5:8080');
    expect(mail.from).toMatchObject({ name: 'wslog', address: 'wslog@example.com' });
    expect(mail.to?.map(({ address }) => address)).toEqual(['ops@example.com', 'dev@example.com']);
    expect(header(mail, 'auto-submitted')).toBe('auto-generated');
    expect(header(mail, 'list-id')).toBe('wslog on web1.example.com <wslog.web1.example.com>');
    expect(mail.messageId).toBe('<0123456789abcdef@wslog.web1.example.com>');
    expect(mail.references).toBe('<inc-1@wslog.web1.example.com>');
    expect(mail.inReplyTo).toBe('<inc-1@wslog.web1.example.com>');
    expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    // Text first: mail programs show the last part they understand.
    expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
    expect(raw.split('\r\n').every((line) => line.length <= 998 && !line.includes('\n'))).toBe(true);
  });

  it('says in both parts what is wrong, since when, why, and what to do', async () => {
    const { mail } = await sent(summary());
    const plain = (mail.html ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/&#39;/g, "'")
      .replace(/\s+/g, ' ');
    for (const text of [mail.text?.replace(/\s+/g, ' ') ?? '', plain]) {
      for (const words of [
        'Nothing listens on 10.0.0.5:8080',
        '412 handshakes to /ws on chat.example.com failed, from 87 clients',
        '10.0.0.6:8080 kept accepting',
        'Start the backend, or correct the address nginx uses.',
        'ss -ltnp | grep 8080',
        '98.2 % of 12 003 succeeded; before: 99.8 % of 11 870',
        'idle-timeout',
        'wslog incidents show inc-1',
        '36 more hits since it was told',
        'sends to ops@example.com',
      ]) {
        expect(text).toContain(words.replace('ops@example.com', 'ops'));
      }
    }
    expect(mail.text?.split('\n').filter((line) => line.length > 76 && !/\$ |curl/.test(line))).toEqual([]);
  });

  it('loads nothing, runs nothing, and takes the colours of the program that shows it', async () => {
    const html = (await sent(summary())).mail.html ?? '';
    expect(html).not.toMatch(
      /<(?:img|link|script|style|iframe|object|video|a)\b|url\(|@import|\bsrc=|\bhref=|\bon\w+=/i,
    );
    expect(html).toContain('color-scheme:light dark');
    expect(/<body style="([^"]*)"/.exec(html)?.[1]).not.toMatch(/(?:^|;)(?:background|color)/);
  });

  it('keeps mails about one incident in one thread, whatever else they tell', async () => {
    const again = summary({
      incidents: [
        item({
          state: 'worse',
          added: 9,
          before: { at: '2026-11-22T11:00:00.000Z', severity: 'critical', count: 400 },
        }),
      ],
    });
    const other = summary({ incidents: [item({ incident: incident({ id: 'other' }) })] });
    const quiet = summary({
      kind: 'heartbeat',
      incidents: [],
      quiet: { since: '2026-11-15T15:00:00.000Z', lines: 5, unknown: 0 },
    });
    expect((await sent(again)).mail.references).toBe('<inc-1@wslog.web1.example.com>');
    expect((await sent(other)).mail.references).toBe('<other@wslog.web1.example.com>');
    const heartbeat = (await sent(quiet)).mail;
    expect(heartbeat.references).toBe('<heartbeat@wslog.web1.example.com>');
    expect(heartbeat.subject).toBe('web1.example.com: all well (wslog)');
    expect(heartbeat.text).toContain('All well: nothing to tell for 7 d. 5 lines read.');
  });
});

describe('a mail about hostile logs', () => {
  const HOSTILE = [
    'x\r\nBcc: evil@evil.example\r\n\r\n<h1>hi',
    '\0\u202e\u{e0041}',
    '=?utf-8?q?=0D=0ABcc:_evil@evil.example?=',
    'http://evil.example/phish www.evil.example evil@evil.example javascript:alert(1)',
    '"><img src=x onerror=alert(1)><svg/onload=alert(1)>`$ {alert(1)}`{{7*7}}',
    '--0123456789abcdef--',
    '\r\n.\r\n',
    'a'.repeat(5000),
  ];

  it.each(HOSTILE.map((text) => [text.slice(0, 24), text]))('stays one mail without links: %j', async (_, text) => {
    const plantedItem = JSON.parse(JSON.stringify(item()), (key, value) =>
      typeof value === 'string' && ['title', 'path', 'host', 'raw', 'text', 'address', 'why'].includes(key)
        ? `${value} ${text}`
        : value,
    );
    const { mail, raw } = await sent(summary({ incidents: [plantedItem], problems: [`/var/log/${text}: is gone`] }));
    const names = mail.headers.map(({ key }) => key).sort();
    const clean = (await sent(summary())).mail.headers.map(({ key }) => key).sort();
    expect(names).toEqual(clean);
    expect(raw).not.toMatch(/^bcc:/im);
    expect(mail.to).toHaveLength(2);
    expect(mail.subject?.length).toBeLessThanOrEqual(120);
    expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const part of [mail.text ?? '', mail.html ?? '']) {
      expect(part).not.toMatch(/https?:\/\/evil|www\.evil|evil@evil|\bjavascript:\w/i);
      expect(part).not.toMatch(/(?![\r\n])[\p{Cc}\p{Cf}]/u);
    }
    expect(mail.html).not.toMatch(/<(?:img|svg|h1>hi)/i);
    expect(mail.html).toContain('</html>');
  });

  it('is cut down until it is small enough, and says how much more there is', async () => {
    const wide = (n: number) =>
      item({
        incident: incident({
          id: `inc-${n}`,
          title: `Nothing listens ${'w'.repeat(3000)}`,
          evidence: [{ file: 'error.log', line: n, raw: 'é'.repeat(20_000) }],
        }),
      });
    const document = summary({ incidents: Array.from({ length: 5000 }, (_, n) => wide(n)) });
    const sizes = [];
    for (const limits of MAIL_LIMITS) {
      sizes.push((await mailMessage(mailParts(document, 'ops@example.com', limits), HEAD)).length);
    }
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
    expect(sizes.at(-1)).toBeLessThan(MAX_MAIL_BYTES);
    const { mail } = await sent(
      summary({ incidents: Array.from({ length: 76 }, (_, n) => item({ incident: incident({ id: `i${n}` }) })) }),
    );
    expect(mail.text).toContain('and 41 more');
    expect(mail.html).toContain('And 41 more');
  });
});
