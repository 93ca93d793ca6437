/** Names that tell what a location is for, where its headers do not. */

/** Words by which WebSocket endpoints, and the hosts and upstreams of such, go. */
const WEBSOCKET_WORDS: ReadonlySet<string> = new Set([
  'ws',
  'wss',
  'websocket',
  'websockets',
  'socket',
  'sockets',
  'sockjs',
  'signalr',
  'cable',
  'hub',
  'hubs',
  'chat',
  'realtime',
  'primus',
  'faye',
  'mqtt',
]);

/** Whether a path, a location's pattern or a name is one that WebSockets go by. */
export function soundsLikeWebSocket(text: string): boolean {
  const lower = text.toLowerCase();
  if (/socket\.?io|engine\.io/.test(lower)) return true;
  return lower.split(/[^a-z0-9]+/).some((word) => WEBSOCKET_WORDS.has(word));
}

/** A protocol over WebSocket whose library decides the path, and keeps a session over several requests. */
interface SessionProtocol {
  readonly name: string;
  /** The path that its clients ask for by default. */
  readonly path: RegExp;
}

const PROTOCOLS: readonly SessionProtocol[] = [
  { name: 'socket.io', path: /socket\.io|engine\.io/i },
  { name: 'SockJS', path: /sockjs/i },
  { name: 'SignalR', path: /signalr/i },
];

/** The protocol that a location's pattern or path belongs to; null for a plain WebSocket. */
export function sessionProtocol(text: string): SessionProtocol | null {
  // A pattern writes its dots with backslashes.
  const plain = text.replaceAll('\\', '');
  return PROTOCOLS.find(({ path }) => path.test(plain)) ?? null;
}
