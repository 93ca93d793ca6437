/** Some of the points of the crash test; `npm run torture -- --crash all` tries all of them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const CRASH = fileURLToPath(new URL('../fault/crash.mjs', import.meta.url));
/** Tracing may be forbidden in a container. */
const traces = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0;

it.skipIf(!traces)(
  traces
    ? 'counts right after a crash or a failure at any call'
    : 'crashes at any call (skipped: strace cannot trace here)',
  () => {
    const run = spawnSync(process.execPath, [CRASH, '--points', '16', '--first', '7'], {
      encoding: 'utf8',
      timeout: 58_000,
    });
    const [summary, ...wrong] = run.stdout.trim().split('\n').reverse();
    expect(wrong).toEqual([]);
    expect(JSON.parse(summary ?? '')).toMatchObject({ tried: 16, failed: 0 });
    expect(JSON.parse(summary ?? '').killed).toBeGreaterThan(3);
    expect(run.status).toBe(0);
  },
);
