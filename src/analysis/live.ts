/** The same analysis while the logs grow: lines are fed as they come, a report can be drawn up at any time. */
import { compileSymptoms, type SymptomMatcher } from '../catalogue/match.ts';
import { Batch } from '../findings/batch.ts';
import { BlockReader } from '../findings/block-reader.ts';
import { Registry } from '../findings/registry.ts';
import { SourceReader } from '../findings/source.ts';
import { Correlator } from '../incident/correlator.ts';
import type { LineBlock } from '../input/line-block.ts';
import type { ReportDocument, ReportInput } from '../report/document.ts';
import { conclude, type ReadInput } from './conclude.ts';
import type { AnalysisSettings } from './settings.ts';
import { type Sniffed, sniff } from './sniff.ts';
import { offsetName, type StatedOffset, zoneFor } from './zones.ts';

/** A block of at least this many bytes is one of several: more of the log was there to be read. */
const FULL_BLOCK = 60 * 1024;

/** Access lines that wait for their error lines, bytes at most: what a follower reads in a moment. */
const MAX_WAITING = 32 * 1024 * 1024;

interface LiveInput {
  readonly read: ReadInput;
  readonly reader: SourceReader;
  readonly blocks: BlockReader;
  readonly file: number;
  /** More of the log was there to be read than its last block held. */
  behind: boolean;
}

interface WaitingBlock {
  readonly input: LiveInput;
  readonly bytes: Buffer;
  readonly firstLine: number;
}

export class LiveAnalysis {
  readonly #settings: AnalysisSettings;
  readonly #matcher: SymptomMatcher;
  readonly #registry: Registry;
  // An access log may join at any time, so error lines always wait for their access lines.
  readonly #correlator = new Correlator({ joins: true });
  readonly #inputs = new Map<string, LiveInput>();
  readonly #stated: StatedOffset[] = [];
  readonly #batch = new Batch();
  /**
   * nginx writes both lines of a failed request in one moment, but a follower meets them in any order. An access line
   * finds what it belongs to only after the error line, so blocks of access logs wait for the second report after them.
   */
  #waiting: WaitingBlock[] = [];
  #waitingBytes = 0;
  /** How many of them were there at the report before. */
  #waitedLong = 0;

  constructor(settings: AnalysisSettings) {
    this.#settings = settings;
    this.#registry = new Registry(settings.catalogue.symptoms);
    this.#matcher = compileSymptoms(settings.catalogue);
  }

  /** Takes whole lines of one log, in its order. */
  feed(path: string, block: LineBlock): void {
    const input = this.#input(path, block);
    input.read.input.bytes += block.bytes.length;
    input.behind = block.bytes.length >= FULL_BLOCK;
    if (input.read.input.kind !== 'access') {
      this.#read(input, block.bytes, block.firstLine);
      return;
    }
    this.#waiting.push({ input, bytes: Buffer.from(block.bytes), firstLine: block.firstLine });
    this.#waitingBytes += block.bytes.length;
    while (this.#waitingBytes > MAX_WAITING) this.#release(1);
  }

  /** Whether lines were fed that the next report will not show yet. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Counts what was fed to the last line, also where an entry could have gone on in the next block. */
  settle(): void {
    this.#release(this.#waiting.length);
    for (const input of this.#inputs.values()) {
      input.blocks.end(this.#batch);
      this.#take(input);
    }
  }

  /** Everything known so far. */
  snapshot(): ReportDocument {
    const inputs = [...this.#inputs.values()];
    const catchingUp = inputs.some((i) => i.behind && i.read.input.kind !== 'access');
    if (!catchingUp) this.#release(this.#waitedLong);
    this.#waitedLong = this.#waiting.length;
    for (const { read, reader } of inputs) {
      read.input.lines = reader.counts.lines + reader.counts.outside;
      read.input.unknown = reader.counts.unknown;
    }
    return conclude(
      inputs.map((i) => i.read),
      this.#correlator,
      this.#registry,
      this.#matcher,
      this.#settings,
    );
  }

  #release(count: number): void {
    for (const { input, bytes, firstLine } of this.#waiting.splice(0, count)) {
      this.#waitingBytes -= bytes.length;
      this.#read(input, bytes, firstLine);
    }
    this.#waitedLong = Math.max(0, this.#waitedLong - count);
  }

  #read(input: LiveInput, bytes: Buffer, firstLine: number): void {
    input.blocks.read(bytes, firstLine, this.#batch);
    this.#take(input);
    // nginx writes an entry with one write, so at the end of what is there now nothing of it is still to come.
    if (bytes.length < FULL_BLOCK) {
      input.blocks.end(this.#batch);
      this.#take(input);
    }
  }

  #take(input: LiveInput): void {
    const batch = this.#batch;
    for (let i = 0; i < batch.length; i++) {
      this.#correlator.take(this.#registry.key(batch.gist(i)), batch, i, input.file);
    }
  }

  #input(path: string, block: LineBlock): LiveInput {
    const known = this.#inputs.get(path);
    if (known !== undefined && (known.read.input.kind !== 'unknown' || known.reader.counts.lines > 1000)) return known;
    const formats = this.#settings.conf?.formats ?? [];
    const sniffed = sniff(block.bytes.toString('latin1', 0, 65_536), formats, this.#settings.logFormat);
    // A log that was not understood at first is looked at anew while it is young.
    if (known !== undefined && sniffed.kind === 'unknown') return known;
    const made = this.#newInput(path, sniffed, known?.file ?? this.#inputs.size);
    this.#inputs.set(path, made);
    return made;
  }

  #newInput(path: string, sniffed: Sniffed, file: number): LiveInput {
    const { first } = sniffed;
    if (first !== null && first.offset !== null) this.#stated.push({ path, wall: first.wall, offset: first.offset });
    const formats = this.#settings.conf?.formats ?? [];
    const reader = new SourceReader({
      matcher: this.#matcher,
      formats: sniffed.format === null ? formats : [sniffed.format, ...formats.filter((f) => f !== sniffed.format)],
      offsetAt: (wall) => zoneFor(path, this.#stated, this.#settings.zone).offsetAt(wall),
      since: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
    });
    const zone = zoneFor(path, this.#stated, this.#settings.zone);
    const input: ReportInput = {
      path,
      kind: sniffed.kind,
      format: sniffed.kind === 'error' ? 'nginx-error' : (sniffed.format?.name ?? 'unknown'),
      bytes: 0,
      lines: 0,
      unknown: 0,
      timezone: first === null ? null : first.offset !== null ? offsetName(first.offset) : zone.name,
      timezoneFrom: first === null ? null : first.offset !== null ? 'line' : zone.from,
      problem: null,
      twinOf: null,
    };
    return {
      read: { input, reader, format: sniffed.format },
      reader,
      blocks: new BlockReader(reader),
      file,
      behind: false,
    };
  }
}
