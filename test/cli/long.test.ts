/** A short version of two days of names never seen before; `node --expose-gc test/fault/long.mjs` has a million of them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const LONG = fileURLToPath(new URL('../fault/long.mjs', import.meta.url));

it('holds no more after two days than after one, and counts each request once', () => {
  const args = ['--expose-gc', LONG, '--names', '12000'];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 58_000 });
  const [summary = '', last = ''] = run.stdout.trim().split('\n').reverse();
  expect(JSON.parse(summary)).toMatchObject({ level: true, right: true });
  expect(JSON.parse(last)).toMatchObject({ lines: 24_000, hits: 12_000 });
  expect(run.status).toBe(0);
});
