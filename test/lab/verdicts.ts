/** Asks wslog for its verdict on a run's logs. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NginxLogs } from './nginx.ts';
import { onlyErrors } from './recording.ts';

/** Runs wslog with these arguments: its two outputs. */
export type Run = (args: readonly string[]) => Promise<{ readonly out: string; readonly error: string }>;

/** `full`: error log at info, timings in the access log, nginx.conf. `default`: errors and `combined` only. */
export type Mode = 'full' | 'default';

export const MODES: readonly Mode[] = ['full', 'default'];

export const CLI = new URL('../../dist/cli.cjs', import.meta.url).pathname;

export interface Verdict {
  /** First cause of the first incident that may concern WebSockets; `none` when there is none. */
  readonly cause: string;
  readonly websocket: string;
  /** Of that cause, as reported; null when there is no incident. */
  readonly confidence: number | null;
  /** Place of the cause looked for among the causes of that incident, from 1; null when it is not among them. */
  readonly rank: number | null;
  /** Path of that incident's endpoint. */
  readonly path: string | null;
  /** What the report says for and against that cause. */
  readonly evidence: readonly string[];
  /** Causes of further such incidents, at warning or above. */
  readonly others: readonly string[];
  /** What went wrong with wslog itself, or null. */
  readonly problem: string | null;
}

interface ReportedIncident {
  readonly severity: string;
  readonly websocket: string;
  readonly endpoint: { readonly path: string | null };
  readonly causes: ReadonlyArray<{
    readonly id: string;
    readonly confidence: number;
    readonly evidence: ReadonlyArray<{ readonly text: string; readonly weight: number }>;
  }>;
}

const SILENT: Omit<Verdict, 'problem'> = {
  cause: 'none',
  websocket: '-',
  confidence: null,
  rank: null,
  path: null,
  evidence: [],
  others: [],
};

/**
 * @param wanted the cause looked for; an incident of severity info counts only if it names this cause
 * @param anywhere count incidents that do not concern WebSockets too
 */
export async function verdict(
  run: Run,
  logs: NginxLogs,
  mode: Mode,
  wanted: string | null,
  anywhere: boolean,
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'wslog-verdict-'));
  try {
    const put = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text, 'latin1');
      return file;
    };
    const inputs =
      mode === 'full'
        ? ['-c', put('nginx.conf', logs.config), put('error.log', logs.error), put('access.timed.log', logs.timed)]
        : ['--no-nginx-conf', put('error.log', onlyErrors(logs.error)), put('access.log', logs.combined)];
    return judge(await run(['analyze', '--format', 'json', ...inputs]), wanted, anywhere);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the built wslog as a process of its own. */
export const runBuilt: Run = (args) =>
  new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 1 << 26, timeout: 30_000 }, (_failure, out, error) =>
      resolve({ out, error }),
    );
  });

function judge(answer: Awaited<ReturnType<Run>>, wanted: string | null, anywhere: boolean): Verdict {
  let incidents: readonly ReportedIncident[];
  try {
    incidents = (JSON.parse(answer.out) as { incidents: readonly ReportedIncident[] }).incidents;
  } catch {
    return { ...SILENT, cause: '?', problem: answer.error.trim().slice(0, 200) || 'no JSON' };
  }
  const relevant = incidents.filter(
    ({ severity, websocket, causes }) =>
      (severity !== 'info' || causes[0]?.id === wanted) && (anywhere || websocket !== 'no'),
  );
  const [first, ...rest] = relevant;
  if (first === undefined) return { ...SILENT, problem: null };
  const [verdict] = first.causes;
  const rank = first.causes.findIndex(({ id }) => id === wanted) + 1;
  return {
    cause: verdict?.id ?? 'none',
    websocket: first.websocket,
    confidence: verdict?.confidence ?? null,
    rank: rank === 0 ? null : rank,
    path: first.endpoint.path,
    evidence: (verdict?.evidence ?? []).map(({ text, weight }) => `${weight > 0 ? '+' : ''}${weight} ${text}`),
    others: rest.map(({ causes }) => causes[0]?.id ?? 'none'),
    problem: null,
  };
}
