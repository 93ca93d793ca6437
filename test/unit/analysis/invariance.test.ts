/** The same bytes give the same incidents, however they are cut into files and in whatever order those are named. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessLine, CLOSED, errorLine, IDLE, log, NO_LIVE, REFUSED, timed } from './lines.ts';
import { analyzePieces, analyzeTexts, essence } from './run.ts';

const steps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 120 });

/** Lines in the order of time, as a log has them. */
function story(gaps: readonly number[]): { errors: string[]; access: string[] } {
  const errors: string[] = [];
  const access: string[] = [];
  let second = 0;
  for (const [i, gap] of gaps.entries()) {
    second += gap;
    const client = `192.0.2.${i % 7}`;
    const message = [REFUSED, CLOSED, IDLE, NO_LIVE][i % 4]!;
    const tunnel = message === IDLE;
    errors.push(errorLine({ second, connection: i, client, message, level: tunnel ? 'info' : 'error' }));
    const status = tunnel ? 101 : 502;
    access.push(
      accessLine({
        second,
        client,
        status,
        rest: timed({ seconds: tunnel ? 60.01 : 0, status: String(status), connection: i }),
      }),
    );
    access.push(accessLine({ second, client, status: 200, request: 'GET /index.html HTTP/1.1' }));
  }
  return { errors, access };
}

function cut(lines: readonly string[], name: string, pieces: number): [string, string][] {
  const size = Math.ceil(lines.length / pieces);
  return Array.from({ length: pieces }, (_, i) => [`${name}-${i}.log`, log(lines.slice(i * size, (i + 1) * size))]);
}

describe('analyzeStreams', () => {
  it('finds in pieces of logs what analyzeLogs finds in files, and takes them to their ends', async () => {
    const { errors, access } = story([0, 1, 0, 2, 1, 1, 0, 3, 1, 0, 1, 2]);
    const combined = access.map((line) => line.replace(/ rt=.*$/, ''));
    // The second access log says the same requests with less, and is left out.
    const texts: [string, string][] = [
      ['a-error.log', log(errors)],
      ['b-access.log', log(access)],
      ['c-combined.log', log(combined)],
    ];
    const whole = await analyzeTexts(texts);
    expect(whole.incidents.length).toBeGreaterThan(2);
    for (const lines of [3, 1000]) {
      const { document, left } = await analyzePieces(texts, lines);
      expect(essence(document)).toBe(essence(whole));
      expect(left).toEqual([]);
    }
  });
});

describe('analyzeLogs', () => {
  it('does not depend on the order of its arguments or the split into files', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 2, max: 6 }),
        fc.infiniteStream(fc.nat()),
        async (gaps, pieces, order) => {
          const { errors, access } = story(gaps);
          const whole = [
            ['error.log', log(errors)],
            ['access.log', log(access)],
          ] as const;
          const expected = essence(await analyzeTexts(whole));
          expect(essence(await analyzeTexts(whole.toReversed()))).toBe(expected);
          const parts = [...cut(errors, 'e', pieces), ...cut(access, 'a', pieces)].filter(([, text]) => text !== '');
          const shuffled = parts.map((part) => ({ part, key: order.next().value })).toSorted((a, b) => a.key - b.key);
          expect(essence(await analyzeTexts(shuffled.map(({ part }) => part)))).toBe(expected);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reads requests that are logged twice, in two formats, once', async () => {
    const { access } = story(Array.from({ length: 40 }, () => 1));
    const combined = access.map((line) => line.replace(/ rt=.*$/, ''));
    const once = await analyzeTexts([['access.log', log(access)]]);
    const twice = await analyzeTexts([
      ['access.log', log(access)],
      ['access.combined.log', log(combined)],
    ]);
    expect(twice.incidents.map((i) => [i.id, i.count])).toEqual(once.incidents.map((i) => [i.id, i.count]));
    expect(twice.notes.some((n) => n.id === 'same-lines-twice')).toBe(true);
  });

  it('accounts for every line', async () => {
    const { errors, access } = story([1, 2, 3, 1, 1, 2, 0, 0, 1, 1]);
    const report = await analyzeTexts([['all.log', log(['who knows', ...errors, '', ...access])]]);
    const { lines, classified, routine, unknown } = report.accounting;
    expect(lines).toBe(errors.length + access.length + 2);
    expect(classified + routine + unknown).toBe(lines);
    expect(unknown).toBe(1);
  });
});
