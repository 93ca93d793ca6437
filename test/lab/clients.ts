/** WebSocket and ordinary HTTP clients that behave as libraries do. */
import http from 'node:http';
import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where nginx listens and under which name it is asked for. */
export interface Target {
  readonly port: number;
  readonly host: string;
  /** Speak TLS; certificates are not checked. */
  readonly tls?: boolean;
  /** A unix socket instead of the port. */
  readonly socketPath?: string;
}

/** One person (or program) at its own loopback address. */
export interface Person {
  readonly address: string;
  readonly agent: string;
}

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';

const PEOPLE: readonly Person[] = [
  { address: '127.0.0.11', agent: FIREFOX },
  { address: '127.0.0.12', agent: CHROME },
  { address: '127.0.0.13', agent: SAFARI },
  { address: '127.0.0.14', agent: 'okhttp/4.12.0' },
  { address: '127.0.0.15', agent: CHROME },
];

/** The person for the i-th attempt, in turn. */
export function person(index: number): Person {
  return PEOPLE[index % PEOPLE.length] ?? { address: '127.0.0.1', agent: '-' };
}

interface KnockOptions {
  readonly who?: Person;
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: string;
  /** Give up this many milliseconds after sending the handshake. */
  readonly leaveAfterMs?: number;
}

/** What a handshake came to: a status, and the socket when it was 101. `status` 0: no answer. */
interface Knock {
  readonly status: number;
  readonly session: Session | null;
}

/** An open WebSocket, seen from the client. */
export interface Session {
  readonly ws: WebSocket;
  readonly socket: net.Socket;
  readonly closed: Promise<void>;
}

/** Sessions that nobody has ended yet, by the port they lead to. */
const lingering = new Map<number, Set<Session>>();

/** Everybody who is still there chats on for a while of their own and leaves. */
export async function farewell({ port }: Target): Promise<void> {
  const open = [...(lingering.get(port) ?? [])];
  await Promise.all(open.map((session, index) => converse(session, 150 + ((index * 370) % 1900))));
}

function remember(session: Session, port: number): void {
  const open = lingering.get(port) ?? new Set();
  lingering.set(port, open.add(session));
  session.ws.once('close', () => {
    open.delete(session);
    if (open.size === 0) lingering.delete(port);
  });
}

/** Tries one WebSocket handshake. Never throws. */
export function knock(target: Target, path: string, options: KnockOptions = {}): Promise<Knock> {
  const who = options.who ?? person(0);
  const url =
    target.socketPath === undefined
      ? `${target.tls === true ? 'wss' : 'ws'}://127.0.0.1:${target.port}${path}`
      : `ws+unix:${target.socketPath}:${path}`;
  return new Promise((resolve) => {
    let socket: net.Socket | null = null;
    const ws = new WebSocket(url, {
      headers: { Host: target.host, 'User-Agent': who.agent, ...options.headers },
      origin: options.origin ?? `https://${target.host}`,
      perMessageDeflate: false,
      handshakeTimeout: 15_000,
      rejectUnauthorized: false,
      ...(target.tls === true ? { servername: target.host } : {}),
      ...(target.socketPath === undefined ? { localAddress: who.address } : {}),
    });
    const closed = new Promise<void>((done) => {
      ws.once('close', () => done());
    });
    const impatience =
      options.leaveAfterMs === undefined ? undefined : setTimeout(() => ws.terminate(), options.leaveAfterMs);
    ws.on('upgrade', (response) => {
      socket = response.socket;
    });
    ws.on('open', () => {
      clearTimeout(impatience);
      if (socket === null) return;
      const session = { ws, socket, closed };
      remember(session, target.port);
      resolve({ status: 101, session });
    });
    ws.on('unexpected-response', (request, response) => {
      response.resume();
      response.once('end', () => request.destroy());
      clearTimeout(impatience);
      resolve({ status: response.statusCode ?? 0, session: null });
    });
    ws.on('error', () => resolve({ status: 0, session: null }));
  });
}

/** `count` handshakes one after another, each by the next person; `gapMs` between them. */
export async function knocks(
  target: Target,
  path: string,
  count: number,
  options: KnockOptions & { readonly gapMs?: number } = {},
): Promise<Knock[]> {
  const results: Knock[] = [];
  for (let i = 0; i < count; i++) {
    results.push(await knock(target, path, { ...options, who: options.who ?? person(i) }));
    await sleep(options.gapMs ?? 60);
  }
  return results;
}

/** Opens `count` sessions that stay open; those refused are left out. */
export async function sessions(
  target: Target,
  path: string,
  count: number,
  options: KnockOptions & { readonly gapMs?: number } = {},
): Promise<Session[]> {
  const opened = await knocks(target, path, count, { gapMs: 10, ...options });
  return opened.flatMap(({ session }) => (session === null ? [] : [session]));
}

/** Sends a message every `everyMs` for `forMs` milliseconds, as long as the session is open. */
export async function chat(session: Session, forMs: number, everyMs = 200): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end && session.ws.readyState === WebSocket.OPEN) {
    session.ws.send(JSON.stringify({ type: 'message', text: 'hello', at: Date.now() }));
    await sleep(Math.min(everyMs, Math.max(1, end - Date.now())));
  }
}

/** Closes with a close frame and waits for the end of the connection. */
export async function leave(session: Session): Promise<void> {
  session.ws.close(1000);
  const force = setTimeout(() => session.ws.terminate(), 1000);
  await session.closed;
  clearTimeout(force);
}

/** Chats for `forMs` milliseconds and leaves. */
export async function converse(session: Session, forMs: number, everyMs = 200): Promise<void> {
  await chat(session, forMs, everyMs);
  await leave(session);
}

/** An ordinary request; resolves to its status, 0 when the connection failed. */
export function fetchPlain(
  target: Target,
  path: string,
  options: {
    readonly who?: Person;
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; body: string }> {
  const who = options.who ?? person(0);
  return new Promise((resolve) => {
    const request = http.request({
      host: '127.0.0.1',
      port: target.port,
      path,
      method: options.method ?? 'GET',
      localAddress: who.address,
      agent: false,
      headers: { Host: target.host, 'User-Agent': who.agent, ...options.headers },
    });
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (part: string) => {
        body += part;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.once('error', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.once('error', () => resolve({ status: 0, body: '' }));
    request.end(options.body);
  });
}
