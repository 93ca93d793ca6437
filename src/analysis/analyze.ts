/** The post-mortem: all lines of all given logs, once, to one report. */
import { compileSymptoms } from '../catalogue/match.ts';
import { Registry } from '../findings/registry.ts';
import { SourceReader } from '../findings/source.ts';
import { Correlator } from '../incident/correlator.ts';
import type { LogSet } from '../input/discover.ts';
import type { LineBlock } from '../input/line-block.ts';
import { readBlocks } from '../input/read.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import type { ReportDocument, ReportInput } from '../report/document.ts';
import { conclude, type ReadInput } from './conclude.ts';
import { mergeByTime, type WaitingSource } from './merge.ts';
import type { AnalysisSettings } from './settings.ts';
import { type Sniffed, sniff } from './sniff.ts';
import { Source } from './source.ts';
import { twins } from './twins.ts';
import { offsetName, type StatedOffset, zoneFor } from './zones.ts';

export interface AnalysisIo {
  readonly stdin: NodeJS.ReadableStream;
  /** Told how many bytes of input were read since the last call. */
  onProgress(bytes: number): void;
  /** Ends the reading when aborted; what was read until then is reported. */
  readonly signal?: AbortSignal;
}

/** Bytes of an input's head that are looked at before it is read. */
const HEAD_BYTES = 64 * 1024;

interface Opened {
  readonly path: string;
  readonly bytes: number;
  readonly sniffed: Sniffed;
  readonly problems: string[];
  /** Standard input cannot be opened twice: what was looked at is kept and read on from there. */
  readonly rest: AsyncGenerator<LineBlock> | null;
}

/**
 * Reads all logs and explains what they say. The same bytes give the same incidents, whatever the order of the
 * arguments, the split into files or the compression.
 */
export async function analyzeLogs(
  sets: readonly LogSet[],
  settings: AnalysisSettings,
  io: AnalysisIo,
): Promise<ReportDocument> {
  const known = settings.conf?.formats ?? [];
  const opened: Opened[] = [];
  for (const set of sets) {
    for (const file of set.files) opened.push(await look(file.path, file.bytes, known, settings, io));
  }
  // Inputs that start in the same second follow each other by name, as the parts of a split log do.
  const { compare } = new Intl.Collator('en', { numeric: true });
  opened.sort((a, b) => compare(a.path, b.path));
  const left = twins(opened);
  const stated = opened.flatMap(({ path, sniffed: { first } }) =>
    first?.offset == null ? [] : [{ path, wall: first.wall, offset: first.offset } satisfies StatedOffset],
  );
  const registry = new Registry(settings.catalogue.symptoms);
  const matcher = compileSymptoms(settings.catalogue);
  const joins = opened.some((o) => o.sniffed.kind === 'access' || o.sniffed.kind === 'mixed');
  const correlator = new Correlator({ joins });
  const inputs: ReadInput[] = [];
  const waiting: WaitingSource[] = [];
  for (const [index, one] of opened.entries()) {
    const { sniffed } = one;
    const zone = zoneFor(one.path, stated, settings.zone);
    const formats = sniffed.format === null ? known : [sniffed.format, ...known.filter((f) => f !== sniffed.format)];
    const reader = new SourceReader({
      matcher,
      formats,
      offsetAt: zone.offsetAt,
      since: (settings.since ?? Number.NEGATIVE_INFINITY) / 1000,
      until: (settings.until ?? Number.POSITIVE_INFINITY) / 1000,
      ...(settings.plain === true ? { plain: true } : {}),
    });
    const { first } = sniffed;
    const offset = first === null ? 0 : (first.offset ?? zone.offsetAt(first.wall));
    const fromLine = sniffed.kind === 'access' || first?.offset != null;
    const input: ReportInput = {
      path: one.path,
      kind: sniffed.kind,
      format: sniffed.kind === 'error' ? 'nginx-error' : (sniffed.format?.name ?? 'unknown'),
      bytes: one.bytes,
      lines: 0,
      unknown: 0,
      timezone: first === null ? null : first.offset !== null ? offsetName(first.offset) : zone.name,
      timezoneFrom: first === null ? null : fromLine ? 'line' : zone.from,
      problem: null,
      twinOf: null,
    };
    const twin = left.get(index);
    if (twin !== undefined) {
      inputs.push({ input: { ...input, twinOf: opened[twin]!.path }, reader: null, format: sniffed.format });
      continue;
    }
    inputs.push({ input, reader, format: sniffed.format });
    const rank = sniffed.kind === 'access' ? 1 : 0;
    waiting.push({
      firstSecond: first === null ? Number.NEGATIVE_INFINITY : Math.floor(first.wall / 1000) - offset * 60,
      rank,
      order: index,
      open: () =>
        new Source({
          reader,
          blocks: one.rest ?? blocksOf(one.path, one.problems, io),
          rank,
          order: index,
          file: index,
        }),
    });
  }
  await mergeByTime(
    waiting,
    ({ batch, at, file }) => correlator.take(registry.key(batch.gist(at)), batch, at, file),
    io.signal,
  );
  for (const [index, one] of opened.entries()) settle(inputs[index]!, one);
  const document = conclude(inputs, correlator, registry, matcher, settings);
  if (io.signal?.aborted === true) {
    const text = 'Reading was interrupted: this report covers what was read until then.';
    document.notes.unshift({ id: 'interrupted', text, nginx: null });
  }
  return document;
}

function blocksOf(path: string, problems: string[], io: AnalysisIo): AsyncGenerator<LineBlock> {
  return readBlocks(path, {
    stdin: io.stdin,
    onProblem: (sentence) => problems.push(sentence),
    onBytes: (n) => io.onProgress(n),
  });
}

async function look(
  path: string,
  bytes: number,
  known: readonly AccessFormat[],
  settings: AnalysisSettings,
  io: AnalysisIo,
): Promise<Opened> {
  const problems: string[] = [];
  if (path === '-') {
    const blocks = blocksOf(path, problems, io);
    const first = await blocks.next();
    const head = first.done === true ? '' : first.value.bytes.toString('latin1', 0, HEAD_BYTES);
    const kept = first.done === true ? null : { ...first.value, bytes: Buffer.from(first.value.bytes) };
    return { path, bytes, sniffed: sniff(head, known, settings.logFormat), problems, rest: resume(kept, blocks) };
  }
  const blocks = readBlocks(path, { onProblem: () => {}, blockBytes: HEAD_BYTES });
  const first = await blocks.next();
  const head = first.done === true ? '' : first.value.bytes.toString('latin1', 0, HEAD_BYTES);
  await blocks.return(undefined);
  return { path, bytes, sniffed: sniff(head, known, settings.logFormat), problems, rest: null };
}

async function* resume(first: LineBlock | null, rest: AsyncGenerator<LineBlock>): AsyncGenerator<LineBlock> {
  if (first !== null) yield first;
  yield* rest;
}

/** What became of an input, once it was read. */
function settle(read: ReadInput, { path, sniffed, problems }: Opened): void {
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
  void path;
  input.problem = problems.length === 0 ? null : problems.join('; ');
}
