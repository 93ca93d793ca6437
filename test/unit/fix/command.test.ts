/** `wslog fix` as its users meet it: what goes to which stream, exit codes, files that are written. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { applyPatch } from 'diff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/main.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'wslog-fix-test-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function wslog(args: readonly string[], stdin = '') {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const collect = (into: Buffer[]) => {
    const stream = new PassThrough();
    stream.on('data', (piece: Buffer) => into.push(piece));
    return stream;
  };
  const input = new PassThrough();
  input.end(Buffer.from(stdin, 'latin1'));
  const code = await main(['fix', ...args], {
    stdin: input,
    stdout: collect(out),
    stderr: collect(err),
    env: { HOME: folder, PATH: process.env.PATH },
    cwd: folder,
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => Date.UTC(2026, 10, 22, 18, 17, 26),
    monotonic: () => 0,
    signal: new AbortController().signal,
  });
  return { code, stdout: Buffer.concat(out).toString('latin1'), stderr: Buffer.concat(err).toString('utf8') };
}

const SITE = 'server {\n    # \xe9t\xe9\n    location /ws {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}\n';

/** A configuration in the folder that nginx would take from anybody. */
function written(site = SITE): { conf: string; site: string } {
  const conf = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'sites-enabled'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  writeFileSync(conf, `events {}\nhttp {\n    access_log off;\n    ${paths}\n    include sites-enabled/*;\n}\n`);
  writeFileSync(
    join(folder, 'sites-enabled/chat'),
    site.replace('server {', 'server { listen 127.0.0.1:18997;'),
    'latin1',
  );
  return { conf, site: join(folder, 'sites-enabled/chat') };
}

const text = (path: string) => readFileSync(path, 'latin1');

describe('wslog fix', () => {
  it('prints the diff on standard output, in the bytes of the file, and the reasons on standard error', async () => {
    const { conf, site } = written();
    const before = text(site);
    const { code, stdout, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeout', '--location', '/ws']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(`--- a${site}`);
    expect(stdout).toContain(' \xe9t\xe9'.trim());
    expect(applyPatch(before, stdout)).toContain('\n        proxy_read_timeout 1h;\n');
    expect(stderr).toContain(`${site}:4: + proxy_read_timeout 1h;`);
    expect(text(site)).toBe(before);
  });

  it('says that there is nothing to change', async () => {
    const { conf } = written(SITE.replace('proxy_pass', 'proxy_read_timeout 2h; proxy_pass'));
    const { code, stdout, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeout']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('nothing to change');
  });

  it('says whose door it is when the configuration cannot help', async () => {
    const { conf } = written();
    const { code, stdout, stderr } = await wslog(['-c', conf, '--cause', 'backend-refused', '--location', '/w s']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('whoever runs the backend');
    expect(stderr).toContain("'/w s'");
  });

  it('asks which place is meant', async () => {
    const { conf } = written(
      'server {\n location /a { proxy_pass http://b:1; }\n location /c { proxy_pass http://b:1; }\n}\n',
    );
    const { code, stdout, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeout']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`--location /a (${folder}/sites-enabled/chat:2)`);
    expect(stderr).toContain('--location /c');
  });

  it('knows its causes', async () => {
    const { conf } = written();
    const { code, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeuot']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean idle-timeout?');
  });

  it('reads a configuration from a pipe, and a dump of nginx -T', async () => {
    const alone = await wslog(['-c', '-', '--cause', 'idle-timeout'], SITE);
    expect(alone.stdout).toMatch(/^--- a\/nginx\.conf\n/);
    const dump = `nginx: test is successful\n# configuration file /etc/nginx/nginx.conf:\nhttp { include a; }\n\n# configuration file /etc/nginx/a:\n${SITE}\n`;
    const { code, stdout } = await wslog(['-c', '-', '--cause', 'idle-timeout'], dump);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^--- a\/etc\/nginx\/a\n/);
    expect(applyPatch(SITE, stdout, { fuzzFactor: 0 })).toContain('proxy_read_timeout 1h;');
    expect((await wslog(['-c', '-', '--write'], SITE)).code).toBe(2);
  });

  it('writes the file with a backup that no include takes in, once', async () => {
    const { conf, site } = written();
    chmodSync(site, 0o640);
    const before = text(site);
    const first = await wslog(['-c', conf, '--cause', 'idle-timeout', '--write']);
    expect(first.code, first.stderr).toBe(0);
    expect(text(site)).toContain('proxy_read_timeout 1h;');
    expect(applyPatch(before, first.stdout)).toBe(text(site));
    expect(readdirSync(join(folder, 'sites-enabled')).sort()).toEqual(['.chat.wslog-backup-20261122T181726', 'chat']);
    expect(text(join(folder, 'sites-enabled/.chat.wslog-backup-20261122T181726'))).toBe(before);
    expect(statSync(site).mode & 0o777).toBe(0o640);
    const second = await wslog(['-c', conf, '--cause', 'idle-timeout', '--write']);
    expect([second.code, second.stdout]).toEqual([0, '']);
    expect(readdirSync(join(folder, 'sites-enabled'))).toHaveLength(2);
  });

  it('changes the file behind a link and leaves the link', async () => {
    const { conf, site } = written();
    mkdirSync(join(folder, 'sites-available'));
    const real = join(folder, 'sites-available/chat');
    writeFileSync(real, text(site), 'latin1');
    rmSync(site);
    symlinkSync('../sites-available/chat', site);
    const { code, stdout, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeout', '--write']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^--- a${real}\n`));
    expect(readdirSync(join(folder, 'sites-available'))).toEqual(['chat', 'chat.wslog-backup-20261122T181726']);
    expect(text(site)).toContain('proxy_read_timeout 1h;');
    expect(readdirSync(join(folder, 'sites-enabled'))).toEqual(['chat']);
  });

  it('writes nothing when one of the files cannot be written', async () => {
    const { conf, site } = written();
    writeFileSync(join(folder, 'sites-enabled/.chat.wslog-backup-20261122T181726'), 'somebody else’s');
    const before = text(site);
    const { code, stderr } = await wslog(['-c', conf, '--cause', 'idle-timeout', '--write']);
    expect(code).toBe(2);
    expect(stderr).toContain('EEXIST');
    expect(text(site)).toBe(before);
    expect(readdirSync(join(folder, 'sites-enabled'))).toHaveLength(2);
  });

  it('refuses what is no host name', async () => {
    const { code, stderr } = await wslog(['-c', '-', '--cause', 'upstream-tls-name', '--tls-name', 'a; b'], SITE);
    expect(code).toBe(2);
    expect(stderr).toContain('not a host name');
  });
});
