/** Which locations the checklist is about. */
import { findLocation } from '../nginx-conf/locations.ts';
import { type ConfRequest, type ResolvedLocation, resolveInServer, resolveLocation } from '../nginx-conf/resolve.ts';
import { type ServerBlock, serversFor, serversOf } from '../nginx-conf/servers.ts';
import { type Directive, everyDirective, named } from '../nginx-conf/tree.ts';
import { sessionProtocol, soundsLikeWebSocket } from './hints.ts';
import { samplePath } from './sample-path.ts';
import type { Examined, LocationSubject } from './types.ts';

/** More than any configuration has by hand; a hostile one must end all the same. */
export const MOST_LOCATIONS = 2000;
const MOST_QUESTIONS = 50;

/** What the user named; null: everything. */
export interface Selection {
  /** A request target. */
  readonly path: string | null;
  /** A `server_name`, or a host that one of them takes. */
  readonly server: string | null;
}

/**
 * The locations that carry WebSockets or are meant to: those that a named path leads to, else those that forward
 * Upgrade or whose path, host or upstream is called so. When no location of the configuration is like that, all that
 * proxy.
 */
export function locationSubjects(examined: Examined, { path, server }: Selection): readonly LocationSubject[] {
  const servers = chosenServers(examined, server);
  if (path !== null) return leadingTo(examined, servers.slice(0, MOST_LOCATIONS), path);
  const all: LocationSubject[] = [];
  for (const each of servers) {
    if (all.length >= MOST_LOCATIONS) break;
    all.push(...locationsOf(examined, each, MOST_LOCATIONS - all.length));
  }
  const meant = all.filter(isMeant);
  if (meant.length > 0) return meant;
  return all.filter(({ place }) => place.proxyPass !== null).map((subject) => ({ ...subject, lastResort: true }));
}

function chosenServers({ conf }: Examined, name: string | null): readonly ServerBlock[] {
  if (name === null) return serversOf(conf);
  const lower = name.toLowerCase();
  const called = serversOf(conf).filter(({ names }) => names.some((each) => each.toLowerCase() === lower));
  return called.length > 0 ? called : serversFor(conf, { server: null, host: name, port: null });
}

/** The place each server has for a path. One that proxies is what the user means; others only when there is none. */
function leadingTo(examined: Examined, servers: readonly ServerBlock[], path: string): readonly LocationSubject[] {
  const subjects = servers.map((server) => {
    const place = resolveInServer(examined.conf, server, requestTo(server, path), examined.version);
    return subjectOf(examined, place, path, true);
  });
  const proxying = subjects.filter(({ place }) => place.proxyPass !== null);
  if (proxying.length > 0) return proxying;
  const answering = subjects.filter(({ place }) => !/^4\d\d\b/.test(place.returns?.value ?? ''));
  return answering.length > 0 ? answering : subjects;
}

function locationsOf(examined: Examined, server: ServerBlock, most: number): readonly LocationSubject[] {
  const subjects = new Map<Directive, LocationSubject>();
  const asked = askedByNginx(server);
  for (const location of everyDirective(server.directive.block ?? [])) {
    if (location.name !== 'location' || location.block === null) continue;
    if (subjects.size >= most) break;
    if (named(location.block, 'internal').length > 0 || asked.has(location)) continue;
    const path = samplePath(location);
    const place = resolveLocation(examined.conf, server, location, requestTo(server, path ?? '/'), examined.version);
    const subject = subjectOf(examined, place, path, false);
    // A named location is reached by way of others; the first of these says by which path.
    if (!subjects.has(subject.block)) subjects.set(subject.block, subject);
  }
  return [...subjects.values()];
}

/** Locations that serve nginx's own questions (`auth_request`, `mirror`), not clients. */
function askedByNginx(server: ServerBlock): ReadonlySet<Directive> {
  const uris = new Set<string>();
  for (const { name, args } of everyDirective(server.directive.block ?? [])) {
    if ((name === 'auth_request' || name === 'mirror') && args[0]?.startsWith('/') === true) uris.add(args[0]);
  }
  const asked = new Set<Directive>();
  for (const uri of [...uris].slice(0, MOST_QUESTIONS)) {
    const { match } = findLocation(server.directive, uri);
    // Where there is no location of its own, the question goes to one that serves clients as well.
    if (match !== null && samplePath(match.directive) !== '/') asked.add(match.directive);
  }
  return asked;
}

function subjectOf(
  examined: Examined,
  place: ResolvedLocation,
  path: string | null,
  pathGiven: boolean,
): LocationSubject {
  const block = place.location ?? place.server.directive;
  return { ...examined, place, block, path, pathGiven, lastResort: false };
}

/** A handshake as it would come in, over TLS where the server has it. */
function requestTo(server: ServerBlock, path: string): ConfRequest {
  const host = server.names.find((name) => /^[a-z0-9]/i.test(name) && !name.includes('*')) ?? null;
  const listener = server.listeners.find(({ ssl }) => ssl) ?? server.listeners[0];
  return { server: null, host, port: listener?.port ?? null, path };
}

function isMeant({ place, path }: LocationSubject): boolean {
  const { proxyPass, upgrade, connection, server } = place;
  const called = `${place.pattern ?? ''} ${path ?? ''}`;
  const named = soundsLikeWebSocket(called) || sessionProtocol(called) !== null;
  // A location of that name that redirects is a handshake lost; one that serves files has its reasons.
  if (proxyPass === null) return named && place.handler === 'return' && /^30\d/.test(place.returns?.value ?? '');
  if (upgrade.forwarded === true || connection.forwarded === true) return true;
  // Somebody who writes the header with a variable wants it to arrive.
  if (upgrade.value.value.includes('$')) return true;
  if (upgrade.value.value === '' && !upgrade.default) return false;
  const hosts = server.names.some((name) => /^(?:ws|wss|sockets?|websockets?)\d*\./i.test(name));
  return named || hosts || soundsLikeWebSocket(proxyPass.value.target ?? proxyPass.value.raw);
}
