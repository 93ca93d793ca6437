/** `watch` as a service: its unit, and what it tells Prometheus. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Folder, many, Running, refused, refusedAccess, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let log = '';
let serial = 0;
beforeEach(() => {
  log = join(folder.path, `error-${++serial}.log`);
  writeFileSync(log, many(3, refused));
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('--print-systemd-unit', () => {
  const unit = (...args: string[]) => wslog(['watch', '--no-nginx-conf', '--print-systemd-unit', ...args]);

  it('prints a service that runs this very watch, from wherever it is started', () => {
    const odd = folder.write('100% $odd "name".log', '');
    mkdirSync(`${folder.path}/symptoms`);
    const args = ['--quiet-window', '2m', '--patterns', '.', '--path', '/a b', log, odd];
    const { code, stdout, stderr } = wslog(['watch', '--no-nginx-conf', '--print-systemd-unit', ...args], {
      cwd: folder.path,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const command = /^ExecStart=(.*)$/m.exec(stdout)?.[1] ?? '';
    expect(command.startsWith(`${process.execPath} /`)).toBe(true);
    expect(command).toContain(' watch --plain --color never --no-nginx-conf --');
    expect(command).toContain(` --patterns ${folder.path}`);
    expect(command).toContain(` --quiet-window 120000ms`);
    expect(command).toContain(` --path "/a b"`);
    expect(command.endsWith(`${log} "${folder.path}/100%% $$odd \\"name\\".log"`)).toBe(true);
    for (const line of ['DynamicUser=yes', 'StateDirectory=wslog', 'ProtectSystem=strict', 'MemoryMax=512M']) {
      expect(stdout).toContain(`\n${line}\n`);
    }
    expect(stdout).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  });

  it('has systemd hand it the secrets that only their owner can read', () => {
    const url = folder.write('slack-url', 'https://hooks.slack.com/services/S3CRET');
    chmodSync(url, 0o600);
    const { stdout } = unit('--slack-file', url, log);
    expect(stdout).toContain(`\nLoadCredential=slack-file:${url}\n`);
    expect(stdout).toMatch(/^ExecStart=.* --slack-file %d\/slack-file$/m);
    expect(stdout).not.toContain('S3CRET');
  });

  it('lets it read what the group of the logs may read', () => {
    expect(unit('/nowhere/error.log').stdout).toMatch(/^SupplementaryGroups=adm$/m);
    chmodSync(log, 0o640);
    if (spawnSync('chgrp', ['mail', log]).status !== 0) return;
    expect(unit(log).stdout).toMatch(/^SupplementaryGroups=mail$/m);
  });

  it.skipIf(!hasSystemd)(
    hasSystemd ? 'is what systemd takes' : 'is what systemd takes (skipped: no systemd-analyze)',
    () => {
      const path = folder.write('wslog.service', unit(log).stdout);
      const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
      // A container may lack the units that every service depends on; what is wrong with this one names it.
      expect(stderr.split('\n').filter((line) => line.includes('wslog.service'))).toEqual([]);
      if (stderr === '') expect(status).toBe(0);
    },
  );
});

describe('--metrics-listen', () => {
  const watching = (...args: string[]) =>
    new Running(['watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', ...args]);

  it('serves figures that grow with the logs, and nothing else', async () => {
    const access = folder.write(`access-${serial}.log`, many(3, refusedAccess));
    const state = join(folder.path, `state-${serial}`);
    const watch = watching('--metrics-listen', '0', '--state', state, log, access);
    await watch.until('stderr', '/metrics');
    await watch.until('stdout', '"opened"');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(watch.stderr)?.[0] ?? '';
    const figure = async (name: string) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.split(' ')
          .at(-1),
      );
    };
    await expect.poll(() => figure('wslog_lines_total{kind="classified"}')).toBe(6);
    appendFileSync(log, refused(4));
    await expect.poll(() => figure('wslog_lines_total{kind="classified"}')).toBe(7);
    await expect.poll(() => figure('wslog_incident_hits_total{cause="backend-refused"')).toBe(4);
    expect(await figure('wslog_incidents_open{cause="backend-refused",severity="critical"')).toBe(1);
    expect(await figure(`wslog_unread_bytes{log="${log}"}`)).toBe(0);
    await expect.poll(() => figure('wslog_state_commits_total{result="ok"}')).toBeGreaterThan(0);
    expect((await fetch(`${url}/metrics`)).headers.get('content-type')).toContain('version=0.0.4');
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/etc/passwd`)).status).toBe(404);
    expect(await watch.end('SIGTERM')).toBe(0);
  });

  it('ends with a sentence where it cannot listen', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const taken = wslog(['watch', '--no-nginx-conf', '--metrics-listen', `127.0.0.1:${port}`, log]);
    server.close();
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain(
      `--metrics-listen: 127.0.0.1:${port} cannot be listened on (another program does so`,
    );
    const open = wslog(['watch', '--no-nginx-conf', '--metrics-listen', ':9113', log]);
    expect(open).toMatchObject({ code: 2, stdout: '' });
    expect(open.stderr).toContain('open to every network');
  });
});
