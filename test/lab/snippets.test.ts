/**
 * Every nginx snippet that a cause recommends is put where it says it belongs, and tested by a real nginx: advice that
 * `nginx -t` refuses is worse than none.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { FixStep } from '../../src/catalogue/types.ts';
import { nginxBinary } from './setup.ts';

const { catalogue } = await loadCatalogue([fileURLToPath(new URL('../../patterns', import.meta.url))]);
const NGINX = [nginxBinary()].find((command) => spawnSync(command, ['-v']).status === 0);
if (NGINX === undefined) console.warn('nginx is not installed, so the snippets are not tested: apt-get install nginx');

const snippets = [...catalogue.causes.values()].flatMap((cause) =>
  cause.fix.steps.flatMap((step, index) =>
    step.nginx === undefined
      ? []
      : [
          {
            name: `${cause.id}, step ${index + 1} (${step.at ?? 'location'})`,
            nginx: step.nginx,
            at: step.at ?? 'location',
          },
        ],
  ),
);

type Level = NonNullable<FixStep['at']>;

/** A whole configuration with the snippet at its level and nothing else but what nginx requires there. */
function configuration(snippet: string, at: Level, folder: string): string {
  const here = (level: Level) => (level === at ? snippet : '');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const log = /^\s*error_log /m.test(snippet) ? '' : `error_log ${folder}/error.log;`;
  return `
pid ${folder}/nginx.pid;
${at === 'main' ? '' : log}
${here('main')}
events { ${here('events')} }
http {
  access_log off;
  ${temporary}
  ${here('http')}
  upstream snippet_backend { ${at === 'upstream' ? snippet : 'server 127.0.0.1:9;'} }
  server {
    listen 127.0.0.1:18999;
    ${here('server')}
    location /snippet { ${here('location')} }
  }
}
`;
}

describe.skipIf(NGINX === undefined)('snippets of the cause files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wslog-snippets-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function test(snippet: string, at: Level) {
    const file = join(folder, 'nginx.conf');
    // The log of the example's own path is not ours to create.
    const own = snippet.replaceAll('/var/log/nginx/', `${folder}/`).replaceAll('/var/tmp', folder);
    await writeFile(file, configuration(own, at, folder));
    const { status, stderr } = spawnSync(
      NGINX ?? 'nginx',
      ['-t', '-q', '-e', `${folder}/start.log`, '-p', folder, '-c', file],
      {
        encoding: 'utf8',
      },
    );
    return { status, stderr };
  }

  it('are there', () => {
    expect(snippets.length).toBeGreaterThan(40);
  });

  it.each(snippets)('$name passes nginx -t', async ({ nginx, at }) => {
    const { status, stderr } = await test(nginx, at);
    expect(stderr.replace(/^.*\[warn\].*exceed open file resource limit.*$/gm, '').trim()).toBe('');
    expect(status).toBe(0);
  });

  it.each<[Level, string]>([
    ['location', 'proxy_read_timeout off;'],
    ['location', 'proxy_pass ws://127.0.0.1:8080;'],
    ['location', 'proxy_set_header Connection $connection_upgrade;'],
    ['server', 'map $http_upgrade $x { default 1; }'],
    ['upstream', 'sticky_typo;'],
    ['http', 'worker_connections 10;'],
  ])('a wrong one in %s would be found: %s', async (at, snippet) => {
    expect((await test(snippet, at)).status).not.toBe(0);
  });
});
