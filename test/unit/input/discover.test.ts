import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discoverLogs } from '../../../src/input/discover.ts';
import { tempDir } from './temp-dir.ts';

function logs(...names: string[]): string {
  const dir = tempDir();
  for (const name of names) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), `text of ${name}\n`);
  }
  return dir;
}

/** Sets as `name: file file`, with paths relative to the directory. */
async function found(dir: string, ...args: string[]): Promise<{ sets: string[]; problems: string[] }> {
  const { sets, problems } = await discoverLogs(args);
  const short = (path: string): string => (path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path);
  return {
    sets: sets.map((set) => `${short(set.name)}: ${set.files.map((file) => short(file.path)).join(' ')}`),
    problems: problems.map((problem) => `${short(problem.path)} ${problem.sentence}`),
  };
}

describe('rotated sets', () => {
  test('numbers are read from the highest down, as numbers', async () => {
    const dir = logs('error.log', 'error.log.1', 'error.log.2.gz', 'error.log.9.gz', 'error.log.10.gz', 'access.log');
    expect(await found(dir, dir)).toEqual({
      sets: [
        'access.log: access.log',
        'error.log: error.log.10.gz error.log.9.gz error.log.2.gz error.log.1 error.log',
      ],
      problems: [],
    });
  });

  test.each([
    ['error.log-20261121.gz', 'error.log-20261122', 'error.log'],
    ['error.log-20261122-1763769600', 'error.log-20261122-1763773200', 'error.log'],
    ['error.log-2026112209.xz', 'error.log-2026112210.xz', 'error.log'],
    ['error-2026-11-21.log', 'error-2026-11-22.log', 'error.log'],
    ['error-20261121.log.gz', 'error-20261122.log', 'error.log'],
    ['error.log.2026-11-21', 'error.log.2026-11-22', 'error.log'],
    ['error.2.log', 'error.1.log', 'error.log'],
    ['error.log.2.zst', 'error.log.1.bz2', 'error.log'],
  ])('%s, %s, %s', async (...names) => {
    const dir = logs(...[...names].reverse());
    expect((await found(dir, dir)).sets).toEqual([`error.log: ${names.join(' ')}`]);
    // A shell expands the glob before the program sees it.
    const named = names.map((name) => join(dir, name));
    expect((await found(dir, ...named)).sets).toEqual([`error.log: ${names.join(' ')}`]);
  });

  test('logs of different sites stay apart', async () => {
    const dir = logs('a.test-access.log', 'a.test-access.log.1', 'b.test-access.log.1', 'a.test-error.log');
    expect((await found(dir, dir)).sets).toEqual([
      'a.test-access.log: a.test-access.log.1 a.test-access.log',
      'a.test-error.log: a.test-error.log',
      'b.test-access.log: b.test-access.log.1',
    ]);
  });

  test('the order of the arguments changes nothing', async () => {
    const names = ['error.log', 'error.log.1', 'error.log.2.gz', 'access.log', 'sub/error.log', 'access-20261122.log'];
    const dir = logs(...names);
    const args = [...names.map((name) => join(dir, name)), dir, join(dir, '*.log'), '-', join(dir, 'none')];
    const expected = await discoverLogs(args);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(args, { minLength: args.length }), async (shuffled) => {
        expect(await discoverLogs(shuffled)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('arguments', () => {
  test('a named file is read alone, whatever its name', async () => {
    const dir = logs('error.log', 'error.log.1', 'odd name');
    expect((await found(dir, join(dir, 'error.log'))).sets).toEqual(['error.log: error.log']);
    expect((await found(dir, join(dir, 'odd name'))).sets).toEqual(['odd name: odd name']);
  });

  test('size and time come with the file', async () => {
    const dir = logs('error.log');
    const { sets } = await discoverLogs([dir]);
    expect(sets[0]?.files[0]).toMatchObject({ bytes: 18, path: join(dir, 'error.log') });
    expect(Math.abs((sets[0]?.files[0]?.mtimeMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('a file that was named twice, or linked, is read once', async () => {
    const dir = logs('error.log');
    symlinkSync('error.log', join(dir, 'current.log'));
    linkSync(join(dir, 'error.log'), join(dir, 'hard.log'));
    const path = join(dir, 'error.log');
    expect((await found(dir, path, path, join(dir, '.', 'error.log'), join(dir, 'current.log'))).sets).toEqual([
      'error.log: error.log',
    ]);
    expect((await found(dir, dir)).sets).toEqual(['error.log: error.log']);
    expect((await found(dir, join(dir, 'current.log'))).sets).toEqual(['current.log: current.log']);
  });

  test('standard input is a set of its own', async () => {
    expect(await discoverLogs(['-', '-'])).toEqual({
      sets: [{ name: '-', files: [{ path: '-', bytes: 0, mtimeMs: 0 }] }],
      problems: [],
    });
  });

  test('a packed file next to its plain twin is left out, or stands for it', async () => {
    const dir = logs('error.log.1', 'error.log.1.gz', 'error.log.2.gz');
    expect((await found(dir, dir)).sets).toEqual(['error.log: error.log.2.gz error.log.1']);
    expect((await found(dir, join(dir, '*.gz'))).sets).toEqual(['error.log: error.log.2.gz error.log.1']);
    expect((await found(dir, join(dir, 'error.log.1.gz'))).sets).toEqual(['error.log: error.log.1.gz']);
  });

  test('a glob is one only where no file has that very name', async () => {
    const dir = logs('error[1].log', 'error1.log', 'x/error.log', 'y/error.log');
    expect((await found(dir, join(dir, 'error[1].log'))).sets).toEqual(['error[1].log: error[1].log']);
    expect((await found(dir, join(dir, '*/error.log'))).sets).toEqual([
      'x/error.log: x/error.log',
      'y/error.log: y/error.log',
    ]);
    expect((await found(dir, join(dir, 'none-*.log'))).problems).toEqual([expect.stringContaining('matches no file')]);
  });

  test('a directory gives its logs and nothing else', async () => {
    const dir = logs(
      'error.log',
      'nginx.conf',
      'expected.json',
      'access.json',
      '.hidden.log',
      'error_log',
      'sub/deep.log',
    );
    writeFileSync(join(dir, '000003.log'), Buffer.from([0x12, 0x80, 0, 0, 7, 1, 2, 3]));
    // nginx logs the bytes that a TLS client sent to a plain port as they came.
    writeFileSync(join(dir, 'tls.log'), '2026/11/22 12:00:00 [info] 7#7: *1 client sent "\x16\x03\x01\0\0\0"\n');
    execFileSync('mkfifo', [join(dir, 'fifo.log')]);
    const server = createServer().listen(join(dir, 'socket.log'));
    await new Promise((resolve) => server.once('listening', resolve));
    const result = await found(dir, dir);
    server.close();
    expect(result).toEqual({
      sets: ['access.json: access.json', 'error.log: error.log', 'error_log: error_log', 'tls.log: tls.log'],
      problems: [],
    });
  });

  test('a directory that holds only directories is searched below', async () => {
    const dir = logs('pod-1/nginx/0.log', 'pod-2/nginx/0.log');
    expect((await found(dir, dir)).sets).toHaveLength(2);
  });

  test.each([
    ['missing.log', /^missing\.log does not exist/],
    ['empty', /^empty holds no log/],
    ['socket', /^socket is a socket/],
    ['loop', /^loop is a symbolic link/],
    ['/dev/zero', /^\/dev\/zero is a device/],
  ])('%s is a problem in one sentence', async (name, sentence) => {
    const dir = tempDir();
    mkdirSync(join(dir, 'empty'));
    symlinkSync('loop', join(dir, 'loop'));
    const server = createServer().listen(join(dir, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const result = await found(dir, name.startsWith('/') ? name : join(dir, name));
    server.close();
    expect(result).toEqual({ sets: [], problems: [expect.stringMatching(sentence)] });
  });

  test('/dev/null and a fifo are taken as named', async () => {
    const dir = tempDir();
    execFileSync('mkfifo', [join(dir, 'fifo')]);
    const { sets, problems } = await discoverLogs(['/dev/null', join(dir, 'fifo')]);
    expect(sets.map((set) => set.name)).toEqual(['/dev/null', join(dir, 'fifo')]);
    expect(problems).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a file without permission names its group', async () => {
    const dir = logs('error.log');
    chmodSync(join(dir, 'error.log'), 0);
    expect((await found(dir, dir)).problems).toEqual([expect.stringMatching(/^error\.log permission denied \(group /)]);
  });
});
