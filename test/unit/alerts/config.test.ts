import { describe, expect, it } from 'vitest';
import { plainReceiver, readReceivers } from '../../../src/alerts/config.ts';
import { loadRegex } from '../../../src/alerts/regex.ts';
import { readSilences } from '../../../src/alerts/silence-config.ts';
import { expiredSentence, phaseOf, silencedBy } from '../../../src/alerts/silences.ts';
import { incident } from '../state/incident.ts';

const TIMING = { groupWait: 1000, groupInterval: 2000, repeatInterval: 3000 };
const compile = await loadRegex();
const receivers = (section: unknown) => readReceivers(section, 'c.yaml', compile, TIMING);
const silences = (section: unknown) => readSilences(section, 'c.yaml', compile, (text) => Date.parse(text));

describe('alerts: in a config file', () => {
  it('takes every type, with the usual values for what is not said', () => {
    const [slack, hook, manager, script] = receivers([
      { type: 'slack', urlFile: 'slack-url', match: 'path=~/ws.*', groupBy: ['cause', 'path'], groupWait: '30s' },
      { type: 'webhook', name: 'ops', urlEnv: 'HOOK', keyFile: 'key', minSeverity: 'critical', timeout: 3 },
      { type: 'alertmanager', url: 'http://127.0.0.1:9093', resend: '15s' },
      { type: 'exec', command: '/usr/local/bin/page', sendResolved: false },
    ]);
    expect(slack).toMatchObject({
      name: 'slack',
      where: 'c.yaml: alerts[0]',
      url: { kind: 'file', text: 'slack-url', where: 'c.yaml: alerts[0].urlFile', configFile: 'c.yaml' },
      minSeverity: 'warning',
      policy: { groupBy: ['cause', 'path'], groupWait: 30_000, groupInterval: 2000, sendResolved: true },
      timeout: 10_000,
    });
    expect(slack?.matchers).toHaveLength(1);
    expect(hook).toMatchObject({
      name: 'ops',
      url: { kind: 'env', text: 'HOOK' },
      key: { kind: 'file' },
      timeout: 3000,
      policy: { groupBy: ['server'], ...TIMING },
    });
    expect(manager).toMatchObject({ url: { kind: 'inline' }, resend: 15_000 });
    expect(script).toMatchObject({ command: '/usr/local/bin/page', url: null, policy: { sendResolved: false } });
  });

  it('names receivers after their type, each differently', () => {
    const found = receivers([
      { type: 'exec', command: 'a' },
      { type: 'exec', command: 'b' },
    ]);
    expect(found.map(({ name }) => name)).toEqual(['exec', 'exec-2']);
    const flag = plainReceiver('exec', { where: '--exec', url: null, key: null, command: 'c' }, TIMING, found);
    expect(flag.name).toBe('exec-3');
    expect(receivers(null)).toEqual([]);
  });

  it.each([
    [{ type: 'slack' }, 'c.yaml: alerts: expected a list, whose items begin with "- type: slack"'],
    [['slack'], 'c.yaml: alerts[0]: expected keys such as type, name, url'],
    [[{ urlFile: 'x' }], 'c.yaml: alerts[0].type is missing'],
    [[{ type: 'pager' }], 'c.yaml: alerts[0].type: is not one of webhook, slack, alertmanager, exec'],
    [[{ type: 'slack', urlfile: 'x' }], 'c.yaml: alerts[0].urlfile: there is no such key; did you mean "urlFile"?'],
    [[{ type: 'slack' }], 'c.yaml: alerts[0]: urlFile (or url, or urlEnv) is missing'],
    [[{ type: 'exec' }], 'c.yaml: alerts[0]: command is missing'],
    [
      [{ type: 'exec', command: 'x', url: 'y' }],
      'c.yaml: alerts[0].url: is for webhook, slack, alertmanager, not for exec',
    ],
    [
      [{ type: 'alertmanager', url: 'x', groupWait: 1 }],
      'c.yaml: alerts[0].groupWait: is for webhook, slack, exec, not for alertmanager',
    ],
    [
      [{ type: 'slack', url: 'x', urlFile: 'y' }],
      'c.yaml: alerts[0]: url and urlFile contradict each other; leave one out',
    ],
    [[{ type: 'exec', command: 'x', minSeverity: 'bad' }], 'c.yaml: alerts[0].minSeverity: is not one of info, '],
    [[{ type: 'exec', command: 'x', match: ['pth=/ws'] }], 'c.yaml: alerts[0].match: there is no label "pth"'],
    [
      [{ type: 'exec', command: 'x', match: ['path=/ws', 7] }],
      'c.yaml: alerts[0].match: needs a text or a list of texts',
    ],
    [
      [{ type: 'exec', command: 'x', groupBy: ['cause', 'uri'] }],
      'c.yaml: alerts[0].groupBy[1]: is not one of cause, ',
    ],
    [[{ type: 'exec', command: 'x', timeout: 'soon' }], 'c.yaml: alerts[0].timeout: is not a duration; give one such'],
    [[{ type: 'exec', command: 'x', sendResolved: 'no' }], 'c.yaml: alerts[0].sendResolved: is neither true nor false'],
    [[{ type: 'exec', command: ' ' }], 'c.yaml: alerts[0].command: is empty'],
    [[{ type: 'exec', command: 'x', name: 'a b' }], 'c.yaml: alerts[0].name: takes letters, digits, dots, hyphens'],
    [
      [
        { type: 'exec', command: 'x', name: 'a' },
        { type: 'exec', command: 'x', name: 'a' },
      ],
      'c.yaml: alerts[1].name: there are two receivers "a"',
    ],
  ])('says what is wrong with %j', (section, sentence) => {
    expect(() => receivers(section)).toThrow(sentence);
  });
});

describe('silences: in a config file', () => {
  const said = { author: 'jane', comment: 'ticket 12', match: ['path=/ws'] };

  it('keep what they match quiet from their beginning to their end', () => {
    const [silence] = silences([{ ...said, from: '2026-11-22T10:00:00Z', until: '2026-11-22T12:00:00Z' }]);
    if (silence === undefined) throw new Error('no silence');
    const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);
    const found = (time: string) => silencedBy(incident(), [silence], at(time));
    expect([found('09:59:59'), found('10:00:00'), found('11:59:59'), found('12:00:00')]).toEqual([
      null,
      silence,
      silence,
      null,
    ]);
    expect([phaseOf(silence, at('09:00:00')), phaseOf(silence, at('12:00:00'))]).toEqual(['pending', 'expired']);
    expect(
      silencedBy(incident({ endpoint: { server: null, host: null, path: '/x' } }), [silence], at('11:00:00')),
    ).toBe(null);
    expect(expiredSentence(silence)).toBe(
      'c.yaml: silences[0] (jane: ticket 12) expired at 2026-11-22T12:00:00.000Z: what it matches is told again; take it out',
    );
  });

  it.each([
    [[{ ...said }], 'c.yaml: silences[0].until is missing'],
    [[{ match: 'path=/ws', until: '2026-12-01', comment: 'x' }], 'c.yaml: silences[0].author is missing'],
    [
      [{ ...said, match: [], until: '2026-12-01' }],
      'c.yaml: silences[0].match: an empty list would silence everything',
    ],
    [
      [{ ...said, from: '2026-12-02', until: '2026-12-01' }],
      'c.yaml: silences[0].until: "2026-12-01" is not after from',
    ],
  ])('say what is wrong with %j', (section, sentence) => {
    expect(() => silences(section)).toThrow(sentence);
  });
});
