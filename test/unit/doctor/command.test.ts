import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/commands/io.ts';
import { main } from '../../../src/main.ts';
import { whole } from './cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'wslog-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function doctor(args: readonly string[], input = '') {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 1 << 22 });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const io: Io = {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    env: { HOME: '/nonexistent' },
    cwd: '/',
    columns: 100,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => 0,
    monotonic: () => 0,
    signal: new AbortController().signal,
  };
  const code = await main(['doctor', ...args], io);
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

const healthy = file('ok.conf', whole());
const broken = file('broken.conf', whole({ body: '' }));

describe('wslog doctor', () => {
  it('exits 0 when nothing is wrong, and 1 when something is', async () => {
    const good = await doctor(['-c', healthy]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^✓ Nothing here breaks WebSockets/);
    const bad = await doctor(['-c', broken]);
    expect(bad).toMatchObject({ code: 1, stderr: '' });
    expect(bad.stdout).toMatch(/upgrade-header/);
  });

  it('exits 0 when there is only something to know', async () => {
    const { code, stdout } = await doctor(['-c', file('note.conf', whole({ errorLog: '' }))]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Worth knowing\n · error-log/);
  });

  it('reads standard input, also as nginx -T prints it', async () => {
    expect((await doctor(['-c', '-'], whole())).code).toBe(0);
    const dump = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp { include conf.d/*; }\n# configuration file /etc/nginx/conf.d/a:\nserver { location /ws { proxy_pass http://10.0.0.5; } }\n`;
    const { code, stdout } = await doctor(['-c', '-', '--json'], dump);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).locations).toEqual([
      { server: '*:80', location: '/ws', file: '/etc/nginx/conf.d/a', line: 1 },
    ]);
  });

  it('checks timeouts against a stated ping', async () => {
    expect((await doctor(['-c', healthy, '--ping', '30s'])).code).toBe(0);
    const { code, stdout } = await doctor(['-c', healthy, '--ping', '90s']);
    expect(code).toBe(1);
    expect(stdout).toContain('a ping every 90 s comes too late');
  });

  it('takes the version that is stated', async () => {
    const { stdout } = await doctor(['-c', broken, '--nginx-version', '1.31.0', '--json']);
    expect(JSON.parse(stdout).nginxVersion).toBe('1.31.0');
    expect(stdout).not.toMatch(/"id": "http-version",[^}]*"wrong"/);
  });

  it('writes Markdown, and to a file', async () => {
    const output = join(folder, 'out.md');
    const { code, stdout } = await doctor(['-c', broken, '--format', 'markdown', '-o', output]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readFileSync(output, 'utf8')).toMatch(/^# WebSocket checklist\n/);
  });

  it.each<[string[], RegExp]>([
    [['-c', '/nonexistent/nginx.conf'], /^wslog: --nginx-conf: \/nonexistent\/nginx\.conf does not exist\.\n$/],
    [['-c', '-'], /standard input is empty/],
    [['-c', healthy, '--path', 'ws'], /^wslog: --path: "ws" is not a path; give one such as \/ws\n$/],
    [['-c', healthy, '--ping', 'often'], /--ping: "often" is not a duration/],
    [['-c', healthy, '--nginx-version', 'new'], /--nginx-version: "new" is not an nginx version/],
    [['-c', healthy, '--format', 'html'], /"html" is not one of text, json, markdown/],
    [['--no-nginx-conf'], /no nginx configuration that can be read; name one with -c/],
  ])('exits 2 with one sentence: %s', async (args, sentence) => {
    const { code, stdout, stderr } = await doctor(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
