/** Two reports that `wslog analyze --json` wrote, as the sides of a comparison. */
import { readFile } from 'node:fs/promises';
import { passes } from '../analysis/conclude.ts';
import type { Filters } from '../analysis/settings.ts';
import { readReport, secondsOf } from '../compare/read.ts';
import type { Comparable, Side } from '../compare/types.ts';
import { SEVERITIES } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { accessProblem } from '../input/access-problem.ts';
import type { Sides } from './diff-logs.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';

/** @throws UsageError when there are not two, or one of them is no report. */
export async function sidesOfReports({ operands, settings, io }: Invocation): Promise<Sides> {
  for (const key of ['since', 'until', 'window'] as const) {
    const where = settings.where(key);
    if (where.startsWith('--')) throw new UsageError(`${where} is for logs that are compared with --at`);
  }
  const [before, after, ...more] = operands;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UsageError(
      'diff compares two reports of wslog analyze --json: the one before, then the one after; logs are compared with --at TIME',
    );
  }
  if (before === '-' && after === '-') throw new UsageError('only one of the two reports can be standard input');
  const filters = filtersOf(settings);
  const side = async (path: string): Promise<Side> => {
    const report = filtered(await load(path, io), filters);
    return { report, source: path, seconds: secondsOf(report) };
  };
  return { before: await side(before), after: await side(after), at: null, read: [before, after] };
}

async function load(path: string, io: Io): Promise<Comparable> {
  const name = path === '-' ? 'standard input' : path;
  let report: Comparable | null;
  try {
    report = readReport(path === '-' ? await textOf(io.stdin) : await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new UsageError(`${name}: ${await readProblem(path, error)}`);
    throw new UsageError(`${name}: is a damaged report: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (report !== null) return report;
  throw new UsageError(
    `${name}: is no report of wslog analyze --json; to compare logs before and after a moment, name it with --at`,
  );
}

/** The hint of the shared sentence is about logs. */
async function readProblem(path: string, error: unknown): Promise<string> {
  return (await accessProblem(path, error)).replace(/: check the name.*/, '');
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

function filtersOf(settings: Settings): Filters {
  return {
    server: settings.text('server'),
    path: settings.text('path'),
    upstream: settings.text('upstream'),
    cause: settings.text('cause'),
    minSeverity: settings.choiceOrNull('minSeverity', SEVERITIES) ?? 'info',
  };
}

function filtered(report: Comparable, filters: Filters): Comparable {
  return { ...report, incidents: report.incidents.filter((incident) => passes(incident, filters)) };
}
