/** What a path alone tells of a request: a WebSocket by its name, its library's other transports, or an ordinary page. */
import { describe, expect, it } from 'vitest';
import { PathFolder } from '../../../src/findings/endpoint.ts';

const folder = new PathFolder();

describe('a path', () => {
  it.each([
    ['/ws', 'strong', 'other'],
    ['/api/v4/websocket', 'strong', 'other'],
    ['/chat-ws', 'strong', 'other'],
    ['/ws-chat?room=1', 'strong', 'other'],
    ['/socket.io/?EIO=4&transport=websocket', 'strong', 'socket.io'],
    ['/socket.io/?EIO=4&transport=polling', 'polling', 'socket.io'],
    ['/sockjs/215/dm1kkghf/websocket', 'strong', 'sockjs'],
    ['/chathub?id=GgM3pPdZ', 'weak', 'signalr'],
    ['/hub?id=GgM3pPdZ', 'weak', 'signalr'],
    ['/cable', 'weak', 'other'],
  ] as const)('%s may be a WebSocket', (target, hint, kind) => {
    expect(folder.fold(target)).toMatchObject({ hint, kind });
  });

  it.each([
    ['/sockjs/info?t=1', 'polling'],
    ['/sockjs-node/215/dm1kkghf/xhr_streaming', 'polling'],
    ['/signalr/negotiate', 'polling'],
    ['/socket.io/socket.io.js', null],
    ['/live/stream.m3u8', null],
    ['/blog/how-to-proxy-websocket', 'weak'],
    ['/docs/websocket-api', 'weak'],
    ['/login/github', null],
    ['/hub', 'weak'],
  ] as const)('%s is no handshake by itself', (target, hint) => {
    expect(folder.fold(target).hint).toBe(hint);
  });
});
