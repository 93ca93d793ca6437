/** A few seeds of the fault harness; `npm run torture -- --seeds N` runs more. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TORTURE = fileURLToPath(new URL('../fault/torture.mjs', import.meta.url));

it('counts every line once through rotations, kills and restarts', () => {
  const args = [TORTURE, '--first', '2', '--seeds', '3', '--lines', '2500'];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 55_000 });
  expect(
    run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { seed: 2, lost: 0, doubled: 0, mangled: 0, exit: 0 },
    { seed: 3, lost: 0, doubled: 0, mangled: 0, exit: 0 },
    { seed: 4, lost: 0, doubled: 0, mangled: 0, exit: 0, mode: 'copytruncate' },
  ]);
  expect(run.status).toBe(0);
});
