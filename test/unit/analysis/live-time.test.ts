/** Times in logs that grow: clocks put back and forward, and lines that workers write out of order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveAnalysis } from '../../../src/analysis/live.ts';
import { accessLine, CLOSED, errorLine, NO_LIVE, REFUSED, timed } from './lines.ts';
import { settings } from './run.ts';

const LOGS = ['/l/access.log', '/l/error.log'] as const;

/** The two lines of a failed request, whose server's clock is `offset` minutes east of UTC. */
function pair(utc: number, offset: number, client: string): { error: string; access: string } {
  const wall = new Date(utc + offset * 60_000).toISOString();
  const zone = `${offset < 0 ? '-' : '+'}${String(Math.abs(offset) / 60).padStart(2, '0')}00`;
  const month = wall.slice(5, 7) === '10' ? 'Oct' : 'Mar';
  const time = `${wall.slice(8, 10)}/${month}/${wall.slice(0, 4)}:${wall.slice(11, 19)} ${zone}`;
  return {
    error: errorLine({ client }).replace(/^\S+ \S+/, `${wall.slice(0, 10).replaceAll('-', '/')} ${wall.slice(11, 19)}`),
    access: accessLine({ client, status: 502 }).replace(/\[[^\]]*\]/, `[${time}]`),
  };
}

class Feeder {
  readonly live: LiveAnalysis;
  readonly #lines = new Map<string, number>();

  constructor(told: Awaited<ReturnType<typeof settings>>) {
    this.live = new LiveAnalysis(told, LOGS);
  }

  feed(path: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    const firstLine = (this.#lines.get(path) ?? 0) + 1;
    this.#lines.set(path, firstLine + lines.length - 1);
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
    this.live.feed(path, { bytes, firstLine, lines: lines.length });
  }

  ends(): void {
    for (const path of LOGS) this.live.atEnd(path);
  }
}

describe('clocks', () => {
  it.each([
    ['put back', Date.UTC(2026, 9, 25, 0, 20), 120, 60],
    ['put forward', Date.UTC(2026, 2, 29, 0, 20), 60, 120],
  ])('%s: each request counts once, and time goes on', async (_, start, before, after) => {
    const feeder = new Feeder(await settings());
    const change = start + 40 * 60_000;
    const minutes = 150;
    for (let minute = 0; minute < minutes; minute++) {
      const utc = start + minute * 60_000;
      const { error, access } = pair(utc, utc < change ? before : after, `192.0.2.${minute}`);
      feeder.feed(LOGS[0], [access]);
      feeder.feed(LOGS[1], [error]);
      feeder.ends();
    }
    feeder.live.settle();
    const [incident, ...others] = feeder.live.snapshot().incidents;
    expect(others).toEqual([]);
    // The line in which the server's new clock shows first may be read by the old one.
    expect(incident?.count).toBeGreaterThanOrEqual(minutes);
    expect(incident?.count).toBeLessThanOrEqual(minutes + 1);
    const lasted = Date.parse(incident?.lastSeen ?? '') - Date.parse(incident?.firstSeen ?? '');
    expect(lasted).toBeGreaterThanOrEqual((minutes - 1) * 60_000);
    expect(lasted).toBeLessThanOrEqual((minutes + 60) * 60_000);
  });
});

describe('lines out of order', () => {
  it('within seconds, and between the logs, change nothing', async () => {
    const told = await settings();
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.record({ late: fc.integer({ min: 0, max: 5 }), cut: fc.boolean(), error: fc.boolean() }), {
          minLength: 5,
          maxLength: 60,
        }),
        (withConnection, steps) => {
          const requests = steps.map(({ late, cut, error }, i) => {
            const client = `192.0.2.${i}`;
            const rest = withConnection ? timed({ seconds: 0, status: '502', connection: i }) : '';
            const second = Math.floor(i / 2);
            return {
              error: errorLine({
                second,
                client,
                connection: i,
                message: [REFUSED, CLOSED, NO_LIVE][i % 3] ?? REFUSED,
              }),
              access: accessLine({ second, client, status: 502, rest }),
              at: second + late,
              cut,
              first: error ? LOGS[1] : LOGS[0],
            };
          });
          const told1 = countsOf(told, requests, false);
          const shuffled = requests.toSorted((a, b) => a.at - b.at);
          expect(countsOf(told, shuffled, true)).toEqual(told1);
        },
      ),
      { numRuns: 15 },
    );
  });
});

interface Request {
  readonly error: string;
  readonly access: string;
  readonly cut: boolean;
  readonly first: string;
}

function countsOf(told: Awaited<ReturnType<typeof settings>>, requests: readonly Request[], cuts: boolean) {
  const feeder = new Feeder(told);
  let written: Request[] = [];
  const read = (order: readonly string[]) => {
    for (const path of order)
      feeder.feed(
        path,
        written.map((each) => (path === LOGS[1] ? each.error : each.access)),
      );
    written = [];
    feeder.ends();
  };
  for (const request of requests) {
    written.push(request);
    if (cuts && request.cut) read(request.first === LOGS[1] ? [LOGS[1], LOGS[0]] : [LOGS[0], LOGS[1]]);
  }
  read([LOGS[1], LOGS[0]]);
  feeder.live.settle();
  const { incidents, accounting } = feeder.live.snapshot();
  return {
    accounting,
    incidents: incidents.map(({ id, count, lines, statuses, firstSeen, lastSeen, clients, timeline }) => {
      return { id, count, lines, statuses, firstSeen, lastSeen, clients, timeline };
    }),
  };
}
