/** Without the scanner all lines are read the plain way: slower, and the same is found. */
import { spawnSync } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { bash, CLI, Folder, many, refused, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
const log = folder.write('error.log', many(2000, refused));

it('finds the same where WebAssembly is turned off', () => {
  const usual = wslog(['analyze', '--json', log]);
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'UTC' };
  const options = { encoding: 'utf8', env, timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'data:text/javascript,delete globalThis.WebAssembly', CLI, 'analyze', '--json', log],
    options,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(usual.code).toBe(0);
  expect(JSON.parse(stdout).incidents).toEqual(JSON.parse(usual.stdout).incidents);
});

it('finds the same where there is no address space for it, and asks for that once', () => {
  const usual = wslog(['analyze', '--json', log]);
  const narrow = bash(`ulimit -v 6000000; wslog analyze --json '${log}'`);
  expect(narrow).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(narrow.stdout).incidents).toEqual(JSON.parse(usual.stdout).incidents);
});
