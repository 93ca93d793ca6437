/** The scanner finds in any lines what the plain way finds, and spares it the lines that it knows. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LineReader } from '../../../src/findings/line-reader.ts';
import { newScanner } from '../../../src/findings/scanner-module.ts';
import { combinedLikeFormat } from '../../../src/nginx/access-combined.ts';
import { jsonFormat } from '../../../src/nginx/access-json.ts';
import type { AccessFormat } from '../../../src/nginx/access-line.ts';
import { accessPresets } from '../../../src/nginx/access-presets.ts';
import { COMBINED_PREFIX, compileLogFormat } from '../../../src/nginx/log-format.ts';
import { CLOSED, errorLine, IDLE, log, REFUSED, RESET } from '../analysis/lines.ts';
import { found, type Reading } from './both-ways.ts';

function both(text: string, reading: Reading = {}): void {
  expect(found(text, false, reading)).toEqual(found(text, true, reading));
}

/** How many lines are read in full. */
function inFull(text: string, reading: Reading = {}): number {
  const read = vi.spyOn(LineReader.prototype, 'read');
  found(text, false, reading);
  const { length } = read.mock.calls;
  read.mockRestore();
  return length;
}

/** Pieces of which segments are made that look like identifiers, tell of a WebSocket, or nearly do. */
const piece = fc.constantFrom(
  ...['ws', 'WS', 'wss', 'websocket', 'web-socket', 'hub', 'Hub', 'socket.io', 'sockjs', 'graphql', 'cable', 'live'],
  ...[
    'negotiate',
    'info',
    'xhr',
    '-',
    '_',
    '.',
    '~',
    '=',
    '1',
    '42',
    '007',
    '123456',
    'a',
    'Z',
    'fe',
    'DEAD',
    'c0ffee',
  ],
  ...['9f86d081', 'a1B2', 'x9Y8z7', 'app', 'js', '.js', '.min', '%2F', 'é', '{', '{id}', 'mqtt', 'chat'],
  'd41d8cd98f00b204e9800998ecf8427e',
  '123e4567-e89b-12d3-a456-426614174000',
  'eyJhbGciOiJIUzI1NiJ9',
);
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 4, maxLength: 40 });
const token = fc.string({ unit: fc.constantFrom(...'09azAZ_~=-'), minLength: 10, maxLength: 24 });
const segment = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: hex },
  { weight: 1, arbitrary: token },
  { weight: 2, arbitrary: fc.nat(99_999).map(String) },
  { weight: 1, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: fc.tuple(hex, fc.constantFrom('.js', '.css', '.x')).map(([h, e]) => `main.${h}${e}`) },
);
const parameter = fc.oneof(
  fc.constantFrom('transport=websocket', 'transport=websockets', 'Transport=WebSocket', 'transport=polling', 'EIO=4'),
  fc.constantFrom('transport=', 'transportx=websocket', 'sid=', 'id=', 'xsid=1', 'page=2', 'sid', '', 'a=b=c'),
  fc.nat(9999).map((n) => `sid=${n}`),
  fc.nat(9999).map((n) => `id=${n}`),
  fc.nat(9999).map((n) => `t=${n}`),
);
const query = fc
  .array(parameter, { maxLength: 3 })
  .chain((all) => fc.constantFrom('?', '#', '??').map((mark) => (all.length === 0 ? '' : mark + all.join('&'))));
const target = fc
  .oneof(
    { weight: 5, arbitrary: fc.tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), query) },
    { weight: 1, arbitrary: fc.tuple(fc.array(segment, { minLength: 7, maxLength: 10 }), query) },
  )
  .map(([segments, rest]) => `/${segments.join('/')}${rest}`);
const request = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('GET', 'GET', 'POST', 'M-SEARCH'), target, fc.constantFrom('1.1', '1.1', '2.0', '1.0'))
      .map(([method, path, version]) => `${method} ${path} HTTP/${version}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['-', '', 'GET', 'GET /ws', 'GET http://a.test/ws HTTP/1.1', 'GET /a b HTTP/1.1', 'get /ws HTTP/1.1'],
      ...[
        'GET /ws HTTP/',
        'GET /ws HTTP/1.1x',
        '\\x16\\x03\\x01',
        'GET /w\\x73 HTTP/1.1',
        `GET /${'x'.repeat(1100)} HTTP/1.1`,
      ],
    ),
  },
);
/** Requests of which each comes several times, with other identifiers or the same. */
const requests = fc.array(request, { minLength: 1, maxLength: 3 });
const clients = fc.constantFrom('192.0.2.1', '10.1.2.3', '2001:db8::1', 'unix:', '010.1.2.3', 'a.test');
/** Times around a full hour, now and then one of another day. */
const seconds = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 3500, max: 3700 }) }, fc.nat(200_000));

const damage = (lines: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      lines,
      fc.nat(400),
      fc.nat(40),
      fc.constantFrom('cut', 'drop', 'double', '"', ' ', ',', '[', '\\', '7', '\r'),
    )
    .map(([line, place, length, how]) => {
      const at = place % (line.length + 1);
      if (how === 'cut') return line.slice(0, at);
      if (how === 'drop') return line.slice(0, at) + line.slice(at + length);
      if (how === 'double') return line.slice(0, at + length) + line.slice(at);
      return line.slice(0, at) + how + line.slice(at);
    });
const mostly = (lines: fc.Arbitrary<string>) =>
  fc.array(fc.oneof({ weight: 12, arbitrary: lines }, { weight: 1, arbitrary: damage(lines) }), {
    minLength: 20,
    maxLength: 120,
  });

const path = fc.constantFrom(
  '/srv/a',
  '/srv/b c',
  '/srv/x.pid',
  '/srv/client_body/1',
  '/var/tmp/x',
  '/srv/é',
  '/a, client: 6',
);
const messages = fc.oneof(
  fc.constantFrom(REFUSED, CLOSED, IDLE, RESET, 'access forbidden by rule', 'something nobody has seen before'),
  path.map((name) => `open() "${name}" failed (2: No such file or directory)`),
  path.map((name) => `open() "${name}" failed (13: Permission denied)`),
  path.map((name) => `"${name}/index.html" is not found (2: No such file or directory)`),
  fc.nat(9999).map((n) => `limiting requests, excess: ${n / 1000} by zone "z"`),
  fc.nat(9999).map((n) => `delaying request, dry run, excess: ${n / 1000}, by zone "z"`),
  fc.nat(99).map((n) => `upstream sent invalid header: "X-${n}: \\x0a"`),
);
const errorLines = fc.tuple(requests, fc.array(messages, { minLength: 1, maxLength: 3 })).chain(([asked, said]) =>
  mostly(
    fc.oneof(
      {
        weight: 9,
        arbitrary: fc
          .record({
            second: seconds,
            level: fc.constantFrom('error', 'error', 'info', 'warn', 'crit'),
            connection: fc.nat(30),
            message: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...said) }, messages),
            client: clients,
            server: fc.constantFrom('a.test', '', 'b.test', '*.c.test'),
            request: fc.constantFrom(...asked),
            upstream: fc.constantFrom(
              ...['http://10.0.0.5:8080/ws', 'http://10.0.0.5:8080/api/7', 'http://10.0.0.6:8080', 'https://up/x?y=1'],
              ...['http://unix:/run/a.sock:/ws', 'fastcgi://127.0.0.1:9000', null],
            ),
            host: fc.constantFrom('a.test', '', 'a.test:8443', 'a"b'),
          })
          .map(errorLine),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            seconds,
            fc.constantFrom(
              'client 192.0.2.1 closed keepalive connection',
              'client 2001:db8::7 closed keepalive connection',
              'client closed connection',
              'exiting',
              'using the "epoll" event method',
            ),
          )
          .map(([second, message]) => errorLine({ second, level: 'info', message }).replace(/, client: .*/, '')),
      },
    ),
  ),
);

const START = Date.UTC(2026, 10, 22, 12);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
function timeOf(variable: string, second: number): string {
  const at = new Date(START + second * 1000);
  const iso = at.toISOString();
  if (variable === 'msec') return `${START / 1000 + second}.${String(second % 1000).padStart(3, '0')}`;
  if (variable === 'time_iso8601') return `${iso.slice(0, 19)}+00:00`;
  return `${iso.slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
const numbers = fc.oneof(
  fc.nat(90_000).map((n) => (n / 1000).toFixed(3)),
  fc.constantFrom('-', '0.001, 0.002', ''),
);
const VALUES: ReadonlyMap<string, fc.Arbitrary<string>> = new Map<string, fc.Arbitrary<string>>([
  ['remote_addr', clients],
  ['remote_user', fc.constantFrom('-', '-', 'ann', 'a b', '[x')],
  ['status', fc.constantFrom('101', '101', '200', '200', '304', '301', '400', '404', '499', '502', '504', '009', '-')],
  ['body_bytes_sent', fc.constantFrom('0', '4', '157', '559', '150', '1234567', '-')],
  ['bytes_sent', fc.constantFrom('0', '157', '319', '-')],
  ['request_time', numbers],
  ['upstream_header_time', numbers],
  ['upstream_response_time', numbers],
  ['upstream_status', fc.constantFrom('101', '502', '502, 101', '502 : 200', '-', '504')],
  ['upstream_addr', fc.constantFrom('10.0.0.5:80', '10.0.0.5:80, 10.0.0.6:80', '[::1]:80', 'unix:/run/a.sock', '-')],
  ['http_upgrade', fc.constantFrom('-', '', 'websocket', 'WebSocket', 'h2c', 'web\\x22socket')],
  ['connection', fc.oneof(fc.nat(99_999).map(String), fc.constantFrom('-', ''))],
  ['host', fc.constantFrom('a.test', 'b.test', '')],
]);
const other = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('-', 'curl/8', 'Mozilla/5.0 (x)') },
  fc.constantFrom('', 'x\\', 'a "b', '12ms', 'TCP_MISS:DIRECT', 'websocket', 'é'),
);

/** Lines in a format, made of requests that recur. */
function linesIn(format: string): fc.Arbitrary<string[]> {
  const variables = [...format.matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
  return requests.chain((asked) => {
    const valueFor = (name: string): fc.Arbitrary<string> => {
      if (name === 'request') return fc.constantFrom(...asked);
      if (name === 'time_local' || name === 'time_iso8601' || name === 'msec')
        return seconds.map((s) => timeOf(name, s));
      if (name === 'request_method') return fc.constantFrom('GET', 'POST');
      if (name === 'request_uri') return fc.constantFrom(...asked.map((text) => text.split(' ')[1] ?? '/'));
      if (name === 'server_protocol') return fc.constantFrom('HTTP/1.1', 'HTTP/2.0');
      return VALUES.get(name) ?? other;
    };
    const line = fc.tuple(...variables.map(valueFor)).map((values) => {
      const left = [...values];
      return format.replaceAll(/\$\w+/g, () => left.shift() ?? '');
    });
    return mostly(line);
  });
}
const COMBINED = `${COMBINED_PREFIX} "$http_referer" "$http_user_agent"`;
const PAIRS =
  'rt=$request_time uht="$upstream_header_time" us="$upstream_status" ua="$upstream_addr" upg="$http_upgrade" cid=$connection';
const JSON_FORMAT =
  '{"time":"$time_iso8601","remote_addr":"$remote_addr","request":"$request","status":"$status","body_bytes_sent":$body_bytes_sent,"request_time":"$request_time","upstream_status":"$upstream_status","http_upgrade":"$http_upgrade","connection":$connection}';
const JSON_PARTS =
  '{"ts":"$time_local","client":"$remote_addr","method":"$request_method","request_uri":"$request_uri","protocol":"$server_protocol","status":$status,"size":$bytes_sent, "host":"$host"}';
const PREFIXES: readonly (readonly [name: string, format: string, read: AccessFormat])[] = [
  ['combined', COMBINED, accessPresets().get('combined')!],
  ['vhost-combined', `$host ${COMBINED}`, accessPresets().get('vhost-combined')!],
  ['pairs, stated', `${COMBINED} ${PAIRS}`, compileLogFormat(`${COMBINED} ${PAIRS}`, 'default')],
  ['pairs, guessed', `${COMBINED} ${PAIRS}`, combinedLikeFormat([], true)],
  ['other pairs, guessed', `${COMBINED} x=$http_x us=$upstream_status t=$request_time`, combinedLikeFormat([], true)],
  ['a tail, guessed', `${COMBINED} $request_time $http_x [$http_y]`, combinedLikeFormat([], true)],
  ['JSON', JSON_FORMAT, jsonFormat([])],
  ['JSON of parts', JSON_PARTS, jsonFormat([])],
  ['JSON, stated', JSON_FORMAT, compileLogFormat(JSON_FORMAT, 'json')],
  ['JSON with milliseconds', JSON_FORMAT.replace('$time_iso8601', '$msec'), jsonFormat([])],
  [
    'words and lists',
    '$msec $remote_addr $upstream_addr $status $request_time|$upstream_status|$http_upgrade "$request" $host $connection',
    compileLogFormat(
      '$msec $remote_addr $upstream_addr $status $request_time|$upstream_status|$http_upgrade "$request" $host $connection',
      'default',
    ),
  ],
];

describe('the scanner', () => {
  it('is there', () => {
    expect(newScanner()).not.toBeNull();
  });

  it('finds what the plain way finds in error logs', () => {
    fc.assert(
      fc.property(errorLines, fc.boolean(), (lines, feeds) => {
        const text = log(lines);
        both(feeds ? text.replaceAll('%2F', '%0a') : text);
      }),
      { numRuns: 40 },
    );
  });

  it.each(PREFIXES)('finds what the plain way finds in %s', (_name, format, reading) => {
    fc.assert(
      fc.property(linesIn(format), (lines) => both(log(lines), { formats: [reading] })),
      { numRuns: 20 },
    );
  });

  it('leaves out what is outside of the time asked about', () => {
    fc.assert(
      fc.property(errorLines, linesIn(COMBINED), (errors, access) => {
        const formats = [accessPresets().get('combined')!];
        const since = START / 1000 + 3550;
        both(log([...errors, ...access]), { formats, since, until: since + 100 });
      }),
      { numRuns: 10 },
    );
  });

  it('reads lines longer than its memory, and such as end where a piece of it does', () => {
    const line = errorLine();
    const long = `${line} ${'x'.repeat(200_000)}`;
    const many = Array.from({ length: 3000 }, (_, second) =>
      errorLine({ second, request: `GET /chat/${second} HTTP/1.1` }),
    );
    both(log([line, line, long, line, ...many, long, line]));
  });

  it.each([
    [
      'messages that recur',
      (n: number) => errorLine({ second: n % 3000, connection: n, client: `192.0.2.${n % 250}` }),
    ],
    [
      'identifiers',
      (n: number) =>
        errorLine({ request: `GET /chat/${n}?sid=${n}x HTTP/1.1`, upstream: `http://10.0.0.5:80/chat/${n}` }),
    ],
    [
      'files',
      (n: number) => errorLine({ message: `open() "/srv/${n % 7}${n}" failed (2: No such file or directory)` }),
    ],
    ['amounts', (n: number) => errorLine({ message: `limiting requests, excess: ${n}.5 by zone "z"` })],
    [
      'idle connections',
      (n: number) => `2026/11/22 12:00:00 [info] 7#7: *${n} client 192.0.2.${n % 250} closed keepalive connection`,
    ],
  ])('spares the plain way %s', (_name, line) => {
    const text = log(Array.from({ length: 1000 }, (_, n) => line(n)));
    both(text);
    expect(inFull(text)).toBeLessThan(5);
  });

  it.each(PREFIXES.filter(([name]) => name !== 'a tail, guessed'))(
    'spares the plain way lines of %s',
    (_name, format, reading) => {
      const values: Record<string, (n: number) => string> = {
        msec: (n) => timeOf('msec', n % 3000),
        time_local: (n) => timeOf('time_local', n % 3000),
        time_iso8601: (n) => timeOf('time_iso8601', n % 3000),
        remote_addr: (n) => `192.0.2.${n % 250}`,
        request: (n) => `GET /chat/${n} HTTP/1.1`,
        request_uri: (n) => `/ws/${n}`,
        request_method: () => 'GET',
        server_protocol: () => 'HTTP/1.1',
        status: (n) => (n % 2 === 0 ? '101' : '502'),
        body_bytes_sent: (n) => String(n),
        bytes_sent: (n) => String(n),
        request_time: (n) => `${n}.001`,
        upstream_header_time: (n) => `0.${100 + n}`,
        upstream_status: (n) => (n % 2 === 0 ? '101' : '502'),
        upstream_addr: () => '10.0.0.5:80',
        connection: (n) => String(n),
        http_upgrade: () => 'websocket',
        host: () => 'a.test',
      };
      const line = (n: number) => format.replaceAll(/\$(\w+)/g, (_, name: string) => values[name]?.(n) ?? '-');
      const text = log(Array.from({ length: 800 }, (_, n) => line(n)));
      both(text, { formats: [reading] });
      expect(inFull(text, { formats: [reading] })).toBeLessThan(30);
    },
  );
});
