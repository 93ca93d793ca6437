/** What nginx does with one request, as its configuration says: the settings a diagnosis and a checklist ask for. */
import { findLocation, type LocationSearch, patternOf } from './locations.ts';
import { hasToken, type ProxyPass, readProxyPass, type SentHeader, sentHeader } from './proxying.ts';
import { type Arrival, type Listener, type ServerBlock, serversFor } from './servers.ts';
import { effective, placed, type Setting, settingOf } from './settings.ts';
import { type Conf, type Directive, named } from './tree.ts';
import { isAtLeast, parseBytes, parseFlag, parseSeconds } from './values.ts';
import { Variables } from './variables.ts';

/** What is known of a request; null where it is not. */
export interface ConfRequest extends Arrival {
  /** The request target, its query may follow. */
  readonly path: string;
}

/** A header and whether it carries the upgrade on to the backend; null when that cannot be told. */
export interface UpgradeSetting extends Setting<SentHeader> {
  readonly forwarded: boolean | null;
}

export interface ResolvedLocation {
  readonly server: ServerBlock;
  /** Listening sockets the request can have come in by. */
  readonly listeners: readonly Listener[];
  /** Null: no location fits, the server's own level serves. Under an `if` that holds, the location around it. */
  readonly location: Directive | null;
  /** The location as written, `~ ^/ws`; null with it. */
  readonly pattern: string | null;
  /** nginx redirects to the same path with a slash at its end. */
  readonly autoRedirect: boolean;
  /** Sentences about what could not be worked out and might change the answer. */
  readonly doubts: readonly string[];
  /** What makes the answer: `proxy_pass`, another `*_pass`, `return`, or `static` for files. */
  readonly handler: string;
  readonly proxyPass: Setting<ProxyPass> | null;
  readonly httpVersion: Setting<string>;
  readonly upgrade: UpgradeSetting;
  readonly connection: UpgradeSetting;
  /** Seconds. */
  readonly readTimeout: Setting<number>;
  readonly sendTimeout: Setting<number>;
  readonly connectTimeout: Setting<number>;
  /** `send_timeout`, towards the client. */
  readonly clientSendTimeout: Setting<number>;
  /** Bytes. */
  readonly bufferSize: Setting<number>;
  readonly sslServerName: Setting<boolean>;
  readonly sslName: Setting<string>;
  readonly sslVerify: Setting<boolean>;
  readonly limitReq: readonly Setting<string>[];
  readonly limitConn: readonly Setting<string>[];
  /** The URI of `auth_request`; null when there is none. */
  readonly authRequest: Setting<string | null>;
  /** A URI of `mirror`, the last one; null when there is none. */
  readonly mirror: Setting<string | null>;
  readonly authBasic: Setting<string | null>;
  /** The `return` that answers, the server's before the location's. */
  readonly returns: Setting<string> | null;
  /** `rewrite` lines of the server and of the location, in order. */
  readonly rewrites: readonly Setting<string>[];
  readonly workerConnections: Setting<number>;
  readonly openFileLimit: Setting<number | null>;
  /** Seconds; null: tunnels of old workers may live on after a reload. */
  readonly workerShutdownTimeout: Setting<number | null>;
}

/** nginx changed what it sends to backends by default in this release. */
const KEEPALIVE_DEFAULTS_SINCE = '1.29.7';
const PAGE_BYTES = 4096;
const HANDLERS = ['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass'] as const;

/**
 * The place that serves a request, with its effective settings; null when the configuration has no such server, or
 * several that would serve it differently.
 * @param version nginx's version, for defaults that changed; null: one before 1.29.7, as most are
 */
export function resolveRequest(
  conf: Conf,
  request: ConfRequest,
  version: string | null = null,
): ResolvedLocation | null {
  const servers = serversFor(conf, request);
  const found = servers.map((server) => ({ server, search: findLocation(server.directive, request.path) }));
  const chosen = found.length > 1 ? mostTelling(found, request.path) : (found[0] ?? null);
  return chosen === null ? null : resolveIn(conf, chosen.server, chosen.search, request, version);
}

/**
 * The same for a location, whichever request leads there.
 * @param location null: the server's own level
 */
export function resolveLocation(
  conf: Conf,
  server: ServerBlock,
  location: Directive | null,
  request: ConfRequest,
  version: string | null = null,
): ResolvedLocation {
  const match = location === null ? null : { directive: location, autoRedirect: false };
  return resolveIn(conf, server, { match, untried: [] }, request, version);
}

/** The same for a request that is known to reach this server. */
export function resolveInServer(
  conf: Conf,
  server: ServerBlock,
  request: ConfRequest,
  version: string | null = null,
): ResolvedLocation {
  return resolveIn(conf, server, findLocation(server.directive, request.path), request, version);
}

interface Candidate {
  readonly server: ServerBlock;
  readonly search: LocationSearch;
}

/** Of servers that cannot be told apart, the one whose location for this path proxies; null when several do. */
function mostTelling(candidates: readonly Candidate[], path: string): Candidate | null {
  const proxying = candidates.filter(({ server, search }) => {
    const block = search.match?.directive ?? server.directive;
    return named(followTryFiles(server, block).block, 'proxy_pass').length > 0;
  });
  if (proxying.length === 0) {
    // A server that only redirects, as those of port 80, is not where WebSockets are lost.
    const serving = candidates.filter(({ server }) => named(server.directive.block, 'return').length === 0);
    return serving.length === 1 ? serving[0]! : null;
  }
  const specific = (candidate: Candidate): number => {
    const { match } = candidate.search;
    return match === null ? 0 : Math.min(patternOf(match.directive).text.length, path.length);
  };
  const best = Math.max(...proxying.map(specific));
  const closest = proxying.filter((candidate) => specific(candidate) === best);
  return closest.length === 1 ? closest[0]! : null;
}

/** `try_files … @name` hands everything that is not a file, as a WebSocket path is not, to a named location. */
function followTryFiles(server: ServerBlock, block: Directive): Directive {
  const last = named(block.block, 'try_files').at(-1)?.args.at(-1);
  if (!last?.startsWith('@')) return block;
  return named(server.directive.block, 'location').find(({ args }) => args[0] === last) ?? block;
}

function resolveIn(
  conf: Conf,
  server: ServerBlock,
  { match, untried }: LocationSearch,
  request: ConfRequest,
  version: string | null,
): ResolvedLocation {
  const entered = match?.directive ?? server.directive;
  const location = followTryFiles(server, entered);
  const passed = new Set([server.directive, entered, location]);
  const variables = new Variables(conf, [...passed], knownOf(request, server));
  const doubts = untried.map(
    (regex) => `the regular expression of location ${patternText(regex)} (${place(regex)}) could not be tried`,
  );
  const front = branchOf(server.directive, variables, doubts);
  const block = location === server.directive ? front : branchOf(location, variables, doubts);
  const isNew = version !== null && isAtLeast(version, KEEPALIVE_DEFAULTS_SINCE);
  const seconds = (name: string, byDefault: number) =>
    settingOf(conf, block, name, byDefault, ([text]) => parseSeconds(text ?? ''));
  const flag = (name: string) => settingOf(conf, block, name, false, ([text]) => parseFlag(text ?? ''));
  const lines = (name: string) => effective(conf, block, name).map((line) => placed(line.args.join(' '), line));
  const pass = effective(conf, block, 'proxy_pass')[0];
  const proxyPass = pass === undefined ? null : readProxyPass(conf, pass, variables);
  const upgrade = sentHeader(conf, block, 'upgrade', '', variables);
  const connection = sentHeader(conf, block, 'connection', isNew ? '' : 'close', variables);
  const stages = [...new Set([server.directive, front, block])];
  const returned = stages.flatMap((level) => named(level.block, 'return'))[0];
  return {
    server,
    listeners: server.listeners.filter(({ port }) => request.port === null || port === request.port),
    location: location === server.directive ? null : location,
    pattern: location === server.directive ? null : patternText(location),
    autoRedirect: match?.autoRedirect ?? false,
    doubts,
    handler: returned ? 'return' : (HANDLERS.find((name) => effective(conf, block, name).length > 0) ?? 'static'),
    proxyPass,
    httpVersion: settingOf(conf, block, 'proxy_http_version', isNew ? '1.1' : '1.0', ([text]) => text ?? null),
    upgrade: {
      ...upgrade,
      forwarded: upgrade.value.sent === null ? null : upgrade.value.sent.toLowerCase() === 'websocket',
    },
    connection: { ...connection, forwarded: hasToken(connection.value.sent, 'upgrade') },
    readTimeout: seconds('proxy_read_timeout', 60),
    sendTimeout: seconds('proxy_send_timeout', 60),
    connectTimeout: seconds('proxy_connect_timeout', 60),
    clientSendTimeout: seconds('send_timeout', 60),
    bufferSize: settingOf(conf, block, 'proxy_buffer_size', PAGE_BYTES, ([text]) => parseBytes(text ?? '')),
    sslServerName: flag('proxy_ssl_server_name'),
    sslName: settingOf(conf, block, 'proxy_ssl_name', proxyPass?.value.target ?? '', ([text]) => text ?? null),
    sslVerify: flag('proxy_ssl_verify'),
    limitReq: lines('limit_req'),
    limitConn: lines('limit_conn'),
    authRequest: switchable(conf, block, 'auth_request'),
    mirror: switchable(conf, block, 'mirror'),
    authBasic: switchable(conf, block, 'auth_basic'),
    returns: returned === undefined ? null : placed(returned.args.join(' '), returned),
    rewrites: stages.flatMap((level) => named(level.block, 'rewrite')).map((line) => placed(line.args.join(' '), line)),
    ...processSettings(conf),
  };
}

/** A value that `off` turns off. */
function switchable(conf: Conf, block: Directive, name: string): Setting<string | null> {
  const setting = settingOf<string>(conf, block, name, 'off', ([text]) => text ?? null);
  return { ...setting, value: setting.value === 'off' ? null : setting.value };
}

function processSettings(
  conf: Conf,
): Pick<ResolvedLocation, 'workerConnections' | 'openFileLimit' | 'workerShutdownTimeout'> {
  const events = named(conf.directives, 'events')[0] ?? null;
  const number = (text: string | undefined): number | null => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : null);
  return {
    workerConnections: settingOf(conf, events, 'worker_connections', 512, ([text]) => number(text)),
    openFileLimit: settingOf<number | null>(conf, null, 'worker_rlimit_nofile', null, ([text]) => number(text)),
    workerShutdownTimeout: settingOf<number | null>(conf, null, 'worker_shutdown_timeout', null, ([text]) =>
      parseSeconds(text ?? ''),
    ),
  };
}

/** The `if` in a location that a WebSocket handshake would take and that decides who answers; else the location. */
function branchOf(location: Directive, variables: Variables, doubts: string[]): Directive {
  let taken = location;
  for (const branch of named(location.block, 'if')) {
    const decides = (branch.block ?? []).some(
      ({ name }) => name === 'proxy_pass' || name === 'return' || name === 'rewrite',
    );
    if (!decides) continue;
    const holds = variables.holds(branch.args);
    if (holds === null)
      doubts.push(`whether "if ${branch.args.join(' ')}" (${place(branch)}) holds could not be worked out`);
    else if (holds) taken = branch;
  }
  return taken;
}

/** What every WebSocket handshake brings, and what is known of this one. */
function knownOf({ host, path, port }: ConfRequest, { listeners }: ServerBlock): ReadonlyMap<string, string> {
  const known = new Map([
    ['http_upgrade', 'websocket'],
    ['http_connection', 'Upgrade'],
    ['http_sec_websocket_version', '13'],
    ['request_method', 'GET'],
    ['server_protocol', 'HTTP/1.1'],
    ['request_uri', path],
    ['uri', path.split('?', 1)[0]!],
  ]);
  if (host !== null) known.set('http_host', host).set('host', host.replace(/:\d{1,5}$/, '').toLowerCase());
  if (port !== null) known.set('server_port', String(port));
  const schemes = new Set(
    listeners.filter((at) => port === null || at.port === port).map(({ ssl }) => (ssl ? 'https' : 'http')),
  );
  const [scheme] = schemes;
  if (schemes.size === 1 && scheme !== undefined)
    known.set('scheme', scheme).set('https', scheme === 'https' ? 'on' : '');
  return known;
}

function patternText(location: Directive): string {
  return location.args.join(' ');
}

function place({ file, line }: Directive): string {
  return `${file}:${line}`;
}
