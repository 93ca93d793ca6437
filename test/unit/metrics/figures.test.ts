/** The text that Prometheus reads, checked as promtool does. */
import { describe, expect, it } from 'vitest';
import { listenAddress } from '../../../src/metrics/address.ts';
import { exposition, type WatchFigures } from '../../../src/metrics/figures.ts';
import type { ReportDocument } from '../../../src/report/document.ts';
import { incident } from '../state/incident.ts';

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;

/** Samples by name and labels; throws for what Prometheus would not take. */
function parsed(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    else if (!/^# HELP [a-z_]+ \S/.test(line)) {
      const sample = SAMPLE.exec(line);
      if (sample === null) throw new Error(`no sample: ${line}`);
      const [, name = '', labels = '', value] = sample;
      if (!types.has(name)) throw new Error(`no type before ${line}`);
      if (types.get(name) === 'counter' && !name.endsWith('_total')) throw new Error(`a counter named ${name}`);
      const key = `${name}{${labels}}`;
      if (samples.has(key)) throw new Error(`twice: ${key}`);
      samples.set(key, Number(value));
    }
  }
  return samples;
}

const NO_TIMES = { from: null, bucketSeconds: 1, counts: [] };

function figures(parts: Partial<ReportDocument> = {}): WatchFigures {
  const report: ReportDocument = {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: 'test' },
    range: { from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:10:00.000Z' },
    inputs: [],
    accounting: { lines: 10, classified: 5, routine: 4, unknown: 1 },
    unknown: [],
    endpoints: [],
    sessions: { opened: NO_TIMES, ended: NO_TIMES, openedBefore: 0, untimed: 0 },
    events: [],
    incidents: [],
    notes: [],
    ...parts,
  };
  return { report, unread: new Map([['/var/log/a.log', 7]]), rotations: 2, gaps: 1, commits: { ok: 3, failed: 0 } };
}

describe('metrics', () => {
  it('tell what the watch knows', async () => {
    const samples = parsed(
      await exposition(
        figures({
          incidents: [
            incident({ id: 'a', count: 3, status: 'open' }),
            incident({ id: 'b', count: 4, status: 'open' }),
            incident({ id: 'c', count: 5, status: 'ended' }),
          ],
          endpoints: [
            {
              server: 'a.test',
              path: '/ws',
              websocket: 'yes',
              handshakes: { ok: 8, failed: 2, byStatus: {} },
              sessions: { closed: 6, p50: null, p95: null, max: null, histogram: [], spike: null },
            },
          ],
        }),
      ),
    );
    expect(samples.get('wslog_lines_total{kind="routine"}')).toBe(4);
    expect(samples.get('wslog_newest_line_timestamp_seconds{}')).toBe(1_795_349_400);
    expect(samples.get('wslog_unread_bytes{log="/var/log/a.log"}')).toBe(7);
    expect(samples.get('wslog_rotations_total{}')).toBe(2);
    expect(samples.get('wslog_gaps_total{}')).toBe(1);
    expect(samples.get('wslog_state_commits_total{result="ok"}')).toBe(3);
    expect(samples.get('wslog_handshakes_total{server="a.test",path="/ws",outcome="failed"}')).toBe(2);
    expect(samples.get('wslog_sessions_closed_total{server="a.test",path="/ws"}')).toBe(6);
    const open = [...samples].filter(([key]) => key.startsWith('wslog_incidents_open'));
    expect(open.map(([, value]) => value)).toEqual([2]);
    const hits = [...samples].filter(([key]) => key.startsWith('wslog_incident_hits_total'));
    expect(hits.map(([, value]) => value)).toEqual([12]);
  });

  it('have bounded labels that no log can break out of, without secrets', async () => {
    const incidents = Array.from({ length: 500 }, (_, i) =>
      incident({
        id: `${i}`,
        status: 'open',
        count: 1,
        endpoint: { server: 'a"b\\c\nd\u001b[2J\u202e', host: null, path: `/p${i}/token/s3cr3tS3cr3t99` },
      }),
    );
    const text = await exposition(figures({ incidents }));
    const samples = parsed(text);
    const open = [...samples].filter(([key]) => key.startsWith('wslog_incidents_open'));
    expect(open).toHaveLength(101);
    expect(open.reduce((sum, [, value]) => sum + value, 0)).toBe(500);
    expect(text).not.toContain('s3cr3t');
    expect(/[^\n -~]/.test(text)).toBe(false);
  });
});

describe('the address', () => {
  it.each([
    ['9113', '127.0.0.1', 9113, true],
    ['127.0.0.1:0', '127.0.0.1', 0, true],
    ['[::1]:9113', '::1', 9113, true],
    ['localhost:9113', 'localhost', 9113, true],
    ['0.0.0.0:9113', '0.0.0.0', 9113, false],
    ['10.1.2.3:9113', '10.1.2.3', 9113, false],
  ])('%s', (text, host, port, isLoopback) => {
    expect(listenAddress(text)).toEqual({ host, port, isLoopback });
  });

  it.each([':9113', '*:9113', '9113x', '127.0.0.1', '127.0.0.1:99999', '', 'a b:1'])('%s is refused', (text) => {
    expect(listenAddress(text)).toMatch(/^".*" (?:is not an address|would be open to every network)/);
  });
});
