/** What `summary` reads: what logs have gained, or all of a time that was asked for. */
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { analyzeLogs, analyzeStreams } from '../analysis/analyze.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import { accessProblem } from '../input/access-problem.ts';
import { CatchUp } from '../input/catch-up.ts';
import { discoverLogs } from '../input/discover.ts';
import type { Position } from '../input/position.ts';
import { siblingsOf } from '../input/siblings.ts';
import type { ReportDocument } from '../report/document.ts';
import type { Content } from '../state/content.ts';
import { type Composed, compose } from '../summary/compose.ts';
import type { Io } from './io.ts';
import type { Plan } from './summary-plan.ts';

/** Of so few lines it says nothing that none is nginx's: half an entry of somebody else may stand there. */
const TELLING_LINES = 100;

export interface WindowRead {
  readonly report: ReportDocument;
  /** By absolute path. */
  readonly positions: ReadonlyMap<string, readonly Position[]>;
  /** Sentences about what could not be read, with the path in front. */
  readonly problems: readonly string[];
  /** None of the logs could be read. */
  readonly nothing: boolean;
}

/** Reads on from the stored positions; a log without one is read from its start. */
async function readOn(
  paths: readonly string[],
  stored: ReadonlyMap<string, readonly Position[]>,
  told: AnalysisSettings,
  io: Io,
): Promise<WindowRead> {
  const absolute = paths.map((path) => resolve(io.cwd, path));
  const unreadable = await unreadableOf(absolute);
  const catchUp = new CatchUp(absolute, stored);
  try {
    const streams = catchUp.streams().map((stream) => ({ ...stream, blocks: untilAborted(stream.blocks, io.signal) }));
    const around = { stdin: io.stdin, onProgress: () => undefined, signal: io.signal };
    const report = await analyzeStreams(streams, told, around);
    const gaps = catchUp.notices.filter(({ gap }) => gap).map(({ path, notice }) => `${path}: ${notice}`);
    const positions = new Map<string, Position[]>();
    for (const position of catchUp.positions(io.now())) {
      positions.set(position.path, [...(positions.get(position.path) ?? []), position]);
    }
    const misread = report.inputs.flatMap(({ path, problem, lines }) =>
      problem === null || (stored.has(path) && lines < TELLING_LINES) ? [] : [`${path}: ${problem}`],
    );
    return {
      report,
      positions,
      problems: [...unreadable, ...gaps, ...misread],
      nothing: unreadable.length === absolute.length && report.accounting.lines === 0,
    };
  } finally {
    catchUp.close();
  }
}

/** Reads a time from the logs and what was rotated from them. @param range ms since 1970. */
export async function readRange(
  paths: readonly string[],
  range: { readonly since: number; readonly until: number },
  told: AnalysisSettings,
  io: Io,
): Promise<Omit<WindowRead, 'positions'>> {
  const absolute = paths.map((path) => resolve(io.cwd, path));
  const files = absolute.flatMap((path) => [
    // A file that was not changed since holds nothing of that time.
    ...siblingsOf(path)
      .filter(({ changed }) => changed >= range.since)
      .map((sibling) => sibling.path),
    path,
  ]);
  const { sets, problems } = await discoverLogs(files);
  const around = { stdin: io.stdin, onProgress: () => undefined, signal: io.signal };
  const report = await analyzeLogs(sets, { ...told, ...range }, around);
  const misread = report.inputs.flatMap(({ path, problem }) => (problem === null ? [] : [`${path}: ${problem}`]));
  return {
    report,
    problems: [...problems.map(({ path, sentence }) => `${path}: ${sentence}`), ...misread],
    nothing: sets.length === 0,
  };
}

async function unreadableOf(paths: readonly string[]): Promise<string[]> {
  const sentences: string[] = [];
  for (const path of paths) {
    try {
      await access(path, constants.R_OK);
    } catch (error) {
      sentences.push(`${path}: ${await accessProblem(path, error)}`);
    }
  }
  return sentences;
}

async function* untilAborted<T>(blocks: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const block of blocks) {
    if (signal.aborted) return;
    yield block;
  }
}

/** Reads on from what an earlier summary remembers, and says what is to be told. */
export async function composedFrom(
  { call, paths, told, wishes }: Plan,
  found: Content,
): Promise<{ window: WindowRead; composed: Composed }> {
  const window = await readOn(paths, found.positions, told, call.io);
  const composed = compose(window.report, found, window.positions, window.problems, wishes, call.io.now());
  return { window, composed };
}
