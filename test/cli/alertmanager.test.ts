/** Alerts as a real Prometheus Alertmanager takes them, and passes them on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offeredProgram } from '../lab/setup.ts';
import { type Target, target } from '../unit/deliver/target.ts';
import { Folder, many, Running, refused, wslog } from './run.ts';

const program = offeredProgram('prometheus-alertmanager', 'prometheus-alertmanager');
const folder = new Folder();
const log = join(folder.path, 'error.log');
let server: Target;
let manager: ChildProcess | null = null;
let url = '';

interface Passed {
  readonly status: string;
  readonly alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Waits until Alertmanager says something. */
async function asked<T>(path: string, enough: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      const answer = (await (await fetch(`${url}${path}`)).json()) as T;
      if (enough(answer)) return answer;
      if (Date.now() > deadline) throw new Error(`${path} says ${JSON.stringify(answer)}`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.skipIf(program === null)('Alertmanager', () => {
  beforeAll(async () => {
    server = await target();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = folder.write(
      'am.yml',
      `route: { receiver: hook, group_by: [server], group_wait: 0s, group_interval: 1s }
receivers: [{ name: hook, webhook_configs: [{ url: '${server.url}/' }] }]
`,
    );
    manager = spawn(
      program ?? '',
      [
        `--config.file=${config}`,
        `--storage.path=${join(folder.path, 'am')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    await asked('/api/v2/status', () => true);
  }, 60_000);
  afterAll(async () => {
    manager?.kill('SIGKILL');
    await server.close();
    folder.remove();
  });

  const watching = (...more: string[]) => {
    const state = join(folder.path, 'state');
    const options = ['--from-start', '--no-nginx-conf', '--state', state, '--alertmanager', url];
    return new Running(['watch', '--format', 'ndjson', ...options, ...more, log]);
  };
  const passed = (): Passed[] => server.received.map(({ body }) => JSON.parse(body));

  it('is told what is open, what it is known by stays the same, and that it is over, over a restart', async () => {
    writeFileSync(log, many(3, refused));
    const first = watching();
    const [alert] = await asked<{ labels: object; annotations: object }[]>('/api/v2/alerts', (all) => all.length > 0);
    expect(alert?.labels).toMatchObject({
      alertname: 'WebSocketFailure',
      cause: 'backend-refused',
      severity: 'critical',
      server: 'chat.test',
      path: '/ws',
      websocket: 'yes',
    });
    expect(alert?.annotations).toMatchObject({ summary: 'Nothing listens on 10.0.0.5:8080', hits: '3' });
    appendFileSync(log, refused(4));
    await first.until('stdout', '"updated"', 20_000);
    await server.until(1);
    expect(await first.end('SIGKILL')).toBe(null);
    const second = watching('--quiet-window', '1s');
    await server.until(2);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(passed().map(({ status, alerts }) => [status, alerts.length])).toEqual([
      ['firing', 1],
      ['resolved', 1],
    ]);
    expect(passed()[1]?.alerts[0]?.labels).toEqual(passed()[0]?.alerts[0]?.labels);
    expect(second.stderr).not.toContain('cannot be notified');
  });

  it('takes a test, and what hostile clients wrote', async () => {
    const tried = wslog(['alerts', 'test', '--alertmanager', url]);
    expect([tried.code, tried.stdout]).toEqual([0, `alertmanager (alertmanager, ${url}): delivered\n`]);
    await asked<{ labels: { alertname: string } }[]>('/api/v2/alerts', (all) =>
      all.some(({ labels }) => labels.alertname === 'WslogTest'),
    );
    const other = join(folder.path, 'hostile');
    mkdirSync(other);
    const hostile = join(other, 'error.log');
    const path = `/ws/<!channel>"'{{ .X }}\\x1b\x1b[31m\xff${'é'.repeat(300)}`;
    writeFileSync(hostile, many(3, refused).replaceAll('/ws', path).replaceAll('chat.test', 'odd.test'), 'latin1');
    const watch = new Running(['watch', '--from-start', '--no-nginx-conf', '--all', '--alertmanager', url, hostile]);
    const [alert] = await asked<Passed['alerts']>('/api/v2/alerts?filter=server=odd.test', (all) => all.length > 0);
    expect(JSON.stringify(alert)).not.toMatch(/[<>\x1b]/);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).not.toContain('cannot be notified');
  });
});
