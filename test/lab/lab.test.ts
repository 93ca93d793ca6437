/**
 * Every scenario, run for real and then judged by the built wslog.
 * `WSLOG_LAB_ONLY=a,b` picks scenarios; `LAB_NGINX` picks another nginx.
 */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScenario, type Scenario } from './lab.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { ensureLabPrograms } from './setup.ts';
import { CLI, MODES, type Mode, runBuilt, type Verdict, verdict } from './verdicts.ts';

/** Scenarios at once: most of their time is waiting. */
const PARALLEL = 2;

const only = process.env.WSLOG_LAB_ONLY?.split(',');
const isRoot = process.getuid?.() === 0;
const runnable = ({ isolated }: Scenario): boolean => isRoot || isolated !== true;
const chosen = SCENARIOS.filter(({ id }) => only === undefined || only.includes(id));

interface Outcome {
  readonly verdicts: ReadonlyMap<Mode, Verdict>;
  readonly failure: string | null;
}

const outcomes = new Map<string, Outcome>();

function accepted(scenario: Scenario, mode: Mode): readonly string[] {
  const also = mode === 'full' ? scenario.acceptFull : scenario.acceptDefault;
  return [scenario.cause ?? 'none', ...(also ?? [])];
}

async function perform(scenario: Scenario): Promise<Outcome> {
  try {
    const logs = await runScenario(scenario);
    const verdicts = new Map<Mode, Verdict>();
    for (const mode of MODES) {
      verdicts.set(mode, await verdict(runBuilt, logs, mode, scenario.cause, scenario.websocket === 'no'));
    }
    return { verdicts, failure: null };
  } catch (failure) {
    return { verdicts: new Map(), failure: String(failure) };
  }
}

function table(): string {
  const rows = chosen.map((scenario) => {
    const cell = (mode: Mode): string => {
      const found = outcomes.get(scenario.id)?.verdicts.get(mode);
      if (found === undefined) return 'not run';
      const right = accepted(scenario, mode).includes(found.cause);
      const more = found.others.length === 0 ? '' : ` +${found.others.join(' +')}`;
      return `${right ? '  ' : '! '}${found.problem === null ? found.cause : found.problem.split('\n')[0]}${more}`;
    };
    return `${scenario.id.padEnd(36)} ${cell('full').padEnd(34)} ${cell('default')}`;
  });
  return [`${'scenario'.padEnd(36)} ${'  full'.padEnd(34)}   default`, ...rows].join('\n');
}

describe.skipIf(process.env.WSLOG_RECORD === '1')('verdicts on real runs', () => {
  beforeAll(async () => {
    ensureLabPrograms();
    if (!existsSync(CLI)) throw new Error('dist/cli.js is missing: run `npm run build` first.');
    const queue = chosen.filter(runnable);
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        outcomes.set(next.id, await perform(next));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }, 300_000);

  afterAll(() => {
    if (outcomes.size > 0) console.log(table());
  });

  for (const scenario of chosen) {
    for (const mode of MODES) {
      it.skipIf(!runnable(scenario))(`${scenario.id} (${mode})`, () => {
        const outcome = outcomes.get(scenario.id);
        expect(outcome?.failure).toBeNull();
        const found = outcome?.verdicts.get(mode);
        expect(found?.problem).toBeNull();
        expect(accepted(scenario, mode)).toContain(found?.cause);
        if (scenario.websocket === 'no') expect(found?.websocket).not.toMatch(/yes|likely/);
      });
    }
  }
});
