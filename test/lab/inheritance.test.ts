/**
 * What the configuration reader says a location inherits is what nginx does: generated configurations with nested
 * locations and includes, each run by a real nginx, its backend noting what reached it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFs } from '../../src/nginx-conf/disk.ts';
import { loadConf } from '../../src/nginx-conf/load.ts';
import { resolveRequest } from '../../src/nginx-conf/resolve.ts';
import { ensureLabPrograms, nginxBinary } from './setup.ts';

const CONFIGS = 100;
const AT_ONCE = 4;
const PATIENCE_MS = 15_000;
/** How long is waited where nothing is expected to end the wait. */
const SHORT_PATIENCE_MS = 2_600;
/** Read timeouts far enough apart to be told on a busy machine, ms. nginx itself says how long it waited. */
const TIMEOUTS = [300, 900, 1500];

/** A small seeded generator, so that a failure can be run again. */
function generator(seed: number): (n: number) => number {
  let state = seed * 2654435761 + 12345;
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822507) + 3266489909) >>> 0;
    return state % n;
  };
}

interface Written {
  readonly text: string;
  readonly includes: readonly { readonly name: string; readonly text: string }[];
}

/** Directives of one level: perhaps a timeout, perhaps headers, each perhaps through an include. */
function level(pick: (n: number) => number, name: string): Written {
  const lines: string[] = [];
  if (pick(3) === 0) lines.push(`proxy_read_timeout ${TIMEOUTS[pick(TIMEOUTS.length)]}ms;`);
  if (pick(3) === 0) lines.push('proxy_set_header Upgrade $http_upgrade;');
  if (pick(3) === 0)
    lines.push(
      [
        'proxy_set_header Connection "upgrade";',
        'proxy_set_header connection $connection_upgrade;',
        "proxy_set_header Connection '';",
      ][pick(3)]!,
    );
  if (pick(4) === 0) lines.push('proxy_set_header Host $host; # a line that replaces the inherited ones');
  if (pick(4) === 0) lines.push(`proxy_http_version ${['1.0', '1.1'][pick(2)]};`);
  if (lines.length === 0 || pick(2) === 0) return { text: lines.join('\n'), includes: [] };
  const file = `${name}.inc`;
  return {
    text: `include ${pick(2) === 0 ? file : `${name}*.inc`};`,
    includes: [{ name: file, text: `${lines.join('\n')}\n` }],
  };
}

function write(root: string, seed: number, port: number, backend: number): string {
  const pick = generator(seed);
  const parts = {
    http: level(pick, 'a-http'),
    server: level(pick, 'b-server'),
    outer: level(pick, 'c-outer'),
    inner: level(pick, 'd-inner'),
  };
  const pass = `proxy_pass http://127.0.0.1:${backend};`;
  const inner = ['location /app/ws', 'location ^~ /app/ws', 'location ~ ^/app/w', 'location ~* /WS'][pick(4)];
  const nested = pick(2) === 0;
  const locations = nested
    ? `location /app {\n${parts.outer.text}\n${pass}\n${inner} {\n${parts.inner.text}\n${pass}\n}\n}`
    : `location /app {\n${parts.outer.text}\n${pass}\n}\n${inner} {\n${parts.inner.text}\n${pass}\n}`;
  const path = join(root, 'nginx.conf');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((t) => `${t}_temp_path ${root}/${t};`)
    .join(' ');
  for (const { name, text } of Object.values(parts).flatMap((p) => p.includes)) writeFileSync(join(root, name), text);
  writeFileSync(
    path,
    `worker_processes 1;\ndaemon off;\npid ${root}/pid;\nerror_log ${root}/error.log crit;\nevents { worker_connections 64; }\nhttp {\naccess_log off; ${temp}\nadd_header X-Waited $upstream_response_time always;\nmap $http_upgrade $connection_upgrade { default upgrade; '' close; }\n${parts.http.text}\nserver {\nlisten 127.0.0.1:${port};\nserver_name a.test;\n${parts.server.text}\n${locations}\n}\n}\n`,
  );
  return path;
}

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
}

describe('inherited settings', () => {
  let backend: Server;
  let backendPort = 0;

  beforeAll(async () => {
    ensureLabPrograms();
    backend = createServer((asked, answer) => {
      if (asked.url?.includes('slow')) return;
      answer.end(JSON.stringify({ headers: asked.headers, httpVersion: asked.httpVersion } satisfies Seen));
    });
    // Upgrade requests are answered as ordinary ones here: only what reached the backend matters.
    backend.on('upgrade', (asked, socket) => {
      if (asked.url?.includes('slow')) return;
      const body = JSON.stringify({ headers: asked.headers, httpVersion: asked.httpVersion } satisfies Seen);
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    });
    await new Promise<void>((listening) => backend.listen(0, '127.0.0.1', listening));
    backendPort = (backend.address() as AddressInfo).port;
  });

  afterAll(() => {
    backend.closeAllConnections();
    backend.close();
  });

  it(`are what nginx does, in ${CONFIGS} generated configurations`, async () => {
    const seeds = Array.from({ length: CONFIGS }, (_, i) => i + 1);
    const wrong: string[] = [];
    const worker = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
        wrong.push(...(await compare(seed, backendPort)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(wrong).toEqual([]);
  }, 600_000);
});

async function compare(seed: number, backend: number): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'wslog-inherit-'));
  chmodSync(root, 0o777);
  mkdirSync(join(root, 'logs'));
  const port = await freePort();
  const path = write(root, seed, port, backend);
  const nginx = spawn(nginxBinary(), ['-p', root, '-c', path], { stdio: 'ignore' });
  try {
    await listening(port);
    const place = resolveRequest(loadConf({ path }, diskFs), {
      server: 'a.test',
      host: 'a.test',
      port,
      path: '/app/ws',
    });
    if (place === null) return [`seed ${seed}: the reader finds no location`];
    const expected = place.readTimeout.value * 1000;
    const patience = expected > Math.max(...TIMEOUTS) ? SHORT_PATIENCE_MS : PATIENCE_MS;
    const [answer, slow] = await Promise.all([ask(port, '/app/ws', PATIENCE_MS), ask(port, '/app/ws/slow', patience)]);
    const seen = JSON.parse(answer.body) as Seen;
    const wrong: string[] = [];
    const same = (what: string, read: unknown, real: unknown): void => {
      if (read !== real) wrong.push(`seed ${seed}: ${what}: read ${String(read)}, nginx ${String(real)}`);
    };
    same('Upgrade', place.upgrade.value.sent, seen.headers.upgrade ?? '');
    same('Connection', place.connection.value.sent, seen.headers.connection ?? '');
    same('HTTP version', place.httpVersion.value, seen.httpVersion);
    // The default of 60 s is not waited for: no answer until our own patience ends means that it holds.
    const measured =
      slow.status === 504
        ? TIMEOUTS.reduce((a, b) => (Math.abs(b - slow.waitedMs) < Math.abs(a - slow.waitedMs) ? b : a))
        : 60_000;
    same('proxy_read_timeout', expected, measured);
    return wrong;
  } finally {
    await stop(nginx);
    rmSync(root, { recursive: true, force: true });
  }
}

function ask(
  port: number,
  path: string,
  patienceMs: number,
): Promise<{ status: number; body: string; waitedMs: number }> {
  return new Promise((done) => {
    const asked = request(
      { host: '127.0.0.1', port, path, headers: { Host: 'a.test', Upgrade: 'websocket', Connection: 'Upgrade' } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          body += piece;
        });
        const waitedMs = Number(answer.headers['x-waited'] ?? 0) * 1000;
        answer.on('end', () => done({ status: answer.statusCode ?? 0, body, waitedMs }));
      },
    );
    asked.setTimeout(patienceMs, () => asked.destroy());
    asked.on('error', () => done({ status: 0, body: '', waitedMs: 0 }));
    asked.end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const up = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        done(true);
      });
      socket.on('error', () => done(false));
    });
    if (up) return;
    await sleep(30);
  }
  throw new Error(`nginx did not listen on port ${port}`);
}

async function stop(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null) return;
  const gone = new Promise((done) => nginx.once('exit', done));
  nginx.kill('SIGTERM');
  await gone;
}
