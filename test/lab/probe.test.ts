/**
 * `wslog probe` at real faults: alone, with the backend, with the configuration and the log. `WSLOG_LAB_ONLY=a,b`
 * picks cases; `WSLOG_PROBE_SHOW=1` prints each page.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, runScenario } from './lab.ts';
import { PROBE_CASES, type ProbeCase, type Probed } from './probe-cases.ts';
import { CLI } from './verdicts.ts';
import { type LabNginx, nginxOf, requestedSeries } from './versions.ts';

const only = process.env.WSLOG_LAB_ONLY?.split(',');
const chosen = PROBE_CASES.filter(({ id }) => only === undefined || only.includes(id));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function wslog(args: readonly string[]): Promise<Outcome> {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC', COLUMNS: '80' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], { env, timeout: 60_000 }, (_failure, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

interface Judged {
  readonly code: number | null;
  readonly cause: string | null;
  readonly confidence: number;
  readonly healthy: boolean;
}

async function judged(args: readonly string[]): Promise<Judged> {
  const { code, out, err } = await wslog([...args, '--json']);
  expect(err).toBe('');
  const { verdict } = JSON.parse(out) as { verdict: Omit<Judged, 'code'> };
  return { ...verdict, code };
}

const rows: string[] = [];

function expected(found: Judged, accepted: readonly (string | null)[], what: string): void {
  rows.push(`${what.padEnd(52)} ${String(found.cause).padEnd(28)} ${found.confidence}`);
  expect(accepted, what).toContain(found.cause);
  expect(found.healthy, what).toBe(accepted[0] === null);
  expect(found.code, what).toBe(accepted[0] === null ? 0 : 1);
}

async function run({ id, cause, alone, past, setUp }: ProbeCase, nginx: LabNginx): Promise<void> {
  const scenario = {
    run: async (lab: Lab) => {
      const { url, upstream, options = [] }: Probed = await setUp(lab);
      const base = ['probe', url, '--resolve', '127.0.0.1', ...options];
      if (process.env.WSLOG_PROBE_SHOW === '1') {
        const { out, err } = await wslog([...base, ...(upstream === null ? [] : ['--upstream', upstream])]);
        console.log(`--- ${id}\n${out}${err}`);
      }
      if (alone !== undefined) expected(await judged(base), [alone], `${id} alone`);
      if (upstream !== null)
        expected(await judged([...base, '--upstream', upstream]), past ?? [cause], `${id} with --upstream`);
      const conf = join(lab.root, 'etc/nginx/nginx.conf');
      expected(await judged([...base, '-c', conf]), [cause], `${id} with -c`);
    },
  };
  await runScenario(scenario, { nginx });
}

for (const series of requestedSeries()) {
  // Most of the time is waiting.
  describe.concurrent(`probe through nginx ${series}`, () => {
    let nginx: LabNginx;
    beforeAll(() => {
      nginx = nginxOf(series);
    });

    for (const each of chosen) it(each.id, () => run(each, nginx));
  });
}

afterAll(() => console.log(rows.join('\n')));
