import { describe, expect, it } from 'vitest';
import { compareReports } from '../../../src/compare/compare.ts';
import { renderDiffMarkdown } from '../../../src/compare/markdown.ts';
import { readReport, secondsOf } from '../../../src/compare/read.ts';
import { renderDiffText } from '../../../src/compare/text.ts';
import type { Comparable, Side } from '../../../src/compare/types.ts';
import { renderJson } from '../../../src/report/json.ts';
import { idleIncident, incident, report } from '../report/fixture.ts';

const side = (of: Comparable): Side => ({ report: of, source: 'x.json', seconds: secondsOf(of) });
const OPTIONS = { version: '1', at: null, all: false };
const TEXT = { columns: 100, all: false, verbose: true, ascii: false, color: false };

function endpoint(ok: number, failed: number, server: string | null = 'chat.example.com') {
  const [first] = report().endpoints;
  return { ...first!, server, handshakes: { ok, failed, byStatus: {} } };
}

describe('compareReports', () => {
  it('tells by cause and endpoint what is new, gone, worse and better', () => {
    const before = report({
      endpoints: [endpoint(990, 10)],
      incidents: [incident({ count: 10 }), idleIncident({ id: 'old' })],
    });
    const after = report({
      endpoints: [endpoint(500, 500)],
      incidents: [
        incident({ id: 'a', count: 300 }),
        incident({ id: 'b', count: 200 }),
        incident({ id: 'c', count: 60, endpoint: { server: 'chat.example.com', host: null, path: '/other' } }),
      ],
    });
    const { changes, endpoints } = compareReports(side(before), side(after), OPTIONS);
    expect(
      changes.map(({ change, endpoint: { path }, before: was, after: is }) => [change, path, was.count, is.count]),
    ).toEqual([
      ['new', '/other', 0, 60],
      ['worse', '/ws', 10, 500],
      ['gone', '/live/{id}/very/long/endpoint', 96, 0],
    ]);
    expect(changes[1]).toMatchObject({
      ratio: 50,
      before: { share: 0.01 },
      after: { share: 0.5, incidents: ['a', 'b'] },
    });
    expect(endpoints.map(({ change, before: was, after: is }) => [change, was.success, is.success])).toEqual([
      ['worse', 0.99, 0.5],
    ]);
  });

  it('finds an endpoint again that one side could not name', () => {
    const before = report({ endpoints: [endpoint(100, 0, null)], incidents: [] });
    const after = report({ endpoints: [endpoint(50, 50)], incidents: [incident({ count: 50 })] });
    const { changes, endpoints } = compareReports(side(before), side(after), OPTIONS);
    expect(endpoints).toHaveLength(1);
    expect(changes[0]).toMatchObject({ change: 'new', before: { share: 0 }, after: { share: 0.5 } });
  });

  it('leaves out what is no WebSocket, unless asked', () => {
    const other = report({ incidents: [incident({ websocket: 'no' })] });
    expect(compareReports(side(report({ incidents: [] })), side(other), OPTIONS).changes).toEqual([]);
    expect(
      compareReports(side(report({ incidents: [] })), side(other), { ...OPTIONS, all: true }).changes,
    ).toHaveLength(1);
  });

  it('says what makes a comparison doubtful', () => {
    const noLine = report({ range: null, inputs: [], endpoints: [], incidents: [] });
    expect(compareReports(side(noLine), side(report()), OPTIONS).notes.join(' ')).toContain(
      'no line of the time before',
    );
    const errorsOnly = report({ inputs: report().inputs.filter(({ kind }) => kind === 'error') });
    const { notes } = compareReports(side(errorsOnly), side(report()), OPTIONS);
    expect(notes.join(' ')).toContain('Only the report of the time after had an access log');
    expect(notes.join(' ')).toContain('could not be read');
  });

  it('calls a report and itself the same', () => {
    const { changes, endpoints } = compareReports(side(report()), side(report()), { ...OPTIONS, all: true });
    expect(new Set([...changes, ...endpoints].map(({ change }) => change))).toEqual(new Set(['unchanged']));
  });
});

describe('readReport', () => {
  it('reads what analyze --json writes, and that of a version that wrote less', () => {
    expect(readReport(renderJson(report()))?.incidents).toHaveLength(4);
    const { sessions, events, notes, ...older } = report();
    expect([sessions, events, notes]).toBeDefined();
    expect(readReport(JSON.stringify(older))?.endpoints).toHaveLength(2);
  });

  it('refuses what is no report, and says what is wrong in one that is damaged', () => {
    expect(readReport('2026/11/22 12:00:00 [error] …')).toBeNull();
    expect(readReport('{"schema":"wslog.doctor/1"}')).toBeNull();
    expect(() => readReport('{"schema":"wslog.report/1","range":5}')).toThrow(/^range: /);
  });
});

describe('hostile text in a report', () => {
  const attack = '\x1b]0;pwn\x07\u202e | <!channel> @here https://evil.test `x`\nFORGED';
  const bad = report({
    incidents: [incident({ title: attack, endpoint: { server: attack, host: attack, path: `/${attack}` } })],
    endpoints: [{ ...endpoint(1, 1), path: `/${attack}`, server: attack }],
  });

  it('stays text', () => {
    const document = compareReports({ ...side(report()), source: attack }, side(bad), { ...OPTIONS, all: true });
    const text = renderDiffText(document, TEXT);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
    expect(text.split('\n').filter((line) => line.trimStart().startsWith('FORGED'))).toEqual([]);
    const markdown = renderDiffMarkdown(document);
    const outsideCode = markdown.replace(/\\.|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/@here|<!channel|https?:\/\//);
    expect(markdown.split('\n').filter((line) => line.startsWith('FORGED'))).toEqual([]);
  });
});
