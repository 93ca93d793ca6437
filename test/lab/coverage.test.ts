/** Every cause is re-enacted, and run again after its fix, or README.md says why it is not. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from './scenarios/index.ts';
import { readTable } from './verdicts-table.ts';

const CAUSES = readdirSync(new URL('../../patterns/causes/', import.meta.url)).map((name) => name.replace('.yaml', ''));
const README = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const excused = [...README.matchAll(/^\| `([\w-]+)` \| \S/gm)].map((match) => match[1] ?? '');
const table = readTable();
const HEALED = -1;

/** Causes with a scenario that this version of nginx was healed of. */
function healed(series: string): ReadonlySet<string> {
  const rows = [...(table.get(series)?.values() ?? [])];
  return new Set(rows.filter((cells) => cells.at(HEALED) === 'yes').map(([cause]) => cause ?? ''));
}

describe('the lab', () => {
  it('re-enacts every cause', () => {
    const enacted = new Set(SCENARIOS.map(({ cause }) => cause));
    expect(CAUSES.filter((cause) => !enacted.has(cause))).toEqual([]);
  });

  it('has a table for three versions', () => {
    expect([...table.keys()]).toEqual(['1.22', '1.26', '1.30']);
  });

  it.each([...table.keys()])('heals every cause that a configuration mends on nginx %s', (series) => {
    expect(CAUSES.filter((cause) => !healed(series).has(cause)).sort()).toEqual([...excused].sort());
  });
});
