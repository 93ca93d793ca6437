/** Backends of every behaviour the scenarios need, each on a port of 127.0.0.1. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import dgram from 'node:dgram';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Backend {
  stop(): Promise<void>;
}

/** What a server listens on; the address is 127.0.0.1 unless given. */
type Place = { readonly port: number; readonly host?: string } | { readonly path: string };

/** Remembers a server's connections, so that stopping it does not wait for clients. */
async function listen(server: net.Server, place: Place): Promise<Backend> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(
      'port' in place ? { host: place.host ?? '127.0.0.1', port: place.port } : { path: place.path },
      resolve,
    );
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

export interface ChatOptions {
  /** Message sent to every new client. */
  readonly greeting?: string;
  /** A message to every client each so many milliseconds. */
  readonly tickMs?: number;
  /** Reset the connection (RST) after so many milliseconds. */
  readonly resetAfterMs?: number;
  /** Close cleanly after so many milliseconds, with this code. */
  readonly closeAfterMs?: number;
  readonly closeCode?: number;
  /** Push data as fast as the connection takes it. */
  readonly flood?: boolean;
  /** Stop reading after the handshake. */
  readonly deaf?: boolean;
  /** Answers a handshake with this status and body instead of accepting it. */
  readonly refuse?: (request: http.IncomingMessage) => { readonly status: number; readonly body: string } | null;
  /** Answer to ordinary requests; default: 200 and a small page. */
  readonly page?: (request: http.IncomingMessage, response: http.ServerResponse) => void;
  readonly tls?: tls.TlsOptions;
}

/** A chat server on the `ws` library: accepts handshakes and echoes. */
export function chatServer(place: Place, options: ChatOptions = {}): Promise<Backend> {
  const page =
    options.page ??
    ((_request: http.IncomingMessage, response: http.ServerResponse) => {
      response.end('<!doctype html><title>chat</title>');
    });
  const inner = http.createServer(page);
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  inner.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    const refusal = options.refuse?.(request) ?? null;
    if (refusal !== null) {
      socket.end(httpAnswer(refusal.status, refusal.body));
      return;
    }
    websockets.handleUpgrade(request, socket, head, (ws) => behave(ws, socket, options));
  });
  if (options.tls === undefined) return listen(inner, place);
  return listen(
    tls.createServer(options.tls, (socket) => {
      socket.on('error', () => undefined);
      inner.emit('connection', socket);
    }),
    place,
  );
}

function behave(ws: WebSocket, socket: net.Socket, options: ChatOptions): void {
  ws.on('error', () => undefined);
  if (options.greeting !== undefined) ws.send(options.greeting);
  if (options.resetAfterMs !== undefined) setTimeout(() => socket.resetAndDestroy(), options.resetAfterMs);
  if (options.closeAfterMs !== undefined) setTimeout(() => ws.close(options.closeCode ?? 1000), options.closeAfterMs);
  if (options.deaf === true) socket.pause();
  if (options.flood === true) {
    const block = Buffer.alloc(64 * 1024, 0x61);
    const push = (): void => {
      while (!socket.destroyed && socket.writableLength < 1 << 20) ws.send(block);
    };
    socket.on('drain', push);
    push();
    return;
  }
  if (options.tickMs !== undefined) {
    const tick = setInterval(() => ws.send('{"type":"tick"}'), options.tickMs);
    ws.once('close', () => clearInterval(tick));
  }
  ws.on('message', (data) => ws.send(data));
}

/** A complete HTTP answer that closes the connection. */
export function httpAnswer(status: number, body: string, headers = ''): string {
  const type = body.startsWith('{') ? 'application/json' : 'text/plain';
  return (
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Unknown'}\r\nConnection: close\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
  );
}

/** The 101 that belongs to a request's key. */
export function switching(request: string, extra = ''): string {
  const key = /^Sec-WebSocket-Key: (.*?)\r$/im.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return (
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Accept: ${accept}\r\n${extra}\r\n`
  );
}

/** A server that speaks bytes: `answer` is called with each complete request header (latin1). */
export function rawServer(
  place: Place,
  answer: (socket: net.Socket, request: string) => void,
  secure?: tls.TlsOptions,
): Promise<Backend> {
  const serve = (socket: net.Socket): void => {
    let request = '';
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      request += part.toString('latin1');
      if (!request.includes('\r\n\r\n')) return;
      const complete = request;
      request = '';
      answer(socket, complete);
    });
  };
  return listen(secure === undefined ? net.createServer(serve) : tls.createServer(secure, serve), place);
}

/** Reads a header's value from a raw request. */
function headerOf(request: string, name: string): string | null {
  const line = request.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

/** True when the request asks for an upgrade as RFC 6455 wants it: both headers present. */
export function asksForUpgrade(request: string): boolean {
  const connection = headerOf(request, 'connection')?.toLowerCase() ?? '';
  return headerOf(request, 'upgrade')?.toLowerCase() === 'websocket' && connection.includes('upgrade');
}

/** A listening unix socket whose owner never accepts, with the smallest queue the kernel gives. */
export async function fullQueue(path: string): Promise<Backend> {
  const script =
    `const s = require('node:net').createServer(); s.listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => {` +
    `require('node:fs').chmodSync(${JSON.stringify(path)}, 0o777); process.stdout.write('ready');` +
    `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve) => {
    child.stdout?.once('data', () => resolve());
    child.once('close', () => resolve());
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

/** A DNS server that answers every question with NXDOMAIN. */
export async function unknowingNameServer(port: number): Promise<Backend> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => {
    const reply = Buffer.from(query);
    const NAME_ERROR_RESPONSE = 0x8183;
    reply.writeUInt16BE(NAME_ERROR_RESPONSE, 2);
    socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(port, '127.0.0.1', () => resolve());
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        socket.close(() => resolve());
      }),
  };
}

/**
 * One node of a socket.io service: long polling opens a session that only this node knows.
 * Answers have the bytes engine.io sends.
 */
export function socketIoNode(place: Place): Promise<Backend> {
  const known = new Set<string>();
  const UNKNOWN_SESSION = 'Session ID unknown';
  return chatServer(place, {
    page: (request, response) => {
      const query = new URL(request.url ?? '/', 'http://node').searchParams;
      const sid = query.get('sid');
      request.resume();
      if (sid === null) {
        const fresh = createHash('sha1').update(`${Date.now()}${Math.random()}`).digest('base64url').slice(0, 20);
        known.add(fresh);
        response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
        response.end(
          `0{"sid":"${fresh}","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`,
        );
        return;
      }
      if (!known.has(sid)) {
        response.writeHead(400, { 'Content-Type': 'application/json' });
        response.end(`{"code":1,"message":"${UNKNOWN_SESSION}"}`);
        return;
      }
      response.end(request.method === 'POST' ? 'ok' : '40{"sid":"chat"}');
    },
    refuse: (request) => {
      const sid = new URL(request.url ?? '/', 'http://node').searchParams.get('sid');
      return sid === null || known.has(sid) ? null : { status: 400, body: UNKNOWN_SESSION };
    },
  });
}
