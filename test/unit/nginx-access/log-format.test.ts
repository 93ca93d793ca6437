import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessPresets } from '../../../src/nginx/access-presets.ts';
import type { LogEscape } from '../../../src/nginx/log-escapes.ts';
import { compileLogFormat } from '../../../src/nginx/log-format.ts';
import { cpuMs } from '../cpu-time.ts';

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const WS = `${COMBINED} rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" us="$upstream_status" ua="$upstream_addr" upg="$http_upgrade" cid=$connection`;
const TIME = '22/Nov/2026:12:06:41 +0000';

/** What nginx writes for a value, by the rules of `ngx_http_log_escape`. */
function written(value: string, escaping: LogEscape): string {
  if (escaping === 'none') return value;
  return [...value]
    .map((char) => {
      const code = char.charCodeAt(0);
      if (escaping === 'json')
        return code < 32 || char === '"' || char === '\\' ? JSON.stringify(char).slice(1, -1) : char;
      const isPlain = code >= 32 && code < 127 && char !== '"' && char !== '\\';
      return isPlain ? char : `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

describe('a compiled format', () => {
  it('reads every field of a WebSocket format', () => {
    const format = compileLogFormat(WS, 'default', 'ws');
    const record = format.parse(
      `10.0.0.9 - alice [${TIME}] "GET /ws?a=1 HTTP/1.1" 502 157 "https://e.test/" "curl/8" rt=0.002 uct="-, 0.001" urt="0.000, 0.002" us="502, 101" ua="10.0.0.1:1, 10.0.0.2:2" upg="websocket" cid=42\r`,
    );
    expect(record).toMatchObject({
      kind: 'access',
      time: { wall: Date.UTC(2026, 10, 22, 12, 6, 41), offset: 0 },
      client: '10.0.0.9',
      request: 'GET /ws?a=1 HTTP/1.1',
      method: 'GET',
      path: '/ws?a=1',
      protocol: 'HTTP/1.1',
      status: 502,
      bodyBytes: 157,
      referrer: 'https://e.test/',
      userAgent: 'curl/8',
      requestTime: 0.002,
      upstreamConnectTime: ['-', '0.001'],
      upstreamResponseTime: ['0.000', '0.002'],
      upstreamStatus: ['502', '101'],
      upstreamAddr: ['10.0.0.1:1', '10.0.0.2:2'],
      upgrade: 'websocket',
      connection: 42,
      host: null,
    });
  });

  it.each([
    ['-', ['-']],
    ['', ['']],
    ['dead', ['dead']],
    ['unix:/run/a.sock', ['unix:/run/a.sock']],
    ['[::1]:80, 10.0.0.1:8080', ['[::1]:80', '10.0.0.1:8080']],
    ['10.0.0.1:1 : 10.0.0.2:2, 10.0.0.3:3', ['10.0.0.1:1', '10.0.0.2:2', '10.0.0.3:3']],
  ])('reads the unquoted peers %j', (text, expected) => {
    const format = compileLogFormat('$remote_addr $upstream_addr $status', 'default');
    expect(format.parse(`10.0.0.1 ${text} 502`)?.upstreamAddr).toEqual(expected);
  });

  it('parts neighbouring unquoted lists', () => {
    const format = accessPresets().get('ingress')!;
    const record = format.parse(
      `10.0.0.9 - - [${TIME}] "GET /ws HTTP/1.1" 101 0 "-" "-" 349 3.512 [ns-app-80] [] 10.1.1.1:80, 10.1.1.2:80 : 10.1.1.3:80 0, 0 : 0 0.001, 0.002 : 3.509 502, 504 : 101 5a3f`,
    );
    expect(record).toMatchObject({
      requestTime: 3.512,
      upstreamAddr: ['10.1.1.1:80', '10.1.1.2:80', '10.1.1.3:80'],
      upstreamResponseLength: ['0', '0', '0'],
      upstreamResponseTime: ['0.001', '0.002', '3.509'],
      upstreamStatus: ['502', '504', '101'],
    });
  });

  it('keeps the zero-padded statuses of nginx', () => {
    const format = compileLogFormat(COMBINED, 'default');
    expect(format.parse(`1.2.3.4 - - [${TIME}] "GET / HTTP/1.1" 009 18 "-" "-"`)?.status).toBe(9);
    expect(format.parse(`1.2.3.4 - - [${TIME}] "GET / HTTP/1.1" 000 0 "-" "-"`)?.status).toBe(0);
  });

  it('returns bytes, not their escapes', () => {
    const format = compileLogFormat(COMBINED, 'default');
    const record = format.parse(`1.2.3.4 - - [${TIME}] "\\x16\\x03\\x01" 400 157 "a\\x22b" "c\\xE9"`);
    expect(record).toMatchObject({
      request: '\x16\x03\x01',
      method: null,
      path: null,
      referrer: 'a"b',
      userAgent: 'c\xe9',
    });
  });

  it('tells absent from empty as each escaping does', () => {
    const format = 'up="$http_upgrade" host="$host" us="$upstream_status"';
    const read = (line: string, escaping: LogEscape) => {
      const record = compileLogFormat(format, escaping).parse(line);
      return [record?.upgrade, record?.host, record?.upstreamStatus];
    };
    expect(read('up="-" host="-" us="-"', 'default')).toEqual(['', null, ['-']]);
    expect(read('up="" host="" us=""', 'default')).toEqual(['', '', ['']]);
    expect(read('up="" host="" us=""', 'json')).toEqual(['', null, ['-']]);
    expect(compileLogFormat('$status', 'default').parse('101')?.upgrade).toBeNull();
  });

  it.each([
    ['the prefix only', `1.2.3.4 - - [${TIME}] "GET / HTTP/1.1" 200 1`],
    ['something behind it', `1.2.3.4 - - [${TIME}] "GET / HTTP/1.1" 200 1 "-" "-" "-"`],
    ['no time', '1.2.3.4 - - [yesterday] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['another status', `1.2.3.4 - - [${TIME}] "GET / HTTP/1.1" abc 1 "-" "-"`],
    ['nothing', ''],
  ])('does not read a line with %s', (_, line) => {
    expect(compileLogFormat(COMBINED, 'default').parse(line)).toBeNull();
  });

  it('believes the real time where a user name imitates one', () => {
    const line = `1.2.3.4 - x [01/Jan/2020:00:00:00 +0000] \\x22GET [${TIME}] "GET /a HTTP/1.1" 200 1 "-" "-"`;
    const record = compileLogFormat(COMBINED, 'default').parse(line);
    expect(record?.time?.wall).toBe(Date.UTC(2026, 10, 22, 12, 6, 41));
    expect(record?.path).toBe('/a');
  });

  it('steps back where an unquoted value holds its own delimiter', () => {
    const format = compileLogFormat('$http_user_agent $request_time', 'default');
    expect(format.parse('Mozilla/5.0 (X11; 1 2) 0.123')).toMatchObject({
      userAgent: 'Mozilla/5.0 (X11; 1 2)',
      requestTime: 0.123,
    });
  });

  it('parts variables that touch', () => {
    const format = compileLogFormat('$scheme://$host$request_uri $request_method$is_args $status', 'default');
    expect(format.parse('https://e.test/ws?x=1 GET? 400')).toMatchObject({
      host: 'e.test',
      path: '/ws?x=1',
      status: 400,
    });
    const port = compileLogFormat(`"$host:\${server_port}$uri$is_args$args" $status`, 'default');
    expect(port.parse('"e.test:443/ws?x=1" 400')).toMatchObject({ host: 'e.test', path: '/ws?x=1' });
  });

  it('takes milliseconds from $msec and the offset from the local time', () => {
    const record = compileLogFormat('$msec [$time_local]', 'default').parse(
      '1795349201.250 [22/Nov/2026:13:06:41 +0100]',
    );
    expect(record?.time).toEqual({ wall: Date.UTC(2026, 10, 22, 13, 6, 41, 250), offset: 60 });
  });

  it('assembles the request line from its parts', () => {
    const format = compileLogFormat('$request_method "$request_uri" $server_protocol $status', 'default');
    expect(format.parse('GET "/ws?a" HTTP/1.1 101')).toMatchObject({ request: 'GET /ws?a HTTP/1.1', path: '/ws?a' });
  });

  it('knows which formats begin as combined does', () => {
    expect(compileLogFormat(WS, 'default').isCombinedPrefix).toBe(true);
    expect(compileLogFormat(COMBINED.replace('$status', `\${status}`), 'default').isCombinedPrefix).toBe(true);
    expect(compileLogFormat(`$host ${COMBINED}`, 'default').isCombinedPrefix).toBe(false);
    expect(compileLogFormat('$remote_addr - $status', 'default').isCombinedPrefix).toBe(false);
  });

  it.each([
    ['no variable', 'abc'],
    ['an open brace', '$status ${host'],
    ['a lone dollar', 'a $ b'],
  ])('refuses a format with %s in one sentence', (_, format) => {
    expect(() => compileLogFormat(format, 'default')).toThrow(/^The log format [^\n]+\.$/);
  });
});

describe('properties', () => {
  const anything = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

  it('gives back what nginx escaped', () => {
    for (const escaping of ['default', 'json'] as const) {
      const format = compileLogFormat(
        '$remote_addr "$request" "$http_user_agent" "$http_referer" $upstream_addr $status',
        escaping,
      );
      fc.assert(
        fc.property(anything, anything, anything, (request, agent, referrer) => {
          const values = [request, agent, referrer].map((value) => `"${written(value, escaping)}"`);
          const record = format.parse(`10.0.0.1 ${values.join(' ')} 10.0.0.2:80, 10.0.0.3:80 101`);
          const logged = (value: string) => (value === '-' || (escaping === 'json' && value === '') ? null : value);
          expect(record).toMatchObject({
            client: '10.0.0.1',
            request: logged(request),
            userAgent: logged(agent),
            referrer: logged(referrer),
            status: 101,
          });
        }),
      );
    }
  });

  it('never throws, whatever the line', () => {
    const formats = [
      ...accessPresets().values(),
      compileLogFormat('$http_user_agent $host $http_cookie $args', 'none'),
    ];
    fc.assert(fc.property(anything, (line) => formats.every((format) => format.parse(line) !== undefined)));
  });

  it.each([
    ['blanks', ' '.repeat(65_536)],
    ['lists', '1, '.repeat(22_000)],
    ['groups', '1 : '.repeat(16_000)],
    ['quotes', '" "'.repeat(22_000)],
    ['dashes', ' - '.repeat(22_000)],
    ['brackets', ' ['.repeat(32_000)],
  ])('stays linear on 64 KiB of %s', (_, text) => {
    const formats = [
      compileLogFormat('$http_a $http_b $http_c $http_d $status', 'none'),
      compileLogFormat('$upstream_addr $upstream_status $upstream_response_time $http_a $status', 'default'),
      ...accessPresets().values(),
    ];
    const spent = cpuMs(() => {
      for (const format of formats) format.parse(text);
    });
    expect(spent / formats.length).toBeLessThan(25);
  });
});
