/** The logs that grow, each known by its first lines. */
import { dirname } from 'node:path';
import type { SymptomMatcher } from '../catalogue/match.ts';
import type { LineBlock } from '../input/line-block.ts';
import type { ReportInput } from '../report/document.ts';
import { LiveInput, type Tallied } from './live-input.ts';
import type { AnalysisSettings } from './settings.ts';
import { type Sniffed, sniff } from './sniff.ts';
import { offsetName, type StatedOffset, zoneFor } from './zones.ts';

/** A log that was not understood at first is looked at anew while it has no more lines than this. */
const YOUNG = 1000;
/** Changes of clocks that are remembered: years of them for many logs. */
const MAX_STATED = 1000;
const SNIFFED_BYTES = 65_536;
/** Logs that may keep what they learned of their lines; a few hundred KiB each. */
const MAX_AWAKE = 64;

export class LiveInputs {
  readonly settings: AnalysisSettings;
  readonly matcher: SymptomMatcher;
  /** Zones that access logs state. */
  readonly stated: StatedOffset[] = [];
  readonly #byPath = new Map<string, LiveInput>();
  /** Those that grew last, the last one last. */
  readonly #awake = new Set<LiveInput>();

  constructor(settings: AnalysisSettings, matcher: SymptomMatcher) {
    this.settings = settings;
    this.matcher = matcher;
  }

  /** In the order in which they came. */
  get all(): LiveInput[] {
    return [...this.#byPath.values()];
  }

  known(path: string): LiveInput | undefined {
    return this.#byPath.get(path);
  }

  add(path: string, input: LiveInput): void {
    this.#byPath.set(path, input);
  }

  /** The log of a path, of which a block comes now. */
  of(path: string, { bytes }: LineBlock): LiveInput {
    const input = this.#known(path, bytes);
    this.#awake.delete(input);
    this.#awake.add(input);
    for (const other of this.#awake) {
      if (this.#awake.size <= MAX_AWAKE) break;
      other.sleep();
      if (!other.isAwake) this.#awake.delete(other);
    }
    return input;
  }

  #known(path: string, bytes: Buffer): LiveInput {
    const known = this.#byPath.get(path);
    if (known !== undefined && (known.read.input.kind !== 'unknown' || known.tallied.counts.lines > YOUNG))
      return known;
    const formats = this.settings.conf?.formats ?? [];
    const sniffed = sniff(bytes.toString('latin1', 0, SNIFFED_BYTES), formats, this.settings.logFormat);
    if (known !== undefined && sniffed.kind === 'unknown') return known;
    const made = this.#made(path, sniffed, known?.file ?? this.#byPath.size, known?.tallied ?? null);
    made.read.input.bytes = known?.read.input.bytes ?? 0;
    this.#byPath.set(path, made);
    return made;
  }

  /** Takes note of the zone that a line states: clocks are changed while logs are watched. */
  state(path: string, { wall, offset }: { readonly wall: number; readonly offset: number }): void {
    const last = this.stated.findLast((stated) => stated.path === path);
    if (last === undefined || last.offset === offset) return;
    this.stated.push({ path, wall, offset });
    if (this.stated.length > MAX_STATED) this.stated.splice(0, 1);
    // What was learned of an hour holds for it no more: it comes twice when clocks are put back.
    for (const input of this.all) input.sleep();
  }

  /** Minutes east of UTC of a log's lines without a zone; what other logs state by then counts. */
  offsetOf(path: string): (wall: number) => number {
    const { zone } = this.settings;
    return (wall) => {
      if (zone.from === 'option') return zone.offsetAt(wall);
      // Logs are read at one pace, so what an access log stated last holds for the error log beside it now.
      const beside = this.stated.findLast((stated) => dirname(stated.path) === dirname(path));
      return (beside ?? this.stated.at(-1))?.offset ?? zone.offsetAt(wall);
    };
  }

  #made(path: string, { first, format, kind }: Sniffed, file: number, before: Tallied | null): LiveInput {
    if (first !== null && first.offset !== null) this.stated.push({ path, wall: first.wall, offset: first.offset });
    const zone = zoneFor(path, this.stated, this.settings.zone);
    const input: ReportInput = {
      path,
      kind,
      format: kind === 'error' ? 'nginx-error' : (format?.name ?? 'unknown'),
      bytes: 0,
      lines: 0,
      unknown: 0,
      timezone: first === null ? null : first.offset !== null ? offsetName(first.offset) : zone.name,
      timezoneFrom: first === null ? null : first.offset !== null ? 'line' : zone.from,
      problem: null,
      twinOf: null,
    };
    const known = this.settings.conf?.formats ?? [];
    const { matcher } = this;
    return new LiveInput({ input, file, format, known, matcher, offsetAt: this.offsetOf(path) }, before);
  }
}
