/** Where this machine's nginx has its configuration: told by the program's text, else by the program. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { localConfPath, localNginx } from '../../../src/commands/local-nginx.ts';

const folder = mkdtempSync(join(tmpdir(), 'wslog-nginx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const io = { env: { PATH: folder } };

function install(content: string | Buffer): void {
  writeFileSync(join(folder, 'nginx'), content);
  chmodSync(join(folder, 'nginx'), 0o755);
}

/** A program that cannot run, which proves that it was read. */
function program(before: number, built: string): Buffer {
  return Buffer.concat([
    Buffer.from('\x7fELF', 'latin1'),
    Buffer.alloc(before, 0x90),
    Buffer.from(`nginx version: nginx/1.27.3\0${built}\0 --conf-path=/not/this.conf\0`),
  ]);
}

const script = (conf: string) =>
  `#!/bin/sh\n# configure arguments: --conf-path=/not/this.conf\necho "nginx version: nginx/1.25.4" >&2\necho "configure arguments: --prefix=/opt ${conf}" >&2\n`;

describe('localConfPath', () => {
  it('reads what the program was built with, wherever that stands in it', async () => {
    for (const before of [0, 1000, 128 * 1024 - 60, 128 * 1024 - 40, 128 * 1024, 700_000]) {
      install(program(before, `configure arguments: --prefix=/opt --conf-path=/opt/${before}/nginx.conf --with-debug`));
      expect((await localConfPath(io)).confPath).toBe(`/opt/${before}/nginx.conf`);
    }
  });

  it('asks a script that starts nginx, whatever its text says', async () => {
    install(script('--conf-path=/etc/other/nginx.conf'));
    const { confPath, ask } = await localConfPath(io);
    expect(confPath).toBe('/etc/other/nginx.conf');
    expect(await ask()).toEqual({
      confPath: '/etc/other/nginx.conf',
      version: '1.25.4',
      binary: join(folder, 'nginx'),
    });
  });

  it('takes the usual path where nothing tells another', async () => {
    install(script(''));
    expect((await localConfPath(io)).confPath).toBe('/etc/nginx/nginx.conf');
    // Built without the option: asked, and it does not answer.
    install(program(10, 'configure arguments: --prefix=/opt'));
    expect((await localConfPath(io)).confPath).toBe('/etc/nginx/nginx.conf');
    install(program(10, 'no arguments'));
    expect((await localConfPath(io)).confPath).toBe('/etc/nginx/nginx.conf');
  });

  it('says what the nginx of this machine says, if there is one', async () => {
    const here = { env: { PATH: process.env.PATH ?? '' } };
    const { confPath, ask } = await localConfPath(here);
    expect(await ask()).toEqual(await localNginx(here));
    expect(confPath).toBe((await localNginx(here)).confPath);
  });
});
