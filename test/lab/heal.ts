/** What `wslog fix` makes of a run's configuration, and whether the same traffic then goes well. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REMEDIES } from '../../src/fix/remedies/list.ts';
import { farewell } from './clients.ts';
import { runScenario, type Scenario } from './lab.ts';
import { CLI, runBuilt, type Verdict, verdict } from './verdicts.ts';
import type { LabNginx } from './versions.ts';

export interface Healing {
  /**
   * `applied`: the configuration was changed and `nginx -t` took the change; `nothing`: there was nothing to change;
   * `refused`: wslog found no place for it, or nginx did not take it.
   */
  readonly fix: 'applied' | 'nothing' | 'refused';
  /** With the change, handshakes succeed and wslog reports nothing; null without a change. */
  readonly healed: boolean | null;
  /** What stood in the way. */
  readonly problem: string | null;
}

/** Runs the scenario anew with its configuration mended as the verdict says; null when no change mends that cause. */
export async function heal(scenario: Scenario, found: Verdict, nginx: LabNginx): Promise<Healing | null> {
  if (scenario.cause === null || found.cause !== scenario.cause || !REMEDIES.has(found.cause)) return null;
  // The report folds what varies in a path; any value will do.
  const place = found.path === null ? [] : ['--location', found.path.replaceAll('{id}', '1').replaceAll('…', '')];
  const options = ['--cause', found.cause, ...place, ...(scenario.known ?? []), '--nginx-version', nginx.version];
  let changes = 0;
  let problem: string | null = null;
  const logs = await runScenario(scenario, {
    nginx,
    afterwards: async (lab) => {
      await Promise.all([farewell(lab.site), farewell(lab.secureSite)]);
    },
    prepare: async (file) => {
      const before = readFileSync(file, 'latin1');
      problem ??= await fix(['-c', file, ...options, '--write'], nginx);
      if (readFileSync(file, 'latin1') === before) return;
      changes++;
      // The next change may come within the same second, and no backup replaces another.
      for (const name of readdirSync(dirname(file))) if (name.includes('backup')) rmSync(join(dirname(file), name));
    },
  });
  if (problem !== null) return { fix: 'refused', healed: null, problem };
  if (changes === 0) return { fix: 'nothing', healed: null, problem: null };
  const after = await verdict(runBuilt, logs, 'full', scenario.cause, false);
  const connects = logs.combined.includes('" 101 ');
  const healed = connects && after.cause === 'none' && after.problem === null;
  const still = connects ? `${after.cause}: ${after.problem ?? after.evidence.join('; ')}` : 'no handshake succeeds';
  return { fix: 'applied', healed, problem: healed ? null : still };
}

/** Null, or why wslog changed nothing although something is wrong. `nginx -t` is that of the version at hand. */
function fix(args: readonly string[], { binary }: LabNginx): Promise<string | null> {
  const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH ?? ''}` };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'fix', ...args], { env, timeout: 30_000 }, (failure, _out, error) =>
      resolve(failure === null ? null : error.trim().slice(0, 400)),
    );
  });
}
