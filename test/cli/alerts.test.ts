/** Alerts as their receivers meet them: real HTTP servers and commands, the built program, crashes in between. */
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, type Target, target } from '../unit/deliver/target.ts';
import { Folder, many, Running, refused, wslog } from './run.ts';

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
  writeFileSync(log, many(3, refused));
  server = await target();
});
afterEach(() => server.close());

/** A file of the user's, closed to others unless said otherwise. */
function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const QUICK = ['--group-wait', '0s', '--group-interval', '0s'];
const args = (...more: string[]) => [
  ...['watch', '--format', 'ndjson', '--from-start', '--no-nginx-conf', '--state', join(dir, 'state')],
  ...more,
  log,
];
const env = () => ({ XDG_CONFIG_HOME: dir });
const watching = (...more: string[]) => new Running(args(...QUICK, ...more), env());
const bodies = () => server.received.map(({ body }) => JSON.parse(body));

describe('watch tells a webhook', () => {
  it('of an incident and its end, signed, whatever the log says', async () => {
    appendFileSync(log, refused(4).replaceAll('/ws', '/ws?token=s3cr3t-of-a-user-0123456789'));
    const url = file('url', `${server.url}/hooks/T0PSECRET\n`);
    const key = file('key', 'a key of some length');
    const watch = watching('--webhook-file', url, '--webhook-key-file', key, '--quiet-window', '1s');
    await server.until(2);
    expect(await watch.end('SIGTERM')).toBe(0);
    const [opened, ended] = bodies();
    expect(opened).toMatchObject({
      schema: 'wslog.alert/1',
      status: 'firing',
      group: { server: 'chat.test' },
      alerts: [{ type: 'opened', incident: { status: 'open', causes: [{ id: 'backend-refused' }] } }],
    });
    expect(ended).toMatchObject({ status: 'resolved', alerts: [{ type: 'ended', incident: { status: 'ended' } }] });
    expect(ended.alerts[0].incident.id).toBe(opened.alerts[0].incident.id);
    for (const { headers, body, path } of server.received) {
      expect(path).toBe('/hooks/T0PSECRET');
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const expected = createHmac('sha256', 'a key of some length').update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
      expect(headers['webhook-id']).toBe(JSON.parse(body).id);
    }
    expect(watch.stderr).toContain(`alerts go to webhook (${server.url}/***)`);
    const everything = `${watch.stdout}${watch.stderr}${server.received.map(({ body }) => body).join('')}`;
    expect(everything).not.toMatch(/T0PSECRET|a key of some length|s3cr3t-of-a-user/);
    for (const name of readdirSync(join(dir, 'state'))) {
      expect(readFileSync(join(dir, 'state', name), 'latin1'), name).not.toMatch(/T0PSECRET|a key of some|s3cr3t-of/);
    }
  });

  it('the same under the same id when it was killed while sending, and nothing twice', async () => {
    server.answer = () => undefined;
    const url = file('url', server.url);
    const first = watching('--webhook-file', url);
    await server.until(1);
    await first.end('SIGKILL');
    server.answer = (response) => response.end();
    const second = watching('--webhook-file', url);
    await server.until(2);
    expect(server.received[1]?.body).toBe(server.received[0]?.body);
    expect(server.received[1]?.headers['webhook-id']).toBe(server.received[0]?.headers['webhook-id']);
    expect(await second.end('SIGTERM')).toBe(0);
    const third = watching('--webhook-file', url);
    await third.until('stderr', 'following');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await third.end('SIGTERM')).toBe(0);
    expect(server.received).toHaveLength(2);
  });

  it('without waiting for its answer, neither while it reads nor at the end', async () => {
    server.answer = () => undefined;
    const watch = watching('--webhook-file', file('url', server.url));
    await server.until(1);
    appendFileSync(log, refused(50).replaceAll('chat.test', 'other.test'));
    await watch.until('stdout', 'other.test');
    const began = performance.now();
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(watch.stderr).toMatch(
      /[12] notifications? (?:was|were) not delivered yet; the next watch sends (?:it|them)$/m,
    );
  });

  it('again after it was down, with a word to the user that names no secret', async () => {
    let down = true;
    server.answer = (response) => response.writeHead(down ? 503 : 200, { 'retry-after': '1' }).end('back soon');
    const watch = watching('--webhook-file', file('url', `${server.url}/T0PSECRET`));
    await watch.until('stderr', 'is tried again: it answers 503: back soon');
    down = false;
    await watch.until('stderr', 'notifications are delivered again');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).not.toContain('T0PSECRET');
    expect(new Set(server.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('watch tells a command', () => {
  it('by JSON on its standard input; what clients wrote is never run', async () => {
    const owned = join(dir, 'owned');
    appendFileSync(log, refused(4).replaceAll('/ws', `/ws/$(touch\t${owned})`));
    const out = join(dir, 'out');
    const watch = watching(
      '--exec',
      `cat >> ${out}; tr '\\0' ' ' < /proc/$$/cmdline >> ${out}.argv; env >> ${out}.env`,
    );
    await eventually(() => existsSync(`${out}.env`) && readFileSync(out, 'utf8').includes('owned'));
    expect(await watch.end('SIGTERM')).toBe(0);
    const events = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.every(({ type, incident }) => type === 'opened' && typeof incident.title === 'string')).toBe(true);
    expect(readFileSync(`${out}.argv`, 'utf8') + readFileSync(`${out}.env`, 'utf8')).not.toMatch(/owned|10\.0\.0\.5/);
    expect(readFileSync(`${out}.env`, 'utf8')).toMatch(/^WSLOG_DELIVERY=wslog-[0-9a-f]{24}$/m);
    expect(existsSync(owned)).toBe(false);
  });
});

describe('alerts: and silences: in the config file', () => {
  it('tell each receiver what it takes', async () => {
    file('slack-url', `${server.url}/slack`);
    const config = `groupWait: 0s
alerts:
  - { type: slack, urlFile: ../slack-url, match: 'path=~/ws.*' }
  - { type: webhook, name: other, url: '${server.url}/other', match: path=/other }
  - { type: webhook, name: worst, url: '${server.url}/worst', minSeverity: critical }
`;
    file('wslog/config.yaml', config, 0o644);
    const watch = new Running(args(), env());
    await server.until(2);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(server.received.map(({ path }) => path).sort()).toEqual(['/slack', '/worst']);
    const message = JSON.parse(server.received.find(({ path }) => path === '/slack')?.body ?? '');
    expect(message.text).toMatch(/^critical, on `.*`: 1 new: Nothing listens on `10\.0\.0\.5:8080`$/);
  });

  it('keep quiet what is silenced, and say so', async () => {
    const silences = `alerts: [{ type: exec, command: 'cat >> ${dir}/out' }]
groupWait: 0s
silences:
  - { match: [cause=backend-refused, path=/ws], until: '2099-01-01', author: jane, comment: "moving, OPS-7" }
  - { match: path=/old, until: 2026-01-01 09:00, author: joe, comment: done }
`;
    file('wslog/config.yaml', silences);
    const watch = new Running(args(), env());
    await watch.until('stdout', '"opened"');
    await watch.until('stderr', 'expired');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(existsSync(join(dir, 'out'))).toBe(false);
    expect(watch.stderr).toContain(
      'silenced: cause=backend-refused, path=/ws until 2099-01-01T00:00Z (jane: moving, OPS-7)',
    );
    expect(watch.stderr).toContain('silences[1] (joe: done) expired at 2026-01-01T09:00:00.000Z');
    expect(watch.stderr.match(/expired/g)).toHaveLength(1);
  });

  it('are read anew on SIGHUP; what was told is not told again', async () => {
    const config = (name: string, more = '') =>
      file(
        'wslog/config.yaml',
        `groupWait: 0s\ngroupInterval: 0s\nalerts: [{ type: exec, command: 'cat >> ${dir}/${name}' }]\n${more}`,
      );
    config('first');
    const watch = new Running(args(), env());
    const told = (name: string) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : '');
    await eventually(() => told('first').includes('chat.test'));
    config('second', 'silences: [{ match: server=quiet.test, until: 2099-01-01, author: a, comment: b }]\n');
    watch.send('SIGHUP');
    await watch.until('stderr', 'silenced: server=quiet.test');
    appendFileSync(log, refused(50).replaceAll('chat.test', 'quiet.test'));
    appendFileSync(log, refused(51).replaceAll('chat.test', 'other.test'));
    await eventually(() => told('second').includes('other.test'));
    file('wslog/config.yaml', 'alerts: [{ type: exec }]');
    watch.send('SIGHUP');
    await watch.until('stderr', 'alerts[0]: command is missing; nothing was changed');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(told('second')).not.toMatch(/quiet\.test|chat\.test/);
    expect(told('first')).not.toContain('other.test');
  });

  it.each([
    ['alerts: [{ type: slak, url: x }]', 'alerts[0].type: is not one of webhook, slack, alertmanager, exec'],
    ['alerts: [{ type: slack, urlFil: x }]', 'alerts[0].urlFil: there is no such key; did you mean "urlFile"?'],
    ['alerts: [{ type: slack, urlFile: gone }]', 'alerts[0].urlFile: cannot read'],
    ['alerts: [{ type: slack, url: "https://x.test/s3cret" }]', 'config.yaml can be read by others: chmod 640 it'],
    ['silences: [{ match: path=/ws }]', 'silences[0].until is missing'],
    ['silences: [{ match: path=/ws, until: soon, author: a, comment: b }]', 'silences[0].until: "soon" is not a time'],
    ['alert: []', 'there is no option "alert"; did you mean "alerts"?'],
  ])('are refused with one sentence: %s', (config, sentence) => {
    file('wslog/config.yaml', config, 0o644);
    const { code, stderr } = wslog(config.includes('gone') ? args() : ['alerts', 'list'], { env: env() });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(join(dir, 'wslog/config.yaml'));
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('s3cret');
    expect(code).toBe(2);
  });
});

describe('the README', () => {
  const section = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').split('\n## Alerts\n')[1] ?? '';
  const block = (language: string) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section)?.[1] ?? '';

  it('shows a config file that works', () => {
    file('wslog/config.yaml', block('yaml'), 0o644);
    file('wslog/slack-url', 'https://hooks.slack.com/services/x');
    file('wslog/pager-key', 'a key of some length');
    const { code, stdout, stderr } = wslog(['alerts', 'list'], {
      env: { ...env(), PAGER_URL: 'https://pager.test/x' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^receiver/gm)).toHaveLength(4);
    expect(stdout.match(/^silence/gm)).toHaveLength(1);
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!python)(`shows how to verify a webhook${python ? '' : ' (skipped: no python3)'}`, async () => {
    const key = file('key', 'a key of some length\n');
    const test = new Running(
      ['alerts', 'test', '--webhook-file', file('url', server.url), '--webhook-key-file', key],
      env(),
    );
    await test.until('stdout', 'delivered');
    const { headers, body } = server.received[0] ?? { headers: {}, body: '' };
    const check = `${block('python')}
import json, sys
given = json.load(sys.stdin)
key = open(${JSON.stringify(key)}, 'rb').read().strip()
body = given['body'].encode()
print(verified(given['headers'], body, key), verified(given['headers'], body + b' ', key), verified(given['headers'], body, b'x'))
`;
    const run = spawnSync('python3', ['-c', check], { input: JSON.stringify({ headers, body }), encoding: 'utf8' });
    expect(run.stderr + run.stdout).toBe('True False False\n');
  });
});

describe('wslog alerts', () => {
  it('lists who is told and what is silenced', () => {
    file('slack-url', 'https://hooks.slack.com/services/T0/S3CRET');
    const config = `alerts:
  - { type: slack, name: ops, urlFile: ../slack-url, match: severity=critical }
  - { type: alertmanager, url: 'http://127.0.0.1:9093' }
silences: [{ match: path=/ws, until: 2099-01-01, author: jane, comment: moving }]
`;
    file('wslog/config.yaml', config, 0o644);
    const { code, stdout } = wslog(['alerts', 'list', '--exec', 'page --token S3CRET'], { env: env() });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'receiver  ops (slack, https://hooks.slack.com/***); warning and worse; severity=critical; by server, wait 10 s, interval 5 min, repeat 4 h',
      'receiver  alertmanager (alertmanager, http://127.0.0.1:9093); warning and worse; every 1 min',
      'receiver  exec (exec, page …); warning and worse; by server, wait 10 s, interval 5 min, repeat 4 h',
      'silence   active: path=/ws until 2099-01-01T00:00:00.000Z (jane: moving)',
      '',
    ]);
    expect(wslog(['alerts', 'list']).stderr).toContain('nobody is told of incidents');
  });

  it('tests receivers, and says which has not taken it', async () => {
    const hook = file('url', `${server.url}/hooks/S3CRET`);
    const test = new Running(['alerts', 'test', '--webhook-file', hook, '--exec', 'cat > /dev/null; exit 4'], env());
    await test.until('stdout', 'exec (');
    expect(await test.end('SIGCONT')).toBe(75);
    expect(test.stdout).toBe(
      `webhook (webhook, ${server.url}/***): delivered\nexec (exec, cat …): not delivered: it exits with 4\n`,
    );
    expect(bodies()).toMatchObject([{ test: true, alerts: [{ incident: { severity: 'info' } }] }]);
    const { code, stdout } = wslog([
      'alerts',
      'test',
      'exec',
      '--exec',
      'true',
      '--alertmanager',
      'http://127.0.0.1:1',
    ]);
    expect([code, stdout]).toEqual([0, 'exec (exec, true): delivered\n']);
    expect(wslog(['alerts', 'test', 'exek', '--exec', 'true']).stderr).toContain('did you mean exec?');
    expect(wslog(['alerts', 'test']).code).toBe(2);
  });

  it('takes no secret from the command line', () => {
    const { code, stderr } = wslog(['alerts', 'list', '--alertmanager', 'https://u:s3cret@am.test']);
    expect(code).toBe(2);
    expect(stderr).toContain('a password there can be read by everybody');
    expect(stderr).not.toContain('s3cret');
    expect(wslog(['alerts', 'list', '--webhook-url', 'https://x.test']).code).toBe(2);
    const listed = wslog(['alerts', 'list'], { env: { WSLOG_SLACK_URL: 'https://x.test/s3cret' } });
    expect(listed.stdout).toContain('slack (slack, https://x.test/***)');
  });
});
