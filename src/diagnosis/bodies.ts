/**
 * What backends answer when a handshake reaches them broken, told by the length of the answer's body. A length alone
 * proves nothing; with the status it is a strong hint. Read from the sources of the servers named.
 */

export type BodyMeaning =
  | 'says-upgrade-missing'
  | 'says-session-unknown'
  | 'says-origin-refused'
  | 'says-version-refused'
  | 'says-plain-to-tls'
  | 'nginx-error-page'
  | 'empty';

const MEANINGS: ReadonlyMap<number, ReadonlyMap<number, BodyMeaning>> = new Map([
  [
    400,
    new Map<number, BodyMeaning>([
      [12, 'says-upgrade-missing'], // gorilla/websocket: Bad Request
      [22, 'says-upgrade-missing'], // ws (Node): Invalid Upgrade header
      [31, 'says-upgrade-missing'], // Spring, Tornado, aiohttp: Connection header
      [32, 'says-upgrade-missing'], // aiohttp: Connection: close
      [34, 'says-upgrade-missing'], // Spring, Tornado: Can "Upgrade" only
      [43, 'says-upgrade-missing'], // axum: Connection header
      [44, 'says-upgrade-missing'], // axum: Upgrade header
      [66, 'says-upgrade-missing'], // aiohttp: No WebSocket UPGRADE hdr
      [47, 'says-version-refused'], // ws (Node): Sec-WebSocket-Version
      [52, 'says-version-refused'], // uWebSockets on an HTTP/1.0 request
      [255, 'says-plain-to-tls'], // nginx as the backend: The plain HTTP request was sent to HTTPS port
      [657, 'says-plain-to-tls'], // the same, padded for browsers that claim to be Chrome or MSIE
    ]),
  ],
  [
    426,
    new Map<number, BodyMeaning>([
      [16, 'says-upgrade-missing'], // ws (Node): Upgrade Required
      [17, 'says-upgrade-missing'], // gorilla/websocket: Upgrade Required
      [76, 'says-upgrade-missing'], // coder/websocket
      [158, 'says-upgrade-missing'], // websockets (Python): missing Connection header
      [165, 'says-upgrade-missing'], // websockets (Python): Connection: close
    ]),
  ],
  [
    403,
    new Map<number, BodyMeaning>([
      [10, 'says-origin-refused'], // gorilla/websocket
      [35, 'says-origin-refused'], // Tornado
    ]),
  ],
  [505, new Map<number, BodyMeaning>([[112, 'says-version-refused']])], // uWebSockets
  [404, new Map<number, BodyMeaning>([[26, 'says-session-unknown']])], // SignalR: No Connection with that ID
]);

/** engine.io answers in JSON of its own: `{"code":N,"message":"…"}`, or the bare message during an upgrade. */
const ENGINE_IO: ReadonlyMap<number, BodyMeaning> = new Map<number, BodyMeaning>([
  [34, 'says-upgrade-missing'], // Bad request: transport=websocket without an upgrade
  [41, 'says-session-unknown'],
  [18, 'says-session-unknown'],
  [51, 'says-version-refused'], // Unsupported protocol version
]);

/** What a body of `bytes` says with `status`, or null when its length is no known one. */
export function bodyMeaning(status: number, bytes: number, engineIo: boolean): BodyMeaning | null {
  if (bytes === 0) return 'empty';
  return (engineIo ? ENGINE_IO.get(bytes) : MEANINGS.get(status)?.get(bytes)) ?? null;
}
