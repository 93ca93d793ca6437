/** Listening sockets as nginx opens them: what one server says of a socket holds for all that share it. */
import { type Listener, type ServerBlock, serversOf } from '../nginx-conf/servers.ts';
import { type Conf, named } from '../nginx-conf/tree.ts';

interface Socket extends Listener {
  /** Connections begin with the PROXY protocol: a load balancer stands before this socket. */
  readonly proxyProtocol: boolean;
}

const known = new WeakMap<Conf, ReadonlyMap<string, Socket>>();

/** A server's sockets with the options that any server gives them. */
export function socketsOf(conf: Conf, server: ServerBlock): readonly Socket[] {
  const all = everySocket(conf);
  return server.listeners.map((listener) => {
    const { ssl, http2, proxyProtocol } = all.get(nameOf(listener)) ?? { ...listener, proxyProtocol: false };
    return { ...listener, ssl, http2, proxyProtocol };
  });
}

/** What this nginx itself speaks at a port of the loopback; null when it does not listen there. */
export function spokenAt(conf: Conf, port: number): 'http' | 'https' | null {
  const all = everySocket(conf);
  const own = LOOPBACK.map((address) => all.get(nameOf({ address, port }))).find((socket) => socket !== undefined);
  return own === undefined ? null : own.ssl ? 'https' : 'http';
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]', '*', '0.0.0.0', '[::]'] as const;

/** Every socket by address and port. */
function everySocket(conf: Conf): ReadonlyMap<string, Socket> {
  const before = known.get(conf);
  if (before !== undefined) return before;
  const sockets = new Map<string, Socket>();
  for (const { directive, listeners } of serversOf(conf)) {
    const proxied = new Set(
      named(directive.block, 'listen')
        .filter(({ args }) => args.includes('proxy_protocol'))
        .map(({ line }) => line),
    );
    for (const listener of listeners) {
      const shared = sockets.get(nameOf(listener));
      sockets.set(nameOf(listener), {
        ...listener,
        ssl: listener.ssl || shared?.ssl === true,
        http2: listener.http2 || shared?.http2 === true,
        proxyProtocol: (listener.line !== null && proxied.has(listener.line)) || shared?.proxyProtocol === true,
      });
    }
  }
  known.set(conf, sockets);
  return sockets;
}

function nameOf({ address, port }: Pick<Listener, 'address' | 'port'>): string {
  return `${address}:${port}`;
}
