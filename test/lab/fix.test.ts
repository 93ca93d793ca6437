/**
 * Every cause that a change of the configuration mends, on a real nginx: broken, patched with `patch`, tested with
 * `nginx -t`, reloaded, and the same traffic again.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { unifiedDiff } from '../../src/fix/diff.ts';
import { patchFor, withFiles } from '../../src/fix/patch.ts';
import { REMEDIES } from '../../src/fix/remedies/list.ts';
import { tryConf } from '../../src/fix/trial.ts';
import type { FixRequest } from '../../src/fix/types.ts';
import { diskFs } from '../../src/nginx-conf/disk.ts';
import { loadConf } from '../../src/nginx-conf/load.ts';
import { asksForUpgrade, chatServer, httpAnswer, rawServer, switching } from './backends.ts';
import { knock, leave, person, type Session } from './clients.ts';
import { type Lab, runScenario, site, UPGRADE } from './lab.ts';
import type { Nginx, NginxConfig } from './nginx.ts';
import { ensureLabPrograms, nginxBinary } from './setup.ts';

interface Story {
  readonly cause: string;
  readonly name: string;
  readonly options?: Partial<FixRequest>;
  /** Most lines of the diff that may begin with + or -. */
  readonly lines: number;
  /** Starts the backend and says how nginx is configured wrongly. */
  readonly broken: (lab: Lab) => Promise<NginxConfig>;
  /** Whether it works; default: a handshake gets 101 and its tunnel lives for a moment. */
  readonly works?: (lab: Lab, nginx: Nginx) => Promise<boolean>;
  /** nginx refuses the broken configuration, so it starts with this one. */
  readonly refused?: boolean;
}

/** nginx lets the old workers accept for a tenth of a second after it started new ones. */
const HANDOVER_MS = 250;

const WITHOUT_VERSION = UPGRADE.replace('proxy_http_version 1.1;', '');

/** A server whose `/ws` has these directives before its proxy_pass. */
async function chatting(lab: Lab, body: string, scheme = 'http'): Promise<string> {
  const port = await lab.port();
  await lab.use(chatServer({ port }));
  return site(lab, `location /ws {   # the chat\n${body}\nproxy_pass ${scheme}://127.0.0.1:${port};   # app\n}`);
}

async function opens(lab: Lab, path = '/ws', quietMs = 150): Promise<boolean> {
  const { session } = await knock(lab.site, path);
  if (session === null) return false;
  await sleep(quietMs);
  const isOpen = session.ws.readyState === WebSocket.OPEN;
  await leave(session);
  return isOpen;
}

/** Whether so many tunnels can be open at once. */
async function holds(lab: Lab, count: number): Promise<boolean> {
  const open: Session[] = [];
  for (let index = 0; index < count; index++) {
    const { session } = await knock(lab.site, '/ws', { who: person(index) });
    if (session !== null) open.push(session);
  }
  await Promise.all(open.map(leave));
  return open.length === count;
}

/** The backends that answered, where a story has several. */
const ANSWERED = new WeakMap<Lab, Set<number>>();

function answeredBy(lab: Lab, port: number): null {
  const ports = ANSWERED.get(lab) ?? new Set();
  ANSWERED.set(lab, ports.add(port));
  return null;
}

const STORIES: readonly Story[] = [
  {
    cause: 'upgrade-headers-missing',
    name: 'nothing is forwarded',
    lines: 3,
    broken: async (lab) => ({ servers: await chatting(lab, '') }),
  },
  {
    cause: 'upgrade-headers-missing',
    name: 'the location wipes what the server sets',
    lines: 2,
    broken: async (lab) => {
      const inner = await chatting(lab, 'proxy_http_version 1.1;\nproxy_set_header Host $host;');
      return { http: WITHOUT_VERSION, servers: inner };
    },
  },
  {
    cause: 'upgrade-headers-missing',
    name: 'Connection is cleared',
    lines: 2,
    broken: async (lab) => {
      const body = 'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "";';
      return { servers: await chatting(lab, body) };
    },
  },
  {
    cause: 'upgrade-headers-missing',
    name: 'headers are inherited, and another location has them too',
    lines: 4,
    broken: async (lab) => {
      const body = 'location / { proxy_pass http://127.0.0.1:9; }';
      return {
        http: 'proxy_set_header Host $host;',
        servers: `${await chatting(lab, '')}`.replace(/}$/, `${body}\n}`),
      };
    },
  },
  {
    cause: 'proxy-http-version',
    name: 'the backend wants HTTP/1.1',
    lines: 1,
    broken: async (lab) => {
      const port = await lab.port();
      await lab.use(
        rawServer({ port }, (socket, request) => {
          const isRight = / HTTP\/1\.1\r\n/.test(request) && asksForUpgrade(request);
          if (isRight) socket.write(switching(request));
          else socket.end(httpAnswer(505, 'HTTP/1.1 only'));
        }),
      );
      return { servers: site(lab, `location /ws {\n${WITHOUT_VERSION}\nproxy_pass http://127.0.0.1:${port};\n}`) };
    },
  },
  {
    cause: 'idle-timeout',
    name: 'a second of silence',
    lines: 2,
    broken: async (lab) => ({ servers: await chatting(lab, `${UPGRADE}\nproxy_read_timeout 1s;`) }),
    works: (lab) => opens(lab, '/ws', 1700),
  },
  {
    cause: 'read-timeout-zero',
    name: 'meant as never, at the outer level',
    lines: 2,
    broken: async (lab) => ({ http: 'proxy_read_timeout 0;', servers: await chatting(lab, UPGRADE) }),
  },
  {
    cause: 'read-timeout-zero',
    name: 'for connecting',
    lines: 2,
    broken: async (lab) => ({ servers: await chatting(lab, `${UPGRADE}\nproxy_connect_timeout 0;`) }),
  },
  {
    cause: 'upstream-header-too-big',
    name: 'a large cookie on the 101',
    lines: 2,
    broken: async (lab) => {
      const port = await lab.port();
      const cookie = `Set-Cookie: a=${'x'.repeat(9000)}\r\n`;
      await lab.use(rawServer({ port }, (socket, request) => socket.write(switching(request, cookie))));
      return { servers: site(lab, `location /ws {\n${UPGRADE}\nproxy_pass http://127.0.0.1:${port};\n}`) };
    },
  },
  {
    cause: 'upstream-tls-mismatch',
    name: 'https to a plain backend',
    lines: 2,
    broken: async (lab) => ({ servers: await chatting(lab, UPGRADE, 'https') }),
  },
  {
    cause: 'upstream-tls-mismatch',
    name: 'http to a TLS backend',
    options: { scheme: 'https' },
    lines: 2,
    broken: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }, { tls: lab.certificate('backend') }));
      return { servers: site(lab, `location /ws {\n${UPGRADE}\nproxy_pass http://127.0.0.1:${port};\n}`) };
    },
  },
  {
    cause: 'upstream-tls-name',
    name: 'the backend answers to its name only',
    options: { tlsName: 'backend.internal.example' },
    lines: 2,
    broken: async (lab) => {
      const port = await lab.port();
      const { cert, key } = lab.certificate('backend.internal.example');
      const SNICallback: tls.TlsOptions['SNICallback'] = (name, done) =>
        name === 'backend.internal.example'
          ? done(null, tls.createSecureContext({ cert, key }))
          : done(new Error('another name'));
      await lab.use(chatServer({ port }, { tls: { SNICallback } }));
      return { servers: site(lab, `location /ws {\n${UPGRADE}\nproxy_pass https://127.0.0.1:${port};\n}`) };
    },
  },
  {
    cause: 'config-map-missing',
    name: 'the variable is used and nothing defines it',
    lines: 4,
    refused: true,
    broken: async (lab) => ({ noMap: true, servers: await chatting(lab, UPGRADE) }),
  },
  {
    cause: 'config-invalid',
    name: 'ws:// in proxy_pass',
    lines: 2,
    refused: true,
    broken: async (lab) => ({ servers: await chatting(lab, UPGRADE, 'ws') }),
  },
  {
    cause: 'sticky-session-missing',
    name: 'requests of one client reach two servers',
    lines: 1,
    broken: async (lab) => {
      const ports = [await lab.port(), await lab.port()];
      for (const port of ports) await lab.use(chatServer({ port }, { refuse: () => answeredBy(lab, port) }));
      const servers = ports.map((port) => `server 127.0.0.1:${port};`).join('\n');
      return {
        http: `upstream app {\n${servers}\n}`,
        servers: site(lab, `location /ws {\n${UPGRADE}\nproxy_pass http://app;\n}`),
      };
    },
    works: async (lab) => {
      ANSWERED.get(lab)?.clear();
      for (let i = 0; i < 6; i++) if (!(await opens(lab, '/ws', 0))) return false;
      return ANSWERED.get(lab)?.size === 1;
    },
  },
  {
    cause: 'worker-connections-exhausted',
    name: 'a handful of slots',
    lines: 3,
    broken: async (lab) => ({ events: 'worker_connections 12;', servers: await chatting(lab, UPGRADE) }),
    works: (lab) => holds(lab, 12),
  },
  {
    cause: 'file-descriptors-exhausted',
    name: 'a handful of files',
    lines: 2,
    broken: async (lab) => ({ main: 'worker_rlimit_nofile 24;', servers: await chatting(lab, UPGRADE) }),
    works: (lab) => holds(lab, 16),
  },
  {
    cause: 'nginx-reload-drop',
    name: 'old workers may live for a moment',
    lines: 2,
    broken: async (lab) => ({ main: 'worker_shutdown_timeout 300ms;', servers: await chatting(lab, UPGRADE) }),
    works: async (lab, nginx) => {
      const { session } = await knock(lab.site, '/ws');
      await nginx.reload();
      await sleep(HANDOVER_MS + 700);
      const isOpen = session?.ws.readyState === WebSocket.OPEN;
      if (session !== null) await leave(session);
      return isOpen;
    },
  },
  {
    cause: 'auth-subrequest-failed',
    name: 'the auth location inherits Upgrade',
    lines: 3,
    broken: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const check = `location = /auth {\ninternal;\nproxy_pass http://127.0.0.1:${port}/verify;\n}`;
      const headers = UPGRADE.replaceAll('; ', ';\n');
      return {
        servers: site(
          lab,
          `${headers}\nlocation /ws {\nauth_request /auth;\nproxy_pass http://127.0.0.1:${port};\n}\n${check}`,
        ),
      };
    },
  },
  {
    cause: 'handshake-redirected',
    name: 'the slash',
    options: { location: '/ws' },
    lines: 2,
    broken: async (lab) => ({ servers: (await chatting(lab, UPGRADE)).replace('location /ws {', 'location /ws/ {') }),
  },
  {
    cause: 'request-header-too-large',
    name: 'a token in the query',
    lines: 2,
    broken: async (lab) => ({ http: 'large_client_header_buffers 4 1k;', servers: await chatting(lab, UPGRADE) }),
    works: (lab) => opens(lab, `/ws?access_token=${'t'.repeat(1500)}`),
  },
  {
    cause: 'hidden-evidence',
    name: 'an idle cut leaves a trace',
    lines: 4,
    broken: async (lab) => ({
      servers: (await chatting(lab, `${UPGRADE}\nproxy_read_timeout 1s;`)).replace(
        'location',
        `error_log ${lab.path('var/log/nginx/site.log')} error;\naccess_log ${lab.path('var/log/nginx/site.access')};\nlocation`,
      ),
    }),
    works: async (lab) => {
      await opens(lab, '/ws', 1500);
      const text = (name: string) => readFileSync(lab.path(`var/log/nginx/${name}`), 'latin1');
      return (
        text('site.log').includes('while proxying upgraded connection') && /" 101 .* rt=1\.\d/.test(text('site.access'))
      );
    },
  },
];

/** The same server with a location that needs no repair: what nginx starts with where it refuses the broken one. */
function harmless(lab: Lab): NginxConfig {
  return { servers: site(lab, 'location /ws { return 503; }') };
}

async function heal({ cause, options, lines, broken, works, refused }: Story, lab: Lab): Promise<void> {
  const isRight = works ?? ((at: Lab) => opens(at));
  const config = await broken(lab);
  const nginx = await lab.nginx(refused === true ? harmless(lab) : config);
  if (refused === true) await nginx.reload(config);
  expect(await isRight(lab, nginx), 'broken').toBe(false);

  const file = lab.path('etc/nginx/nginx.conf');
  const request: FixRequest = {
    cause,
    server: null,
    location: null,
    pingSeconds: null,
    version: null,
    scheme: null,
    tlsName: null,
    ...options,
  };
  const conf = loadConf({ path: file }, diskFs);
  const fix = patchFor(conf, request);
  if (fix.kind !== 'patch') throw new Error(`no patch but ${JSON.stringify(fix)}`);
  expect((await tryConf(nginxBinary(), conf)).passed).toBe(refused !== true);
  expect(await tryConf(nginxBinary(), withFiles(conf, fix.files))).toEqual({ passed: true, complaint: '' });

  const diff = unifiedDiff(
    [...fix.files].map(([path, after]) => ({ path, before: conf.files.get(path) ?? '', after })),
  );
  expect(diff.match(/^[+-](?!--|\+\+)/gm)?.length).toBeLessThanOrEqual(lines);
  const patch = spawnSync('patch', ['-p1', '-s', '-f', '-d', '/'], {
    input: Buffer.from(diff, 'latin1'),
    encoding: 'utf8',
  });
  expect(patch.stdout + patch.stderr).toBe('');
  expect(readFileSync(file, 'latin1')).toBe(fix.files.get(file));

  await nginx.reload();
  await sleep(HANDOVER_MS);
  expect(await isRight(lab, nginx), 'mended').toBe(true);
  expect(patchFor(loadConf({ path: file }, diskFs), request).kind).toBe('unchanged');
}

describe('a fix heals a real nginx', () => {
  beforeAll(ensureLabPrograms);

  it.concurrent.each(STORIES)('$cause: $name', (story) =>
    runScenario({ run: (lab) => heal(story, lab) }).then(() => undefined),
  );

  it('has a story for every cause it mends', () => {
    const told = new Set(STORIES.map(({ cause }) => cause));
    expect([...REMEDIES.keys()].filter((cause) => !told.has(cause))).toEqual([]);
  });
});
