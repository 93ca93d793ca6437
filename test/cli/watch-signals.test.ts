/** What signals do to a watch that runs as a service. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Folder, many, Running, refused, refusedAccess, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let dir = '';
let log = '';
let serial = 0;
beforeEach(() => {
  dir = join(folder.path, `${++serial}`);
  mkdirSync(dir);
  log = join(dir, 'error.log');
  writeFileSync(log, many(3, refused));
});

const watching = (more: readonly string[] = [], logs = [log]): Running =>
  new Running(['watch', '--format', 'ndjson', '--from-start', '--state', join(dir, 'state'), ...more, ...logs], {
    XDG_CONFIG_HOME: dir,
  });
const known = () => JSON.parse(wslog(['incidents', '--state', join(dir, 'state'), '--json']).stdout).incidents;
const opened = (watch: Running) => (watch.stdout.match(/"opened"/g) ?? []).length;

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sockets that the process listens on. */
function listening(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'latin1')
      .split('\n')
      .filter((line) => / 0A /.test(line) && inodes.has(line.trim().split(/\s+/)[9] ?? '')),
  );
}

describe('SIGHUP', () => {
  it('reads options and patterns anew, and keeps what was counted', async () => {
    mkdirSync(join(dir, 'wslog'));
    writeFileSync(join(dir, 'wslog/config.yaml'), 'path: /nowhere\n');
    const watch = watching(['--no-nginx-conf']);
    await until(() => existsSync(join(dir, 'state')) && (known()[0]?.lines ?? 0) === 3);
    expect(opened(watch)).toBe(0);
    writeFileSync(join(dir, 'wslog/config.yaml'), 'path: /ws\n');
    watch.send('SIGHUP');
    await watch.until('stderr', 'were read anew');
    appendFileSync(log, refused(4));
    await watch.until('stdout', '"updated"');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(known()).toMatchObject([{ lines: 4, count: 4 }]);
  });

  it('follows the logs that the nginx configuration names now', async () => {
    const conf = join(dir, 'nginx.conf');
    writeFileSync(conf, `error_log ${log};\nevents {}\nhttp { access_log off; }\n`);
    const watch = watching(['-c', conf], []);
    await watch.until('stdout', '"opened"');
    const access = join(dir, 'access.log');
    writeFileSync(access, '');
    writeFileSync(conf, `error_log ${log};\nevents {}\nhttp { access_log ${access}; }\n`);
    watch.send('SIGHUP');
    await watch.until('stderr', `following ${access}`);
    appendFileSync(log, refused(4));
    appendFileSync(access, refusedAccess(4));
    await until(() => known()[0]?.lines === 5);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(known()).toMatchObject([{ lines: 5, count: 4, statuses: { 502: 1 } }]);
  });

  it('keeps the old settings when the new ones are wrong, and says what is', async () => {
    const watch = watching(['--no-nginx-conf']);
    await watch.until('stdout', '"opened"');
    mkdirSync(join(dir, 'wslog/patterns.d/causes'), { recursive: true });
    writeFileSync(join(dir, 'wslog/patterns.d/causes/broken.yaml'), 'id: [\n');
    watch.send('SIGHUP');
    await watch.until('stderr', 'the settings before stay in force');
    expect(watch.stderr).toContain('broken.yaml');
    appendFileSync(log, refused(4));
    await until(() => known()[0]?.lines === 4);
    expect(await watch.end('SIGTERM')).toBe(0);
  });
});

describe('other signals', () => {
  it('SIGTERM ends within two seconds, with every line that was there in the state', async () => {
    const watch = watching(['--no-nginx-conf']);
    await watch.until('stdout', '"opened"');
    appendFileSync(
      log,
      many(20_000, (n) => refused(n + 3)),
    );
    const began = performance.now();
    expect(await watch.end('SIGTERM')).toBe(0);
    // Generous on a busy machine; the last read has a limit of its own.
    expect(performance.now() - began).toBeLessThan(4000);
    expect(known()).toMatchObject([{ lines: 20_003, count: 20_003 }]);
  });

  it('SIGTERM in a backlog leaves the rest to the next start, says so, and no line is lost or counted twice', async () => {
    // Paths that never come again are the slowest to read, so that this is not read in the time a last read has.
    const requests = 60_000;
    const access = join(dir, 'access.log');
    const second = (n: number) => Math.floor(n / 101) % 60;
    const minute = (n: number) => `12:${String(Math.floor(n / 6060)).padStart(2, '0')}:`;
    const path = (n: number) => `/${(Math.imul(n, 2654435761) >>> 0).toString(36).replace(/[0-9]/g, 'q')}`;
    writeFileSync(
      log,
      many(requests, (n) => refused(n, second(n)).replace('12:00:', minute(n)).replaceAll('/ws', path(n))),
    );
    writeFileSync(
      access,
      many(requests, (n) => refusedAccess(n, second(n)).replace('12:00:', minute(n)).replace('/ws', path(n))),
    );
    const total = (of: 'lines' | 'count') =>
      known().reduce((sum: number, incident: Record<string, number>) => sum + (incident[of] ?? 0), 0);
    const logs = [access, log];
    const first = watching(['--no-nginx-conf'], logs);
    await first.until('stderr', 'following');
    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.stderr.trim().split('\n').at(-1)).toMatch(
      /^wslog: ended with [\d.]+ MiB of .* unread: the next watch reads on there$/,
    );
    expect(total('lines')).toBeLessThan(2 * requests);
    const next = watching(['--no-nginx-conf'], logs);
    for (const deadline = Date.now() + 60_000; total('lines') < 2 * requests && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await next.end('SIGTERM')).toBe(0);
    expect([total('lines'), total('count')]).toEqual([2 * requests, requests]);
    expect(next.stderr).not.toContain('unread');
  }, 90_000);

  it('SIGUSR1 opens no debugger', async () => {
    const watch = watching(['--no-nginx-conf']);
    await watch.until('stdout', '"opened"');
    for (let i = 0; i < 100; i++) watch.send('SIGUSR1');
    appendFileSync(log, refused(4));
    await until(() => known()[0]?.lines === 4);
    expect(listening(watch.pid)).toEqual([]);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).not.toContain('Debugger');
  });
});

describe('kill -9', () => {
  it('changes no count of requests that are logged twice, wherever it comes', async () => {
    const access = join(dir, 'access.log');
    writeFileSync(log, '');
    writeFileSync(access, '');
    const logs = [access, log];
    let written = 0;
    for (let turn = 0; turn < 5; turn++) {
      const watch = watching(['--no-nginx-conf'], logs);
      await watch.until('stderr', 'following');
      for (let i = 0; i < 12; i++) {
        written++;
        appendFileSync(log, refused(written, Math.floor(written / 20)));
        await new Promise((resolve) => setTimeout(resolve, 40));
        appendFileSync(access, refusedAccess(written, Math.floor(written / 20)));
      }
      // The error line is there and counted, its access line is not.
      written++;
      appendFileSync(log, refused(written, Math.floor(written / 20)));
      await until(() => (known()[0]?.count ?? 0) === written);
      await watch.end('SIGKILL');
      appendFileSync(access, refusedAccess(written, Math.floor(written / 20)));
    }
    const last = watching(['--no-nginx-conf'], logs);
    await until(() => known()[0]?.lines === 2 * written);
    expect(await last.end('SIGTERM')).toBe(0);
    expect(known()).toMatchObject([{ lines: 2 * written, count: written, statuses: { 502: written } }]);
    expect(known()).toHaveLength(1);
  });
});
