import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { bash, CLI, Folder, many, Running, refused, refusedAccess, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
const errorLog = folder.write('error.log', many(40, refused));
const accessLog = folder.write('access.log', many(40, refusedAccess));
const absent = join(folder.path, 'absent.log');

describe('exit codes', () => {
  it('0: ran, whatever was found', () => {
    const { code, stdout, stderr } = wslog(['analyze', errorLog, accessLog]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('backend-refused');
    expect(stdout).toContain('10.0.0.5:8080');
  });

  it('1: only with --fail-on, from that severity on', () => {
    expect(wslog(['analyze', '--fail-on', 'warning', errorLog, accessLog]).code).toBe(1);
    expect(wslog(['analyze', '--fail-on', 'info', '--until', '2026-11-22 11:00', errorLog]).code).toBe(0);
    expect(wslog(['analyze', errorLog], { env: { WSLOG_FAIL_ON: 'warning' } }).code).toBe(1);
  });

  it('2: nothing could be read', () => {
    expect(wslog(['analyze', '--json', absent])).toMatchObject({ code: 2, stdout: '' });
    expect(wslog(['analyze', '--json', '-'])).toMatchObject({ code: 2, stdout: '' });
    const closed = bash('wslog analyze --json - <&-');
    expect(closed).toMatchObject({ code: 2, stdout: '' });
    expect(closed.stderr).toMatch(/^wslog: -: [^\n]+\n$/);
  });

  it('3: a part could not be read, and the report says which', () => {
    const { code, stdout, stderr } = wslog(['analyze', '--json', errorLog, absent]);
    expect(code).toBe(3);
    expect(stderr).toContain('absent.log');
    const { inputs } = JSON.parse(stdout);
    expect(inputs).toHaveLength(2);
    expect(inputs.find(({ path }: { path: string }) => path === absent).problem).toMatch(/does not exist/);
  });

  it('3: a damaged file, with what was good before the damage', () => {
    const whole = gzipSync(many(5000, refused));
    const cut = folder.write('cut.log.gz', whole.subarray(0, -200));
    const { code, stdout } = wslog(['analyze', '--json', cut]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).incidents[0].lines).toBeGreaterThan(100);
  });

  it('3: a format that is not recognised, with its first line', () => {
    const strange = folder.write('strange.log', 'hello world, this is no log of nginx\n'.repeat(20));
    const { code, stdout } = wslog(['analyze', strange]);
    expect(code).toBe(3);
    expect(stdout).toContain('hello world');
  });

  it('143: ended by SIGTERM, however silent who writes to the pipe is', () => {
    const { stdout } = bash(`
      cd '${folder.path}'; mkfifo idle silent; exec 9<>idle
      '${process.execPath}' '${CLI}' analyze - <&9 > piped & p=$!
      '${process.execPath}' '${CLI}' explain - <&9 > /dev/null 2>&1 & r=$!
      '${process.execPath}' '${CLI}' analyze silent > /dev/null 2>&1 & q=$!
      sleep 1; kill -TERM $p $q $r; for each in $p $q $r; do wait $each; echo rc=$?; done`);
    expect(stdout).toBe('rc=143\nrc=143\nrc=143\n');
  });

  it('143: what came until then is reported', () => {
    const { stdout } = bash(`
      mkfifo '${folder.path}/fifo'; exec 9<>'${folder.path}/fifo'; cat '${errorLog}' >&9
      '${process.execPath}' '${CLI}' analyze '${folder.path}/fifo' & p=$!
      sleep 1; kill -TERM $p; wait $p; echo rc=$?`);
    expect(stdout).toContain('Reading was interrupted');
    expect(stdout).toContain('Nothing listens on 10.0.0.5:8080');
    expect(stdout).toMatch(/rc=143\n$/);
  });
});

describe('input', () => {
  it('is read to its end from a fifo and from a process substitution, also an empty one', () => {
    const { stdout } = bash(`
      mkfifo '${folder.path}/once'; cat '${errorLog}' > '${folder.path}/once' &
      wslog analyze --json '${folder.path}/once' <(cat '${accessLog}') <(true) | grep -c '"title": "Nothing listens'; wait`);
    expect(stdout).toBe('1\n');
  });

  it('may have no line from the time asked for, which is not to have no lines', () => {
    const { code, stdout } = wslog(['analyze', '--since', '2026-11-22 13:00', errorLog]);
    expect(code).toBe(0);
    expect(stdout).toContain('no line from the time asked for');
    expect(stdout).not.toContain('the input has no lines');
    const empty = wslog(['analyze', '--since', '2026-11-22 13:00', folder.write('empty.log', '')]);
    expect(empty.stdout).toContain('the input has no lines');
    const foreign = Buffer.from('2026/11/22 12:00:00 [error] 1#1: x', 'utf16le');
    expect(wslog(['analyze', folder.write('utf16.log', foreign)]).stdout).toContain('could be read');
  });

  it('is not an empty name', () => {
    const { code, stderr } = wslog(['analyze', '']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wslog: '': is no name: [^\n]+\n$/);
  });

  it('is standard input for -', () => {
    const { code, stdout } = wslog(['analyze', '--json', '-'], { input: many(40, refused) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).incidents[0]).toMatchObject({ lines: 40 });
  });

  it('is what the configuration names, when only -c is given', () => {
    const conf = folder.write(
      'nginx.conf',
      `events {}\nerror_log ${errorLog} info;\nhttp { access_log ${accessLog}; server { listen 80; } }\n`,
    );
    const { code, stdout } = wslog(['analyze', '--json', '-c', conf]);
    expect(code).toBe(0);
    const paths = JSON.parse(stdout).inputs.map(({ path }: { path: string }) => path);
    expect(paths.sort()).toEqual([accessLog, errorLog]);
    const dumped = wslog(['analyze', '--json', '-c', '-'], { input: readFileSync(conf, 'utf8') });
    expect(JSON.parse(dumped.stdout).inputs).toHaveLength(2);
    expect(wslog(['analyze', '-c', '-', '-'], { input: 'x' })).toMatchObject({ code: 2 });
  });

  it('gives the same incidents in any order', () => {
    const a = wslog(['analyze', '--json', errorLog, accessLog]);
    const b = wslog(['analyze', '--json', accessLog, errorLog]);
    expect(b.stdout).toBe(a.stdout);
  });
});

describe('output', () => {
  it('goes quietly when the reader has seen enough', () => {
    for (let i = 0; i < 5; i++) {
      const { stdout, stderr } = bash(`wslog analyze --all -v '${errorLog}' | head -1; echo "rc=\${PIPESTATUS[0]}"`);
      expect(stdout).toMatch(/rc=0\n$/);
      expect(stderr).toBe('');
    }
    const closed = bash(`wslog analyze '${errorLog}' | true; echo "rc=\${PIPESTATUS[0]}"`);
    expect(closed).toMatchObject({ stdout: 'rc=0\n', stderr: '' });
  });

  it('says so when it cannot be written', () => {
    const { code, stderr } = bash(`wslog analyze '${errorLog}' > /dev/full`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wslog: cannot write the results \(ENOSPC\)\n$/);
  });

  it('replaces a file whole, and keeps its mode and its links', () => {
    const target = folder.write('report.json', 'old');
    const link = join(folder.path, 'link.json');
    symlinkSync(target, link);
    bash(`chmod 600 '${target}'`);
    const { code, stdout } = wslog(['analyze', '--json', '-o', link, errorLog]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(target, 'utf8')).schema).toBe('wslog.report/1');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('leaves the old file alone when the new one cannot be finished', () => {
    const { code, stderr } = wslog(['analyze', '-o', join(folder.path, 'no', 'such', 'folder.txt'), errorLog]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wslog: cannot write [^\n]+\n$/);
  });

  it('never replaces a log that is read', () => {
    const link = join(folder.path, 'also-error.log');
    symlinkSync(errorLog, link);
    const { code, stderr } = wslog(['analyze', '-o', link, errorLog]);
    expect(code).toBe(2);
    expect(stderr).toContain('is one of the logs to read');
    expect(readFileSync(errorLog, 'utf8')).toBe(many(40, refused));
  });

  it('has colour only when asked for, or on a terminal', () => {
    const coloured = (args: string[], env: Record<string, string> = {}) =>
      wslog(['analyze', ...args, errorLog], { env }).stdout.includes('\x1b[');
    expect(coloured([])).toBe(false);
    expect(coloured(['--color', 'always'])).toBe(true);
    expect(coloured([], { FORCE_COLOR: '1' })).toBe(true);
    expect(coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(coloured(['--color', 'never'], { FORCE_COLOR: '1' })).toBe(false);
    expect(coloured(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
  });

  it('fits the width it is told', () => {
    const { stdout } = wslog(['analyze', errorLog, accessLog], { env: { COLUMNS: '80' } });
    // Commands are there to be copied, so they are never broken.
    const lines = stdout.split('\n').filter((line) => !/^ +(?:Check +)?\$ /.test(line));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("this machine's own configuration", () => {
  const conf = folder.write('local.conf', `events {}\nerror_log ${errorLog};\nhttp { access_log ${accessLog}; }\n`);
  const binaries = join(folder.path, 'bin');
  mkdirSync(binaries);
  const script = `#!/bin/sh\necho 'nginx version: nginx/1.22.1' >&2\necho 'configure arguments: --conf-path=${conf} --x=y' >&2\n`;
  writeFileSync(join(binaries, 'nginx'), script, { mode: 0o755 });
  const env = { PATH: `${binaries}:${process.env.PATH ?? ''}` };

  it('is used for the logs it names, and that is said', () => {
    const { code, stderr } = wslog(['analyze', errorLog, accessLog], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^wslog: these logs are named by this machine's .*local\.conf[^\n]*\n$/);
    expect(wslog(['analyze', '-q', errorLog], { env }).stderr).toBe('');
  });

  it('is not used for other logs, nor when it is turned off', () => {
    const elsewhere = new Folder();
    const copy = elsewhere.write('error.log', many(3, refused));
    expect(wslog(['analyze', copy], { env }).stderr).toBe('');
    expect(wslog(['analyze', errorLog, copy], { env }).stderr).toBe('');
    expect(wslog(['analyze', '--no-nginx-conf', errorLog], { env }).stderr).toBe('');
    expect(wslog(['analyze', errorLog], { env: { ...env, WSLOG_NGINX_CONF: 'false' } }).stderr).toBe('');
    elsewhere.remove();
  });

  it('tells watch which logs to follow', async () => {
    const watch = new Running(['watch', '--from-start', '--format', 'ndjson'], env);
    await watch.until('stdout', '"opened"');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).toContain(`following ${accessLog}, ${errorLog}`);
  });
});
