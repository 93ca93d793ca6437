/** The post-mortem: all lines of all given logs, once, to one report. */
import { compileSymptoms } from '../catalogue/match.ts';
import { newCounts } from '../findings/counts.ts';
import { Registry } from '../findings/registry.ts';
import { SourceReader } from '../findings/source.ts';
import { UnknownLines } from '../findings/unknown.ts';
import { Correlator } from '../incident/correlator.ts';
import type { LogSet } from '../input/discover.ts';
import type { ReportDocument, ReportInput } from '../report/document.ts';
import type { ReadInput } from './conclude.ts';
import type { Tallied } from './feed.ts';
import { type AnalysisIo, blocksFrom, crewFor, feedOf } from './feeds.ts';
import { type LineStream, look, lookInto, type Opened } from './look.ts';
import { mergeByTime, type WaitingSource } from './merge.ts';
import type { AnalysisSettings } from './settings.ts';
import { Source } from './source.ts';
import { twins } from './twins.ts';
import { offsetName, type StatedOffset, type ZoneChoice, zoneFor } from './zones.ts';

export type { AnalysisIo } from './feeds.ts';

/**
 * Reads all logs and explains what they say. The same bytes give the same incidents, whatever the order of the
 * arguments, the split into files, the compression or the number of threads.
 */
export async function analyzeLogs(
  sets: readonly LogSet[],
  settings: AnalysisSettings,
  io: AnalysisIo,
): Promise<ReportDocument> {
  const known = settings.conf?.formats ?? [];
  const opened: Opened[] = [];
  for (const set of sets) {
    for (const file of set.files) {
      const blocksOf = (problems: string[]) => blocksFrom(file.path, problems, io);
      opened.push(await look(file, known, settings.logFormat, blocksOf));
    }
  }
  return analyzeOpened(opened, settings, io);
}

/** The same for lines that somebody else reads; all of them are taken, also those of a log that is left out. */
export async function analyzeStreams(
  streams: readonly LineStream[],
  settings: AnalysisSettings,
  io: AnalysisIo,
): Promise<ReportDocument> {
  const known = settings.conf?.formats ?? [];
  const opened: Opened[] = [];
  for (const stream of streams) opened.push(await lookInto(stream, known, settings.logFormat));
  const report = await analyzeOpened(opened, settings, io);
  for (const { rest } of opened) {
    for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next());
  }
  return report;
}

async function analyzeOpened(opened: Opened[], settings: AnalysisSettings, io: AnalysisIo): Promise<ReportDocument> {
  const known = settings.conf?.formats ?? [];
  // Inputs that start in the same second follow each other by name, as the parts of a split log do.
  if (opened.length > 1) {
    const { compare } = new Intl.Collator('en', { numeric: true });
    opened.sort((a, b) => compare(a.path, b.path));
  }
  const left = twins(opened);
  const stated = opened.flatMap(({ path, sniffed: { first } }) =>
    first?.offset == null ? [] : [{ path, wall: first.wall, offset: first.offset } satisfies StatedOffset],
  );
  const formats = opened.map(({ sniffed: { format } }) =>
    format === null ? known : [format, ...known.filter((f) => f !== format)],
  );
  const range = {
    since: (settings.since ?? Number.NEGATIVE_INFINITY) / 1000,
    until: (settings.until ?? Number.POSITIVE_INFINITY) / 1000,
  };
  const crew = crewFor(opened, left, formats, settings, { stated, ...range }, io);
  const matcher = compileSymptoms(settings.catalogue);
  const registry = new Registry(settings.catalogue.symptoms);
  const joins = opened.some((o) => o.sniffed.kind === 'access' || o.sniffed.kind === 'mixed');
  // Lines of several logs in one stream are in no order of ours.
  const late = opened.some(({ sniffed }) => sniffed.kind === 'mixed');
  const correlator = new Correlator(registry, { joins, late, plain: settings.plain === true });
  const inputs: ReadInput[] = [];
  const waiting: WaitingSource[] = [];
  for (const [index, one] of opened.entries()) {
    const { sniffed } = one;
    const zone = zoneFor(one.path, stated, settings.zone);
    const input = inputOf(one, zone);
    const twin = left.get(index);
    if (twin !== undefined) {
      inputs.push({ input: { ...input, twinOf: opened[twin]!.path }, reader: null, format: sniffed.format });
      continue;
    }
    const tallied: Tallied = { counts: newCounts(), unknown: new UnknownLines() };
    inputs.push({ input, reader: tallied, format: sniffed.format });
    const { first } = sniffed;
    const offset = first === null ? 0 : (first.offset ?? zone.offsetAt(first.wall));
    const options = { matcher, formats: formats[index]!, offsetAt: zone.offsetAt, ...range };
    const plain = settings.plain === true ? { plain: true } : {};
    const newReader = () => new SourceReader({ ...options, ...plain });
    const feed = once(() => feedOf(one, index, tallied, newReader, crew, io));
    const rank = sniffed.kind === 'access' ? 1 : 0;
    waiting.push({
      firstSecond: first === null ? Number.NEGATIVE_INFINITY : Math.floor(first.wall / 1000) - offset * 60,
      rank,
      order: index,
      prepare: () => feed().prepare(),
      open: () => new Source(feed(), rank, index),
    });
  }
  const take = ({ batch, at, order }: Source, to: number) => correlator.take(batch, at, to, order);
  // What explains is loaded while others read.
  const concluding = import('./conclude.ts');
  try {
    await mergeByTime(waiting, take, io.signal);
  } finally {
    crew?.stop();
  }
  for (const [index, one] of opened.entries()) settle(inputs[index]!, one);
  const { conclude } = await concluding;
  const document = conclude(inputs, correlator, registry, matcher, settings);
  if (io.signal?.aborted === true) {
    const text = 'Reading was interrupted: this report covers what was read until then.';
    document.notes.unshift({ id: 'interrupted', text, nginx: null });
  }
  return document;
}

function inputOf({ path, bytes, sniffed }: Opened, zone: ZoneChoice): ReportInput {
  const { kind, format, first } = sniffed;
  const fromLine = kind === 'access' || first?.offset != null;
  return {
    path,
    kind,
    format: kind === 'error' ? 'nginx-error' : (format?.name ?? 'unknown'),
    bytes,
    lines: 0,
    unknown: 0,
    timezone: first === null ? null : first.offset !== null ? offsetName(first.offset) : zone.name,
    timezoneFrom: first === null ? null : fromLine ? 'line' : zone.from,
    problem: null,
    twinOf: null,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What became of an input, once it was read. */
function settle(read: ReadInput, { sniffed, problems }: Opened): void {
  const { input, reader } = read;
  if (reader === null) return;
  const { counts } = reader;
  input.lines = counts.lines + counts.outside;
  input.unknown = counts.unknown;
  // A mixed log may have looked like one kind at its head.
  if (counts.errorLines > 0 && counts.accessLines > 0) input.kind = 'mixed';
  const recognised = counts.errorLines + counts.accessLines + counts.outside;
  if (recognised === 0 && counts.unknown > 0) {
    input.kind = 'unknown';
    input.format = 'unknown';
    problems.push(
      `no line of it is a known nginx format; its first is: ${sniffed.firstLine.slice(0, 200)}  (state the format with --log-format)`,
    );
  }
  input.problem = problems.length === 0 ? null : problems.join('; ');
}
