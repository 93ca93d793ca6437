/** The handshake's request, byte for byte, and the answer value that belongs to its key (RFC 6455, 4.1 and 4.2.2). */
import { createHash } from 'node:crypto';
import type { Handshake, Header } from './attempt.ts';

/** The value every server appends to the key before hashing. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Headers that make the handshake what it is, which the probe writes itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** The `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}

/** The request as latin1 text. */
export function requestText(path: string, handshake: Handshake, key: string, userAgent: string): string {
  const given = new Set(handshake.headers.map(([name]) => name.toLowerCase()));
  const own: Header[] = [
    ['Host', handshake.host],
    ['User-Agent', userAgent],
    ['Connection', handshake.connection],
  ];
  if (handshake.upgrade) own.push(['Upgrade', 'websocket']);
  own.push(['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', key]);
  if (handshake.origin !== null) own.push(['Origin', handshake.origin]);
  if (handshake.protocols.length > 0) own.push(['Sec-WebSocket-Protocol', handshake.protocols.join(', ')]);
  if (handshake.cookie !== null) own.push(['Cookie', handshake.cookie]);
  const lines = [...own.filter(([name]) => !given.has(name.toLowerCase())), ...handshake.headers];
  return `GET ${path} HTTP/${handshake.httpVersion}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/**
 * Reads `Name: value` as typed.
 *
 * @returns the header as latin1, or a clause that says what is wrong with it
 */
export function readHeader(text: string): Header | string {
  const colon = text.indexOf(':');
  const name = colon === -1 ? text : text.slice(0, colon).trim();
  // The value may be a secret, so only the name is ever repeated.
  if (colon === -1) return 'is not of the form "Name: value"';
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'has a name that is no header name';
  if (OWN_HEADERS.has(name.toLowerCase())) return `sets ${name}, which the probe writes itself`;
  const value = Buffer.from(text.slice(colon + 1).trim(), 'utf8').toString('latin1');
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return `sets ${name} to a value with control characters`;
  return [name, value];
}
