import { describe, expect, it } from 'vitest';
import type { Handshake } from '../../../src/probe/attempt.ts';
import { acceptFor, readHeader, requestText } from '../../../src/probe/request.ts';

const HANDSHAKE: Handshake = {
  httpVersion: '1.1',
  host: 'chat.test',
  origin: 'https://chat.test',
  upgrade: true,
  connection: 'Upgrade',
  protocols: ['chat', 'superchat'],
  cookie: 'sid=1',
  headers: [['X-Tenant', 'a']],
  serverName: null,
};

describe('acceptFor', () => {
  it("gives the RFC's own example", () => {
    expect(acceptFor('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});

describe('requestText', () => {
  it('writes a whole handshake', () => {
    expect(requestText('/ws?a=1', HANDSHAKE, 'KEY', 'wslog/1 (probe)')).toBe(
      [
        'GET /ws?a=1 HTTP/1.1',
        'Host: chat.test',
        'User-Agent: wslog/1 (probe)',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: KEY',
        'Origin: https://chat.test',
        'Sec-WebSocket-Protocol: chat, superchat',
        'Cookie: sid=1',
        'X-Tenant: a',
        '',
        '',
      ].join('\r\n'),
    );
  });

  it('leaves out what a trial takes away', () => {
    const bare = requestText(
      '/ws',
      {
        ...HANDSHAKE,
        httpVersion: '1.0',
        upgrade: false,
        connection: 'close',
        origin: null,
        protocols: [],
        cookie: null,
      },
      'KEY',
      'x',
    );
    expect(bare).toMatch(/^GET \/ws HTTP\/1\.0\r\n/);
    expect(bare).toContain('Connection: close\r\n');
    expect(bare).not.toMatch(/^(?:Upgrade|Origin|Cookie|Sec-WebSocket-Protocol):/m);
  });

  it("lets a typed header take the place of the probe's own", () => {
    const text = requestText('/ws', { ...HANDSHAKE, headers: [['cookie', 'other=1']] }, 'KEY', 'x');
    expect(text.match(/cookie:/gi)).toHaveLength(1);
    expect(text).toContain('cookie: other=1\r\n');
  });
});

describe('readHeader', () => {
  it('reads a name and a value', () => {
    expect(readHeader('X-Token:  a: b ')).toEqual(['X-Token', 'a: b']);
    expect(readHeader('X-Name: é')).toEqual(['X-Name', 'Ã©']);
  });

  it.each([
    ['nonsense-and-secret', 'is not of the form'],
    ['X Y: 1', 'no header name'],
    ['Upgrade: h2c', 'writes itself'],
    ['sec-websocket-key: x', 'writes itself'],
    ['User-Agent: Mozilla', 'writes itself'],
    ['X: a\x00b', 'control characters'],
    ['X: a\r\nEvil: 1', 'control characters'],
  ])('refuses %j', (text, why) => {
    const said = readHeader(text);
    expect(said).toContain(why);
    expect(said).not.toContain('secret');
  });
});
