/** Clients below the level of a library: raw bytes, HTTP/2 frames, TLS that fails. */
import { spawn } from 'node:child_process';
import net from 'node:net';
import tls from 'node:tls';
import { type Person, person } from './clients.ts';

/** Writes bytes to nginx as they are and returns what came back within `waitMs`. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  options: { readonly who?: Person; readonly waitMs?: number; readonly h2?: string } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const address = (options.who ?? person(0)).address;
    const raw = net.connect({ host: '127.0.0.1', port, localAddress: address });
    const socket: net.Socket =
      options.h2 === undefined
        ? raw
        : tls.connect({ socket: raw, ALPNProtocols: ['h2'], servername: options.h2, rejectUnauthorized: false });
    let answer = '';
    const done = (): void => {
      socket.destroy();
      raw.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, options.waitMs ?? 500);
    socket.once(options.h2 === undefined ? 'connect' : 'secureConnect', () => {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    });
    socket.on('data', (part) => {
      answer += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    raw.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}

/** The bytes of an HTTP/1.1 handshake, for clients that do not behave like a library. */
export function handshakeText(host: string, path: string, extra = ''): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`
  );
}

/** An HTTP/2 connection preface and one HEADERS frame that carries a WebSocket `upgrade` header. */
export function http2Handshake(host: string, path: string, agent: string): Buffer {
  const fields: ReadonlyArray<readonly [string, string]> = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', host],
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['sec-websocket-version', '13'],
    ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['user-agent', agent],
  ];
  // Literal header fields without indexing and without Huffman coding (RFC 7541, 6.2.2).
  const block = Buffer.concat(
    fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), hpackString(name), hpackString(value)])),
  );
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const END_STREAM_AND_HEADERS = 0x05;
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, END_STREAM_AND_HEADERS, 1, block),
  ]);
}

/** A string as HPACK writes it: its length as an integer with a 7-bit prefix, then its bytes. */
function hpackString(text: string): Buffer {
  const LARGEST_IN_PREFIX = 127;
  const length = text.length < LARGEST_IN_PREFIX ? [text.length] : [LARGEST_IN_PREFIX, text.length - LARGEST_IN_PREFIX];
  return Buffer.concat([Buffer.from(length), Buffer.from(text)]);
}

/** A TLS client that trusts nobody: it refuses nginx's certificate with an alert, as browsers do. */
export function distrust(port: number, name: string, who: Person): Promise<void> {
  return new Promise((resolve) => {
    const client = spawn(
      'openssl',
      [
        ...['s_client', '-connect', `127.0.0.1:${port}`, '-bind', `${who.address}:0`],
        ...['-servername', name, '-verify_return_error', '-no-CAfile', '-no-CApath'],
      ],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    );
    client.once('error', () => resolve());
    client.once('close', () => resolve());
  });
}

/** A TLS client that only speaks a protocol version nginx no longer accepts. */
export function oldTls(port: number, name: string, who: Person): Promise<void> {
  return new Promise((resolve) => {
    const raw = net.connect({ host: '127.0.0.1', port, localAddress: who.address });
    const socket = tls.connect({
      socket: raw,
      servername: name,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    socket.once('error', () => resolve());
    socket.once('secureConnect', () => socket.destroy());
    socket.once('close', () => resolve());
  });
}
