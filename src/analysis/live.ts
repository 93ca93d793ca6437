/** The same analysis while the logs grow: lines are fed as they come, a report can be drawn up at any time. */
import { compileSymptoms, type SymptomMatcher } from '../catalogue/match.ts';
import { Batch } from '../findings/batch.ts';
import type { Memory, MemoryPart } from '../findings/memory.ts';
import { Registry } from '../findings/registry.ts';
import { registryParts, restoreRegistry } from '../findings/registry-memory.ts';
import { keepClientsWithin } from '../incident/client-budget.ts';
import { Correlator } from '../incident/correlator.ts';
import { correlatorParts, restoreCorrelator } from '../incident/correlator-memory.ts';
import type { LineBlock } from '../input/line-block.ts';
import type { Position } from '../input/position.ts';
import type { ReportDocument } from '../report/document.ts';
import { conclude } from './conclude.ts';
import { lastTimeIn } from './last-time.ts';
import type { LiveInput } from './live-input.ts';
import { LiveInputs } from './live-inputs.ts';
import { inputParts, restoreInputs } from './live-memory.ts';
import { LogPace } from './log-pace.ts';
import type { AnalysisSettings } from './settings.ts';

/** A block of at least this many bytes is one of several: more of the log was there to be read. */
const FULL_BLOCK = 60 * 1024;

interface WaitingBlock {
  readonly path: string;
  readonly input: LiveInput;
  readonly bytes: Buffer;
  readonly firstLine: number;
  /** Epoch seconds of its last line, NaN when unknown. */
  readonly lastTime: number;
  /** When it was fed, in the pace's own counting. */
  readonly turn: number;
  readonly before: readonly Position[] | null;
}

export class LiveAnalysis {
  readonly #settings: AnalysisSettings;
  readonly #matcher: SymptomMatcher;
  readonly #registry: Registry;
  // An access log may join at any time, so error lines always wait for their access lines.
  readonly #correlator: Correlator;
  readonly #inputs: LiveInputs;
  readonly #pace: LogPace;
  readonly #batch = new Batch();
  /**
   * nginx writes both lines of a failed request in one moment, the error line first, but a follower may meet them the
   * other way round. So blocks of access logs wait until the error logs were read up to what was there when the block
   * was, or up to its times.
   */
  #waiting: WaitingBlock[] = [];

  /**
   * @param paths the logs that will be fed, by the names they are fed under.
   * @param memory what an earlier analysis remembered.
   * @throws when that memory cannot be taken up: it is damaged, or speaks of symptoms that are no more.
   */
  constructor(settings: AnalysisSettings, paths: readonly string[] = [], memory: Memory | null = null) {
    this.#settings = settings;
    this.#registry = new Registry(settings.catalogue.symptoms);
    this.#correlator = new Correlator(this.#registry, { joins: true, grows: true, late: true });
    this.#matcher = compileSymptoms(settings.catalogue);
    this.#inputs = new LiveInputs(settings, this.#matcher);
    this.#pace = new LogPace(paths);
    if (memory === null) return;
    restoreRegistry(this.#registry, memory);
    restoreCorrelator(this.#correlator.tables, memory, this.#registry.endpoints, settings.catalogue.symptoms);
    restoreInputs(this.#inputs, memory);
  }

  /**
   * Takes whole lines of one log, in its order.
   *
   * @param before where reading stood before these lines; the same object for all blocks of one reading.
   */
  feed(path: string, block: LineBlock, before: readonly Position[] | null = null): void {
    const input = this.#inputs.of(path, block);
    input.read.input.bytes += block.bytes.length;
    const { time: lastTime, stated } = lastTimeIn(block.bytes, input);
    if (stated !== null) this.#inputs.state(path, stated);
    const turn = this.#pace.fed(path, lastTime, block.bytes.length >= FULL_BLOCK);
    if (input.read.input.kind === 'access') {
      const { firstLine } = block;
      this.#waiting.push({ path, input, bytes: Buffer.from(block.bytes), firstLine, lastTime, turn, before });
    } else this.#read(input, block.bytes, block.firstLine);
    this.#releaseReady();
  }

  /** Says that everything there is of a log now was fed; returns whether something that waited for it was counted. */
  atEnd(path: string): boolean {
    this.#pace.atEnd(path);
    const input = this.#inputs.known(path);
    const held = input?.holds === true;
    if (held) this.#end(input);
    return this.#releaseReady() || held;
  }

  /**
   * Whether the next lines of a log should come only later: another one has lines of an earlier time to be read, and
   * only lines of about the same time find each other.
   */
  isAhead(path: string): boolean {
    return this.#pace.isAhead(path);
  }

  /** Whether everything fed was counted, but for whole blocks of access logs that still wait. */
  get isSettled(): boolean {
    return this.#inputs.all.every((input) => !input.holds);
  }

  /** Whether it has seen so much that there is little room for what is new. */
  get isCrowded(): boolean {
    return this.#registry.isCrowded || this.#correlator.isCrowded;
  }

  /** What it remembers of the logs themselves, apart from what was found in them. */
  logParts(): Generator<MemoryPart> {
    return inputParts(this.#inputs);
  }

  /** Where reading stood before what was not counted yet; null when everything of this log was. */
  waitsFrom(path: string): readonly Position[] | null {
    return this.#waiting.find((block) => block.path === path)?.before ?? null;
  }

  /** Counts entries that could have gone on in the next block. */
  cut(): void {
    for (const input of this.#inputs.all) if (input.holds) this.#end(input);
  }

  /** Counts what was fed to the last line, whatever is still to come. */
  settle(): void {
    this.#release(this.#waiting.length);
    this.cut();
  }

  /** Everything known so far. */
  snapshot(): ReportDocument {
    for (const { read, tallied } of this.#inputs.all) {
      read.input.lines = tallied.counts.lines + tallied.counts.outside;
      read.input.unknown = tallied.counts.unknown;
    }
    keepClientsWithin(this.#correlator.tables);
    return conclude(
      this.#inputs.all.map((i) => i.read),
      this.#correlator,
      this.#registry,
      this.#matcher,
      this.#settings,
    );
  }

  /** What it remembers, in pieces to store; their contents are to be copied before anything else is fed. */
  *parts(): Generator<MemoryPart> {
    yield* registryParts(this.#registry);
    yield* correlatorParts(this.#correlator.tables);
    yield* inputParts(this.#inputs);
  }

  #releaseReady(): boolean {
    const errors = (path: string) => this.#inputs.known(path)?.read.input.kind !== 'access';
    let ready = 0;
    for (const { lastTime, turn } of this.#waiting) {
      if (!this.#pace.arePast(turn, lastTime, errors)) break;
      ready++;
    }
    // Blocks of one reading go together, as there is no place between them to begin again.
    while (ready > 0 && ready < this.#waiting.length && this.#sharesReading(ready)) ready--;
    this.#release(ready);
    return ready > 0;
  }

  #sharesReading(at: number): boolean {
    const before = this.#waiting[at]?.before ?? null;
    return before !== null && this.#waiting.slice(0, at).some((block) => block.before === before);
  }

  #release(count: number): void {
    for (const { input, bytes, firstLine } of this.#waiting.splice(0, count)) this.#read(input, bytes, firstLine);
  }

  #read(input: LiveInput, bytes: Buffer, firstLine: number): void {
    input.blocks.read(bytes, firstLine, this.#batch);
    this.#take(input);
    input.holds = true;
    // nginx writes an entry with one write, so at the end of what is there now nothing of it is still to come.
    if (bytes.length < FULL_BLOCK || input.read.input.kind === 'access') this.#end(input);
  }

  #end(input: LiveInput): void {
    input.blocks.end(this.#batch);
    this.#take(input);
    input.holds = false;
  }

  #take(input: LiveInput): void {
    this.#correlator.take(this.#batch, 0, this.#batch.length, input.file);
  }
}
