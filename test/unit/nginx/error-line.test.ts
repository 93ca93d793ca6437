import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseErrorLine, parseErrorText } from '../../../src/nginx/error-line.ts';
import type { ErrorRecord } from '../../../src/nginx/record.ts';
import { cpuMs } from '../cpu-time.ts';

const HEAD = '2026/11/22 12:05:33 [error] 24066#24067: *16 ';
const TAIL =
  ', client: 127.0.0.1, server: ws.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:80/ws", host: "h"';

function parse(line: string): ErrorRecord {
  const record = parseErrorLine(line);
  if (!record) throw new Error(`not an entry: ${line}`);
  return record;
}

describe('header', () => {
  it('gives time, level, process, thread and connection', () => {
    expect(parse(`${HEAD}no live upstreams${TAIL}`)).toMatchObject({
      kind: 'error',
      time: { wall: Date.UTC(2026, 10, 22, 12, 5, 33), offset: null },
      level: 'error',
      pid: 24066,
      tid: 24067,
      connection: 16,
      message: 'no live upstreams',
    });
  });

  it('may lack the connection', () => {
    const line = '2026/11/22 12:09:46 [alert] 29853#0: 12 worker_connections are not enough';
    expect(parse(line)).toMatchObject({ connection: null, message: '12 worker_connections are not enough' });
  });

  it('leaves the serial inside the message of a leaked socket', () => {
    const record = parse('2026/11/22 12:09:46 [alert] 29853#0: *3 open socket #12 left in connection 5');
    expect(record).toMatchObject({ connection: 3, message: '*3 open socket #12 left in connection 5' });
  });

  it('with an impossible time still is one', () => {
    expect(parse('2026/02/30 12:00:00 [error] 1#1: *9 no live upstreams')).toMatchObject({
      time: null,
      level: 'error',
    });
  });

  it.each([
    '',
    'x',
    '2026/11/22 12:05:33 error 1#1: x',
    '2026/11/22 12:05:33 [err] 1#1: x',
    '2026/11/22 12:05:33 [error] 1: x',
    '2026/11/22 12:05:33 [error] connect() failed',
    '127.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
    ' 2026/11/22 12:05:33 [error] 1#1: x',
  ])('is not found in %j', (line) => expect(parseErrorLine(line)).toBeNull());

  it('may end with a carriage return', () => {
    expect(parse(`${HEAD}no live upstreams${TAIL}\r`)).toMatchObject({ host: 'h', truncated: false });
  });
});

describe('message', () => {
  const cases: [string, Partial<ErrorRecord>][] = [
    [
      'connect() failed (111: Connection refused) while connecting to upstream',
      {
        message: 'connect() failed',
        call: 'connect()',
        errno: 111,
        errorText: 'Connection refused',
        phase: 'connecting to upstream',
      },
    ],
    [
      'connect() to unix:/tmp/none.sock failed (2: No such file or directory) while connecting to upstream',
      { message: 'connect() to unix:/tmp/none.sock failed', call: 'connect()', errno: 2 },
    ],
    [
      'kevent() reported that connect() failed (61: Connection refused) while connecting to upstream',
      { call: 'connect()', errno: 61 },
    ],
    [
      'upstream timed out (110: Connection timed out) while proxying upgraded connection',
      { message: 'upstream timed out', call: null, errno: 110, phase: 'proxying upgraded connection' },
    ],
    [
      'epoll_ctl(1, 3) failed (17: File exists) while proxying upgraded connection',
      { message: 'epoll_ctl(1, 3) failed', call: 'epoll_ctl()', errno: 17 },
    ],
    [
      'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream',
      {
        message: 'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)',
        call: 'SSL_do_handshake()',
        errno: null,
        phase: 'SSL handshaking to upstream',
      },
    ],
    [
      'SSL_do_handshake() failed (SSL: error:14094418:SSL routines:ssl3_read_bytes:a:SSL alert number 48) (104: Connection reset by peer) while SSL handshaking',
      { errno: 104, phase: 'SSL handshaking' },
    ],
    [
      'upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream',
      { message: 'upstream SSL certificate verify error: (18:self-signed certificate)', errno: null },
    ],
    [
      'nohost.invalid could not be resolved (110: Operation timed out)',
      { message: 'nohost.invalid could not be resolved (110: Operation timed out)', errno: null, phase: null },
    ],
    [
      'rewrite or internal redirection cycle while processing "/a while connecting to upstream"',
      {
        message: 'rewrite or internal redirection cycle while processing "/a while connecting to upstream"',
        phase: null,
      },
    ],
    [
      'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream',
      {
        message:
          'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too',
        call: 'epoll_wait()',
        phase: 'sending request to upstream',
      },
    ],
    [
      'open() "/srv/ws" failed (2: No such file or directory)',
      { message: 'open() "/srv/ws" failed', call: 'open()', errno: 2 },
    ],
    [
      'WSARecv() failed (10054: FormatMessage() error:(15105)) while reading upstream',
      { call: 'WSARecv()', errno: 10054 },
    ],
    ['connect() failed (111: Connection refused) while doing something new', { phase: null, errno: null }],
  ];
  it.each(cases)('%s', (text, expected) => {
    expect(parse(HEAD + text + TAIL)).toMatchObject({ ...expected, client: '127.0.0.1', host: 'h' });
  });

  it('of a configuration error keeps the place, and its errno stands before that', () => {
    const line =
      '2026/11/22 12:00:00 [emerg] 1#1: open() "/etc/nginx/x" failed (2: No such file or directory) in /etc/nginx/nginx.conf:5';
    expect(parse(line)).toMatchObject({
      errno: 2,
      message: 'open() "/etc/nginx/x" failed in /etc/nginx/nginx.conf:5',
      context: 'none',
    });
  });

  it('names the call behind a quoted file', () => {
    const text =
      'cannot load certificate "/a.pem": BIO_new_file() failed (SSL: error:80000002:system library::No such file)';
    expect(parse(`2026/11/22 12:00:00 [emerg] 1#1: ${text}`)).toMatchObject({ call: 'BIO_new_file()', errno: null });
  });
});

describe('context', () => {
  it('is read in full', () => {
    const line = `${HEAD}connect() failed (111: Connection refused) while connecting to upstream, client: ::1, server: , request: "GET /x HTTP/1.1", subrequest: "/auth", upstream: "http://unix:/run/a.sock:/auth", host: "a:8080", referrer: "http://a/?q="x""`;
    expect(parse(line)).toMatchObject({
      context: 'http',
      client: '::1',
      server: '',
      method: 'GET',
      path: '/x',
      protocol: 'HTTP/1.1',
      subrequest: '/auth',
      upstream: 'http://unix:/run/a.sock:/auth',
      host: 'a:8080',
      referrer: 'http://a/?q="x"',
      truncated: false,
    });
  });

  it('may end with the server, as before a request exists', () => {
    const record = parse(
      `${HEAD}client closed connection while waiting for request, client: 10.0.0.1, server: [::]:443`,
    );
    expect(record).toMatchObject({
      client: '10.0.0.1',
      server: '[::]:443',
      request: null,
      context: 'http',
      truncated: false,
    });
  });

  it('of stream has bare peers and byte counts', () => {
    const record = parse(
      `${HEAD}recv() failed (104: Connection reset by peer) while proxying and reading from upstream, udp client: 10.0.0.1, server: 0.0.0.0:1, upstream: "127.0.0.1:19000", bytes from/to client:148/129, bytes from/to upstream:129/148`,
    );
    expect(record).toMatchObject({ context: 'stream', client: '10.0.0.1', upstream: '127.0.0.1:19000' });
    expect([...record.extras]).toEqual([
      ['bytes from/to client', '148/129'],
      ['bytes from/to upstream', '129/148'],
    ]);
    expect(
      parse(`${HEAD}limiting connections by zone "a" while initializing session, client: 10.0.0.1, server: 0.0.0.0:1`)
        .context,
    ).toBe('stream');
  });

  it('of mail has a login and a peer without quotes', () => {
    const record = parse(
      `${HEAD}upstream sent invalid response: "x" while reading response from upstream, client: 10.0.0.1 using starttls, server: 0.0.0.0:143, login: "me", upstream: 10.0.0.9:143`,
    );
    expect(record).toMatchObject({ context: 'mail', client: '10.0.0.1', upstream: '10.0.0.9:143' });
    expect(record.extras.get('login')).toBe('me');
  });

  it('of the resolver, of OCSP, of syslog and of Lua has keys of its own', () => {
    const resolver = parse(
      '2026/11/22 12:06:38 [error] 1#0: send() failed (111: Connection refused) while resolving, resolver: 127.0.0.1:5399',
    );
    expect(resolver).toMatchObject({ context: 'resolver', phase: 'resolving', errno: 111, client: null });
    expect(resolver.extras.get('resolver')).toBe('127.0.0.1:5399');
    const ocsp = parse(
      '2026/11/22 12:06:38 [error] 1#0: OCSP responder timed out (110: Connection timed out) while requesting certificate status, responder: o.test, peer: 10.0.0.1:80, certificate: "/a.pem"',
    );
    expect(ocsp).toMatchObject({ context: 'ocsp', errno: 110, server: null });
    expect(ocsp.extras.get('certificate')).toBe('/a.pem');
    const syslog = parse(
      '2026/11/22 12:06:38 [error] 1#0: send() failed (111: Connection refused) while logging to syslog, server: unix:/dev/log',
    );
    expect(syslog).toMatchObject({ phase: 'logging to syslog', server: null });
    const lua = parse(
      '2026/11/22 12:06:38 [error] 1#0: *7 [lua] check.lua:9: run(): down, context: ngx.timer, client: 10.0.0.1, server: 0.0.0.0:80',
    );
    expect(lua).toMatchObject({ client: '10.0.0.1', message: '[lua] check.lua:9: run(): down' });
    expect(lua.extras.get('context')).toBe('ngx.timer');
  });

  it('of a request that is none keeps it raw', () => {
    const record = parse(
      `${HEAD}client sent invalid method while reading client request line, client: 10.0.0.1, server: a, request: "\x16\x03\x01"\x02, "x"`,
    );
    expect(record).toMatchObject({
      method: null,
      path: null,
      protocol: null,
      upstream: null,
      request: '\x16\x03\x01"\x02, "x',
    });
  });

  it('a spaced-out protocol is not part of the path', () => {
    const record = parse(
      `${HEAD}no live upstreams, client: 1.1.1.1, server: a, request: "GET /x  HTTP/1.1", host: "h"`,
    );
    expect(record).toMatchObject({ request: 'GET /x  HTTP/1.1', path: '/x' });
  });
});

describe('lines that end early', () => {
  const whole = `${HEAD}connect() failed (111: Connection refused) while connecting to upstream${TAIL}, referrer: "http://r.test/a"`;

  it('at any byte of the tail keep the fields before the cut', () => {
    const start = whole.indexOf(', client: ');
    const full = parse(whole);
    for (let end = start; end < whole.length; end++) {
      const record = parse(whole.slice(0, end));
      expect(record).toMatchObject({
        message: 'connect() failed',
        errno: 111,
        phase: 'connecting to upstream',
        forgeable: false,
      });
      for (const key of ['client', 'server', 'request', 'upstream', 'host', 'referrer'] as const) {
        const value = record[key];
        expect(value === null || full[key]!.startsWith(value), `${key}=${value} at ${end}`).toBe(true);
      }
    }
  });

  it('say so', () => {
    expect(parse(whole.slice(0, -7))).toMatchObject({ truncated: true, referrer: 'http://r.' });
    expect(parse(whole).truncated).toBe(false);
  });

  it('at 2047 bytes were cut by nginx, even between fields', () => {
    const pad = 'x'.repeat(2047 - `${HEAD}no live upstreams${TAIL}`.length);
    const line = `${HEAD}no live upstreams${TAIL.replace('/ws"', `/ws${pad}"`)}`;
    expect(line.length).toBe(2047);
    expect(parse(line)).toMatchObject({ truncated: true, host: 'h' });
  });

  it('with an open quote and no tail wait for their next line', () => {
    expect(parse(`${HEAD}open() "/srv/a`)).toMatchObject({ unfinished: true, truncated: false });
    expect(parse(`${HEAD}open() "/srv/a"b" c`)).toMatchObject({ unfinished: true });
    expect(parse(`${HEAD}FastCGI sent in stderr: "PHP message: a`)).toMatchObject({ unfinished: true });
    const cut = `${HEAD}open() "/srv/`.padEnd(2047, 'a');
    expect(parse(cut)).toMatchObject({ unfinished: false, truncated: true });
    expect(parse(`${HEAD}open() "/srv/a" failed (2: No such file or directory)${TAIL}`).unfinished).toBe(false);
  });
});

describe('text that clients plant', () => {
  const planted = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'x", upstream: "http://forged/',
      ', client: 6.6.6.6, server: bank.test, request: "GET / HTTP/1.1", upstream: "http://9.9.9.9/", host: "bank.test"',
      '" failed (2: No), client: 6.6.6.6, server: bank.test',
      ' upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6, server: b',
      '2026/11/22 12:00:00 [error] 1#1: *9 no live upstreams while connecting to upstream, client: 6.6.6.6',
      ' (104: Connection reset by peer) while proxying upgraded connection',
      '", host: "forged", referrer: "',
    ),
  );
  const fixed = fc.constantFrom(
    {
      text: 'connect() failed (111: Connection refused) while connecting to upstream',
      message: 'connect() failed',
      errno: 111,
      phase: 'connecting to upstream',
    },
    {
      text: 'upstream timed out (110: Connection timed out) while reading response header from upstream',
      message: 'upstream timed out',
      errno: 110,
      phase: 'reading response header from upstream',
    },
    {
      text: 'no live upstreams while connecting to upstream',
      message: 'no live upstreams',
      errno: null,
      phase: 'connecting to upstream',
    },
    {
      text: 'limiting connections by zone "lc"',
      message: 'limiting connections by zone "lc"',
      errno: null,
      phase: null,
    },
    { text: 'access forbidden by rule', message: 'access forbidden by rule', errno: null, phase: null },
  );
  // nginx refuses control characters and spaces in a URI, and ends headers at a line feed.
  const target = planted.map((text) => text.replace(/[\x00-\x20\x7f]/g, '+'));
  const header = planted.map((text) => text.replace(/[\x00\n\r]/g, ''));

  it('never changes what a message of fixed text says, whom it concerns, or which backend', () => {
    fc.assert(
      fc.property(fixed, target, header, header, (what, path, host, referrer) => {
        const record = parse(
          `${HEAD}${what.text}, client: 192.0.2.7, server: a.test, request: "GET /${path} HTTP/1.1", upstream: "http://10.0.0.5:8080/${path}", host: "${host}", referrer: "${referrer}"`,
        );
        expect(record).toMatchObject({
          message: what.message,
          errno: what.errno,
          phase: what.phase,
          client: '192.0.2.7',
          server: 'a.test',
          method: 'GET',
          path: `/${path}`,
          upstream: `http://10.0.0.5:8080/${path}`,
          forgeable: false,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('in a quoted path makes the fields unbelievable, before nginx’s tail and behind it', () => {
    const before = parse(
      '2026/11/22 12:00:00 [error] 1#1: *9 open() "/var/www/x" failed (2: No), client: 6.6.6.6, server: bank.test, request: "GET /ws HTTP/1.1", upstream: "http://9.9.9.9/" failed (2: No such file or directory), client: 192.0.2.66, server: a.test, request: "GET /x%22 HTTP/1.1", host: "a.test"',
    );
    const behind = parse(
      '2026/11/22 12:00:00 [error] 1#1: *9 open() "/var/www/x" failed (2: No such file or directory), client: 192.0.2.66, server: a.test, request: "GET /x HTTP/1.1", host: "a.test", referrer: "y, client: 6.6.6.6, server: bank.test"',
    );
    for (const record of [before, behind]) {
      expect(record).toMatchObject({
        forgeable: true,
        client: null,
        server: null,
        upstream: null,
        path: null,
        host: null,
        call: 'open()',
      });
    }
  });

  it('in a line feed of a path belongs to the message', () => {
    const record = parse(
      `2026/11/22 12:00:00 [error] 1#1: *9 open() "/srv/a\n2026/11/22 12:00:00 [error] 1#1: *9 upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6, server: bank.test" failed (2: No such file or directory), client: 192.0.2.66, server: a.test, request: "GET /a%0a2026 HTTP/1.1", host: "a.test"`,
    );
    expect(record).toMatchObject({ forgeable: true, client: null, phase: null, call: 'open()' });
  });

  it('behind nginx’s cut leaves nothing to believe', () => {
    const line =
      `${HEAD}open() "/srv/a" failed (2: No such file or directory), client: 6.6.6.6, server: bank.test, request: "GET /`.padEnd(
        2047,
        'a',
      );
    expect(parse(line)).toMatchObject({ forgeable: true, truncated: true, client: null });
  });

  it('in the request of a refused request names no upstream', () => {
    const record = parse(
      `${HEAD}client sent invalid request while reading client request line, client: 10.0.0.1, server: a, request: "GET /x", upstream: "http://forged/ HTTP/1.1"`,
    );
    expect(record).toMatchObject({ client: '10.0.0.1', upstream: null });
  });
});

describe('texts without a header', () => {
  it.each<[string, Partial<ErrorRecord>]>([
    [
      'nginx: [emerg] unknown directive "http" in /etc/nginx/nginx.conf:1',
      { level: 'emerg', pid: null, message: 'unknown directive "http" in /etc/nginx/nginx.conf:1' },
    ],
    [
      'nginx: configuration file /etc/nginx/nginx.conf test failed',
      { level: null, message: 'configuration file /etc/nginx/nginx.conf test failed' },
    ],
    ['[error] 29#29: *1 anything at all', { level: 'error', pid: 29, connection: 1, message: 'anything at all' }],
    ['29#30: *1 anything at all', { level: null, pid: 29, tid: 30, connection: 1 }],
    ['*7 no live upstreams while connecting to upstream', { connection: 7, phase: 'connecting to upstream' }],
    [
      'upstream prematurely closed connection while reading response header from upstream',
      { message: 'upstream prematurely closed connection' },
    ],
    ['connect() failed (111: Connection refused) while connecting to upstream', { errno: 111 }],
    [`something new${TAIL}`, { message: 'something new', client: '127.0.0.1' }],
  ])('%s', (text, expected) => expect(parseErrorText(text)).toMatchObject({ ...expected, unfinished: false }));

  it.each([
    'upstream timed out',
    'connect() failed',
    'connect() failed: Connection refused',
    'something new while connecting to upstream',
    '[error] websocket closed',
    'client: 10.0.0.1, server: web, status: connected',
    '*7 hello',
    '',
  ])('%j is nobody’s', (text) => expect(parseErrorText(text)).toBeNull());
});

describe('any bytes', () => {
  it('are parsed without an exception', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 400,
    });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        parseErrorLine(a);
        parseErrorText(a);
        parseErrorLine(HEAD + a);
        parseErrorLine(`${HEAD}open() "${a}${TAIL}${b}`);
        parseErrorText(`${a}, client: ${b}, server: ${a}, request: "${b}`);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'a',
    '"',
    '", ',
    ', client: ',
    ', client: a, server: b',
    '", upstream: "',
    ' while ',
    ' (1: ',
    '", request: "GET / HTTP/1.1',
    ' HTTP/1.1", ',
    '1',
  ])('64 KiB of %j take no time', (unit) => {
    const text = unit.repeat(Math.ceil(65_536 / unit.length));
    for (const line of [HEAD + text, `${HEAD}open() "${text}`, `${HEAD}x${TAIL}${text}`, `${HEAD}[lua] ${text}`]) {
      expect(cpuMs(() => void parseErrorLine(line))).toBeLessThan(20);
    }
  });
});
