/** Alerts of `wslog summary`: told once, whatever fails in between. */
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Target, target } from '../unit/deliver/target.ts';
import { Folder, many, Running, refused, wslogBeside } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let dir = '';
let log = '';
let server: Target;
let serial = 0;
beforeEach(async () => {
  dir = join(folder.path, `${++serial}`);
  log = join(dir, 'error.log');
  mkdirSync(join(dir, 'wslog'), { recursive: true });
  writeFileSync(log, now(many(5, refused)));
  server = await target();
});
afterEach(() => server.close());

/** Lines as if they were written just now. */
function now(lines: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  return lines.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/gm, time);
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const args = (...more: string[]) => [
  'summary',
  '--no-nginx-conf',
  '--tz',
  'UTC',
  '--state',
  join(dir, 'state'),
  ...more,
  log,
];
const summary = (...more: string[]) => wslogBeside(args(...more), { env: { XDG_CONFIG_HOME: dir } });
const bodies = () => server.received.map(({ body }) => JSON.parse(body));
const types = () => bodies().map(({ alerts }) => alerts.map(({ type }: { type: string }) => type));

describe('summary tells a webhook', () => {
  it('what is new, once, and what is worse', async () => {
    const url = file('url', server.url);
    const first = await summary('--webhook-file', url);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/: 1 new\n/);
    expect(bodies()).toMatchObject([{ schema: 'wslog.alert/1', status: 'firing', alerts: [{ type: 'opened' }] }]);
    expect(await summary('--webhook-file', url)).toMatchObject({ code: 0, stdout: '' });
    appendFileSync(log, now(many(5, refused).replaceAll('/ws', '/live')));
    expect((await summary('--webhook-file', url)).code).toBe(0);
    expect(types()).toEqual([['opened'], ['opened']]);
    expect(bodies()[1].alerts[0].incident.endpoint.path).toBe('/live');
  });

  it('that it is over, without an alarm, when it was over before anybody was told', async () => {
    writeFileSync(log, many(5, refused));
    expect((await summary('--webhook-file', file('url', server.url))).code).toBe(0);
    expect(bodies()).toMatchObject([{ status: 'resolved', alerts: [{ type: 'ended' }] }]);
  });

  it('in the next run what it did not take, the same and once', async () => {
    server.answer = (response) => response.writeHead(404).end('no such hook');
    const url = file('url', `${server.url}/T0PSECRET`);
    const failed = await summary('--webhook-file', url);
    expect(failed.code).toBe(75);
    expect(failed.stderr).toContain(
      `alerts: webhook (${server.url}/***) was not told: it answers 404: no such hook; nothing is lost, the next run sends it`,
    );
    expect(failed.stderr).not.toContain('T0PSECRET');
    server.answer = (response) => response.end();
    expect(await summary('--webhook-file', url)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await summary('--webhook-file', url)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.body).toBe(server.received[0]?.body);
    expect(server.received[1]?.headers['webhook-id']).toBe(server.received[0]?.headers['webhook-id']);
  });

  it('the same under the same id when it was killed while sending', async () => {
    server.answer = () => undefined;
    const url = file('url', server.url);
    const run = new Running(args('--webhook-file', url));
    await server.until(1);
    await run.end('SIGKILL');
    server.answer = (response) => response.end();
    expect((await summary('--webhook-file', url)).code).toBe(0);
    expect((await summary('--webhook-file', url)).code).toBe(0);
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.body).toBe(server.received[0]?.body);
  });

  it('beside a mail, which goes out once whatever becomes of the webhook', async () => {
    const mails = join(dir, 'mails');
    const sendmail = file('sendmail', `#!/bin/sh\ncat > /dev/null; echo mail >> ${mails}\n`, 0o700);
    const options = ['--mail-to', 'ops@example.com', '--sendmail', sendmail, '--webhook-file', file('url', server.url)];
    server.answer = (response) => response.writeHead(410).end();
    expect((await summary(...options)).code).toBe(75);
    server.answer = (response) => response.end();
    expect((await summary(...options)).code).toBe(0);
    expect(readFileSync(mails, 'utf8')).toBe('mail\n');
    expect(server.received).toHaveLength(2);
  });

  it('nothing of what is silenced, and the receivers of the config file only when asked to', async () => {
    const config = `alerts: [{ type: exec, command: 'cat >> ${dir}/told' }]
silences: [{ match: path=/live, until: 2099-01-01, author: jane, comment: moving }]
`;
    file('wslog/config.yaml', config);
    expect((await summary()).code).toBe(0);
    expect(existsSync(join(dir, 'told'))).toBe(false);
    appendFileSync(log, now(many(5, refused).replaceAll('/ws', '/live')));
    appendFileSync(log, now(many(5, refused).replaceAll('/ws', '/socket')));
    expect((await summary('--notify')).code).toBe(0);
    const lines = readFileSync(join(dir, 'told'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).incident.endpoint.path)).toEqual(['/socket']);
    expect((await summary('--slack-file', 'gone')).code).toBe(2);
  });

  it('once, with nothing to remember, of a time that is asked for', async () => {
    const url = file('url', server.url);
    expect((await summary('--since', '1h', '--webhook-file', url)).code).toBe(0);
    expect(types()).toEqual([['opened']]);
    expect((await summary('--dry-run', '--webhook-file', url)).code).toBe(0);
    expect(server.received).toHaveLength(1);
  });

  it('and an Alertmanager, until the next summary is due', async () => {
    expect((await summary('--alertmanager', server.url, '--repeat-interval', '1h')).code).toBe(0);
    const [[alert]] = bodies();
    expect(server.received[0]?.path).toBe('/api/v2/alerts');
    expect(alert.labels).toMatchObject({ alertname: 'WebSocketFailure', path: '/ws' });
    expect(Date.parse(alert.endsAt) - Date.now()).toBeGreaterThan(3_600_000);
  });
});
