/** From a name to a connection: DNS, TCP, TLS, each step timed and each failure told in its own terms. */
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { Failure, FailureKind, TlsFacts } from './attempt.ts';
import type { Patience } from './byte-stream.ts';
import type { Override, Target } from './target.ts';
import { tlsFactsOf, tlsFailure } from './tls-facts.ts';

export interface Route {
  readonly target: Target;
  readonly override: Override | null;
  /** TLS server name; null: none is sent. */
  readonly serverName: string | null;
  /** Name the certificate is checked against. */
  readonly certificateName: string;
}

export interface Connection {
  addresses: readonly string[];
  address: string | null;
  passedOver: string[];
  tls: TlsFacts | null;
  /** Null after a failure. */
  socket: net.Socket | null;
  failure: Failure | null;
  /** Seconds. */
  dns: number | null;
  connect: number | null;
  handshake: number | null;
}

/** More addresses of one name are not tried one by one. */
const MAX_ADDRESSES = 4;

const KINDS: ReadonlyMap<string, FailureKind> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'connect-timeout'],
  ['ENOENT', 'socket-missing'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EAGAIN', 'backlog-full'],
]);

/**
 * Connects, and speaks TLS where the target asks for it. The certificate is judged and never refused here.
 *
 * @param clock ms, never jumping
 */
export async function connect(route: Route, patience: Patience, clock: () => number): Promise<Connection> {
  const { target, override } = route;
  const made: Connection = {
    addresses: [],
    address: null,
    passedOver: [],
    tls: null,
    socket: null,
    failure: null,
    dns: null,
    connect: null,
    handshake: null,
  };
  let since = clock();
  const lap = (): number => {
    const now = clock();
    const seconds = (now - since) / 1000;
    since = now;
    return seconds;
  };
  const places: net.NetConnectOpts[] = [];
  if (target.socketPath !== null) places.push({ path: target.socketPath });
  else {
    const found = await resolveName(override?.host ?? target.host, patience);
    made.dns = lap();
    if (!Array.isArray(found)) return { ...made, failure: found };
    // With an address given, nothing was asked of DNS that clients would ask.
    if (override === null) made.addresses = found;
    const port = override?.port ?? target.port;
    places.push(...found.slice(0, MAX_ADDRESSES).map((host) => ({ host, port })));
  }
  let failure: Failure | null = null;
  for (const place of places) {
    const shown = 'path' in place ? `unix:${place.path}` : shownAddress(place.host ?? '', place.port);
    const reached = await open(place, patience);
    if (reached instanceof net.Socket) {
      made.socket = reached;
      made.address = shown;
      break;
    }
    failure ??= { kind: reached.kind, text: `${shown} ${reached.text}` };
    made.passedOver.push(`${shown} ${reached.text}`);
    if (reached.kind === 'stopped') break;
  }
  made.connect = lap();
  if (made.socket === null) return { ...made, failure };
  if (!target.tls) return made;
  const secured = await secure(made.socket, route, patience);
  made.handshake = lap();
  if (!(secured instanceof tls.TLSSocket)) {
    made.socket.destroy();
    return { ...made, socket: null, failure: secured };
  }
  return { ...made, socket: secured, tls: tlsFactsOf(secured) };
}

function shownAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The addresses of a name, or why there are none. */
async function resolveName(host: string, patience: Patience): Promise<string[] | Failure> {
  if (net.isIP(host) !== 0) return [host];
  const found = await within(
    patience,
    lookup(host, { all: true }).then(
      (all) => [...new Set(all.map(({ address }) => address))],
      (error: NodeJS.ErrnoException): Failure => ({
        kind: 'name-unknown',
        text: `the name ${host} does not resolve (${error.code ?? 'no reason given'})`,
      }),
    ),
  );
  if (found === 'timeout') return { kind: 'name-unknown', text: `DNS did not answer for ${host} in time` };
  if (found === 'stopped') return { kind: 'stopped', text: 'was stopped' };
  return found;
}

async function open(place: net.NetConnectOpts, patience: Patience): Promise<net.Socket | Failure> {
  const socket = net.connect({ ...place, noDelay: true });
  const outcome = await within(
    patience,
    new Promise<Failure | null>((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? 'unknown error';
        const kind = KINDS.get(code) ?? 'connect-failed';
        resolve({ kind, text: `${IN_WORDS.get(kind) ?? 'does not take the connection'} (${code})` });
      });
    }),
  );
  if (outcome === null) return socket;
  // A late error must find a listener.
  socket.on('error', () => undefined);
  socket.destroy();
  if (outcome === 'timeout') return { kind: 'connect-timeout', text: 'does not answer at all' };
  if (outcome === 'stopped') return { kind: 'stopped', text: 'was stopped' };
  return outcome;
}

const IN_WORDS: ReadonlyMap<FailureKind, string> = new Map([
  ['refused', 'refuses the connection'],
  ['unreachable', 'cannot be reached'],
  ['connect-timeout', 'does not answer at all'],
  ['socket-missing', 'does not exist'],
  ['denied', 'may not be connected to'],
  ['backlog-full', 'has a full accept queue'],
]);

async function secure(socket: net.Socket, route: Route, patience: Patience): Promise<tls.TLSSocket | Failure> {
  const secured = tls.connect({
    socket,
    host: route.certificateName,
    // As browsers do for WebSockets: no HTTP/2 is offered.
    ALPNProtocols: ['http/1.1'],
    // An untrusted certificate is a finding. Nothing is sent over it unless the user wants that.
    rejectUnauthorized: false,
    ...(route.serverName === null || net.isIP(route.serverName) !== 0 ? {} : { servername: route.serverName }),
  });
  const outcome = await within(
    patience,
    new Promise<Failure | null>((resolve) => {
      secured.once('secureConnect', () => resolve(null));
      secured.once('error', (error: NodeJS.ErrnoException) => resolve(tlsFailure(error)));
      secured.once('close', () => resolve({ kind: 'tls-closed', text: 'closed the connection in the TLS handshake' }));
    }),
  );
  if (outcome === null) return secured;
  secured.on('error', () => undefined);
  secured.destroy();
  if (outcome === 'timeout') return { kind: 'tls-timeout', text: 'did not answer the TLS handshake in time' };
  if (outcome === 'stopped') return { kind: 'stopped', text: 'was stopped' };
  return outcome;
}

/** Waits for `work` as long as there is patience. */
function within<T>({ ms, signal }: Patience, work: Promise<T>): Promise<T | 'timeout' | 'stopped'> {
  if (signal.aborted) return Promise.resolve('stopped');
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      end();
      resolve('stopped');
    };
    const timer = setTimeout(() => {
      end();
      resolve('timeout');
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    work.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: Error) => {
        end();
        reject(error);
      },
    );
  });
}
