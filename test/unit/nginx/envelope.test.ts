import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripEnvelope } from '../../../src/nginx/envelope.ts';

const LINE =
  '2026/11/22 12:10:26 [error] 30346#0: *3 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /x HTTP/1.1", host: "h"';
const WALL = Date.UTC(2026, 10, 22, 12, 10, 26);
const utc = { wall: WALL, offset: 0 };
const local = { wall: WALL, offset: null };

describe('envelopes', () => {
  it.each<[string, string, object]>([
    [
      'docker',
      JSON.stringify({ log: `${LINE}\n`, stream: 'stderr', time: '2026-11-22T12:10:26.000000001Z' }),
      { kind: 'docker-json', time: utc, stream: 'stderr', partial: false },
    ],
    [
      'docker, a part',
      JSON.stringify({ log: LINE, stream: 'stdout', time: '2026-11-22T12:10:26Z', attrs: { a: 'b' } }),
      { kind: 'docker-json', stream: 'stdout', partial: true },
    ],
    ['compose', `web-1  | ${LINE}`, { kind: 'compose', time: null, stream: null }],
    ['compose, old', `nginx_1           | ${LINE}`, { kind: 'compose' }],
    ['compose, coloured', `\x1b[36mweb-1  | \x1b[0m${LINE}`, { kind: 'compose' }],
    ['swarm', `web_nginx.1.x8fk2@node-1    | ${LINE}`, { kind: 'compose' }],
    [
      'compose with times',
      `web-1  | 2026-11-22T12:10:26.123Z ${LINE}`,
      { kind: 'compose', time: { wall: WALL + 123, offset: 0 } },
    ],
    [
      'CRI',
      `2026-11-22T12:10:26.000000000Z stderr F ${LINE}`,
      { kind: 'cri', time: utc, stream: 'stderr', partial: false },
    ],
    ['CRI, a part', `2026-11-22T12:10:26+00:00 stdout P ${LINE}`, { kind: 'cri', stream: 'stdout', partial: true }],
    ['kubectl --prefix', `[pod/ingress-nginx-controller-7d9/controller] ${LINE}`, { kind: 'kubectl' }],
    [
      'kubectl --timestamps',
      `2026-11-22T13:10:26.5+01:00 ${LINE}`,
      { kind: 'timestamps', time: { wall: WALL + 3_600_500, offset: 60 } },
    ],
    ['kubectl with both', `[pod/a-b/c] 2026-11-22T12:10:26Z ${LINE}`, { kind: 'kubectl', time: utc }],
    ['nginx’s own syslog', `<187>Nov 22 12:10:26 vm nginx: ${LINE}`, { kind: 'syslog', time: local }],
    ['syslog without a host', `<187>Nov 22 12:10:26 nginx: ${LINE}`, { kind: 'syslog', time: local }],
    ['rsyslog’s file', `Nov 22 12:10:26 web01.example.com nginx: ${LINE}`, { kind: 'syslog', time: local }],
    ['journald', `Nov 22 12:10:26 host nginx[123]: ${LINE}`, { kind: 'syslog', time: local }],
    ['journald, ISO', `2026-11-22T12:10:26+0000 host nginx[123]: ${LINE}`, { kind: 'platform', time: utc }],
    ['rsyslog, ISO', `2026-11-22T12:10:26.000000+00:00 host nginx: ${LINE}`, { kind: 'platform', time: utc }],
    ['Heroku', `2026-11-22T12:10:26+00:00 app[web.1]: ${LINE}`, { kind: 'platform', time: utc }],
    ['RFC 5424', `<187>1 2026-11-22T12:10:26Z host nginx 123 - - ${LINE}`, { kind: 'syslog-5424', time: utc }],
    [
      'RFC 5424 with data',
      `<187>1 2026-11-22T12:10:26Z host nginx 123 ID [a@1 b="\\"]"][c@2] \xef\xbb\xbf${LINE}`,
      { kind: 'syslog-5424', time: utc },
    ],
    [
      'journald’s export',
      JSON.stringify({ MESSAGE: LINE, __REALTIME_TIMESTAMP: `${WALL}000` }),
      { kind: 'journal-json', time: utc },
    ],
    [
      'journald’s export of bytes',
      JSON.stringify({ MESSAGE: [...Buffer.from(LINE, 'latin1')] }),
      { kind: 'journal-json' },
    ],
    [
      'a shipper',
      JSON.stringify({ '@timestamp': '2026-11-22T12:10:26Z', message: LINE, host: { name: 'x' } }),
      { kind: 'json', time: utc },
    ],
    [
      'docker around syslog',
      JSON.stringify({
        log: `<187>Nov 22 12:10:26 vm nginx: ${LINE}\r\n`,
        stream: 'stdout',
        time: '2026-11-22T12:10:26Z',
      }),
      { kind: 'docker-json', time: utc },
    ],
  ])('%s', (_name, line, expected) => expect(stripEnvelope(line, 2026)).toMatchObject({ text: LINE, ...expected }));

  it('keep what nginx says to a console', () => {
    const text = 'nginx: [emerg] host not found in upstream "app" in /etc/nginx/nginx.conf:9';
    expect(stripEnvelope(`2026-11-22T12:10:26Z ${text}`)?.text).toBe(text);
    expect(stripEnvelope(`Nov 22 12:10:26 host nginx[9]: ${text}`)?.text).toBe(text);
    expect(stripEnvelope(`web-1  | ${text}`)?.text).toBe(text);
  });

  it('keep a continuation’s tab', () => {
    expect(stripEnvelope('web-1  | \tat x.lua')?.text).toBe('\tat x.lua');
    expect(stripEnvelope('2026-11-22T12:10:26Z stderr F \tat x.lua')?.text).toBe('\tat x.lua');
    expect(stripEnvelope('2026-11-22T12:10:26Z stderr F')?.text).toBe('');
  });

  it('keep bytes as bytes', () => {
    const line = '{"log":"caf\xc3\xa9 \\u2028 \\u003c\\n","stream":"stdout","time":"2026-11-22T12:10:26Z"}';
    expect(stripEnvelope(line)?.text).toBe('caf\xc3\xa9 \xe2\x80\xa8 <');
  });

  it('without a year syslog’s time is not guessed', () => {
    expect(stripEnvelope(`Nov 22 12:10:26 host nginx[123]: ${LINE}`)).toMatchObject({ text: LINE, time: null });
  });

  it.each([
    LINE,
    '',
    '127.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /a|b HTTP/1.1" 200 5 "-" "-"',
    '[22/Nov/2026:12:06:41 +0000] - 200 200 - GET https a "/" [Client 1.1.1.1]',
    '{"time_local":"22/Nov/2026:12:06:41 +0000","request":"GET / HTTP/1.1","status":200,"message":"x"}',
    '{"log":1}',
    '{"__proto__":{"log":"x","stream":"stdout"}}',
    '{not json}',
    'Nov 22',
    '<187>',
    '<187>1 x',
    'a|b',
  ])('%j is in none', (line) => expect(stripEnvelope(line, 2026)).toBeNull());

  it('are looked for without an exception, three deep at most', () => {
    const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(bytes, (text) => {
        stripEnvelope(text, 2026);
        stripEnvelope(`{"log":"${text}","stream":"stdout"}`);
        stripEnvelope(`<1>1 ${text}`);
        stripEnvelope(`2026-11-22T12:10:26Z ${text}`);
      }),
    );
    expect(stripEnvelope(`${'a-1  | '.repeat(5)}x`)?.text).toBe('a-1  | a-1  | x');
  });
});
