import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/safe/redact.ts';

/** Shapes of secrets people put into WebSocket URLs. */
const SECRETS = [
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  'S3cr3tT0kenValue4711',
  'hunter2hunter2',
  'correcthorse',
  'AKIAIOSFODNN7EXAMPLE',
  'f00dfeedf00dfeedf00dfeedf00dfeed',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  'xoxb-123456789012-abcdefGHIJKL',
  'AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY',
  'glpat-abcDEF123456789xyzAB',
  '550e8400-e29b-41d4-a716-446655440000',
  'dXNlcjpwYXNzd29yZA==',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'JBSWY3DPEHPK3PXP',
  'p%40ss%26word%3D1',
  'Pa$$w0rd!',
  '493817',
  '2f6a9c1e-7b.d4e5f6',
  'Zq8~x_Y3-v1Wk.R7t-Lm2PsN5uHb0C',
];
const NAMES = ['token', 'access_token', 'auth', 'sid', 'key', 'x'];

const error = (request: string, upstream: string, referrer: string) =>
  `2026/11/22 12:00:00 [error] 1#1: *5 connect() failed (111: Connection refused) while connecting to upstream, ` +
  `client: 192.0.2.7, server: a.test, request: "${request}", upstream: "${upstream}", host: "a.test", ` +
  `referrer: "${referrer}"`;

describe('redact', () => {
  it.each(SECRETS)('masks %s wherever a log line can carry it', (secret) => {
    for (const name of NAMES) {
      const query = `?${name}=${secret}&EIO=4`;
      const lines = [
        error(`GET /ws${query} HTTP/1.1`, `http://10.0.0.5:8080/ws${query}`, `https://u:${secret}@a.test/${query}`),
        error(`GET /ws?${secret} HTTP/1.1`, `http://10.0.0.5:8080/ws?${secret}`, `https://a.test/#${name}=${secret}`),
        `192.0.2.7 - - [22/Nov/2026:12:00:00 +0000] "GET /ws${query} HTTP/1.1" 502 157 "https://a.test/?t=${secret}" "x"`,
        JSON.stringify({ request: `GET /ws${query} HTTP/1.1`, request_uri: `/ws${query}`, referer: `//a/${query}` }),
        JSON.stringify({ args: `${name}=${secret}`, token: secret, http_cookie: `a=${secret}; b=${secret}` }),
        JSON.stringify({ log: error(`GET /ws${query} HTTP/1.1`, `http://b/ws${query}`, `https://u:${secret}@a/`) }),
        `upstream: "https://bob:${secret}@10.0.0.5:8080/ws", host: "a"`,
        `/proxy/https%3A%2F%2Fa%2Fws%3F${name}%3D${encodeURIComponent(secret)}%26y%3D1`,
        `Authorization: Bearer ${secret}, client: 192.0.2.7`,
        `[lua] auth.lua:12: password=${secret}, client: 192.0.2.7`,
        `{\\x22api_key\\x22:\\x22${secret}\\x22}`,
        `Cookie: a=${secret}; connect.sid=${secret}`,
      ];
      for (const line of lines) {
        const shown = redact(line);
        expect(shown).not.toContain(secret);
        expect(shown).not.toContain(encodeURIComponent(secret));
        expect(redact(shown)).toBe(shown);
      }
    }
  });

  it.each([SECRETS[0], SECRETS[1], SECRETS[4], SECRETS[5], SECRETS[6], SECRETS[7], SECRETS[9], SECRETS[10]])(
    'knows %s by its look in a path',
    (secret) => {
      expect(redact(`GET /ws/${secret}/chat HTTP/1.1`)).toBe('GET /ws/***/chat HTTP/1.1');
    },
  );

  it('keeps what a diagnosis needs', () => {
    for (const line of [
      error('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', 'http://10.0.0.5:8080/socket.io/', 'https://a.test/'),
      'cannot load certificate key "/etc/ssl/x.key": BIO_new_file() failed (SSL: error:80000002:system library::No such file)',
      'upstream: "http://auth:8080/ws", http://token-service:3000/x, http://unix:/run/auth.sock:/ws, auth.lua:12: attempt',
      'no user/password was provided for basic authentication, client: 192.0.2.7',
      'limiting requests, excess: 10.5 by zone "auth", client: 192.0.2.7',
      'GET /rooms/550e8400-e29b-41d4-a716-446655440000/12345678 HTTP/1.1',
      'GET /chat-service-7d9f8b6c5d-x2x4z/Getting-Started-With-WebSockets-in-2024-Guide HTTP/1.1',
      '{"status":502,"body_bytes_sent":157,"status_code":502,"session_time":60.001,"upstream_addr":"10.0.0.5:8080"}',
      'http://10.0.0.5:8080/ws/@room and http://[2001:db8::1]:80/@x',
      '2026/11/22 12:00:00 [notice] 7#7: signal 17 (SIGCHLD) received from 9',
      '"^/(?<name>x)$" in nginx.conf:12',
      'worker process 123 exited on signal 11, code: 1',
    ]) {
      expect(redact(line)).toBe(line);
    }
  });

  it('keeps the line around a value', () => {
    expect(redact('request: "GET /ws?x=S3c"r3t v HTTP/1.1", host: "a"')).toBe(
      'request: "GET /ws?x=*** HTTP/1.1", host: "a"',
    );
    expect(redact('{"auth":{"user":"bob","password":"a\\"b"},"n":1}')).toBe(
      '{"auth":{"user":"bob","password":"***"},"n":1}',
    );
    expect(redact("connect('wss://h/ws?a=b', 3)")).toBe("connect('wss://h/ws?a=***', 3)");
  });

  it('masks any value of a query, whatever its characters', () => {
    const around = fc.string({ unit: fc.constantFrom(..."abcXYZ0189%-_.~!$'()*+,;:@/?\\{}[]|^=é"), maxLength: 8 });
    fc.assert(
      fc.property(around, around, fc.constantFrom(...NAMES), (before, after, name) => {
        const line = `"GET /ws?${name}=${before}sesame${after} HTTP/1.1" 502`;
        expect(redact(line)).not.toContain('sesame');
        expect(redact(JSON.stringify({ url: `/ws?${name}=${before}sesame${after}` }))).not.toContain('sesame');
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing the second time, and takes any text', () => {
    const part = fc.constantFrom(
      '?',
      '&',
      '=',
      ':',
      '"',
      '\\"',
      '\\x22',
      '%3D',
      '%22',
      ' ',
      'token',
      'a',
      '1',
      '://',
      '@',
      '#',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 30 }), (parts) => {
        const once = redact(parts.join(''));
        const twice = redact(once);
        expect(redact(twice)).toBe(twice);
      }),
    );
  });

  it('is linear on hostile text', () => {
    const units = [
      '://a:b/',
      'GET /',
      'a=',
      '?',
      '&x=',
      '%25',
      '\\"',
      'token=',
      '"token":"',
      'eyJ',
      'A1',
      '%3F',
      '@://a:',
      'auth=[',
    ];
    for (const unit of units) {
      for (const end of ['', '@', ' HTTP/1.1', '"']) {
        const text = unit.repeat(Math.ceil(60_000 / unit.length)) + end;
        const before = process.cpuUsage();
        redact(text);
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1000, unit).toBeLessThan(1000);
      }
    }
  });
});
