import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOCATION_CHECKS, PROCESS_CHECKS, SERVER_CHECKS, WHOLE_CHECKS } from '../../../src/doctor/list.ts';
import { type DoctorRow, runDoctor } from '../../../src/doctor/run.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';
import { CASES, type Case, whole } from './cases.ts';

const IDS = [...WHOLE_CHECKS, ...SERVER_CHECKS, ...LOCATION_CHECKS, ...PROCESS_CHECKS].map(({ id }) => id);
const CAUSES = new Set(
  readdirSync(new URL('../../../patterns/causes', import.meta.url)).map((name) => name.replace('.yaml', '')),
);

function rowsOf(text: string, id: string, options: Case['options'] = {}): readonly DoctorRow[] {
  const asked = { version: null, ping: null, path: null, server: null, ...options };
  return runDoctor(confOf(text), asked).rows.filter((row) => row.id === id);
}

describe('every check', () => {
  it('has a configuration it objects to and one it does not', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(IDS.length);
    expect([...new Set(CASES.map(({ id }) => id))].sort()).toEqual([...IDS].sort());
  });

  it('has an id of its own, and a file of that name', () => {
    expect(new Set(IDS).size).toBe(IDS.length);
    const files = readdirSync(new URL('../../../src/doctor/checks', import.meta.url));
    expect(files.map((name) => name.replace('.ts', '')).sort()).toEqual([...IDS].sort());
  });

  it.each(CASES.map((each, index) => ({ ...each, name: `${each.id} (${index})` })))('$name', (each) => {
    const fired = rowsOf(each.broken, each.id, each.options).filter(({ status }) => status !== 'ok');
    expect(fired.map(({ status, cause }) => ({ status, cause }))).toEqual([{ status: each.says, cause: each.cause }]);
    const [row] = fired;
    expect(row?.place.line ?? undefined).toBe(each.line);
    if (each.why !== undefined) expect(row?.why).toMatch(each.why);
    const silent = rowsOf(each.ok, each.id, each.options).filter(({ status }) => status !== 'ok');
    expect(silent).toEqual([]);
  });

  it('differs little between the two', () => {
    for (const { broken, ok, id } of CASES) {
      const other = ok.split('\n');
      const changed = broken.split('\n').filter((line, index) => line !== other[index]);
      expect(changed.length, id).toBeLessThanOrEqual(id === 'syntax' ? 1 : 3);
    }
  });

  it('names a known cause and says what to do where it says wrong', () => {
    for (const { broken, id, options } of CASES) {
      for (const row of rowsOf(broken, id, options)) {
        expect(row.why, id).toMatch(/[.]$|^proxy_pass /);
        if (row.cause !== null) expect(CAUSES.has(row.cause), row.cause).toBe(true);
        if (row.status !== 'wrong') continue;
        expect(row.cause, id).not.toBeNull();
        expect(row.fix?.do, id).toBeTruthy();
      }
    }
  });

  it('is content with a healthy configuration', () => {
    const result = runDoctor(confOf(whole()), { version: null, ping: 30, path: null, server: null });
    expect(result.locations).toEqual([
      { server: 'chat.example.com', location: '/ws', file: '/etc/nginx/nginx.conf', line: 12 },
    ]);
    expect(result.rows.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(result.rows.length).toBeGreaterThan(15);
  });
});
