/** Several threads find what one finds that reads all in one go, wherever the files are cut into parts. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SideBySide } from '../../../src/analysis/feeds.ts';
import { accessLine, CLOSED, errorLine, IDLE, log, NO_LIVE, REFUSED, timed } from './lines.ts';
import { analyzeTexts } from './run.ts';
import { localThread } from './threads.ts';

const FORGED =
  '2026/11/22 12:00:00 [error] 1#1: *9 upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6, server: b';

const errors = fc
  .record({
    second: fc.integer({ min: 0, max: 4000 }),
    level: fc.constantFrom('error', 'info', 'crit'),
    connection: fc.integer({ min: 1, max: 30 }),
    message: fc.constantFrom(
      REFUSED,
      CLOSED,
      IDLE,
      NO_LIVE,
      'open() "/srv/www/favicon.ico" failed (2: No such file or directory)',
      `open() "/srv/a\n${FORGED}" failed (2: No such file or directory)`,
      `open() "/srv/b\n${FORGED}\nand on" failed (36: File name too long)`,
      'access forbidden by rule',
      `FastCGI sent in stderr: "PHP message: ${'x'.repeat(700)}`,
      `[lua] app.lua:7: oops\nstack traceback:\n\tapp.lua:7`,
      'something nobody has seen before',
    ),
    client: fc.constantFrom('192.0.2.1', '2001:db8::1', 'unix:', '10.1.2.3', '010.1.2.3'),
    request: fc.constantFrom('GET /ws HTTP/1.1', 'GET /a%0ab HTTP/1.1', 'GET /api/orders/17?page=2 HTTP/1.1'),
    upstream: fc.constantFrom('http://10.0.0.5:8080/ws', 'http://10.0.0.6:8080/ws', null),
  })
  .map(errorLine);
const access = fc
  .record({
    second: fc.integer({ min: 0, max: 4000 }),
    client: fc.constantFrom('192.0.2.1', '2001:db8::1', '10.1.2.3'),
    request: fc.constantFrom(
      'GET /ws HTTP/1.1',
      'GET / HTTP/1.1',
      'GET /socket.io/?transport=websocket&sid=a HTTP/1.1',
    ),
    status: fc.constantFrom(101, 200, 304, 400, 404, 499, 502),
    bytes: fc.constantFrom(0, 4, 157, 12345),
    rest: fc.constantFrom('', '', timed({ seconds: 60.01, status: '101', connection: 3 })),
  })
  .map(accessLine);
const wrapped = errors.chain((line) =>
  fc.constantFrom(
    `2026-11-22T12:00:00.000000000Z stderr P ${line.slice(0, 60)}`,
    `2026-11-22T12:00:00.000000000Z stderr F ${line.replaceAll('\n', ' ')}`,
  ),
);
const odd = fc.oneof(
  fc.constantFrom('', '\r', 'x'.repeat(3000), '{"a":1}', '2026/11/22 12:00:00 [error', 'stack traceback:', '\ta'),
  fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'abcdefghij {"[') }),
);
const NULS = 'half a line\0'.concat('\0'.repeat(5000), 'and the other half');

/** Reports, but for the names of files. */
async function reports(texts: readonly (readonly [string, string | Buffer])[], how: Partial<SideBySide>) {
  const read = async (sideBySide: Partial<SideBySide>) => {
    const report = await analyzeTexts(texts, {}, sideBySide);
    return JSON.stringify(report).replaceAll(/wslog-analysis-\w+/g, '');
  };
  const several = await read({ threads: 3, worthwhile: 0, start: () => localThread(), ...how });
  return { alone: await read({ threads: 1 }), several };
}

describe('reading side by side', () => {
  it('finds what reading in one go finds, wherever parts begin', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 8, arbitrary: errors }, { weight: 2, arbitrary: wrapped }, odd), { maxLength: 60 }),
        fc.array(fc.oneof({ weight: 8, arbitrary: access }, odd), { maxLength: 40 }),
        fc.integer({ min: 40, max: 3000 }),
        fc.boolean(),
        async (errorLines, accessLines, partBytes, endless) => {
          const text = log(errorLines);
          const texts = [
            ['error.log', endless ? text.slice(0, -1) : text],
            ['access.log', log(accessLines)],
          ] as const;
          const { alone, several } = await reports(texts, { partBytes });
          expect(several).toBe(alone);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('reads in one go from where a file has holes', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => errorLine({ second: i, connection: i }));
    const text = log([...lines, NULS, ...lines]);
    const { alone, several } = await reports([['error.log', text]], { partBytes: 1000 });
    expect(several).toBe(alone);
    expect(several).toContain('NUL bytes where lines should be');
  });

  it('counts unknown lines and guesses as one reader does, beyond all bounds', async () => {
    const word = (i: number) => i.toString(26).replaceAll(/\d/g, (d) => 'qrstuvwxyz'[Number(d)] ?? '');
    const junk = Array.from({ length: 21_000 }, (_, i) => `junk ${word(i)} about ${word(i % 300)}`);
    const { alone, several } = await reports([['error.log', log([errorLine(), ...junk, REFUSED])]], {
      partBytes: 50_000,
    });
    expect(several).toBe(alone);
  });

  it('reads packed files', async () => {
    const lines = (from: number) =>
      Array.from({ length: 400 }, (_, i) =>
        errorLine({ second: from + i, connection: from + i, client: `10.0.0.${i % 256}` }),
      );
    const later = Array.from({ length: 400 }, (_, i) => errorLine({ second: 800 + i, message: CLOSED }));
    const texts = [
      ['error.log.2.gz', gzipSync(log(lines(0)))],
      ['error.log.1.gz', gzipSync(log(lines(400)))],
      ['error.log', gzipSync(log(later))],
    ] as const;
    const { alone, several } = await reports(texts, {});
    expect(several).toBe(alone);
  });

  it('does without threads that fail', async () => {
    const lines = (from: number) =>
      Array.from({ length: 300 }, (_, i) => errorLine({ second: from + i, connection: from + i }));
    const texts = [
      ['error.log', log(lines(0))],
      ['new.log.gz', gzipSync(log(lines(400)))],
    ] as const;
    for (const failsAfter of [0, 1, 2, 3, 5]) {
      const { alone, several } = await reports(texts, { partBytes: 4000, start: () => localThread(failsAfter) });
      expect(several).toBe(alone);
    }
  });
});
