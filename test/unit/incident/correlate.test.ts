/** What becomes of lines: joined, counted once, grouped with what follows from them, told apart from health. */
import { describe, expect, it } from 'vitest';
import { accessLine, CLOSED, errorLine, IDLE, log, NO_LIVE, REFUSED, timed } from '../analysis/lines.ts';
import { analyzeTexts } from '../analysis/run.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const refused = (i: number, over: object = {}): string =>
  errorLine({ second: i, connection: i + 1, client: `192.0.2.${i % 9}`, ...over });
const answered = (i: number, over: object = {}): string =>
  accessLine({ second: i, client: `192.0.2.${i % 9}`, status: 502, bytes: 157, ...over });

describe('joining both logs', () => {
  it('counts a failed request once, by connection number', async () => {
    const report = await analyzeTexts([
      ['error.log', log(range(20).map((i) => refused(i)))],
      [
        'access.log',
        log(range(20).map((i) => answered(i, { rest: timed({ seconds: 0, status: '502', connection: i + 1 }) }))),
      ],
    ]);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ count: 20, lines: 40, websocket: 'yes', statuses: { '502': 20 } });
  });

  it('counts it once by client, request and second where no connection number is logged', async () => {
    const report = await analyzeTexts([
      ['error.log', log(range(20).map((i) => refused(i)))],
      ['access.log', log(range(20).map((i) => answered(i)))],
    ]);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ count: 20, lines: 40 });
  });

  it('joins one to one: a client failing thrice within a second is three requests', async () => {
    const thrice = range(3).map((i) => errorLine({ second: 5, connection: i + 1 }));
    const report = await analyzeTexts([
      ['error.log', log(thrice)],
      [
        'access.log',
        log([...range(3).map(() => answered(5, { client: '192.0.2.7' })), answered(9, { client: '192.0.2.7' })]),
      ],
    ]);
    expect(report.incidents[0]).toMatchObject({ count: 4, lines: 7 });
  });

  it('counts a request that tried two backends once, and names both', async () => {
    const lines = range(5).flatMap((i) => [refused(i), refused(i, { upstream: 'http://10.0.0.6:8080/ws' })]);
    const report = await analyzeTexts([['error.log', log(lines)]]);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ count: 5, lines: 10 });
    expect(report.incidents[0]?.upstreams.map((u) => u.address)).toEqual(['10.0.0.5:8080', '10.0.0.6:8080']);
  });

  it('counts it once in whatever order one stream has its lines, as the two pipes of a container do', async () => {
    const connection = (i: number) => timed({ seconds: 0, status: '502', connection: i + 1 });
    for (const rest of [() => '', connection]) {
      const errors = range(20).flatMap((i) => [refused(i), refused(i, { upstream: 'http://10.0.0.6:8080/ws' })]);
      const access = range(20).map((i) => answered(i, { rest: rest(i) }));
      const reports = [];
      for (const lines of [
        [...errors, ...access],
        [...access, ...errors],
        range(20).flatMap((i) => [access[i] ?? '', ...errors.slice(2 * i, 2 * i + 2)]),
      ]) {
        const { incidents } = await analyzeTexts([['nginx.log', log(lines)]]);
        reports.push(
          incidents.map(({ id, count, lines, statuses, symptoms, clients, upstreams, timeline, title }) => {
            return { id, count, lines, statuses, symptoms, clients, upstreams, timeline, title };
          }),
        );
      }
      expect(reports[0]).toMatchObject([{ count: 20, lines: 60, statuses: { '502': 20 } }]);
      for (const report of reports) expect(report).toEqual(reports[0]);
    }
  });

  it('remembers a bounded number of access lines that came before their error lines, the latest', async () => {
    const more = 8;
    const requests = range(8192 + more);
    const client = (i: number) => `10.0.${i >> 8}.${i & 255}`;
    const lines = [
      errorLine({ second: 0, client: '192.0.2.1' }),
      ...requests.map((i) => answered(1, { client: client(i) })),
      ...requests.map((i) => errorLine({ second: 1, connection: i + 2, client: client(i) })),
    ];
    const { incidents } = await analyzeTexts([['nginx.log', log(lines)]]);
    expect(incidents).toMatchObject([
      { count: 1 + requests.length + more, lines: lines.length, statuses: { '502': requests.length } },
    ]);
  });

  it('takes the same complaint again on a kept-alive connection for another request', async () => {
    const report = await analyzeTexts([
      ['error.log', log(range(4).map((i) => errorLine({ second: i, connection: 9 })))],
    ]);
    expect(report.incidents[0]?.count).toBe(4);
  });
});

describe('a root and what follows from it', () => {
  it('are one incident', async () => {
    const report = await analyzeTexts([
      [
        'error.log',
        log([
          refused(0),
          errorLine({
            connection: 1,
            level: 'warn',
            message: 'upstream server temporarily disabled while connecting to upstream',
          }),
          ...range(9).map((i) =>
            errorLine({ second: i + 1, connection: i + 20, message: NO_LIVE, upstream: 'http://app/ws' }),
          ),
        ]),
      ],
    ]);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ count: 10, lines: 11 });
    expect(report.incidents[0]?.causes[0]?.id).toBe('backend-refused');
  });

  it('stands alone when no root is in sight', async () => {
    const report = await analyzeTexts([
      [
        'error.log',
        log(
          range(9).map((i) => errorLine({ second: i, connection: i + 1, message: NO_LIVE, upstream: 'http://app/ws' })),
        ),
      ],
    ]);
    expect(report.incidents[0]?.causes[0]?.id).toBe('no-live-upstreams');
  });
});

describe('what is a WebSocket', () => {
  const plain = { request: 'GET /orders HTTP/1.1', upstream: 'http://10.0.0.5:8080/orders' };

  it('is not told from the wording', async () => {
    const report = await analyzeTexts([['error.log', log(range(5).map((i) => refused(i, plain)))]]);
    expect(report.incidents[0]?.websocket).toBe('no');
  });

  it('is proved by a 101 on the same endpoint', async () => {
    const report = await analyzeTexts([
      ['error.log', log(range(5).map((i) => refused(i + 10, plain)))],
      ['access.log', log(range(5).map((i) => accessLine({ second: i, request: plain.request, bytes: 99 })))],
    ]);
    expect(report.incidents[0]?.websocket).toBe('yes');
  });

  it('is refuted by a logged request without Upgrade', async () => {
    const joined = range(5).map((i) =>
      answered(i, {
        request: 'GET /ws HTTP/1.1',
        rest: timed({ seconds: 0, status: '502', upgrade: '-', connection: i + 1 }),
      }),
    );
    const report = await analyzeTexts([
      ['error.log', log(range(5).map((i) => refused(i)))],
      ['access.log', log(joined)],
    ]);
    expect(report.incidents[0]?.websocket).toBe('no');
  });

  it("is also a library's long polling that the gateway fails, which comes before the upgrade", async () => {
    const polling = (i: number, status: number, transport = 'polling'): string =>
      accessLine({ second: i, status, bytes: 157, request: `GET /socket.io/?EIO=4&transport=${transport} HTTP/1.1` });
    const failed = await analyzeTexts([['access.log', log(range(6).map((i) => polling(i, 502)))]]);
    expect(failed.incidents).toHaveLength(1);
    expect(failed.incidents[0]).toMatchObject({ websocket: 'likely', count: 6, symptoms: [{ id: 'handshake-502' }] });
    const served = await analyzeTexts([['access.log', log(range(6).map((i) => polling(i, 200)))]]);
    expect(served.incidents).toEqual([]);
  });
});

describe('sessions', () => {
  const session = (i: number, seconds: number, bytes = 300): string =>
    accessLine({
      second: 100 + i * 7,
      client: `192.0.2.${i}`,
      bytes,
      rest: timed({ seconds, status: '101', connection: i + 1 }),
    });

  it('that last as people use them raise nothing', async () => {
    const report = await analyzeTexts([['access.log', log(range(40).map((i) => session(i, 3 + i * 41.7)))]]);
    expect(report.incidents).toEqual([]);
    expect(report.endpoints[0]).toMatchObject({ path: '/ws', websocket: 'yes', handshakes: { ok: 40, failed: 0 } });
  });

  it('cut at 60 s are the default read timeout, told without any error line', async () => {
    const report = await analyzeTexts([['access.log', log(range(12).map((i) => session(i, 60.002 + i / 1000, 0)))]]);
    expect(report.incidents[0]?.causes[0]?.id).toBe('idle-timeout');
    expect(report.incidents[0]?.title).toContain('60 s');
  });

  it('cut at another time, with an error log that would show nginx doing it, are cut in front of it', async () => {
    const quiet = range(4).map((i) =>
      errorLine({
        second: i,
        level: 'info',
        message: 'client closed connection while waiting for request',
        upstream: null,
      }),
    );
    const report = await analyzeTexts([
      ['error.log', log(quiet)],
      ['access.log', log(range(12).map((i) => session(i, 100.01 + i / 1000)))],
    ]);
    expect(report.incidents[0]?.causes[0]?.id).toBe('front-proxy-cut');
  });

  it('explained by a line of their own do not count as unexplained', async () => {
    const cut = range(6).map((i) =>
      errorLine({ second: 100 + i * 7, level: 'info', connection: i + 1, client: `192.0.2.${i}`, message: IDLE }),
    );
    const report = await analyzeTexts([
      ['error.log', log(cut)],
      ['access.log', log(range(6).map((i) => session(i, 60.002)))],
    ]);
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0]).toMatchObject({ count: 6, lines: 12 });
  });
});

describe('several faults at once', () => {
  it('stay apart by cause', async () => {
    const lines = range(30).map((i) =>
      errorLine({ second: i, connection: i + 1, message: i % 2 === 0 ? REFUSED : CLOSED }),
    );
    const report = await analyzeTexts([['error.log', log(lines)]]);
    expect(report.incidents.map((i) => i.causes[0]?.id).toSorted()).toEqual([
      'backend-closed-handshake',
      'backend-refused',
    ]);
    expect(report.incidents.map((i) => i.count)).toEqual([15, 15]);
  });
});
