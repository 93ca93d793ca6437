/** Which failed requests were, or may have been, WebSocket handshakes. */
import type { Endpoint } from '../findings/keys.ts';
import type { AccessGroup } from './groups.ts';
import type { Verdict } from './websocket.ts';

/** Answers that mean a failed handshake even where ordinary requests share the path. */
const HANDSHAKE_ONLY = new Set([0, 9, 400, 408, 426, 429, 499, 500, 502, 503, 504, 505]);

/** @param ok how many handshakes succeeded on the endpoint */
export function isHandshake(group: AccessGroup, endpoint: Endpoint, verdict: Verdict, ok: number): boolean {
  if (group.upgrade === 'yes') return true;
  if (verdict === 'no' || verdict === 'unknown') return false;
  if (group.hint === 'polling') return isFailedPolling(group.status, endpoint);
  if (group.methods.size > 0 && !group.methods.has('GET') && !group.methods.has('')) return false;
  // A success on a path where handshakes succeed as well is some other client asking for something else.
  if (group.status < 300 && group.status >= 200) return group.hint === 'strong' && ok === 0;
  if (group.hint === 'strong') return true;
  return HANDSHAKE_ONLY.has(group.status) || (group.hint === 'weak' && endpoint.fold.kind !== 'other');
}

/**
 * Long polling is how socket.io, SockJS and SignalR begin before they upgrade, or what they fall back to. Where the
 * gateway fails, the WebSocket behind it fails as well, though clients may never get as far as asking for it.
 */
function isFailedPolling(status: number, endpoint: Endpoint): boolean {
  if (status === 400) return endpoint.fold.kind === 'socket.io';
  return status === 502 || status === 503 || status === 504;
}
