/** An endpoint is what a client asks for, with everything that differs from call to call folded away. */
import { redact } from '../safe/redact.ts';
import { detach } from './text.ts';

/** How sure it is, from the request alone, that a request is a WebSocket handshake. */
export type PathHint = 'strong' | 'weak' | 'polling' | null;

export type PathKind = 'socket.io' | 'sockjs' | 'signalr' | 'graphql' | 'other';

export interface FoldedPath {
  /** Path without query; identifiers replaced by `{id}`. */
  readonly path: string;
  readonly hint: PathHint;
  readonly kind: PathKind;
  /** The query carries an engine.io session id. */
  readonly sid: boolean;
}

const MAX_SEGMENTS = 8;
const MAX_SEGMENT = 48;

/** Segments that name a WebSocket endpoint in the field's common servers and client libraries. */
const STRONG = new Set([
  'ws',
  'wss',
  'websocket',
  'websockets',
  'web-socket',
  'websockify',
  'graphql-ws',
  'xmpp-websocket',
  'webpack-hmr',
  'wsapp',
  'ws-api',
  'wsapi',
  'sockjs-node',
]);
const WEAK = new Set([
  'socket',
  'sockets',
  'socket.io',
  'sockjs',
  'cable',
  'signalr',
  'hub',
  'hubs',
  'chathub',
  'realtime',
  'subscriptions',
  'engine.io',
  'mqtt',
  'live',
  'hmr',
  'stomp',
  'channels',
  'primus',
  'faye',
  'janus',
]);

/** Files that libraries and pages load from beside the endpoint: `/socket.io/socket.io.js`. */
const FILE = /\.(?:m?js|map|css|html?|png|jpe?g|gif|svg|ico|json|txt|xml|woff2?|wasm|md|pdf|m3u8|mp4)$/i;
/** What SockJS asks for besides the WebSocket: what the server can do, and its other transports. */
const SOCKJS_OTHER = /\/(?:info|xhr|xhr_send|xhr_streaming|eventsource|htmlfile|jsonp|jsonp_send)$/i;

/** Paths whose folding is remembered. */
const MAX_PATHS = 4096;

/** Folds request targets. A service has few paths, so each is folded once; queries are looked at each time. */
export class PathFolder {
  readonly #paths = new Map<string, FoldedPath>();

  /**
   * Never throws; the cost is linear in the length, of which 2048 bytes at most are looked at.
   *
   * @param target the request target as logged, with its query
   */
  fold(target: string): FoldedPath {
    const text = target.length > 2048 ? target.slice(0, 2048) : target;
    const cut = queryStart(text);
    const path = cut === text.length ? text : text.slice(0, cut);
    let folded = this.#paths.get(path);
    if (folded === undefined) {
      folded = foldedPath(path);
      if (this.#paths.size >= MAX_PATHS) this.#paths.clear();
      this.#paths.set(detach(path), folded);
    }
    return cut + 1 >= text.length ? folded : withQuery(folded, text.slice(cut + 1));
  }
}

/** Where the query of a target starts, or its end. */
function queryStart(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 63 || c === 35) return at;
  }
  return text.length;
}

function foldedPath(path: string): FoldedPath {
  // A proxy-style target (`GET http://host/path`) or an upstream URL: only its path is the endpoint.
  const scheme = /^[a-z]{2,6}:\/\/[^/]*/i.exec(path);
  const raw = scheme === null ? path : path.slice(scheme[0].length) || '/';
  let hint: PathHint = null;
  let kind: PathKind = 'other';
  const folded: string[] = [];
  for (const [index, segment] of raw.split('/').entries()) {
    if (index > MAX_SEGMENTS) {
      folded.push('…');
      break;
    }
    const lower = segment.toLowerCase();
    if (STRONG.has(lower) || /[-_.]wss?$/.test(lower) || /^ws[-_]/.test(lower)) hint = 'strong';
    else if (hint === null && (WEAK.has(lower) || /^websocket[-_]|[-_.]websocket$/.test(lower))) hint = 'weak';
    if (lower === 'socket.io' || lower === 'engine.io') kind = 'socket.io';
    else if (lower.startsWith('sockjs')) kind = 'sockjs';
    else if (lower === 'signalr' || lower === 'hubs' || /.hub$/.test(lower)) kind = 'signalr';
    else if (lower.startsWith('graphql')) kind = 'graphql';
    folded.push(foldSegment(segment));
  }
  if (FILE.test(raw)) hint = null;
  else if (kind === 'sockjs' && SOCKJS_OTHER.test(raw)) hint = 'polling';
  else if (kind === 'sockjs' && hint === 'strong' && !/\/websocket$/i.test(raw)) hint = 'weak';
  else if (hint !== null && /\/negotiate$/i.test(raw)) hint = 'polling';
  // What is a secret by the word before it must not tell endpoints apart, nor be remembered.
  return { path: redact(folded.join('/')) || '/', hint, kind, sid: false };
}

function withQuery(folded: FoldedPath, query: string): FoldedPath {
  let { hint } = folded;
  if (/(?:^|&)transport=websockets?(?:&|$)/i.test(query)) hint = 'strong';
  else if (/(?:^|&)transport=(?:polling|longpolling|serversentevents)(?:&|$)/i.test(query)) hint = 'polling';
  const sid = query.includes('sid=') && /(?:^|&)sid=[^&]/.test(query);
  // Any page may be called hub; SignalR's connections carry an id.
  const kind = folded.path.endsWith('/hub') && /(?:^|&)id=[^&]/.test(query) ? 'signalr' : folded.kind;
  return hint === folded.hint && kind === folded.kind && !sid ? folded : { ...folded, hint, kind, sid };
}

/** One path segment: numbers, UUIDs, hashes and tokens become `{id}`; a hash inside a file name becomes `{hash}`. */
function foldSegment(segment: string): string {
  if (segment === '') return '';
  if (/^\d+$/.test(segment)) return '{id}';
  if (segment.length >= 32 && /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(segment)) return '{id}';
  if (segment.length >= 8 && /^[0-9a-f]+$/i.test(segment) && /\d/.test(segment)) return '{id}';
  if (segment.length >= 16 && /^[\w~=-]+$/.test(segment) && looksRandom(segment)) return '{id}';
  if (/^[a-z]{1,4}[-_]?\d{3,}$/i.test(segment)) return '{id}';
  const file = /^([\w-]{1,40})[.-]([0-9a-f]{6,64})\.([a-z0-9]{1,5})$/i.exec(segment);
  if (file !== null && /\d/.test(file[2] ?? '')) return `${file[1]}.{hash}.${file[3]}`;
  return segment.length > MAX_SEGMENT ? `${segment.slice(0, MAX_SEGMENT)}…` : segment;
}

/** Tokens mix digits with both cases, or change between letter and digit often; words do not. */
function looksRandom(segment: string): boolean {
  let changes = 0;
  let digits = 0;
  let kind = -1;
  for (let i = 0; i < segment.length; i++) {
    const c = segment.charCodeAt(i);
    const now = c >= 48 && c <= 57 ? 0 : c >= 97 && c <= 122 ? 1 : c >= 65 && c <= 90 ? 2 : 3;
    if (now === 0) digits++;
    if (now !== kind) changes++;
    kind = now;
  }
  return (digits >= 2 && changes >= 6) || digits > segment.length / 2;
}

/** The address part of an `upstream:` URL: `10.0.0.5:8080`, `[::1]:80`, `unix:/run/app.sock`, or a block's name. */
export function upstreamAddress(upstream: string): { scheme: string; address: string } {
  const at = upstream.indexOf('://');
  const scheme = at < 0 ? '' : upstream.slice(0, at);
  const rest = at < 0 ? upstream : upstream.slice(at + 3);
  if (rest.startsWith('unix:')) {
    const end = rest.indexOf(':', 5);
    return { scheme, address: end < 0 ? rest : rest.slice(0, end) };
  }
  const slash = rest.indexOf('/');
  const address = slash < 0 ? rest : rest.slice(0, slash);
  // The stream module logs a bare address; a query can follow a host directly when proxy_pass has no URI.
  const query = address.indexOf('?');
  return { scheme, address: query < 0 ? address : address.slice(0, query) };
}
