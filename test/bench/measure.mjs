// Runs commands side by side in turns and says how long they take: one after the other, round by round, so that what
// else the machine does hits all of them alike.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TIME = '/usr/bin/time';

/**
 * @typedef {{ tool: string, command: string[], bytes?: number }} Contender `bytes` it reads, if not all
 * @typedef {{ tool: string, seconds: number[], peak: number, bytes: number } | { tool: string, problem: string }} Outcome
 *
 * @param {Contender[]} contenders
 * @param {{ runs: number, bytes: number, folder: string }} how
 * @returns {Outcome[]}
 */
export function compare(contenders, { runs, bytes, folder }) {
  const outcomes = contenders.map(({ tool, command, bytes: own }) =>
    installed(command[0])
      ? { tool, command, seconds: [], peak: 0, bytes: own ?? bytes, problem: null }
      : { tool, command, seconds: [], peak: 0, bytes: 0, problem: 'not installed' },
  );
  for (let run = 0; run < runs; run++) {
    for (const outcome of outcomes) {
      if (outcome.problem !== null) continue;
      const measured = measure(outcome.command, folder);
      if (typeof measured === 'string') outcome.problem = measured;
      else {
        outcome.seconds.push(measured.seconds);
        outcome.peak = Math.max(outcome.peak, measured.peak);
      }
    }
  }
  return outcomes.map(({ tool, seconds, peak, bytes: read, problem }) =>
    problem === null ? { tool, seconds: seconds.sort((a, b) => a - b), peak, bytes: read } : { tool, problem },
  );
}

/** Wall time in seconds and peak resident memory in KiB (0 where it cannot be told) of one run, or what went wrong. */
function measure(command, folder) {
  const report = join(folder, 'time.txt');
  writeFileSync(report, '');
  const timed = existsSync(TIME) ? [TIME, '-f', '%M', '-o', report, ...command] : command;
  const began = process.hrtime.bigint();
  const run = spawnSync(timed[0], timed.slice(1), { stdio: ['ignore', 'ignore', 'ignore'] });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  // ripgrep ends with 1 when nothing matched, wslog with 3 when a part was not understood.
  if (run.error !== undefined || ![0, 1, 3].includes(run.status)) return `failed (${run.error?.message ?? run.status})`;
  const peak = Number(readFileSync(report, 'utf8').trim().split('\n').at(-1));
  return { seconds, peak: Number.isFinite(peak) ? peak : 0 };
}

export function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}

export function installed(program) {
  return spawnSync('sh', ['-c', `command -v '${program}'`], { stdio: 'ignore' }).status === 0;
}

export function shell(script) {
  const { status } = spawnSync('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`this failed: ${script}`);
}
