import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../src/report/csv.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { cutMiddle, flow, width, wrap } from '../../../src/report/layout.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { withShortPaths } from '../../../src/report/short-paths.ts';
import { resample, sparkline } from '../../../src/report/sparkline.ts';
import { confidenceWord, count, counted, duration, listed } from '../../../src/report/words.ts';
import { incident, report } from './fixture.ts';

describe('layout', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '日', 'é', '😀') });

  it('wraps within the width and loses nothing but spaces', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (s, columns) => {
        const lines = wrap(s, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(s.replaceAll(' ', ''));
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('cuts in the middle and keeps both ends', () => {
    expect(cutMiddle('/socket.io/very/long/path', 12, false)).toBe('/socket…path');
    expect(cutMiddle('/socket.io/very/long/path', 12, true)).toBe('/socke...ath');
    expect(cutMiddle('short', 12, false)).toBe('short');
    fc.assert(fc.property(text, fc.integer({ min: 1, max: 30 }), (s, n) => width(cutMiddle(s, n, false)) <= n));
  });

  it('puts parts beside each other while they fit', () => {
    expect(flow(['aa', 'bb', 'cc'], 7)).toEqual(['aa   bb', 'cc']);
  });
});

describe('sparkline', () => {
  const range = { from: '2026-11-22T14:00:00.000Z', to: '2026-11-22T14:10:00.000Z' };

  it('places buckets on the axis of the range', () => {
    expect(resample({ from: '2026-11-22T14:05:00.000Z', bucketSeconds: 60, counts: [4, 0, 2] }, range, 10)).toEqual([
      0, 0, 0, 0, 0, 4, 0, 2, 0, 0,
    ]);
  });

  it('loses no hit, also where buckets reach past the range', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 40 }),
        fc.integer({ min: -900, max: 900 }),
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1, max: 50 }),
        (counts, offset, bucketSeconds, slots) => {
          const from = new Date(Date.parse(range.from) + offset * 1000).toISOString();
          const sum = resample({ from, bucketSeconds, counts }, range, slots).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(
            counts.reduce((a, b) => a + b, 0),
            3,
          );
        },
      ),
    );
  });

  it('tells none from few, in Unicode and ASCII', () => {
    expect(sparkline([0, 1, 50, 100], false)).toBe('▁▂▅█');
    expect(sparkline([0, 1, 50, 100], true)).toBe('_.-#');
    expect(sparkline([0, 0], false)).toBe('▁▁');
  });
});

describe('words', () => {
  it('reads numbers and spans', () => {
    expect([count(0), count(999), count(1000), count(12_345_678)]).toEqual(['0', '999', '1 000', '12 345 678']);
    expect([counted(1, 'line'), counted(2, 'line')]).toEqual(['1 line', '2 lines']);
    expect([0, 0.42, 60, 62.5, 1049, 3600, 93_600, 172_800].map(duration)).toEqual([
      '0 s',
      '0.4 s',
      '1 min',
      '1 min 3 s',
      '17 min 29 s',
      '1 h',
      '1 d 2 h',
      '2 d',
    ]);
    expect([listed(['a'], 3), listed(['a', 'b'], 3), listed(['a', 'b', 'c', 'd'], 2)]).toEqual([
      'a',
      'a and b',
      'a, b and 2 more',
    ]);
  });

  it('has a word for each confidence', () => {
    expect([0.95, 0.949, 0.8, 0.79, 0.6, 0.59].map(confidenceWord)).toEqual([
      'certain',
      'very likely',
      'very likely',
      'likely',
      'likely',
      'possible',
    ]);
  });
});

describe('renderCsv', () => {
  it('has a header, a record an incident and no formula', () => {
    const rows = renderCsv(report({ incidents: [incident({ title: "=cmd|'/c calc'!A0" })] })).split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]?.split(',')).toHaveLength(25);
    expect(rows[1]).toContain(",'=cmd|'/c calc'!A0,backend-refused,0.98,");
  });
});

describe('renderMarkdown and renderHtml', () => {
  it('carry the verdict, the fix and the remarks', () => {
    const markdown = renderMarkdown(report(), { all: false });
    expect(markdown).toContain(
      '| 1 | critical | 14:02:11 | 412 | 87 | `/ws` | Nothing listens on 10.0.0.5:8080 (certain) |',
    );
    expect(markdown).toContain('   ```nginx\n   upstream chat {\n       server 10.0.0.5:8081;\n   }\n   ```');
    expect(markdown).toContain('Not WebSocket: No route to 10.9.9.9:80');
    expect(renderMarkdown(report(), { all: true })).toContain('## 4. No route to 10.9.9.9:80');
    const page = renderHtml(report());
    expect(page).toMatch(
      /id="incident-1" open>[\s\S]*Nothing listens[\s\S]*id="incident-2" open>[\s\S]*id="incident-4">/,
    );
    expect(page).not.toMatch(/<link|src=|url\(/);
    expect(renderHtml(report({ incidents: [] }))).toContain('No WebSocket incident.');
  });
});

describe('withShortPaths', () => {
  it('cuts the shared folder from every path and says it', () => {
    const [one, two, three] = report().inputs;
    const inputs = [
      { ...one!, path: '/var/log/nginx/error.log' },
      { ...two!, path: '/var/log/nginx/old/access.log' },
      { ...three!, path: '/var/log/nginx/error.log.1' },
    ];
    const { document, folder } = withShortPaths(
      report({
        inputs,
        incidents: [incident({ evidence: [{ file: '/var/log/nginx/old/access.log', line: 3, raw: 'x' }] })],
      }),
    );
    expect(folder).toBe('/var/log/nginx/');
    expect(document.inputs.map(({ path }) => path)).toEqual(['error.log', 'old/access.log', 'error.log.1']);
    expect(document.incidents[0]?.evidence[0]?.file).toBe('old/access.log');
  });

  it('leaves paths that share nothing', () => {
    expect(withShortPaths(report()).folder).toBeNull();
  });
});
