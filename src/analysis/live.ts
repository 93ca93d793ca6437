/** The same analysis while the logs grow: lines are fed as they come, a report can be drawn up at any time. */
import { compileSymptoms, type SymptomMatcher } from '../catalogue/match.ts';
import { Batch } from '../findings/batch.ts';
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

interface LiveInput {
  readonly read: ReadInput;
  readonly reader: SourceReader;
  readonly file: number;
}

export class LiveAnalysis {
  readonly #settings: AnalysisSettings;
  readonly #matcher: SymptomMatcher;
  readonly #registry = new Registry();
  // An access log may join at any time, so error lines always wait for their access lines.
  readonly #correlator = new Correlator({ joins: true });
  readonly #inputs = new Map<string, LiveInput>();
  readonly #stated: StatedOffset[] = [];
  readonly #batch = new Batch();

  constructor(settings: AnalysisSettings) {
    this.#settings = settings;
    this.#matcher = compileSymptoms(settings.catalogue);
  }

  /** Takes whole lines of one log, in its order. */
  feed(path: string, block: LineBlock): void {
    const text = block.bytes.toString('latin1');
    const input = this.#input(path, text);
    input.read.input.bytes += block.bytes.length;
    input.reader.read(text, block.firstLine, this.#batch);
    this.#take(input);
    // nginx writes an entry with one write, so at the end of what is there now nothing of it is still to come.
    if (block.bytes.length < FULL_BLOCK) {
      input.reader.end(this.#batch);
      this.#take(input);
    }
  }

  /** Everything known so far. */
  snapshot(): ReportDocument {
    const inputs = [...this.#inputs.values()];
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

  #take(input: LiveInput): void {
    for (let i = 0; i < this.#batch.length; i++) this.#correlator.take(this.#batch, i, input.file);
  }

  #input(path: string, text: string): LiveInput {
    const known = this.#inputs.get(path);
    if (known !== undefined && (known.read.input.kind !== 'unknown' || known.reader.counts.lines > 1000)) return known;
    const formats = this.#settings.conf?.formats ?? [];
    const sniffed = sniff(text.slice(0, 65_536), formats, this.#settings.logFormat);
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
      registry: this.#registry,
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
    return { read: { input, reader, format: sniffed.format }, reader, file };
  }
}
