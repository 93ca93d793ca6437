/** Decides who reads an input: this thread, or others beside it. */
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import type { SourceReader } from '../findings/source.ts';
import type { LineBlock } from '../input/line-block.ts';
import { readBlocks } from '../input/read.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { BlockFeed, type Feed, type Tallied } from './feed.ts';
import type { Opened } from './look.ts';
import type { AnalysisSettings } from './settings.ts';
import { Crew } from './threads/crew.ts';
import type { Thread } from './threads/messages.ts';
import { PartFeed, type Rest } from './threads/part-feed.ts';
import { planOf, type ReadingPlan } from './threads/plan.ts';
import { startThread } from './threads/start.ts';
import { WholeFeed } from './threads/whole-feed.ts';

export interface AnalysisIo {
  readonly stdin: Readable;
  /** Told how many bytes of input were read since the last call. */
  onProgress(bytes: number): void;
  /** Ends the reading when aborted; what was read until then is reported. */
  readonly signal?: AbortSignal;
  /** How much to do side by side. */
  readonly sideBySide?: Partial<SideBySide>;
}

export interface SideBySide {
  /** Threads that read, this one among them; 1: this one alone. */
  readonly threads: number;
  /** Bytes of input, packed ones counted as what they unpack to, from which starting threads is worth its time. */
  readonly worthwhile: number;
  /** Bytes of a plain file that are read at a time. */
  readonly partBytes: number;
  start(): Thread;
}

/** More would cost memory, and all of them wait for the one that puts the findings in order. */
const MAX_THREADS = 8;
/**
 * A thread takes 80 ms to start and to have its code compiled, beside others that want the cores for that as well:
 * measured, two are as fast as one for 50 MB of most logs.
 */
const WORTHWHILE = 64 * 1024 * 1024;
const PART_BYTES = 2 * 1024 * 1024;
/** How many times its size a packed log is, about. */
const UNPACKED = 10;

/** The threads to read with; null when this one had better read alone. */
export function crewFor(
  opened: readonly Opened[],
  left: ReadonlyMap<number, number>,
  formats: readonly (readonly AccessFormat[])[],
  settings: AnalysisSettings,
  rest: Pick<ReadingPlan, 'stated' | 'since' | 'until'>,
  { sideBySide = {} }: AnalysisIo,
): Crew | null {
  const threads = Math.min(sideBySide.threads ?? availableParallelism(), MAX_THREADS);
  if (threads < 2 || settings.plain === true) return null;
  const read = opened.filter((one, index) => !left.has(index) && (one.way === 'parts' || one.way === 'packed'));
  const packed = read.filter(({ way }) => way === 'packed').length;
  // zlib unpacks in a thread of its own, and what is left to do for one file is no more than that.
  if (packed === 1 && read.length === 1) return null;
  const bytes = read.reduce((sum, { way, size }) => sum + size * (way === 'packed' ? UNPACKED : 1), 0);
  if (bytes < (sideBySide.worthwhile ?? WORTHWHILE)) return null;
  const inputs = opened.map(({ path, sniffed }, index) => ({
    path,
    formats: formats[index]!,
    firstWall: sniffed.first?.wall ?? null,
  }));
  const plan = planOf(inputs, settings.catalogue, settings.zone, rest);
  if (plan === null) return null;
  return new Crew(Array.from({ length: threads - 1 }, sideBySide.start ?? startThread), plan);
}

/** Where the findings of an input come from. */
export function feedOf(
  { path, size, way, rest, problems }: Opened,
  input: number,
  tallied: Tallied,
  newReader: () => SourceReader,
  crew: Crew | null,
  io: AnalysisIo,
): Feed {
  const inOneGo = (blocks: AsyncGenerator<LineBlock>, start: Rest | null = null): Feed => {
    const reader = newReader();
    if (start !== null) {
      const { unknown, counts } = tallied;
      reader.goOn(start, counts, unknown);
    }
    tallied.counts = reader.counts;
    tallied.unknown = reader.unknown;
    return new BlockFeed(blocks, reader);
  };
  const onProgress = (bytes: number) => io.onProgress(bytes);
  if (crew === null || (way !== 'parts' && way !== 'packed')) return inOneGo(rest ?? blocksFrom(path, problems, io));
  if (way === 'packed') {
    const onProblem = (sentence: string) => problems.push(sentence);
    const here = () => inOneGo(blocksFrom(path, problems, io));
    return new WholeFeed({ input, tallied, onProgress, onProblem, here }, crew);
  }
  const partBytes = io.sideBySide?.partBytes ?? PART_BYTES;
  const restOf = (start: Rest) => inOneGo(blocksBehind(start, blocksFrom(path, problems, io)), start);
  return new PartFeed({ path, input, size, partBytes, tallied, newReader, onProgress, rest: restOf }, crew);
}

export function blocksFrom(path: string, problems: string[], io: AnalysisIo): AsyncGenerator<LineBlock> {
  return readBlocks(path, {
    get stdin() {
      return io.stdin;
    },
    onProblem: (sentence) => problems.push(sentence),
    onBytes: (n) => io.onProgress(n),
    ...(io.signal === undefined ? {} : { signal: io.signal }),
  });
}

/** The blocks from a line on, before which the file is plain text and nothing was left out. */
async function* blocksBehind(start: Rest, blocks: AsyncGenerator<LineBlock>): AsyncGenerator<LineBlock> {
  let passed = 0;
  for await (const block of blocks) {
    const before = start.offset - passed;
    passed += block.bytes.length;
    if (before <= 0) yield block;
    else if (before < block.bytes.length) {
      const lines = block.lines - (start.line - block.firstLine);
      yield { bytes: block.bytes.subarray(before), firstLine: start.line, lines };
    }
  }
}
