import { describe, expect, it } from 'vitest';
import { renderJson } from '../../../src/report/json.ts';
import { ndjsonLine, renderNdjson } from '../../../src/report/ndjson.ts';
import { incident, report } from './fixture.ts';

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('renderJson', () => {
  it('holds the whole report, with two spaces and one line feed at the end', () => {
    const json = renderJson(report());
    expect(JSON.parse(json)).toEqual(report());
    expect(json.startsWith('{\n  "schema": "wslog.report/1",\n  "generator": {\n')).toBe(true);
    expect(json.endsWith('}\n')).toBe(true);
  });

  it('gives the same bytes whatever order the keys were set in', () => {
    const document = report({ incidents: [incident({ statuses: { '504': 1, '000': 2, '101': 3, '009': 4 } })] });
    const other: typeof document = JSON.parse(JSON.stringify(reversed(document)));
    expect(renderJson(other)).toBe(renderJson(document));
  });

  it('leaves out what the schema does not know', () => {
    const extra = { ...report(), secret: 'x' };
    expect(renderJson(extra)).not.toContain('secret');
  });
});

describe('renderNdjson', () => {
  it('prints a line an incident and the rest last', () => {
    const lines = [...renderNdjson(report())];
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.map(({ type }) => type)).toEqual(['incident', 'incident', 'incident', 'incident', 'report']);
    const { incidents, ...rest } = report();
    expect(parsed[0]).toEqual({ type: 'incident', ...incidents[0] });
    expect(parsed[4]).toEqual({ type: 'report', ...rest });
    expect(lines[0]?.startsWith('{"type":"incident","id":"inc-1",')).toBe(true);
  });

  it('escapes what JSON allows raw', () => {
    expect(ndjsonLine({ a: '\x7f\x9b\u202e\u2028\n' })).toBe('{"a":"\\u007f\\u009b\\u202e\\u2028\\n"}\n');
  });
});
