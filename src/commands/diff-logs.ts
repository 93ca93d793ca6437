/** The same logs before and after a moment, as the sides of a comparison. */
import { analyzeLogs } from '../analysis/analyze.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import { secondsOf } from '../compare/read.ts';
import type { Side } from '../compare/types.ts';
import { UsageError } from '../config/usage-error.ts';
import { discoverLogs } from '../input/discover.ts';
import type { ReportDocument } from '../report/document.ts';
import { analysisSettings } from './analysis-settings.ts';
import { progressFor, unreadInput } from './analyze.ts';
import { catalogueFor } from './catalogue.ts';
import type { Invocation } from './invocation.ts';
import { confNaming, confOf } from './nginx-conf.ts';

export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** RFC 3339; null where two reports were given. */
  readonly at: string | null;
  /** The files that were read. */
  readonly read: readonly string[];
}

/**
 * Reads the logs twice, once for each side.
 *
 * @returns null when there is no log to read; that was said then.
 * @throws UsageError for standard input, or a moment outside of --since and --until.
 */
export async function sidesOfLogs({ operands, settings, io, messages }: Invocation): Promise<Sides | null> {
  if (operands.includes('-')) throw new UsageError('diff --at reads its logs twice, so it cannot read standard input');
  const given = await confOf(settings, io, messages);
  const { sets, problems } = await discoverLogs(operands);
  for (const problem of problems) messages.error(`${problem.path}: ${problem.sentence}`);
  if (sets.length === 0) {
    if (problems.length === 0) messages.error(`there is no log to read in ${operands.join(' ')}`);
    return null;
  }
  const conf = given ?? (await confNaming(sets, settings, io, messages));
  const told = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  const { resolveRange } = await import('../config/times.ts');
  const { since: at } = resolveRange(
    { text: settings.text('at') ?? '', where: settings.where('at') },
    null,
    io.now(),
    told.zone,
  );
  if (at === null) throw new UsageError(`${settings.where('at')}: names no time`);
  const window = settings.number('window');
  const from = latest(told.since, window > 0 ? at - window : null);
  const to = earliest(told.until, window > 0 ? at + window : null);
  const stated = `${settings.where('at')}: "${settings.text('at')}"`;
  if (from !== null && from >= at) throw new UsageError(`${stated} is not after ${settings.where('since')}`);
  if (to !== null && to <= at) throw new UsageError(`${stated} is not before ${settings.where('until')}`);
  const read = async (of: Pick<AnalysisSettings, 'since' | 'until'>): Promise<ReportDocument> => {
    const progress = progressFor(sets, settings, io);
    const onProgress = (bytes: number) => progress?.add(bytes);
    const report = await analyzeLogs(sets, { ...told, ...of }, { stdin: io.stdin, onProgress, signal: io.signal });
    progress?.clear();
    report.inputs.push(...problems.map(unreadInput));
    return report;
  };
  const before = await read({ since: from, until: at });
  const after = await read({ since: at, until: to });
  const [first, last] = [before.range?.from, after.range?.to];
  for (const { path, problem } of after.inputs) if (problem !== null) messages.error(`${path}: ${problem}`);
  return {
    // Between its first line and the moment the log went on, with or without lines; so it did after the moment.
    before: { report: before, source: null, seconds: first === undefined ? 0 : (at - Date.parse(first)) / 1000 },
    after: {
      report: after,
      source: null,
      seconds: last === undefined ? 0 : first === undefined ? secondsOf(after) : (Date.parse(last) - at) / 1000 + 1,
    },
    at: new Date(at).toISOString(),
    read: sets.flatMap(({ files }) => files.map(({ path }) => path)),
  };
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
