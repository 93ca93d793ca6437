import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Io } from '../../src/commands/io.ts';
import { main } from '../../src/main.ts';

const folder = mkdtempSync(join(tmpdir(), 'wslog-probe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: net.Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that answers every request with these bytes. */
function says(bytes: string | (() => string), thenEnds = true): Promise<number> {
  return listening(
    net.createServer((socket) => {
      socket.on('data', (data) => {
        const request = data.toString('latin1');
        if (!request.startsWith('GET ')) return;
        const text = typeof bytes === 'string' ? bytes : bytes();
        socket.write(text, 'latin1');
        if (thenEnds) socket.end();
      });
    }),
  );
}

interface Seen {
  readonly requests: http.IncomingMessage[];
  readonly port: number;
  /** Most connections that were open at a time. */
  most: number;
}

async function websocketServer(behave: (ws: WebSocket) => void = () => undefined, protocol?: string): Promise<Seen> {
  const server = http.createServer((_request, response) => response.writeHead(426).end('Upgrade Required'));
  const options = protocol === undefined ? {} : { handleProtocols: () => protocol };
  const websockets = new WebSocketServer({ server, perMessageDeflate: false, ...options });
  const requests: http.IncomingMessage[] = [];
  let open = 0;
  const seen = { requests, port: await listening(server), most: 0 };
  websockets.on('connection', (ws, request) => {
    requests.push(request);
    seen.most = Math.max(seen.most, ++open);
    ws.on('close', () => open--);
    ws.on('error', () => undefined);
    behave(ws);
  });
  return seen;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: Record<string, string> = {}, signal?: AbortSignal): Promise<Ran> {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 1 << 24 });
  const stderr = new PassThrough({ encoding: 'utf8', highWaterMark: 1 << 24 });
  const io: Io = {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env: { HOME: '/nonexistent', COLUMNS: '80', ...env },
    cwd: '/',
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: Date.now,
    monotonic: () => performance.now(),
    signal: signal ?? new AbortController().signal,
  };
  const code = await main(['probe', ...args], io);
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

interface Told {
  readonly schema: string;
  readonly through: {
    readonly status: number | null;
    readonly headers: { name: string; value: string }[];
    readonly body: string;
  };
  readonly direct: { readonly url: string; readonly ok: boolean } | null;
  readonly handshakes: { readonly made: number; readonly ok: number; readonly outcomes: Record<string, number> };
  readonly hold: {
    readonly idle: { readonly heldSeconds: number; readonly serverPings: number; readonly cut: object | null };
  } | null;
  readonly log: readonly { readonly raw: string; readonly fresh: boolean }[];
  readonly config: readonly { readonly name: string; readonly value: string }[];
  readonly verdict: {
    readonly healthy: boolean;
    readonly cause: string | null;
    readonly title: string;
    readonly evidence: string[];
  };
}

async function told(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Told & { readonly code: number }> {
  const { code, out, err } = await run([...args, '--json'], env);
  expect(err).toBe('');
  return { ...(JSON.parse(out) as Told), code };
}

describe('wslog probe', () => {
  it('finds a healthy server healthy, and says who it is', async () => {
    const server = await websocketServer();
    const found = await told([`ws://127.0.0.1:${server.port}/ws?token=hunter2`]);
    expect(found).toMatchObject({ schema: 'wslog.probe/1', code: 0, verdict: { healthy: true, cause: null } });
    const [request] = server.requests;
    expect(request?.headers['user-agent']).toMatch(/^wslog\/\d+\.\d+\.\d+ \(probe\)$/);
    expect(request?.headers.origin).toBe(`http://127.0.0.1:${server.port}`);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('sends what it was told to send', async () => {
    const server = await websocketServer(undefined, 'chat');
    const cookie = join(folder, 'cookie');
    writeFileSync(cookie, 'Cookie: sid=from-the-file\n');
    const args = ['--protocol', 'chat,other', '--origin', 'https://a.test', '--header', 'X-A: 1', '--header', 'X-B: 2'];
    const url = `ws://chat.invalid:${server.port}/ws`;
    const found = await told([url, ...args, '--resolve', '127.0.0.1', '--cookie-file', cookie]);
    expect(found.verdict.healthy).toBe(true);
    expect(server.requests[0]?.headers).toMatchObject({
      host: `chat.invalid:${server.port}`,
      origin: 'https://a.test',
      'x-a': '1',
      'x-b': '2',
      cookie: 'sid=from-the-file',
      'sec-websocket-protocol': 'chat, other',
    });
    await told([url, '--resolve', '127.0.0.1'], { WSLOG_PROBE_COOKIE: 'sid=from-the-environment' });
    expect(server.requests[1]?.headers.cookie).toBe('sid=from-the-environment');
  });

  it('compares with the way past nginx, and takes the path of the URL for it', async () => {
    const server = await websocketServer();
    const front = await says('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 16\r\n\r\nUpgrade Required');
    const found = await told([`ws://127.0.0.1:${front}/ws`, '--upstream', `127.0.0.1:${server.port}`]);
    expect(found).toMatchObject({
      code: 1,
      through: { status: 426 },
      direct: { ok: true },
      verdict: { cause: 'upgrade-headers-missing' },
    });
    expect(found.direct?.url).toBe(`http://127.0.0.1:${server.port}/ws`);
  });

  it('makes several handshakes one after another', async () => {
    const server = await websocketServer();
    const found = await told([`ws://127.0.0.1:${server.port}/`, '--n', '3', '--interval', '100ms']);
    expect(found.handshakes).toEqual({ made: 3, ok: 3, outcomes: { 101: 3 } });
    expect(server.most).toBe(1);
  });

  it('explains the handshake that failed among several', async () => {
    let count = 0;
    const server = http.createServer((_request, response) => response.writeHead(404).end());
    const verifyClient = (_: unknown, answer: (ok: boolean, status?: number) => void) => answer(++count !== 2, 503);
    new WebSocketServer({ server, perMessageDeflate: false, verifyClient });
    const port = await listening(server);
    const found = await told([`ws://127.0.0.1:${port}/`, '--n', '3', '--interval', '100ms']);
    expect(found).toMatchObject({ code: 1, through: { status: 503 }, handshakes: { made: 3, ok: 2 } });
    expect(found.verdict.evidence.join()).toContain('2 of 3');
  });

  it('holds a connection, answers pings, and tells when it is cut', async () => {
    const pinging = await websocketServer((ws) => setTimeout(() => ws.ping(), 500));
    const kept = await told([`ws://127.0.0.1:${pinging.port}/`, '--hold', '900ms']);
    expect(kept).toMatchObject({ code: 0, hold: { idle: { serverPings: 1, cut: null } } });
    const dropping = await websocketServer((ws) => setTimeout(() => ws.terminate(), 1300));
    const cut = await told([`ws://127.0.0.1:${dropping.port}/`, '--hold', '3s']);
    expect(cut).toMatchObject({ code: 1, verdict: { healthy: false }, hold: { idle: { cut: { how: 'fin' } } } });
    expect(cut.hold?.idle.heldSeconds).toBeGreaterThan(1);
  });

  it('reads the config and what the log got in the meantime', async () => {
    const log = join(folder, 'error.log');
    const conf = join(folder, 'nginx.conf');
    const line = (second: number, path: string) =>
      `2026/11/22 12:00:0${second} [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: "GET ${path}?token=hunter2 HTTP/1.1", upstream: "http://127.0.0.1:1${path}", host: "x"\n`;
    writeFileSync(log, line(0, '/ws'));
    const page = '<hr><center>nginx/1.22.1</center>';
    const port = await says(() => {
      writeFileSync(log, line(1, '/other') + line(2, '/ws'), { flag: 'a' });
      return `HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Length: ${page.length}\r\n\r\n${page}`;
    });
    writeFileSync(
      conf,
      `error_log ${log};\nevents {}\nhttp { server { listen ${port}; location /ws { proxy_pass http://127.0.0.1:1; } } }\n`,
    );
    const found = await told([`ws://127.0.0.1:${port}/ws`, '-c', conf]);
    expect(found).toMatchObject({
      code: 1,
      verdict: { cause: 'backend-refused' },
      direct: { url: 'http://127.0.0.1:1/ws' },
    });
    expect(found.log).toHaveLength(1);
    expect(found.log[0]).toMatchObject({ fresh: true, raw: expect.stringContaining('12:00:02') });
    expect(found.config.find(({ name }) => name === 'location')?.value).toBe('/ws');
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('shows nothing as it was sent by a hostile server', async () => {
    const evil = '\x1b]0;owned\x07\x1b[2J\u202e';
    const latin1 = Buffer.from(evil, 'utf8').toString('latin1');
    const port = await says(
      `HTTP/1.1 403 ${latin1}\r\nServer: ${latin1}\r\nLocation: http://a/?token=hunter2\r\nSet-Cookie: sid=hunter2\r\n\r\n${latin1}<script>`,
    );
    for (const format of ['text', 'json']) {
      const { out, err } = await run([`ws://127.0.0.1:${port}/ws`, '--format', format]);
      expect(out + err).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
      expect(out + err).not.toContain('hunter2');
      expect(out).toContain('403');
    }
  });

  it.each([
    ['a head without end', () => `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(20_000)}`],
    ['a body without end', () => `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(500_000)}`],
    ['interim answers without end', () => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)],
    ['a wrong length', () => 'HTTP/1.1 404 No\r\nContent-Length: 99999999\r\n\r\nx'],
    ['half a status line', () => 'HTTP/1.1 4'],
  ])('ends soon on %s', async (_, bytes) => {
    const port = await says(bytes, false);
    const since = performance.now();
    const found = await told([`ws://127.0.0.1:${port}/ws`, '--timeout', '500ms']);
    expect(found.code).toBe(1);
    expect(performance.now() - since).toBeLessThan(8000);
  });

  it('stops at a signal and prints what it has', async () => {
    const server = await websocketServer();
    const ending = new AbortController();
    setTimeout(() => ending.abort('SIGINT'), 800);
    const since = performance.now();
    const { code, out } = await run([`ws://127.0.0.1:${server.port}/`, '--hold', '60s'], {}, ending.signal);
    expect(code).toBe(130);
    expect(out).toContain('101 Switching Protocols');
    expect(performance.now() - since).toBeLessThan(5000);
  });

  it('keeps its page within 80 columns', async () => {
    const server = await websocketServer();
    const front = await says('HTTP/1.1 400 Bad Request\r\nContent-Length: 12\r\n\r\nBad Request\n');
    const { out } = await run([`ws://127.0.0.1:${front}/ws`, '--upstream', `http://127.0.0.1:${server.port}/ws`]);
    const prose = out.split('\n').filter((line) => !line.startsWith(' '.repeat(8)) || !/curl|nginx -/.test(line));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toContain('Through nginx');
    expect(out).toContain('Past nginx');
  });

  it.each([
    [['ftp://a/ws'], 'scheme ftp'],
    [['ws://u:hunter2@a/ws'], '--cookie-file'],
    [['ws://a/ws', '--n', '101'], 'between 1 and 100'],
    [['ws://a/ws', '--n', '0'], 'between 1 and 100'],
    [['ws://a/ws', '--interval', '50ms'], '100ms'],
    [['ws://a/ws', '--timeout', '0s'], 'no time'],
    [['ws://a/ws', '--header', 'hunter2'], 'Name: value'],
    [['ws://a/ws', '--header', 'Upgrade: x'], 'writes itself'],
    [['ws://a/ws', '--origin', 'nowhere'], 'no origin'],
    [['ws://a/ws', '--protocol', 'a b'], 'subprotocol'],
    [['ws://a/ws', '--resolve', 'a b'], 'no address'],
    [['ws://a/ws', '--upstream', 'ws://u:p@b/'], '--upstream'],
    [['ws://a/ws', '--cookie-file', '/nonexistent/cookie'], 'ENOENT'],
    [['ws://a/ws', '-c', '/nonexistent/nginx.conf'], 'nginx.conf'],
    [[], 'missing'],
  ])('refuses %j with one sentence', async (args, why) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(why);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).not.toContain('hunter2');
  });
});
