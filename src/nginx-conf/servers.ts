/** Which `server {}` serves a request, by nginx's rules for listening sockets and names. */
import { matchesPcre } from './regex.ts';
import { settingOf } from './settings.ts';
import { type Conf, type Directive, httpDirectives, named } from './tree.ts';
import { parseFlag } from './values.ts';
import { matchesMask } from './variables.ts';

export interface Listener {
  /** `*`, an address, `[::]`, or `unix:/path`. */
  readonly address: string;
  /** Null for a unix socket. */
  readonly port: number | null;
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly isDefault: boolean;
  readonly file: string | null;
  readonly line: number | null;
}

export interface ServerBlock {
  readonly directive: Directive;
  /** As written; empty when there is no `server_name`. */
  readonly names: readonly string[];
  readonly listeners: readonly Listener[];
}

/** All servers of `http {}`, in order. */
export function serversOf(conf: Conf): readonly ServerBlock[] {
  return named(httpDirectives(conf), 'server')
    .filter((directive) => directive.block !== null)
    .map((directive) => ({
      directive,
      names: named(directive.block, 'server_name').flatMap((line) => line.args),
      listeners: listenersOf(conf, directive),
    }));
}

function listenersOf(conf: Conf, server: Directive): readonly Listener[] {
  const http2 = settingOf(conf, server, 'http2', false, (args) => parseFlag(args[0] ?? '')).value;
  // `ssl on` was removed in nginx 1.25.1 and is still met.
  const ssl = settingOf(conf, server, 'ssl', false, (args) => parseFlag(args[0] ?? '')).value;
  const lines = named(server.block, 'listen');
  if (lines.length === 0) {
    return [{ address: '*', port: 80, ssl, http2, isDefault: false, file: null, line: null }];
  }
  return lines.map(({ args, file, line }) => ({
    ...endpointOf(args[0] ?? ''),
    ssl: ssl || args.includes('ssl') || args.includes('quic'),
    http2: http2 || args.includes('http2'),
    isDefault: args.includes('default_server') || args.includes('default'),
    file,
    line,
  }));
}

function endpointOf(text: string): { address: string; port: number | null } {
  if (text.startsWith('unix:')) return { address: text, port: null };
  if (/^\d{1,5}$/.test(text)) return { address: '*', port: Number(text) };
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(text.startsWith('[') ? text.slice(text.indexOf(']') + 1) : text);
  const address = text.startsWith('[') ? text.slice(0, text.indexOf(']') + 1) : (match?.[1] ?? text);
  return { address, port: match?.[2] === undefined ? 80 : Number(match[2]) };
}

/** What nginx's error log calls a server: its first name, without the `~` of a regex or the dot of `.example.com`. */
function loggedName(server: ServerBlock): string {
  const [first = ''] = server.names;
  return first.startsWith('~') || first.startsWith('.') ? first.slice(1) : first;
}

/** What is known of a request's way in; null where it is not. */
export interface Arrival {
  /** `server:` of the error log, or `$server_name`. */
  readonly server: string | null;
  /** The Host header. */
  readonly host: string | null;
  readonly port: number | null;
}

/**
 * The servers a request can have been served by, likeliest first. One when nginx's rules leave no choice; several
 * when what is known of the request does not decide.
 */
export function serversFor(conf: Conf, arrival: Arrival): readonly ServerBlock[] {
  let left = serversOf(conf);
  const narrow = (test: (server: ServerBlock) => boolean): void => {
    const kept = left.filter(test);
    if (kept.length > 0) left = kept;
  };
  if (arrival.server !== null) left = loggedAs(left, arrival.server.toLowerCase());
  const { host, port } = arrival;
  if (port !== null) narrow(({ listeners }) => listeners.some((listener) => listener.port === port));
  if (host !== null && left.length > 1) {
    const name = hostName(host);
    const matching = byName(left, name);
    if (matching.length > 0) return reachable(matching);
    // No name fits: the socket's default server takes it, which is the first unless another is marked.
    const marked = left.filter(({ listeners }) =>
      listeners.some(({ isDefault, port: at }) => isDefault && (port ?? at) === at),
    );
    return marked.length > 0 ? marked : left.slice(0, 1);
  }
  return left;
}

/** None when no server is called so: the line is from another configuration. */
function loggedAs(servers: readonly ServerBlock[], name: string): readonly ServerBlock[] {
  const called = servers.filter((server) => loggedName(server).toLowerCase() === name);
  // `$hostname` stands for a name that the configuration does not tell.
  return called.length > 0 ? called : servers.filter((server) => loggedName(server).toLowerCase() === '$hostname');
}

/** Of servers with one name on one socket nginx uses the first ("conflicting server name … ignored"). */
function reachable(servers: readonly ServerBlock[]): readonly ServerBlock[] {
  const taken = new Set<string>();
  return servers.filter(({ listeners }) => {
    const sockets = listeners.map(({ address, port }) => `${address}:${port}`);
    const isReached = sockets.some((socket) => !taken.has(socket));
    for (const socket of sockets) taken.add(socket);
    return isReached;
  });
}

/** Exact names win over `*.x`, these over `x.*`, these over regexes in order; the longest mask wins. */
function byName(servers: readonly ServerBlock[], host: string): readonly ServerBlock[] {
  const exact = servers.filter(({ names }) =>
    names.some((name) => name.toLowerCase() === host || (name.startsWith('.') && name.slice(1).toLowerCase() === host)),
  );
  if (exact.length > 0) return exact;
  for (const isLeading of [true, false]) {
    const best = longestMask(servers, host, isLeading);
    if (best.length > 0) return best;
  }
  const regex = servers.find(({ names }) =>
    names.some((name) => name.startsWith('~') && matchesPcre(name.slice(1), host, true) === true),
  );
  return regex === undefined ? [] : [regex];
}

function longestMask(servers: readonly ServerBlock[], host: string, leading: boolean): readonly ServerBlock[] {
  let best: ServerBlock[] = [];
  let length = 0;
  for (const server of servers) {
    for (const written of server.names) {
      const name = written.toLowerCase();
      if (name.endsWith('.*') === leading || name.startsWith('~') || !matchesMask(name, host)) continue;
      // `.x` and `*.x` mean the same here, so the star does not count.
      const weight = name.replace('*', '').length;
      if (weight > length) best = [];
      if (weight >= length && !best.includes(server)) best.push(server);
      length = Math.max(length, weight);
    }
  }
  return best;
}

/** A Host header without its port and the dot of a full name, lower case. */
function hostName(host: string): string {
  const bare = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d{0,5}$/, '');
  return bare.toLowerCase().replace(/\.$/, '');
}
