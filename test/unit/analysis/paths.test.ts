/** The fast way of reading lines finds what the plain way finds, whatever the lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMBINED_PREFIX, compileLogFormat } from '../../../src/nginx/log-format.ts';
import { accessLine, CLOSED, errorLine, IDLE, log, NO_LIVE, REFUSED, RESET, timed } from './lines.ts';
import { analyzeTexts } from './run.ts';

const seconds = fc.integer({ min: 0, max: 9000 });
const clients = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', 'unix:', '10.1.2.3');
/** Identifiers that seldom come twice. */
const sessions = fc.tuple(
  fc.constantFrom('/chat/', '/socket.io/?EIO=4&transport=websocket&sid=', '/a,b/'),
  fc.nat(3000),
);
const requests = fc.oneof(
  sessions.map(([path, n]) => `GET ${path}${n} HTTP/1.1`),
  fc.constantFrom(
    'GET /ws HTTP/1.1',
    'GET /socket.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1',
    'GET /api/orders/17?page=2 HTTP/1.1',
    'GET /a%0a2026/11/22 HTTP/1.1',
    'POST /upload HTTP/2.0',
    'GET /x", upstream: "http://6.6.6.6/ HTTP/1.1',
  ),
);
const messages = fc.constantFrom(
  REFUSED,
  CLOSED,
  IDLE,
  RESET,
  NO_LIVE,
  'open() "/srv/www/favicon.ico" failed (2: No such file or directory)',
  'open() "/srv/a\n2026/11/22 12:00:00 [error] 1#1: *9 upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6, server: b" failed (2: No such file or directory)',
  'limiting requests, excess: 0.874 by zone "perip"',
  'something nobody has seen before',
  'upstream server temporarily disabled while connecting to upstream',
);
const errors = fc
  .record({
    second: seconds,
    level: fc.constantFrom('error', 'info', 'warn', 'crit', 'alert'),
    connection: fc.integer({ min: 1, max: 30 }),
    message: messages,
    client: clients,
    request: requests,
    upstream: fc.oneof(
      fc.constantFrom('http://10.0.0.5:8080/ws', 'http://10.0.0.6:8080', 'http://unix:/run/a.sock:/ws', null),
      sessions.map(([path, n]) => `http://10.0.0.${n % 3}:8080${path}${n}`),
    ),
    host: fc.constantFrom('a.test', 'a"b', 'x\x1b[2J'),
  })
  .map(errorLine);
const access = fc
  .record({
    second: seconds,
    client: clients,
    request: requests.filter((r) => !r.includes('"')),
    status: fc.constantFrom(101, 200, 304, 301, 400, 404, 499, 502, 504, 0, 9),
    bytes: fc.constantFrom(0, 4, 157, 12345),
  })
  .chain((parts) =>
    fc.boolean().map((full) =>
      accessLine({
        ...parts,
        rest: full ? timed({ seconds: 60.01, status: String(parts.status), connection: 3 }) : '',
      }),
    ),
  );
const odd = fc.constantFrom(
  '',
  '\r',
  '\0\0\0',
  'x'.repeat(3000),
  '{"a":1}',
  '2026/11/22 12:00:00 [error',
  'stack traceback:',
);
/** What torn, glued and forged lines look like: bytes missing, doubled or put in anywhere. */
const damage = (lines: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      lines,
      lines,
      fc.nat(400),
      fc.nat(60),
      fc.constantFrom('cut', 'glue', 'drop', 'double', '"', ' ', '[', '\\', 'x', '7', '\r'),
    )
    .map(([line, other, place, length, how]) => {
      const at = place % (line.length + 1);
      if (how === 'cut') return line.slice(0, at);
      if (how === 'glue') return line.slice(0, at) + other;
      if (how === 'drop') return line.slice(0, at) + line.slice(at + length);
      if (how === 'double') return line.slice(0, at + length) + line.slice(at);
      return line.slice(0, at) + how + line.slice(at);
    });
const shape = (document: Awaited<ReturnType<typeof analyzeTexts>>): unknown => ({ ...document, inputs: [] });

describe('fast and plain way', () => {
  it('agree on error logs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 8, arbitrary: errors }, { weight: 2, arbitrary: damage(errors) }, odd), {
          maxLength: 80,
        }),
        fc.boolean(),
        async (lines, crlf) => {
          const text = lines.map((line) => line + (crlf ? '\r\n' : '\n')).join('');
          const fast = await analyzeTexts([['error.log', text]]);
          const plain = await analyzeTexts([['error.log', text]], { plain: true });
          expect(JSON.stringify(shape(fast)).replaceAll(/wslog-analysis-\w+/g, '')).toBe(
            JSON.stringify(shape(plain)).replaceAll(/wslog-analysis-\w+/g, ''),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('agree on access logs, and on both together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 8, arbitrary: access }, { weight: 2, arbitrary: damage(access) }, odd), {
          maxLength: 80,
        }),
        fc.array(errors, { maxLength: 30 }),
        async (lines, others) => {
          const texts = [
            ['error.log', log(others)],
            ['access.log', log(lines)],
          ] as const;
          const fast = await analyzeTexts(texts);
          const plain = await analyzeTexts(texts, { plain: true });
          expect(JSON.stringify(shape(fast)).replaceAll(/wslog-analysis-\w+/g, '')).toBe(
            JSON.stringify(shape(plain)).replaceAll(/wslog-analysis-\w+/g, ''),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('agree on access logs in formats of one’s own', async () => {
    const formats = [
      '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"',
      '"$http_user_agent" rt=$request_time us=$upstream_status upg=$http_upgrade',
      '[$upstream_addr] $host $request_length "$http_upgrade" $request_id',
      '$http_user_agent|$http_upgrade|"$http_referer"',
      '"$http_referer" $msec',
      '"$upstream_http_x" $connection $http_upgrade$sent_http_upgrade',
    ].map((tail) => `${COMBINED_PREFIX} ${tail}`);
    const odd = ['-', '', '7', 'a b', 'x, y : z', 'é|]', 'x\\', '\\x22', '"', '10.0.0.5:80'];
    const valueFor = (variable: string) =>
      fc.oneof(
        {
          weight: 9,
          arbitrary: variable === '$http_upgrade' ? fc.constantFrom('-', '', 'websocket') : fc.constantFrom('7', '-'),
        },
        { weight: 1, arbitrary: fc.constantFrom(...odd) },
      );
    const line = (format: string) => {
      const tail = format.slice(COMBINED_PREFIX.length);
      const variables = tail.match(/\$\w+/g) ?? [];
      return fc.tuple(access, fc.tuple(...variables.map(valueFor))).map(([combined, values]) => {
        const rest = [...values];
        return combined.slice(0, combined.indexOf(' "-" "')) + tail.replaceAll(/\$\w+/g, () => rest.shift() ?? '');
      });
    };
    const logs = fc.constantFrom(...formats).chain((format) => {
      const lines = fc.oneof({ weight: 8, arbitrary: line(format) }, { weight: 2, arbitrary: damage(line(format)) });
      return fc.tuple(fc.constant(format), fc.array(lines, { maxLength: 60 }));
    });
    await fc.assert(
      fc.asyncProperty(logs, async ([format, lines]) => {
        const logFormat = compileLogFormat(format, 'default');
        const texts = [['access.log', log(lines)]] as const;
        const fast = await analyzeTexts(texts, { logFormat });
        const plain = await analyzeTexts(texts, { logFormat, plain: true });
        expect(JSON.stringify(shape(fast)).replaceAll(/wslog-analysis-\w+/g, '')).toBe(
          JSON.stringify(shape(plain)).replaceAll(/wslog-analysis-\w+/g, ''),
        );
      }),
      { numRuns: 20 },
    );
  });
});
