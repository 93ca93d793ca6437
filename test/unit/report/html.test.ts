import { describe, expect, it } from 'vitest';
import { binned, commonWidth, peak, summed, tickText } from '../../../src/report/html/bins.ts';
import { successRate } from '../../../src/report/html/endpoints.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { incident, report } from './fixture.ts';

describe('renderHtml', () => {
  it('folds what is beyond the first incidents, and says of each where it is', () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      incident({ id: `i${n}`, endpoint: { server: 'chat.example.com', host: null, path: `/room/${n}` } }),
    );
    const page = renderHtml(report({ incidents: many }));
    expect(page.length).toBeLessThan(3_000_000);
    expect(page.match(/<details class="incident/g)).toHaveLength(40);
    expect(page.match(/<tr id="incident-/g)).toHaveLength(9_960);
    expect(page).toContain('<td>/room/9999 on chat.example.com<td>/var/log/nginx/error.log.2.gz:8812');
    expect(page).toContain('9 960 further incidents');
  });

  it('gives the same bytes for the same report', () => {
    expect(renderHtml(report())).toBe(renderHtml(report()));
  });

  it('names causes beyond the colours together', () => {
    const causes = Array.from({ length: 9 }, (_, n) => {
      const one = incident({ id: `i${n}`, count: 100 - n });
      return { ...one, causes: one.causes.map((cause) => ({ ...cause, id: `cause-${n}` })) };
    });
    const page = renderHtml(report({ incidents: causes }));
    expect(page).toContain('<span class="swatch cause-6"></span>cause-5 <b>95</b>');
    expect(page).toContain('<span class="swatch cause-7"></span>3 other causes <b>279</b>');
  });

  it('says what is missing where no beginning of a session was logged', () => {
    const sessions = { ...report().sessions, opened: { from: null, bucketSeconds: 1, counts: [] }, untimed: 296 };
    expect(renderHtml(report({ sessions }))).toContain(
      'When 296 sessions began is not known: the access log does not hold $request_time.',
    );
  });
});

describe('timelines on one axis', () => {
  const fine = { from: '2026-11-22T14:00:02.000Z', bucketSeconds: 2, counts: [1, 2, 3, 0, 5] };
  const coarse = { from: '2026-11-22T14:00:00.000Z', bucketSeconds: 8, counts: [7, 0, 1] };

  it('adds cells up exactly', () => {
    expect(commonWidth([fine, coarse])).toBe(8);
    expect(binned(fine, 8).map(({ y }) => y)).toEqual([6, 5]);
    expect(summed([fine, coarse])).toEqual({ from: coarse.from, bucketSeconds: 8, counts: [13, 5, 1] });
    expect(peak(binned(fine, 2))?.y).toBe(5);
    expect(summed([])).toEqual({ from: null, bucketSeconds: 1, counts: [] });
  });

  it('writes times as long as the span needs', () => {
    const at = new Date('2026-11-22T14:00:02.000Z');
    expect([60, 3600, 2 * 86_400, 30 * 86_400].map((span) => tickText(span)(at))).toEqual([
      '14:00:02',
      '14:00',
      '22 Nov 14:00',
      '22 Nov',
    ]);
  });
});

it('never rounds a rate of success to all or nothing', () => {
  expect(
    [
      [0, 0],
      [3, 0],
      [0, 3],
      [99_999, 1],
      [1, 99_999],
      [52, 48],
    ].map(([ok = 0, failed = 0]) => successRate(ok, failed)),
  ).toEqual(['-', '100 %', '0 %', '99.9 %', '0.1 %', '52.0 %']);
});
