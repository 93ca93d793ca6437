import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectAccessFormat, detectAccessLine, resolveLogFormat } from '../../../src/nginx/access-detect.ts';
import { compileLogFormat } from '../../../src/nginx/log-format.ts';
import { cpuMs } from '../cpu-time.ts';

const TIME = '[22/Nov/2026:12:06:41 +0000]';
const BASE = `10.0.0.9 - - ${TIME} "GET /ws HTTP/1.1"`;
const HALF = { client: '10.0.0.9', request: 'GET /ws HTTP/1.1', path: '/ws' };

describe('one line on its own', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['combined', `${BASE} 101 0 "-" "UA"`, { ...HALF, status: 101, bodyBytes: 0, userAgent: 'UA', referrer: null }],
    ['main', `${BASE} 400 12 "-" "UA" "1.1.1.1, 2.2.2.2"`, { ...HALF, status: 400, upstreamAddr: null }],
    ['a virtual host before', `e.test ${BASE} 400 12 "-" "UA"`, { ...HALF, host: 'e.test' }],
    ['host and port before', `e.test:443 ${BASE} 400 12 "-" "UA"`, { ...HALF, server: 'e.test' }],
    [
      'nginx-proxy',
      `e.test ${BASE} 101 12 "-" "UA" "172.17.0.2:80"`,
      { ...HALF, host: 'e.test', upstreamAddr: ['172.17.0.2:80'] },
    ],
    [
      'a ready key=value tail',
      `${BASE} 502 157 "-" "-" rt=0.000 uct="-, -" urt="0.000, 0.000" us="502, 502" ua="10.0.0.1:1, 10.0.0.2:2" upg="websocket" cid=1`,
      { ...HALF, requestTime: 0, upstreamStatus: ['502', '502'], upgrade: 'websocket', connection: 1, userAgent: null },
    ],
    [
      'an upstream by its name',
      `${BASE} 502 157 "-" "-" rt=0.000 us="502" ua="chat"`,
      { upstreamAddr: ['chat'], upstreamStatus: ['502'], userAgent: null },
    ],
    [
      'unquoted lists behind keys',
      `${BASE} 502 157 "-" "-" rt=0.000 ua=10.0.0.1:1, 10.0.0.2:2 us=502, 502 uct=-, - urt=0.000, 0.000 url=0, 0 rc=OK`,
      {
        upstreamAddr: ['10.0.0.1:1', '10.0.0.2:2'],
        upstreamStatus: ['502', '502'],
        upstreamConnectTime: ['-', '-'],
        upstreamResponseLength: ['0', '0'],
        completion: 'OK',
      },
    ],
    [
      'an empty peer',
      `${BASE} 500 177 "-" "-" rt=0.000 ua= us=- rc=`,
      { upstreamAddr: [''], upstreamStatus: ['-'], completion: '' },
    ],
    [
      'long keys',
      `${BASE} 101 0 "-" "-" request_time: 60.001 upstream_response_time: 60.000`,
      { requestTime: 60.001, upstreamResponseTime: ['60.000'] },
    ],
    ['a bare time', `${BASE} 101 0 "-" "-" 60.001`, { requestTime: 60.001, upstreamResponseTime: null }],
    [
      'two bare times',
      `${BASE} 101 0 "-" "-" 60.001 60.000`,
      { requestTime: 60.001, upstreamResponseTime: ['60.000'] },
    ],
    ['two swapped times', `${BASE} 200 0 "-" "-" 0.100 0.400`, { requestTime: 0.4, upstreamResponseTime: ['0.100'] }],
    [
      'status, time, peer',
      `${BASE} 101 0 "-" "-" 101 0.003 127.0.0.1:8080`,
      { upstreamStatus: ['101'], requestTime: 0.003, upstreamAddr: ['127.0.0.1:8080'] },
    ],
    [
      'a length that only looks like a status',
      `${BASE} 101 0 "-" "-" 149 0.003 127.0.0.1:8080`,
      { upstreamStatus: null, requestTime: 0.003 },
    ],
    [
      'quoted times',
      `${BASE} 101 0 "-" "-" "1.1.1.1" "0.003" "0.002"`,
      { requestTime: 0.003, upstreamResponseTime: ['0.002'] },
    ],
    [
      'ingress-nginx',
      `${BASE} 101 0 "-" "-" 349 60.003 [ns-app-80] [] 10.1.1.1:80 0 60.002 101 3f2a`,
      { requestTime: 60.003, upstreamStatus: ['101'], upstreamResponseLength: ['0'] },
    ],
    [
      'ingress-nginx 0.20',
      `10.0.0.9 - [10.0.0.9] - - ${TIME} "GET /ws HTTP/1.1" 400 34 "-" "-" 349 0.003 [ns-app-80] 10.1.1.1:80 34 0.002 400`,
      { ...HALF, upstreamStatus: ['400'] },
    ],
    [
      'Nginx Proxy Manager',
      `${TIME} - 101 101 - GET https e.test "/ws" [Client 10.0.0.9] [Length 0] [Gzip -] [Sent-to 10.0.0.5] "UA" "-"`,
      { client: '10.0.0.9', path: '/ws', status: 101, host: 'e.test', upstreamStatus: ['101'] },
    ],
    [
      'TLS bytes',
      `10.0.0.9 - - ${TIME} "\\x16\\x03\\x01" 400 157 "-" "-"`,
      { request: '\x16\x03\x01', status: 400, path: null },
    ],
    ['no request', `10.0.0.9 - - ${TIME} "-" 400 0 "-" "-"`, { request: null, status: 400 }],
    [
      'a redacted client',
      `<client-ip> - - ${TIME} "GET /ws HTTP/1.1" 502 157 "-" "-"`,
      { client: '<client-ip>', status: 502 },
    ],
    [
      'IPv6',
      `2001:db8::1 - - ${TIME} "GET /ws HTTP/2.0" 101 0 "-" "-"`,
      { client: '2001:db8::1', protocol: 'HTTP/2.0' },
    ],
    ['common log', `${BASE} 101 0`, { ...HALF, status: 101, bodyBytes: 0 }],
    ['a cut user agent', `${BASE} 101 0 "-" "Mozilla/5.0 (X`, { ...HALF, userAgent: 'Mozilla/5.0 (X' }],
    ['a cut status', `${BASE} 10`, { ...HALF, status: null }],
    [
      'a cut request',
      `10.0.0.9 - - ${TIME} "GET /ws?tok`,
      { client: '10.0.0.9', method: 'GET', path: '/ws?tok', status: null },
    ],
  ])('reads %s', (_, line, expected) => {
    expect(detectAccessLine(line)).toMatchObject(expected);
  });

  it.each([
    ['an error line', '2026/11/22 12:06:41 [error] 1#1: *1 connect() failed (111: Connection refused)'],
    ['Traefik', `${BASE} 101 0 "-" "-" 5 "router@docker" "http://10.0.0.5:80" 3ms`],
    ['Squid', `10.0.0.9 - - ${TIME} "GET http://e/ HTTP/1.1" 200 9 "-" "-" TCP_MISS:HIER_DIRECT`],
    ['native Squid', '1732277201.123     45 10.0.0.9 TCP_MISS/200 1234 GET http://e/ - HIER_DIRECT/1.1.1.1 text/html'],
    [
      'HAProxy',
      'Nov 22 12:06:41 lb haproxy[1]: 10.0.0.9:3 [22/Nov/2026:12:06:41.123] fe be/s1 0/0/0/1/1 101 12 - - ---- 1/1/0/0/0 0/0 "GET /ws HTTP/1.1"',
    ],
    ['IIS', '2026-11-22 12:06:41 10.0.0.1 GET /ws - 443 - 10.0.0.9 Mozilla/5.0 - 101 0 0 15'],
    ['Werkzeug', '127.0.0.1 - - [22/Nov/2026 12:06:41] "GET /ws HTTP/1.1" 400 -'],
    ['Django', '[22/Nov/2026 12:06:41] "GET /ws HTTP/1.1" 404 2000'],
    ['Uvicorn', 'INFO:     10.0.0.9:5000 - "WebSocket /ws" 403'],
    ['Envoy', '[2026-11-22T12:06:41.123Z] "GET /ws HTTP/1.1" 101 - 0 0 60001 - "-" "UA" "id" "e.test" "10.0.0.1:80"'],
    ['prose', 'I see "GET /ws HTTP/1.1" 400 in the log since [22/Nov/2026:12:06:41 +0000]'],
    ['nothing', ''],
  ])('leaves %s alone', (_, line) => {
    expect(detectAccessLine(line)).toBeNull();
  });

  it('believes the real time where a user name imitates one', () => {
    const line = `10.0.0.9 - x [01/Jan/2020:00:00:00 +0000] \\x22GET ${TIME} "GET /a HTTP/1.1" 200 1 "-" "-" rt=1.000`;
    expect(detectAccessLine(line)?.time?.wall).toBe(Date.UTC(2026, 10, 22, 12, 6, 41));
  });

  it('never throws and stays linear', () => {
    const pieces = fc.constantFrom(
      '"',
      ' ',
      '[',
      ']',
      TIME,
      '{',
      '}',
      ':',
      ',',
      ' : ',
      '\\',
      '\\x',
      '=',
      'rt',
      'GET /',
      ' - ',
      '1',
      '\0',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => detectAccessLine(parts.join('')) !== undefined),
    );
    for (const unit of ['"', '[', `${TIME} `, ' - ', 'a=" ', '1, ', '{"a":', '\\"', 'rt: ']) {
      const line = BASE + unit.repeat(Math.ceil(65_536 / unit.length));
      const spent = cpuMs(() => {
        detectAccessLine(line);
        detectAccessLine(`{"a":${line}}`);
      });
      expect(spent).toBeLessThan(100);
    }
  });
});

describe('the format of a sample', () => {
  const combined = Array.from({ length: 20 }, (_, at) => `${BASE} 101 ${at} "-" "UA"`);
  const timed = combined.map((line) => `${line} 60.00${line.length % 10} x`);

  it('names presets', () => {
    expect(detectAccessFormat(combined, [])).toMatchObject({ name: 'combined', isCombinedPrefix: true });
    expect(
      detectAccessFormat(
        combined.map((line) => `${line} "1.1.1.1"`),
        [],
      )?.name,
    ).toBe('main');
    expect(
      detectAccessFormat(
        combined.map((line) => `e.test ${line}`),
        [],
      ),
    ).toMatchObject({ name: 'vhost-combined', isCombinedPrefix: false });
  });

  it('prefers a format of the configuration that fits', () => {
    const own = compileLogFormat(
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $pipe',
      'default',
      'own',
    );
    const other = compileLogFormat('$msec $status', 'default', 'other');
    expect(detectAccessFormat(timed, [other, own])?.name).toBe('own');
    expect(detectAccessFormat(combined, [other, own])?.name).toBe('combined');
  });

  it('guesses the rest, and says what such lines carry', () => {
    const format = detectAccessFormat(timed, []);
    expect(format).toMatchObject({ name: 'combined-like', isCombinedPrefix: true });
    expect(format?.variables).toContain('request_time');
    expect(format?.variables).not.toContain('upstream_status');
    const json = detectAccessFormat(
      ['{"remote_addr":"10.0.0.9","status":"101","uri":"/ws","time_iso8601":"2026-11-22T12:06:41+00:00"}'],
      [],
    );
    expect(json?.name).toBe('json');
  });

  it('passes over blank and error lines, and over strays', () => {
    const error = '2026/11/22 12:06:41 [error] 1#1: *1 no live upstreams';
    expect(detectAccessFormat(['', ...Array.from({ length: 50 }, () => error), combined[0]!], [])?.name).toBe(
      'combined',
    );
    expect(
      detectAccessFormat([...Array.from({ length: 50 }, () => 'java.lang.Exception'), combined[0]!], []),
    ).toBeNull();
    expect(detectAccessFormat([], [])).toBeNull();
  });
});

describe('--log-format', () => {
  it('takes names and formats', () => {
    expect(resolveLogFormat('combined').name).toBe('combined');
    expect(resolveLogFormat('Ingress').name).toBe('ingress');
    expect(resolveLogFormat("'$remote_addr $status'").variables).toEqual(['remote_addr', 'status']);
    expect(resolveLogFormat('{"s":"$status","u":"$http_user_agent"}').parse('{"s":"101","u":"a\\"b"}')).toMatchObject({
      status: 101,
      userAgent: 'a"b',
    });
    expect(resolveLogFormat('escape=none "$http_referer" $status').parse('"a\\x22" 101')?.referrer).toBe('a\\x22');
  });

  it('refuses anything else in one sentence', () => {
    expect(() => resolveLogFormat('combind')).toThrow(/^Unknown log format "combind": give one of [^\n]+\.$/);
  });
});
