import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertEvent, Notification } from '../../../src/report/alert.ts';
import { alertmanagerLabels, renderAlertmanager } from '../../../src/report/alert-alertmanager.ts';
import { renderAlertJson, renderAlertLines } from '../../../src/report/alert-json.ts';
import { renderSlack } from '../../../src/report/alert-slack.ts';
import { testAlert, testNotification } from '../../../src/report/alert-test.ts';
import type { ReportIncident } from '../../../src/report/document.ts';
import { chatCode, chatText, templateText } from '../../../src/safe/chat.ts';
import { idleIncident, incident } from './fixture.ts';

const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

function notification(events: AlertEvent[], more: Partial<Notification> = {}): Notification {
  return {
    id: 'wslog-1',
    at: '2026-11-22T14:00:00.000Z',
    machine: 'web1.example.com',
    receiver: 'ops',
    status: 'firing',
    group: { server: 'chat.example.com' },
    events,
    more: 0,
    lost: 0,
    test: false,
    ...more,
  };
}
const opened: AlertEvent = { type: 'opened', incident: incident() };
const ended: AlertEvent = { type: 'ended', incident: idleIncident({ status: 'ended' }) };

/** Every text of a message, as the chat program gets it. */
function texts(message: string): string[] {
  const { text, attachments } = JSON.parse(message);
  return [text, ...attachments.flatMap((one: { text: string; fallback: string }) => [one.text, one.fallback])];
}

/** What is left of a text where chat programs look for something live: code is not. */
function withoutCode(text: string): string {
  return text.replace(/`[^`\n]+`/g, '');
}

describe('the message for Slack and Mattermost', () => {
  it('says what, where, since when, who is hit, why and what to do', () => {
    const message = JSON.parse(renderSlack(notification([opened, ended])));
    expect(message).toMatchObject({ link_names: false, unfurl_links: false });
    expect(message.text).toBe('critical, on `web1.example.com`: 1 new, 1 ended: Nothing listens on `10.0.0.5:8080`');
    const [first, second] = message.attachments;
    expect(first.color).toBe('#b3261e');
    expect(first.text.split('\n')).toEqual([
      'Nothing listens on `10.0.0.5:8080` (critical, certain)',
      expect.stringMatching(
        /^412 handshakes to `\/ws` on `chat\.example\.com` failed, from 87 clients\. Answered 502 ×/,
      ),
      'Since 22 Nov 14:02:11 UTC.',
      expect.stringMatching(/^Why: /),
      'Fix: Start the backend, or correct the address nginx uses.',
      'First: `ss -ltnp | grep 8080`',
      `More: \`wslog incidents show ${incident().id}\``,
    ]);
    expect(second.color).toBe('#2e7d32');
    expect(second.text).toMatch(/^Over: nginx cuts idle/);
  });

  it('has room for a flood', () => {
    const flood = Array.from({ length: 20 }, () => opened);
    const message = JSON.parse(renderSlack(notification(flood, { more: 41, lost: 2 })));
    expect(message.attachments).toHaveLength(9);
    expect(message.attachments[8].text).toBe(
      '… and 53 more: `wslog incidents` on `web1.example.com` lists them.\n2 earlier notifications could not be delivered and were given up.',
    );
    expect(renderSlack(notification(flood)).length).toBeLessThan(20_000);
  });

  it.each([
    '<!channel>',
    '<!here|x>',
    '<@U012AB3CD>',
    '<https://evil.test|click>',
    '@channel @all @here @john',
    'https://evil.test/?a=b&c=d',
    'www.evil.test',
    'evil.test',
    'mailto:a@evil.test',
    '#town-square',
    '~town-square',
    '![x](https://evil.test/p.png)',
    '[click](https://evil.test)',
    '`code` <!channel>',
    '``` <!channel>',
    ':fire: *bold* _italics_ ~gone~',
    '> quote\n# head\n- item\n1. item\n---',
    '\u202e\x1b[31m\u2028',
    '&lt;!channel&gt;',
  ])('makes nothing of %j', (hostile) => {
    const planted: ReportIncident = JSON.parse(JSON.stringify(incident()), (key, value) =>
      typeof value === 'string' && !['severity', 'status', 'websocket', 'firstSeen', 'lastSeen', 'id'].includes(key)
        ? `${value} ${hostile}`
        : value,
    );
    const message = renderSlack(
      notification([
        { type: 'opened', incident: planted },
        { type: 'updated', incident: planted },
      ]),
    );
    expect(message).not.toMatch(UNSAFE);
    for (const text of texts(message)) {
      // Slack's own markup works in code as well; nothing of it is left.
      expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
      expect(withoutCode(text), text).not.toMatch(/[@#<>*_~[\]|\\]|:\/\/|:[a-z]\w*:|www|mailto|evil/);
      for (const line of text.split('\n')) expect(line).not.toMatch(/^(?:[-+>#]|\d+\.)/);
    }
  });

  it('puts whatever is not a plain word into code', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const shown = chatText(text);
        expect(withoutCode(shown)).toMatch(/^[\p{L}\p{N} %,;:.?!'"()×~-]*$/u);
        expect((shown.match(/`/g) ?? []).length % 2).toBe(0);
        expect(chatCode(text)).toMatch(/^(?:`[^`\n]+`)?$/);
      }),
      { numRuns: 300 },
    );
    expect(chatText('nginx cut idle WebSockets after 60 s on /ws')).toBe(
      'nginx cut idle WebSockets after 60 s on `/ws`',
    );
  });
});

describe('the document for webhooks', () => {
  it('holds the incidents as a report does', () => {
    const document = JSON.parse(renderAlertJson(notification([opened, ended], { more: 3, lost: 1 }), '1.2.3'));
    expect(document).toMatchObject({
      schema: 'wslog.alert/1',
      generator: { name: 'wslog', version: '1.2.3' },
      id: 'wslog-1',
      at: '2026-11-22T14:00:00.000Z',
      machine: 'web1.example.com',
      receiver: 'ops',
      status: 'firing',
      test: false,
      group: { server: 'chat.example.com' },
      more: 3,
      lost: 1,
    });
    expect(document.alerts.map(({ type }: AlertEvent) => type)).toEqual(['opened', 'ended']);
    expect(document.alerts[0].incident).toEqual(incident());
  });

  it('stays small: what does not fit is counted', () => {
    const huge = { ...opened, incident: incident({ title: 'x'.repeat(50_000) }) };
    const text = renderAlertJson(notification([huge, huge, huge, huge, huge, huge, opened]), '1');
    expect(text.length).toBeLessThan(257 * 1024);
    expect(JSON.parse(text)).toMatchObject({ more: 2 });
  });

  it('is a line an incident for commands, as watch prints them', () => {
    const lines = renderAlertLines(notification([opened, ended]))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([
      ['type', 'at', 'incident'],
      ['type', 'at', 'incident'],
    ]);
    const hostile = { ...opened, incident: incident({ title: 'a\n{"type":"forged"}\u2028\x9b' }) };
    expect(renderAlertLines(notification([hostile])).trimEnd()).not.toMatch(/\n|[\u2028\x9b]/);
  });
});

describe('the alerts for Alertmanager', () => {
  it('are known by what does not change from line to line', () => {
    const labels = alertmanagerLabels(incident(), 'web1');
    expect(labels).toEqual({
      alertname: 'WebSocketFailure',
      instance: 'web1',
      severity: 'critical',
      cause: 'backend-refused',
      server: 'chat.example.com',
      path: '/ws',
      websocket: 'yes',
      incident: incident().id,
    });
    expect(alertmanagerLabels(incident({ count: 1, lines: 1, lastSeen: null }), 'web1')).toEqual(labels);
    expect(
      alertmanagerLabels(incident({ endpoint: { server: null, host: null, path: null } }), 'web1'),
    ).not.toHaveProperty('path');
  });

  it('carry nothing that a template would make live', () => {
    const hostile = '<!channel> @here <https://evil.test|x> {{ .Labels }}';
    const of = incident({ title: hostile, endpoint: { server: hostile, host: hostile, path: `/${hostile}` } });
    const alert = { labels: alertmanagerLabels(of, 'web1'), startsAt: 'a', endsAt: 'b', incident: of };
    const text = renderAlertmanager([alert]);
    expect(text).not.toMatch(/[<>@]|:\/\//);
    expect(templateText('\x1b]0;x\x07')).toBe('\\x1b]0;x\\x07');
    expect(JSON.parse(text)[0].annotations.summary).toBe('‹!channel› (at)here ‹https[:]//evil.test|x› {{ .Labels }}');
    expect(JSON.parse(renderAlertmanager([{ ...alert, incident: null }]))[0].annotations).toEqual({});
  });
});

describe('a test', () => {
  it('is worded so that nobody takes it for an incident', () => {
    const made = testNotification('id', Date.UTC(2026, 10, 22), 'web1', 'ops');
    expect(JSON.parse(renderSlack(made)).text).toBe('Test of wslog on `web1`: nothing is wrong, and this arrived.');
    expect(JSON.parse(renderAlertJson(made, '1'))).toMatchObject({ test: true, alerts: [{ type: 'opened' }] });
    expect(JSON.parse(renderAlertLines(made))).toMatchObject({
      test: true,
      incident: { id: 'test', severity: 'info' },
    });
    expect(testAlert(Date.UTC(2026, 10, 22), 'web1')).toMatchObject({
      labels: { alertname: 'WslogTest' },
      endsAt: '2026-11-22T00:01:00.000Z',
    });
  });
});
