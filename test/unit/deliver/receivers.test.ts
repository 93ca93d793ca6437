/** Receivers with their queue, their memory and a transport that the test plays. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plainReceiver, type ReceiverSpec, type Source } from '../../../src/alerts/config.ts';
import type { Alert } from '../../../src/alerts/groups.ts';
import { Alerting } from '../../../src/deliver/alerting.ts';
import { AlertmanagerReceiver } from '../../../src/deliver/alertmanager.ts';
import type { AlertMemory } from '../../../src/deliver/memory.ts';
import { Outbox } from '../../../src/deliver/outbox.ts';
import type { Outcome } from '../../../src/deliver/outcome.ts';
import { QueuedReceiver } from '../../../src/deliver/queued.ts';
import type { Surroundings } from '../../../src/deliver/receiver.ts';
import { readSecret } from '../../../src/deliver/secret.ts';
import { strayRecords } from '../../../src/deliver/stray.ts';
import { renderAlertJson } from '../../../src/report/alert-json.ts';
import type { ReportIncident } from '../../../src/report/document.ts';
import type { StoredRecord } from '../../../src/state/rows.ts';
import { incident } from '../state/incident.ts';
import { eventually } from './target.ts';

const T = Date.UTC(2026, 10, 22, 12);
const ACCEPTED: Outcome = { kind: 'accepted', notice: null };
const LATER: Outcome = { kind: 'refused', sentence: 'nobody listens there' };
const TIMING = { groupWait: 0, groupInterval: 0, repeatInterval: 3_600_000 };

/** A transport that answers what it is told to, and keeps what it got. */
class Played {
  readonly sent: { id: string; content: string }[] = [];
  answers: (Outcome | Promise<Outcome>)[] = [];
  otherwise: Outcome = ACCEPTED;

  async send(id: string, content: string): Promise<Outcome> {
    this.sent.push({ id, content });
    return this.answers.shift() ?? this.otherwise;
  }
}

class Remembered implements AlertMemory {
  readonly lasts = true;
  readonly records = new Map<string, StoredRecord>();

  get found() {
    return [...this.records.values()];
  }

  keep(changed: readonly StoredRecord[]): void {
    for (const record of changed) {
      const key = `${record.kind} ${record.key}`;
      if (record.value === undefined) this.records.delete(key);
      else this.records.set(key, JSON.parse(JSON.stringify(record)));
    }
  }

  kinds(): string[] {
    return this.found.map(({ kind }) => kind).sort();
  }
}

let serial = 0;
function around(said: string[] = [], now = () => T): Surroundings {
  return {
    machine: 'web1',
    version: '1',
    now,
    random: () => 0,
    newId: () => `id-${++serial}`,
    say: (sentence) => said.push(sentence),
  };
}

const open = (more: Partial<ReportIncident> = {}): Alert => ({ incident: incident(more), open: true, muted: false });
const over = (more: Partial<ReportIncident> = {}): Alert => ({ ...open(more), open: false });

describe('the queue of a receiver', () => {
  const outbox = (transport: Played, said: string[], fates: string[], most?: number) =>
    new Outbox({
      transport,
      name: 'ops',
      ...(most === undefined ? {} : { most }),
      random: () => 0,
      now: () => T,
      say: (sentence) => said.push(sentence),
      settled: ({ id }, fate) => fates.push(`${id} ${fate}`),
    });
  const item = (id: string) => ({ id, about: null, madeAt: T, content: `content of ${id}` });

  it('delivers in order, and the same again until it is taken', async () => {
    const transport = new Played();
    transport.answers = [LATER];
    const said: string[] = [];
    const fates: string[] = [];
    const box = outbox(transport, said, fates);
    box.add(item('a'));
    box.add(item('b'));
    await eventually(() => fates.length === 2);
    expect(transport.sent.map(({ id, content }) => `${id}: ${content}`)).toEqual([
      'a: content of a',
      'a: content of a',
      'b: content of b',
    ]);
    expect(fates).toEqual(['a accepted', 'b accepted']);
    expect(said).toEqual([
      'ops: cannot be notified (2026-11-22 12:00:00 UTC) and is tried again: nobody listens there',
      'ops: notifications are delivered again (2026-11-22 12:00:00 UTC)',
    ]);
  });

  it('gives up the oldest when too many wait, and counts them', async () => {
    const transport = new Played();
    transport.otherwise = LATER;
    const said: string[] = [];
    const fates: string[] = [];
    const box = outbox(transport, said, fates, 3);
    for (const id of ['a', 'b', 'c', 'd', 'e']) box.add(item(id));
    // The first was on its way already.
    expect(fates).toEqual(['b given-up', 'c given-up']);
    expect(box.size).toBe(3);
    expect([box.takeLost(), box.takeLost()]).toEqual([2, 0]);
    await eventually(() => said.length >= 2);
    expect(said.join('\n')).toContain('more than 3 notifications wait to be delivered; the oldest are given up');
    expect(await box.close()).toBe(3);
  });

  it('does not insist where it was refused for good', async () => {
    const transport = new Played();
    transport.answers = [{ kind: 'refused', sentence: 'it answers 404', final: true }];
    const said: string[] = [];
    const fates: string[] = [];
    const box = outbox(transport, said, fates);
    box.add(item('a'));
    box.add(item('b'));
    await eventually(() => fates.length === 2);
    expect(fates).toEqual(['a refused', 'b accepted']);
    expect(said[0]).toBe('ops: a notification was refused for good (2026-11-22 12:00:00 UTC): it answers 404');
    expect(box.takeLost()).toBe(1);
  });

  it('tries once more at the end, without waiting, and says what is left', async () => {
    const transport = new Played();
    transport.otherwise = { ...LATER, retryAfterMs: 3_600_000 };
    const said: string[] = [];
    const fates: string[] = [];
    const box = outbox(transport, said, fates);
    box.add(item('a'));
    await eventually(() => said.length === 1);
    transport.otherwise = ACCEPTED;
    expect(await box.close()).toBe(0);
    expect(fates).toEqual(['a accepted']);
  });
});

const spec = (more: Partial<ReceiverSpec> = {}): ReceiverSpec => ({
  ...plainReceiver('webhook', { where: 'test', url: null, key: null, command: null }, TIMING, []),
  ...more,
});

describe('a receiver of notifications', () => {
  const render = (notification: Parameters<typeof renderAlertJson>[0]) => renderAlertJson(notification, '1');
  const receiver = (
    transport: Played,
    memory: AlertMemory,
    said: string[] = [],
    more: Partial<ReceiverSpec> = {},
    now?: () => number,
  ) => new QueuedReceiver(spec(more), transport, render, memory, around(said, now));
  const told = ({ sent }: Played) =>
    sent.map(({ content }) => {
      const { status, alerts, lost } = JSON.parse(content);
      return { status, lost, alerts: alerts.map((one: { type: string }) => one.type) };
    });

  it('is told of what it takes, and of its end', async () => {
    const transport = new Played();
    const memory = new Remembered();
    const ops = receiver(transport, memory, [], { minSeverity: 'error' });
    ops.look([open(), open({ id: 'minor', severity: 'warning' })], T, false);
    await eventually(() => transport.sent.length === 1);
    // It stays what was told, also when it is less severe now.
    ops.look([open({ severity: 'info' })], T + 1, false);
    ops.look([over({ severity: 'info' })], T + 2, false);
    await eventually(() => memory.found.length === 0);
    expect(told(transport)).toEqual([
      { status: 'firing', lost: 0, alerts: ['opened'] },
      { status: 'resolved', lost: 0, alerts: ['ended'] },
    ]);
  });

  it('has every notification written down before it goes out', async () => {
    const memory = new Remembered();
    const transport = new Played();
    const before: string[][] = [];
    const send = transport.send.bind(transport);
    transport.send = (id, content) => {
      before.push(memory.kinds());
      return send(id, content);
    };
    receiver(transport, memory).look([open()], T, false);
    await eventually(() => transport.sent.length === 1);
    expect(before).toEqual([['alert-group', 'delivery']]);
    await eventually(() => memory.kinds().length === 1);
    expect(memory.kinds()).toEqual(['alert-group']);
  });

  it('sends the same under the same id after a crash, and nothing else again', async () => {
    const memory = new Remembered();
    const dead = new Played();
    dead.answers = [new Promise(() => undefined)];
    receiver(dead, memory).look([open()], T, false);
    await eventually(() => dead.sent.length === 1);
    const transport = new Played();
    const next = receiver(transport, memory);
    next.look([open()], T + 10, false);
    await eventually(() => memory.kinds().length === 1);
    expect(transport.sent).toEqual(dead.sent);
    const stranger = new Played();
    receiver(stranger, memory, [], { name: 'other' }).look([], T + 20, false);
    expect(stranger.sent).toEqual([]);
  });

  it('is not told yesterday’s news', async () => {
    const memory = new Remembered();
    const dead = new Played();
    dead.answers = [new Promise(() => undefined)];
    receiver(dead, memory).look([open()], T, false);
    const said: string[] = [];
    const transport = new Played();
    receiver(transport, memory, said, {}, () => T + 25 * 3_600_000);
    expect(said).toEqual(['alerts: webhook: a notification could not be delivered for 24 h and is given up']);
    expect(memory.kinds()).toEqual(['alert-group']);
    expect(transport.sent).toEqual([]);
  });

  it('is told anew what it refused, and that something was lost', async () => {
    const transport = new Played();
    transport.answers = [{ kind: 'refused', sentence: 'it answers 404', final: true }];
    const ops = receiver(transport, new Remembered());
    const said = [T, T + 1, T + 2, T + 3];
    for (const now of said) {
      ops.look([open()], now, false);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(told(transport)).toEqual([
      { status: 'firing', lost: 0, alerts: ['opened'] },
      { status: 'firing', lost: 1, alerts: ['opened'] },
    ]);
  });

  it('gets a notification of bounded size, whatever a flood brings', async () => {
    const transport = new Played();
    const flood = Array.from({ length: 2000 }, (_, at) => open({ id: `i${at}`, title: 'x'.repeat(500) }));
    receiver(transport, new Remembered()).look(flood, T, false);
    await eventually(() => transport.sent.length === 1);
    const content = transport.sent[0]?.content ?? '';
    expect(content.length).toBeLessThan(260 * 1024);
    expect(JSON.parse(content)).toMatchObject({ more: 1980 });
  });
});

describe('Alertmanager', () => {
  const am = (transport: Played, memory: AlertMemory, said: string[] = []) =>
    new AlertmanagerReceiver(
      spec({ type: 'alertmanager', name: 'am', resend: 60_000 }),
      transport,
      memory,
      around(said),
    );

  it('is told again until it takes it, and remembers over a restart what it was told', async () => {
    const transport = new Played();
    transport.answers = [LATER];
    const memory = new Remembered();
    const said: string[] = [];
    const first = am(transport, memory, said);
    first.look([open()], T, false);
    await first.close();
    first.look([open()], T + 400, false);
    expect(transport.sent).toHaveLength(1);
    first.look([open()], T + 500, false);
    expect(await first.close()).toBe(0);
    expect(said).toHaveLength(2);
    expect(memory.kinds()).toEqual(['alert-sent']);
    const second = am(transport, memory);
    second.look([over()], T + 1000, false);
    await second.close();
    const [alert] = JSON.parse(transport.sent[2]?.content ?? '[]');
    expect(alert).toMatchObject({
      labels: { alertname: 'WebSocketFailure', instance: 'web1', severity: 'error', server: 'a.test', path: '/ws' },
      endsAt: new Date(T + 1000).toISOString(),
    });
    second.look([over()], T + 3_600_000, false);
    expect(memory.kinds()).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('goes with the receivers that are no more', async () => {
    const memory = new Remembered();
    const dead = new Played();
    dead.answers = [new Promise(() => undefined)];
    new QueuedReceiver(spec(), dead, () => 'content', memory, around()).look([open()], T, false);
    memory.keep([
      { kind: 'positions', key: 'x', value: 1 },
      { kind: 'delivery', key: 'y', value: { kind: 'mail' } },
    ]);
    expect(strayRecords(memory.found, new Set(['webhook']))).toEqual({ gone: [], lost: 0 });
    const { gone, lost } = strayRecords(memory.found, new Set(['other']));
    expect(lost).toBe(1);
    memory.keep(gone);
    expect(memory.kinds()).toEqual(['delivery', 'positions']);
  });
});

describe('alerting', () => {
  it('leaves out what is silenced, and says once that a silence is over', () => {
    const looked: Alert[][] = [];
    const said: string[] = [];
    let now = T;
    const alerting = new Alerting({
      receivers: [{ spec: spec(), look: (alerts) => void looked.push([...alerts]), close: async () => 0 }],
      silences: [
        {
          where: 'c: silences[0]',
          match: [],
          matchers: [() => true],
          from: null,
          until: T + 10,
          author: 'a',
          comment: 'b',
        },
      ],
      symptoms: new Map(),
      now: () => now,
      steady: () => now,
      say: (sentence) => said.push(sentence),
      stop: new AbortController(),
    });
    const watched = [{ incident: incident(), open: true, quiet: false }];
    alerting.look(watched);
    now = T + 10;
    alerting.look(watched);
    alerting.look([{ incident: incident(), open: true, quiet: true }]);
    expect(looked.map(([alert]) => alert?.muted)).toEqual([true, false, true]);
    expect(new Set(said).size).toBe(1);
  });
});

describe('a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wslog-secret-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string, mode: number) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const read = (source: Partial<Source>, harmless = false) =>
    readSecret(
      { kind: 'file', text: '', where: '--url-file', configFile: null, ...source },
      { cwd: folder, env: { TOKEN: ' from-env ' } },
      () => harmless,
    );

  it('is read from a file of its own, the environment, or a config file closed to others', () => {
    const config = file('closed.yaml', '', 0o640);
    file('url', 'https://x/s3cret\n', 0o600);
    expect(read({ text: 'url' })).toBe('https://x/s3cret');
    expect(read({ text: 'url', configFile: config })).toBe('https://x/s3cret');
    expect(read({ kind: 'env', text: 'TOKEN' })).toBe('from-env');
    expect(read({ kind: 'inline', text: 'https://x/s3cret', configFile: config })).toBe('https://x/s3cret');
  });

  it('is refused where others can read it, with a sentence that does not hold it', () => {
    const config = file('open.yaml', '', 0o644);
    file('open', 'https://x/s3cret', 0o644);
    file('two', 'https://x/s3cret\nmore', 0o600);
    file('none', '\n', 0o600);
    for (const [source, sentence] of [
      [{ text: 'open' }, /can be read by others: chmod 600 it$/],
      [{ kind: 'inline', text: 'https://x/s3cret', configFile: config }, /^--url-file is a secret, and .*chmod 640 it/],
      [{ text: 'two' }, /has more than one line$/],
      [{ text: 'none' }, /is empty$/],
      [{ text: 'gone' }, /cannot read .*gone \(ENOENT\)$/],
      [{ kind: 'env', text: 'MISSING' }, /the variable MISSING is not set$/],
    ] satisfies [Partial<Source>, RegExp][]) {
      expect(() => read(source)).toThrow(sentence);
      expect(() => read(source)).not.toThrow(/s3cret/);
    }
    expect(read({ kind: 'inline', text: 'http://127.0.0.1/', configFile: config }, true)).toBe('http://127.0.0.1/');
  });
});
