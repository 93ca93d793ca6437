/**
 * Records samples/: `sh test/lab/record.sh` (all, in a network of its own), or directly with
 * `WSLOG_RECORD=1 npx vitest run --project lab test/lab/record.test.ts`.
 * `WSLOG_LAB_ONLY=a,b` picks stories. Without WSLOG_RECORD nothing runs.
 */
import { beforeAll, describe, it } from 'vitest';
import { runScenario } from './lab.ts';
import { record } from './recording.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { ensureLabPrograms } from './setup.ts';
import { recordHostile } from './stories/hostile.ts';
import { recordIncident } from './stories/incident.ts';
import { recordQuiet } from './stories/quiet.ts';
import { recordRotation } from './stories/rotation.ts';

const only = process.env.WSLOG_LAB_ONLY?.split(',');
const wanted = (story: string): boolean => only === undefined || only.includes(story);

describe.runIf(process.env.WSLOG_RECORD === '1')('recording', () => {
  beforeAll(ensureLabPrograms);
  for (const scenario of SCENARIOS) {
    it.runIf(wanted(scenario.id))(scenario.id, async () => record(scenario, await runScenario(scenario)));
  }
  it.runIf(wanted('hostile'))('hostile', recordHostile);
  it.runIf(wanted('rotation'))('rotation', recordRotation);
  it.runIf(wanted('quiet'))('quiet', () => recordQuiet('quiet'));
  it.runIf(wanted('quiet-info'))('quiet-info', () => recordQuiet('quiet-info'));
  it.runIf(wanted('incident'))('incident', recordIncident, 400_000);
});
