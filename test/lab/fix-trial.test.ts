/** `nginx -t` on a copy: what it sees, what it says, and what it leaves alone. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withFiles } from '../../src/fix/patch.ts';
import { tryConf } from '../../src/fix/trial.ts';
import { diskFs } from '../../src/nginx-conf/disk.ts';
import { SINGLE_VALUED } from '../../src/nginx-conf/duplicates.ts';
import { loadConf } from '../../src/nginx-conf/load.ts';
import { selfSigned } from './certificates.ts';
import { ensureLabPrograms, nginxBinary } from './setup.ts';

let folder = '';
let main = '';
let site = '';

beforeAll(() => {
  ensureLabPrograms();
  folder = mkdtempSync(join(tmpdir(), 'wslog-trial-test-'));
  mkdirSync(join(folder, 'conf.d'));
  mkdirSync(join(folder, 'certs'));
  selfSigned(join(folder, 'certs'), 'chat.example.com');
  main = join(folder, 'nginx.conf');
  site = join(folder, 'conf.d/site.conf');
  writeFileSync(
    main,
    `pid ${folder}/own.pid;\nerror_log ${folder}/own.log;\nevents {}\nhttp {\n  access_log ${folder}/access.log;\n  include conf.d/*.conf;\n}\n`,
  );
  const certificate = 'ssl_certificate certs/chat.example.com.pem; ssl_certificate_key certs/chat.example.com.key;';
  writeFileSync(site, `server {\n  listen 127.0.0.1:18996 ssl;\n  ${certificate}\n  location / { return 200; }\n}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tryConf', () => {
  it('finds relative certificates and includes, and makes neither logs nor a pid file', async () => {
    const conf = loadConf({ path: main }, diskFs);
    expect(await tryConf(nginxBinary(), conf)).toEqual({ passed: true, complaint: '' });
    for (const name of ['own.pid', 'own.log', 'access.log']) expect(existsSync(join(folder, name)), name).toBe(false);
  });

  it('tests the new text and not what is on the disk, and names the real file and line', async () => {
    const conf = loadConf({ path: main }, diskFs);
    const text = (conf.files.get(site) ?? '').replace('return 200;', 'proxy_read_timeout off;');
    const { passed, complaint } = await tryConf(nginxBinary(), withFiles(conf, new Map([[site, text]])));
    expect(passed).toBe(false);
    expect(complaint).toContain(`"proxy_read_timeout" directive invalid value in ${site}:4`);
  });

  it('cannot run what is not there', async () => {
    await expect(tryConf('/nonexistent/nginx', loadConf({ path: main }, diskFs))).rejects.toThrow('ENOENT');
  });
});

describe('nginx refuses twice', () => {
  const values: Readonly<Record<string, string>> = {
    auth_basic: 'chat',
    auth_request: '/auth',
    default_type: 'text/plain',
    large_client_header_buffers: '4 8k',
    proxy_bind: '127.0.0.1',
    proxy_buffers: '4 8k',
    proxy_http_version: '1.1',
    proxy_pass: 'http://127.0.0.1:1',
    proxy_ssl_name: 'chat.example.com',
    resolver: '127.0.0.1',
    root: '/srv',
    satisfy: 'any',
    try_files: '$uri =404',
  };
  const SERVER_ONLY = new Set(['large_client_header_buffers', 'client_header_timeout']);

  it.each([...SINGLE_VALUED])('%s', async (name) => {
    const value = values[name] ?? (/timeout$/.test(name) ? '5s' : /size$/.test(name) ? '16k' : 'on');
    const inner = `${name} ${value};\n${name} ${value};\n`;
    const body = SERVER_ONLY.has(name) ? inner : `location /ws {\n${inner}}\n`;
    const text = `events {}\nhttp {\nserver {\nlisten 127.0.0.1:18996;\n${body}}\n}\n`;
    const twice = join(folder, 'twice.conf');
    writeFileSync(twice, text);
    const { passed, complaint } = await tryConf(nginxBinary(), loadConf({ path: twice }, diskFs));
    expect({ passed, complaint }).toMatchObject({ passed: false });
    expect(complaint).toContain(`"${name}" directive is duplicate`);
  });
});
