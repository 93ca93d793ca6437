/** One of the logs that grow, as far as it was read. */
import type { SymptomMatcher } from '../catalogue/match.ts';
import { BlockReader } from '../findings/block-reader.ts';
import { newCounts, type SourceCounts } from '../findings/counts.ts';
import { SourceReader } from '../findings/source.ts';
import { UnknownLines } from '../findings/unknown.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import type { ReportInput } from '../report/document.ts';
import type { ReadInput } from './conclude.ts';

/** What reading a log has come to. */
export interface Tallied {
  readonly counts: SourceCounts;
  readonly unknown: UnknownLines;
  readonly guessesLeft: number;
}

interface Parts {
  readonly input: ReportInput;
  /** Its number among the inputs. */
  readonly file: number;
  readonly format: AccessFormat | null;
  /** Formats that the configuration names. */
  readonly known: readonly AccessFormat[];
  readonly matcher: SymptomMatcher;
  /** Minutes east of UTC for its lines without a zone. */
  readonly offsetAt: (wall: number) => number;
}

/** Of a log that was not read yet. */
const NOTHING: Tallied = { counts: newCounts(), unknown: new UnknownLines(), guessesLeft: 0 };

export class LiveInput {
  readonly file: number;
  readonly read: ReadInput;
  /** Formats to try on its lines, likeliest first. */
  readonly formats: readonly AccessFormat[];
  readonly offsetAt: (wall: number) => number;
  /** Lines wait for what may follow them. */
  holds = false;
  readonly #matcher: SymptomMatcher;
  /** What learns how lines look takes memory: a log that does not grow has none. */
  #awake: { readonly reader: SourceReader; readonly blocks: BlockReader } | null = null;
  #asleep: Tallied | null;

  /** @param before what was read of the log before; null for a new one. */
  constructor({ input, file, format, known, matcher, offsetAt }: Parts, before: Tallied | null = null) {
    this.file = file;
    this.formats = format === null ? known : [format, ...known.filter((other) => other !== format)];
    this.offsetAt = offsetAt;
    this.#matcher = matcher;
    this.#asleep = before;
    const tallied = () => this.tallied;
    const reader = {
      get counts() {
        return tallied().counts;
      },
      get unknown() {
        return tallied().unknown;
      },
    };
    this.read = { input, format, reader };
  }

  get isAwake(): boolean {
    return this.#awake !== null;
  }

  get tallied(): Tallied {
    return this.#awake?.reader ?? this.#asleep ?? NOTHING;
  }

  /** What reads its lines. */
  get blocks(): BlockReader {
    this.#awake ??= this.#woken();
    return this.#awake.blocks;
  }

  /** Keeps what was counted, and forgets what only made reading faster. */
  sleep(): void {
    if (this.#awake === null || this.holds) return;
    const { counts, unknown, guessesLeft } = this.#awake.reader;
    this.#asleep = { counts, unknown, guessesLeft };
    this.#awake = null;
  }

  #woken() {
    const reader = new SourceReader({
      lasting: true,
      matcher: this.#matcher,
      formats: this.formats,
      offsetAt: this.offsetAt,
      since: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
    });
    if (this.#asleep !== null) {
      const { counts, unknown, guessesLeft } = this.#asleep;
      reader.goOn({ partial: '', guessesLeft }, counts, unknown);
      this.#asleep = null;
    }
    return { reader, blocks: new BlockReader(reader) };
  }
}
