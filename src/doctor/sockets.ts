/** Listening sockets as nginx opens them: what one server says of a socket holds for all that share it. */
import { type Listener, type ServerBlock, serversOf } from '../nginx-conf/servers.ts';
import { type Conf, named } from '../nginx-conf/tree.ts';

export interface Socket extends Listener {
  /** Connections begin with the PROXY protocol: a load balancer stands before this socket. */
  readonly proxyProtocol: boolean;
}

/** A server's sockets with the options that any server gives them. */
export function socketsOf(conf: Conf, server: ServerBlock): readonly Socket[] {
  const all = serversOf(conf);
  return server.listeners.map((listener) => {
    const sharing = all.flatMap(({ listeners, directive }) =>
      listeners
        .filter(({ address, port }) => address === listener.address && port === listener.port)
        .map((each) => ({ ...each, proxied: saysProxyProtocol(directive, each.line) })),
    );
    return {
      ...listener,
      ssl: sharing.some(({ ssl }) => ssl),
      http2: sharing.some(({ http2 }) => http2),
      proxyProtocol: sharing.some(({ proxied }) => proxied),
    };
  });
}

function saysProxyProtocol(server: ServerBlock['directive'], line: number | null): boolean {
  return named(server.block, 'listen').some((listen) => listen.line === line && listen.args.includes('proxy_protocol'));
}
