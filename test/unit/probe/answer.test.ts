import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, framingOf, type Head, isEnough, MAX_HEAD_BYTES, readHead } from '../../../src/probe/answer.ts';
import {
  complaintOf,
  isNginxMade,
  isSameAnswer,
  meaningOf,
  nginxVersionOf,
  staticFile,
} from '../../../src/probe/maker.ts';
import { anyText } from '../any-text.ts';
import { cpuMs } from '../cpu-time.ts';

function head(text: string): Head {
  const found = readHead(text);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function answer(text: string) {
  const found = head(text);
  return answerOf(found, text.slice(found.bytes), framingOf(found));
}

describe('readHead', () => {
  it('reads status and headers as sent', () => {
    expect(head('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-A:b\r\n\r\nrest')).toEqual({
      httpVersion: '1.1',
      status: 101,
      reason: 'Switching Protocols',
      headers: [
        ['Upgrade', 'websocket'],
        ['X-A', 'b'],
      ],
      badLines: [],
      bytes: 63,
    });
  });

  it('keeps lines that are no headers apart', () => {
    expect(head('HTTP/1.1 200 OK\r\nUpgr\x01ade: x\r\nnothing\r\n\r\n').badLines).toEqual([
      'Upgr\x01ade: x',
      'nothing',
    ]);
  });

  it.each([
    ['', 'more'],
    ['HT', 'more'],
    ['HTTP/1.1 200 OK\r\nA: b\r\n', 'more'],
    ['\x15', 'more'],
    ['\x15\x03\x01\0\x02\x02\x46', 'speaks-tls'],
    ['\0\0\x12\x04\0\0\0\0\0', 'speaks-http2'],
    ['+PONG\r\n', 'not-http'],
    ['HTTP/9 what\r\n\r\n', 'not-http'],
  ])('tells what %j is', (bytes, kind) => expect(readHead(bytes)).toBe(kind));

  it('takes no head beyond its limit', () => {
    expect(readHead(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(MAX_HEAD_BYTES)}`)).toBe('header-too-large');
  });

  it('never throws, and is quick on any bytes', () => {
    fc.assert(
      fc.property(anyText(300), (text) => {
        expect(() => readHead(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`)).not.toThrow();
        expect(() => readHead(text)).not.toThrow();
      }),
    );
    const spent = cpuMs(() => {
      for (const piece of ['\r', '\n', ': ', '\r\n ', 'A:', '\0']) readHead(`HTTP/1.1 200 ${piece.repeat(30_000)}`);
    });
    expect(spent).toBeLessThan(500);
  });
});

describe('the body', () => {
  it('is as long as stated, or as what came', () => {
    expect(answer('HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nabcdef')).toMatchObject({ body: 'abc', bodyBytes: 3 });
    expect(answer('HTTP/1.1 400 Bad\r\n\r\nabcdef')).toMatchObject({ body: 'abcdef', bodyBytes: 6 });
    expect(
      answer('HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n'),
    ).toMatchObject({
      body: 'abcde',
      bodyBytes: 5,
    });
    expect(answer('HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\nzz')).toMatchObject({ body: '' });
  });

  it('is waited for only as long as more is to come', () => {
    expect(isEnough('abc', { kind: 'length', bytes: 3 })).toBe(true);
    expect(isEnough('ab', { kind: 'length', bytes: 3 })).toBe(false);
    expect(isEnough('3\r\nabc\r\n0\r\n\r\n', { kind: 'chunked' })).toBe(true);
    expect(isEnough('3\r\nabc\r\n', { kind: 'chunked' })).toBe(false);
    expect(isEnough('x'.repeat(8192), { kind: 'close' })).toBe(true);
  });
});

describe('who made an answer', () => {
  const page = (status: string, text = status) =>
    answer(
      `HTTP/1.1 ${status}\r\nServer: nginx/1.22.1\r\n\r\n<html>\r\n<h1>${text}</h1>\r\n<hr><center>nginx/1.22.1</center>\r\n</html>`,
    );

  it('knows the pages of nginx', () => {
    expect(isNginxMade(page('404 Not Found'))).toBe(true);
    expect(isNginxMade(answer('HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n{"detail":"Not Found"}'))).toBe(false);
    expect(complaintOf(page('400 Bad Request', 'The plain HTTP request was sent to HTTPS port'))).toBe(
      'plain-http-to-tls',
    );
    expect(complaintOf(page('400 Bad Request', 'Request Header Or Cookie Too Large'))).toBe('header-too-large');
    expect(complaintOf(page('404 Not Found'))).toBeNull();
    expect(nginxVersionOf(page('404 Not Found'))).toBe('1.22.1');
  });

  it('knows a file by its ETag, whose second half is the size', () => {
    const file = (etag: string) =>
      answer(`HTTP/1.1 200 OK\r\nLast-Modified: x\r\nETag: ${etag}\r\nContent-Length: 100\r\n\r\n`);
    expect(staticFile(file('"6740f3b1-64"'))).toEqual({ bytes: 100 });
    expect(staticFile(file('"6740f3b1-65"'))).toBeNull();
    expect(staticFile(file('W/"abc"'))).toBeNull();
  });

  it('compares answers by status and body', () => {
    const short = answer('HTTP/1.1 400 Bad\r\n\r\nabc');
    expect(isSameAnswer(short, answer('HTTP/1.1 400 Bad Request\r\nX: y\r\n\r\nabc'))).toBe(true);
    expect(isSameAnswer(short, answer('HTTP/1.1 426 Bad\r\n\r\nabc'))).toBe(false);
    expect(isSameAnswer(short, answer('HTTP/1.1 400 Bad\r\n\r\nother'))).toBe(false);
  });

  it.each([
    ['426 Upgrade Required', 'Upgrade Required', 'says-upgrade-missing'],
    ['400 Bad Request', 'Can "Upgrade" only to "WebSocket".', 'says-upgrade-missing'],
    ['400 No WebSocket Upgrade header found', '', 'says-upgrade-missing'],
    ['400 Bad Request', '{"code":1,"message":"Session ID unknown"}', 'says-session-unknown'],
    ['403 Forbidden', 'Cross origin websockets not allowed', 'says-origin-refused'],
    ['400 Bad Request', 'Missing or invalid Sec-WebSocket-Version header', 'says-version-refused'],
    ['404 Not Found', '<html>a page of some length</html>', null],
  ])('%s with %j', (status, body, meaning) => {
    expect(meaningOf(answer(`HTTP/1.1 ${status}\r\n\r\n${body}`), '/ws')).toBe(meaning);
  });
});
