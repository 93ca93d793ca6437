/** The places of a configuration that proxy, and which of them a request for a fix means. */
import { findLocation } from '../nginx-conf/locations.ts';
import { type ServerBlock, serversFor, serversOf } from '../nginx-conf/servers.ts';
import { effective } from '../nginx-conf/settings.ts';
import { type Conf, type Directive, everyDirective, named } from '../nginx-conf/tree.ts';
import { Variables } from '../nginx-conf/variables.ts';
import type { FixCandidate } from './types.ts';

/** A location that proxies. */
export interface Place {
  readonly server: ServerBlock;
  readonly location: Directive;
  /** The `proxy_pass`; it may stand in an `if` of the location, where headers and timeouts may not. */
  readonly pass: Directive;
  readonly variables: Variables;
  /** The path that was asked for, where one was. */
  readonly path: string | null;
}

/** What every WebSocket handshake brings. */
const HANDSHAKE: ReadonlyMap<string, string> = new Map([
  ['http_upgrade', 'websocket'],
  ['http_connection', 'Upgrade'],
  ['http_sec_websocket_version', '13'],
  ['request_method', 'GET'],
  ['server_protocol', 'HTTP/1.1'],
]);

/** Words by which WebSocket endpoints and their backends usually go. */
const WEBSOCKET_WORDS =
  /(?:^|[^a-z])(?:wss?|websockets?|socket\.io|engine\.io|sockjs|signalr|cable|realtime|hubs?)(?![a-z])/i;

/** Every proxying place of the servers, in order. */
export function placesOf(conf: Conf, servers: readonly ServerBlock[] = serversOf(conf)): readonly Place[] {
  const places: Place[] = [];
  for (const server of servers) {
    for (const pass of everyDirective(server.directive.block ?? [])) {
      if (pass.name !== 'proxy_pass' || pass.args.length === 0) continue;
      const location = enclosing(pass, 'location');
      if (location === null) continue;
      const variables = new Variables(conf, [server.directive, location], HANDSHAKE);
      places.push({ server, location, pass, variables, path: null });
    }
  }
  return places;
}

/**
 * The places that are WebSockets by their look: those that forward an upgrade, in part or whole, by lines of their
 * own, or are called like one; where there are none, those that inherit such lines.
 */
export function webSocketPlaces(conf: Conf, places: readonly Place[]): readonly Place[] {
  const evident = places.filter(
    ({ location, pass }) =>
      named(location.block, 'proxy_set_header').some(concernsUpgrade) ||
      [...location.args, ...pass.args].some((word) => WEBSOCKET_WORDS.test(word)),
  );
  if (evident.length > 0) return evident;
  return places.filter(({ location }) => effective(conf, location, 'proxy_set_header').some(concernsUpgrade));
}

function concernsUpgrade({ args: [name = '', value = ''] }: Directive): boolean {
  const header = name.toLowerCase();
  return (header === 'upgrade' && value !== '') || (header === 'connection' && /upgrade/i.test(value));
}

/**
 * The servers that go by a name: those that state it, as written or as the error log shows it, else those that take
 * requests for it by a mask. Null: all.
 */
export function serversNamed(conf: Conf, name: string | null): readonly ServerBlock[] {
  if (name === null) return serversOf(conf);
  const wanted = name.toLowerCase();
  const stated = serversOf(conf).filter(({ names }) =>
    names.some((one) => one.toLowerCase() === wanted || one.replace(/^[~.]/, '').toLowerCase() === wanted),
  );
  if (stated.length > 0) return stated;
  const masked = serversFor(conf, { server: null, host: name, port: null });
  return masked.filter(({ names }) => names.some((one) => one.startsWith('~') || /^\*?\.|\.\*$/.test(one)));
}

/**
 * The proxying places of a location: the one nginx takes for a path, in each server, or those written so
 * (`~ ^/ws`, `@app`).
 */
export function placesAt(conf: Conf, servers: readonly ServerBlock[], wanted: string): readonly Place[] {
  const places = placesOf(conf, servers);
  if (!wanted.startsWith('/')) {
    const written = wanted.replace(/\s+/g, ' ').trim();
    return places.filter(({ location }) => location.args.join(' ') === written || location.args.join('') === written);
  }
  const served = new Map(servers.map((server) => [server, servedBy(server, wanted)]));
  return places
    .filter(({ server, location }) => served.get(server) === location)
    .map((place) => ({ ...place, path: wanted }));
}

/** The location that serves a path; what `try_files` leaves over goes to its named location. */
function servedBy({ directive: server }: ServerBlock, path: string): Directive | null {
  const location = findLocation(server, path).match?.directive ?? server;
  const last = named(location.block, 'try_files').at(-1)?.args.at(-1);
  if (!last?.startsWith('@')) return location;
  return named(server.block, 'location').find(({ args }) => args[0] === last) ?? location;
}

/** How a place is named to the user. */
export function candidateOf({ server, location }: Place): FixCandidate {
  const { file, line } = location;
  return { server: server.names[0] ?? '', location: location.args.join(' '), file, line };
}

/** The innermost block of a name around a directive. */
export function enclosing(directive: Directive, name: string): Directive | null {
  for (let at = directive.parent; at !== null; at = at.parent) if (at.name === name) return at;
  return null;
}

/** A place in a sentence. */
export function nameOf({ location }: Place): string {
  return `location ${location.args.join(' ')} (${location.file}:${location.line})`;
}
