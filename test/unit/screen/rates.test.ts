import { describe, expect, it } from 'vitest';
import { endpointKey, RateMeter } from '../../../src/screen/rates.ts';
import { incident, report as wholeReport } from '../report/fixture.ts';
import { endpoint } from './fixture.ts';

const WALL = Date.UTC(2026, 10, 22, 14, 0, 0);

/** A report with so many lines, handshakes and hits; its newest line is from `newest`. */
function report(lines: number, ok: number, failed: number, hits: number, newest = WALL) {
  return {
    ...wholeReport(),
    range: { from: '2026-11-22T13:00:00.000Z', to: new Date(newest).toISOString() },
    accounting: { lines, classified: lines, routine: 0, unknown: 0 },
    endpoints: [endpoint({ handshakes: { ok, failed, byStatus: {} } })],
    incidents: [incident({ id: 'a', count: hits })],
  };
}
const KEY = endpointKey(endpoint());

describe('rates', () => {
  it('are what one report has more than the one before', () => {
    const meter = new RateMeter();
    meter.observe(report(0, 0, 0, 0), 0, WALL);
    meter.observe(report(0, 0, 0, 0), 2000, WALL + 2000);
    meter.observe(report(100, 30, 10, 10), 4000, WALL + 4000);
    meter.observe(report(160, 40, 12, 12), 6000, WALL + 6000);
    const { endpoints, incidents, linesPerSecond } = meter.reading(10_000);
    expect(endpoints.get(KEY)).toMatchObject({ ok: 40, failed: 12, failing: 12 });
    expect(incidents.get('a')).toBe(12);
    expect(linesPerSecond).toBe(16);
  });

  it('leave out what the logs held before', () => {
    const meter = new RateMeter();
    const old = WALL - 3_600_000;
    meter.observe(report(0, 0, 0, 0, old), 0, WALL);
    meter.observe(report(5000, 500, 50, 50, old), 500, WALL + 500);
    meter.observe(report(9000, 900, 90, 90, old), 1000, WALL + 1000);
    meter.observe(report(9000, 900, 90, 90, old), 1500, WALL + 1500);
    meter.observe(report(9000, 902, 90, 90, old), 3100, WALL + 3100);
    expect(meter.reading(3200).endpoints.size).toBe(0);
    meter.observe(report(9010, 907, 91, 91, old), 4000, WALL + 4000);
    expect(meter.reading(4100).endpoints.get(KEY)).toMatchObject({ ok: 5, failed: 1 });
  });

  it('begin after half a minute even if the log’s clock is far off and never rests', () => {
    const meter = new RateMeter();
    const old = WALL - 7_200_000;
    for (let at = 0; at <= 40_000; at += 1000) meter.observe(report(at + 1, at / 1000, 0, 0, old), at, WALL + at);
    const seen = meter.reading(40_000).endpoints.get(KEY)?.ok ?? 0;
    expect(seen).toBeGreaterThan(5);
    expect(seen).toBeLessThan(15);
  });

  it('forget what is no longer in the report, and never fall below zero', () => {
    const meter = new RateMeter();
    meter.observe(report(0, 0, 0, 0), 2000, WALL);
    meter.observe(report(0, 0, 0, 0), 4000, WALL);
    meter.observe(report(10, 9, 1, 1), 4500, WALL);
    meter.observe(report(10, 4, 0, 0), 5000, WALL);
    expect(meter.reading(5000).endpoints.get(KEY)).toMatchObject({ ok: 9, failed: 1 });
    meter.observe({ ...report(10, 0, 0, 0), endpoints: [], incidents: [] }, 6000, WALL);
    expect(meter.reading(6000)).toMatchObject({ endpoints: new Map(), incidents: new Map() });
  });
});
