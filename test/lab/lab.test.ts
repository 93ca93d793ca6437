/**
 * Every scenario, run for real on one or more nginx, judged by the built wslog, mended by `wslog fix` where a change of
 * the configuration mends it, and run again. What comes of it has to be what VERDICTS.md says.
 * `WSLOG_LAB_NGINX=1.22,1.26,1.30` picks versions, `WSLOG_LAB_ONLY=a,b` scenarios; `LAB_NGINX` names this machine's
 * nginx; `WSLOG_WRITE_VERDICTS=1` writes VERDICTS.md.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAtLeast } from '../../src/nginx-conf/values.ts';
import { type Healing, heal } from './heal.ts';
import { runScenario, type Scenario } from './lab.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { ensureLabPrograms } from './setup.ts';
import { CLI, MODES, type Mode, runBuilt, type Verdict, verdict } from './verdicts.ts';
import {
  calibrationOf,
  difference,
  type Outcome,
  readTable,
  TABLE_FILE,
  type Table,
  tableOf,
  tableText,
} from './verdicts-table.ts';
import { type LabNginx, nginxOf, requestedSeries } from './versions.ts';

/** Scenarios at once: most of their time is waiting. */
const PARALLEL = 3;
const PATIENCE_MS = 900_000;
/** A verdict as sure as this should be right. */
const SURE = 0.9;

const SERIES = requestedSeries();
const WRITES = process.env.WSLOG_WRITE_VERDICTS === '1';
const only = process.env.WSLOG_LAB_ONLY?.split(',');
const isRoot = process.getuid?.() === 0;
const chosen = SCENARIOS.filter(({ id }) => only === undefined || only.includes(id));
const kept = readTable();

interface Performance extends Outcome {
  readonly failure: string | null;
}

/** By series and scenario's id. */
const performances = new Map<string, Map<string, Performance>>(SERIES.map((series) => [series, new Map()]));
const versions = new Map<string, LabNginx>();

function accepted(scenario: Scenario, mode: Mode): readonly string[] {
  const also = mode === 'full' ? scenario.acceptFull : scenario.acceptDefault;
  return [scenario.cause ?? 'none', ...(also ?? [])];
}

async function perform(scenario: Scenario, nginx: LabNginx): Promise<Performance> {
  const verdicts = new Map<Mode, Verdict>();
  let healing: Healing | null = null;
  try {
    const logs = await runScenario(scenario, { nginx });
    for (const mode of MODES) {
      verdicts.set(mode, await verdict(runBuilt, logs, mode, scenario.cause, scenario.websocket === 'no'));
    }
    const full = verdicts.get('full');
    if (full !== undefined) healing = await heal(scenario, full, nginx);
    return { scenario, verdicts, healing, failure: null };
  } catch (failure) {
    return { scenario, verdicts, healing, failure: String(failure) };
  }
}

/** What is wrong or not as usual, a line each. */
function remarks(series: string): readonly string[] {
  return [...(performances.get(series)?.values() ?? [])].flatMap(({ scenario, verdicts, healing }) => {
    const wrong = MODES.flatMap((mode) => {
      const found = verdicts.get(mode);
      if (found === undefined || found.cause === (scenario.cause ?? 'none')) return [];
      const mark = accepted(scenario, mode).includes(found.cause) ? 'accepted' : 'WRONG';
      const said = found.problem ?? `${found.cause} ${found.confidence ?? ''}`;
      return [`${scenario.id} (${mode}, ${mark}): ${said}\n      ${found.evidence.join('\n      ')}`];
    });
    const more = MODES.flatMap((mode) => {
      const others = verdicts.get(mode)?.others ?? [];
      return others.length === 0 ? [] : [`${scenario.id} (${mode}): also ${others.join(', ')}`];
    });
    const sick =
      healing === null || healing.problem === null ? [] : [`${scenario.id}: ${healing.fix}, ${healing.problem}`];
    return [...wrong, ...more, ...sick];
  });
}

function calibrationText(series: string): string {
  return MODES.map((mode) => {
    const { given, right } = calibrationOf(performances.get(series)?.values() ?? [], mode, SURE);
    return `nginx ${series}, ${mode}: ${right} of the ${given} verdicts with a confidence of at least ${SURE} are right`;
  }).join('\n');
}

/** The run's table; rows of what was not run are those that are kept. */
function merged(): Table {
  const run = tableOf(new Map([...performances].map(([series, all]) => [series, [...all.values()]])));
  const order = SCENARIOS.map(({ id }) => id);
  const all = new Map(kept);
  for (const [series, rows] of run) {
    if (rows.size === 0) continue;
    const both = new Map([...(kept.get(series) ?? []), ...rows]);
    all.set(
      series,
      new Map(
        order.flatMap((id) => {
          const row = both.get(id);
          return row === undefined ? [] : [[id, row] as const];
        }),
      ),
    );
  }
  return all;
}

describe.skipIf(process.env.WSLOG_RECORD === '1')('verdicts on real runs', () => {
  beforeAll(async () => {
    ensureLabPrograms();
    if (!existsSync(CLI)) throw new Error('dist/cli.cjs is missing: run `npm run build` first.');
    for (const series of SERIES) {
      try {
        versions.set(series, nginxOf(series));
      } catch (failure) {
        console.warn(failure instanceof Error ? failure.message : String(failure));
      }
    }
    const queue = [...versions.values()].flatMap((nginx) =>
      chosen
        .filter(({ isolated }) => isRoot || isolated !== true)
        .filter(({ since }) => since === undefined || isAtLeast(nginx.version, since))
        .map((scenario) => ({ nginx, scenario })),
    );
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        performances.get(next.nginx.series)?.set(next.scenario.id, await perform(next.scenario, next.nginx));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    if (WRITES) writeFileSync(TABLE_FILE, tableText(merged()));
  }, PATIENCE_MS);

  afterAll(() => {
    for (const series of versions.keys()) {
      console.log(['', ...remarks(series), calibrationText(series)].join('\n'));
    }
  });

  describe.each(SERIES)('nginx %s', (series) => {
    for (const scenario of chosen) {
      for (const mode of MODES) {
        it(`${scenario.id} (${mode})`, ({ skip }) => {
          const performed = performances.get(series)?.get(scenario.id);
          if (performed === undefined) return skip();
          expect(performed.failure).toBeNull();
          const found = performed.verdicts.get(mode);
          expect(found?.problem).toBeNull();
          expect(accepted(scenario, mode)).toContain(found?.cause);
          if (scenario.websocket === 'no') expect(found?.websocket).not.toMatch(/yes|likely/);
        });
      }
    }

    it('VERDICTS.md says the same', ({ skip }) => {
      const rows = tableOf(new Map([[series, [...(performances.get(series)?.values() ?? [])]]])).get(series);
      if (WRITES || rows === undefined || rows.size === 0) return skip();
      // The table is about the versions it names; somebody's own nginx may be any other.
      const expected = kept.get(series);
      if (expected === undefined) return skip();
      const differing = [...rows].flatMap(([id, row]) => {
        const said = difference(expected.get(id), row);
        return said === null ? [] : [`${id}: ${said}`];
      });
      const known = new Set(SCENARIOS.map(({ id }) => id));
      const gone = [...expected.keys()].filter((id) => !known.has(id)).map((id) => `${id}: is no scenario any more`);
      expect([...differing, ...gone]).toEqual([]);
    });
  });
});
