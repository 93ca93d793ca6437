import { describe, expect, it } from 'vitest';
import { renderIncident } from '../../../src/report/incident.ts';
import { width } from '../../../src/report/layout.ts';
import { oneLine } from '../../../src/report/one-line.ts';
import { renderText } from '../../../src/report/text.ts';
import { idleIncident, incident, report } from './fixture.ts';

const PLAIN = { color: false, columns: 80, all: false, ascii: false, verbose: false };

/** Lines that are made to be copied are never broken, however long they are. */
function isVerbatim(line: string): boolean {
  return /^\s+\$ |^(?:\s+|\s+Check\s+|\s+Patch\s+)\$ /.test(line) || /^ {13,}/.test(line);
}

describe('renderText', () => {
  it('opens with what, when and how much, and a table with the verdicts', () => {
    const lines = renderText(report(), { ...PLAIN, columns: 140 }).split('\n');
    expect(lines[0]).toContain('chat.example.com   22 Nov 2026 14:00:04-14:31:10 UTC   48 210 lines, 3 not understood');
    expect(lines.slice(0, 2).join(' ')).toContain('3 WebSocket incidents, 1 elsewhere');
    const first = lines.find((line) => /^ 1 /.test(line)) ?? '';
    expect(first).toMatch(
      /critical +14:02:11 +412 +87 +\/ws +[▁-█]{16} +Nothing listens on 10\.0\.0\.5:8080 \(certain\)$/,
    );
  });

  it('says for each incident what, who, why, the fix, the check and where it stands in the log', () => {
    const text = renderText(report(), { ...PLAIN, columns: 100 });
    for (const part of [
      /^1 {2}Nothing listens on 10\.0\.0\.5:8080 +backend-refused$/m,
      /critical, certain {3}14:02:11 to 14:19:40 UTC \(17 min 29 s\), ended/,
      /412 handshakes to \/ws on chat\.example\.com failed, from 87 clients\. Answered 502 ×400 and 504 ×12/,
      /Why {4}\+ connect\(\) failed \(111: Connection refused\) 412 times/,
      /- two attempts succeeded in between \(access\.log:901\)/,
      /1\. On 10\.0\.0\.5, see whether/,
      /^ +\$ ss -ltnp \| grep 8080$/m,
      /^ +server 10\.0\.0\.5:8081;$/m,
      /Check {2}\$ curl -i -N/,
      /expect: HTTP\/1\.1 101 Switching Protocols/,
      /Lines {2}\/var\/log\/nginx\/error\.log\.2\.gz:8812/,
    ]) {
      expect(text).toMatch(part);
    }
  });

  it('shows both causes, and what would tell them apart, when it is undecided', () => {
    const text = renderIncident(idleIncident(), { ...PLAIN, columns: 120 });
    expect(text).toContain('warning, likely but undecided');
    expect(text).toContain(
      '96 WebSocket sessions to /live/{id}/very/long/endpoint on chat.example.com were cut, from about 61',
    );
    expect(text).toContain('still going at the end of the log');
    expect(text).toMatch(/Or {5}something before nginx ends sessions by a timer \(front-proxy-cut, possible\)/);
    expect(text).toContain('To tell them apart: the error log at level info');
    expect(text).toMatch(/Where {2}proxy_read_timeout 60s, nginx's default/);
    expect(text).toContain('198.51.100.9 alone makes 73 % of it.');
  });

  it('folds what is no WebSocket into one line unless all is asked for', () => {
    const folded = renderText(report(), PLAIN);
    expect(folded).not.toMatch(/^4 {2}No route/m);
    expect(folded.replace(/\s+/g, ' ')).toContain(
      'Not WebSocket: No route to 10.9.9.9:80 at /api/orders on shop.example.com',
    );
    const all = renderText(report(), { ...PLAIN, all: true });
    expect(all).toMatch(/^4 {2}No route to 10\.9\.9\.9:80/m);
    expect(all).not.toContain('Not WebSocket');
  });

  it('ends with problems, unknown lines, notes and zones', () => {
    const text = renderText(report(), { ...PLAIN, columns: 140 });
    expect(text).toContain('error.log.3.gz: The gzip data ends early');
    expect(text).toContain('3 × [lua] * something * happened');
    expect(text).toContain('error_log is at level error here');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Times without a zone in error.log were read as +01:00 (the offset of the access log beside it).',
    );
  });

  it('says honestly that nothing was found', () => {
    const none = renderText(report({ incidents: [] }), { ...PLAIN, columns: 120 });
    expect(none).toContain(
      'No WebSocket incident. Read 48 210 lines of 3 inputs. 12 003 WebSocket handshakes succeeded',
    );
    expect(none).toContain('error_log is at level error here');
    const foreign = { lines: 10, classified: 0, routine: 1, unknown: 9 };
    expect(renderText(report({ incidents: [], accounting: foreign }), { ...PLAIN, columns: 100 })).toContain(
      '9 of them were not understood',
    );
    const nothing = { lines: 0, classified: 0, routine: 0, unknown: 0 };
    const left = renderText(report({ incidents: [], accounting: nothing }), { ...PLAIN, columns: 100 });
    expect(left).toContain('no line of the input is from the time asked for');
    const empty = report({ incidents: [], accounting: nothing, inputs: [] });
    expect(renderText(empty, PLAIN)).toContain('the input has no lines');
  });

  it.each([40, 60, 80, 100, 140, 200])('keeps to %i columns', (columns) => {
    for (const verbose of [false, true]) {
      const wide = incident({
        title: `Nothing listens on ${'x'.repeat(120)}`,
        endpoint: { server: '日本'.repeat(30), host: null, path: `/${'日本/'.repeat(40)}` },
        evidence: [{ file: `/var/${'深い/'.repeat(60)}error.log`, line: 1, raw: '値'.repeat(500) }],
      });
      const text = renderText(report({ incidents: [...report().incidents, wide] }), {
        ...PLAIN,
        columns,
        verbose,
        all: true,
      });
      for (const line of text.split('\n')) {
        if (!isVerbatim(line)) expect(width(line), line).toBeLessThanOrEqual(columns);
        expect(line).toBe(line.trimEnd());
      }
    }
  });

  it('colours without changing a character of the text', () => {
    const coloured = renderText(report(), { ...PLAIN, color: true });
    expect(coloured).toContain('\x1b[1m\x1b[31mcritical\x1b[39m\x1b[22m');
    expect(coloured.replace(/\x1b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(renderText(report(), PLAIN));
  });

  it('dates its times when the logs span days', () => {
    const days = report({ range: { from: '2026-11-21T23:00:00.000Z', to: '2026-11-22T15:00:00.000Z' } });
    const text = renderText(days, { ...PLAIN, columns: 140 });
    expect(text).toContain('21 Nov 2026 23:00:00 to 22 Nov 2026 15:00:00 UTC');
    expect(text).toMatch(/critical +22 Nov 14:02:11/);
  });

  it('says more when asked', () => {
    const text = renderText(report(), { ...PLAIN, verbose: true });
    expect(text).toContain('Not    backend-unreachable: the backend answered each attempt');
    expect(text).toContain('12 003 handshakes succeeded, 412 failed');
    expect(text).toContain('error.log: error, nginx-error, 9 210 lines, 3 not understood, +01:00');
  });
});

describe('oneLine', () => {
  it('is one line with the verdict', () => {
    expect(oneLine(incident(), 'opened')).toBe(
      '14:02:11 opened critical /ws Nothing listens on 10.0.0.5:8080 (certain) 412 hits 87 clients',
    );
    expect(oneLine(incident())).toMatch(/^14:19:40 ended /);
    expect(oneLine(idleIncident(), 'updated', '2026-11-22T14:05:00.000Z')).toMatch(/^14:05:00 updated .* ~61 clients$/);
  });
});
