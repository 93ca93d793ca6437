/** What a call of the scanner found, and what it asks about the line that it does not know. */
import type { SourceCounts } from './counts.ts';
import type { ScannerExports } from './scanner-module.ts';

/** What can be asked about a line: all that it says, with a context or without; or the hour it was written in. */
export type Question = 'error' | 'bare' | 'access' | 'time';

/** Looks at the memory each time, so that nothing is made for a call. Where things lie there is asked for once. */
export class ScannerResult {
  readonly #whole: Int32Array;
  readonly #exact: Float64Array;
  readonly #at: ReturnType<typeof placesOf>;
  readonly #questions: ReadonlyMap<number, Question>;

  constructor(code: ScannerExports) {
    const { buffer } = code.memory;
    this.#whole = new Int32Array(buffer, code.RESULT.value, code.RESULT_BYTES.value / 4);
    this.#exact = new Float64Array(buffer, code.RESULT.value, code.RESULT_BYTES.value / 8);
    this.#at = placesOf(code);
    this.#questions = new Map([
      [code.ABOUT_ERROR.value, 'error'],
      [code.ABOUT_BARE.value, 'bare'],
      [code.ABOUT_ACCESS.value, 'access'],
      [code.ABOUT_TIME.value, 'time'],
    ]);
  }

  /** Where the next line starts in the scanner's text, and its number. */
  get nextAt(): number {
    return this.#whole[this.#at.nextAt]!;
  }

  get nextLine(): number {
    return this.#whole[this.#at.nextLine]!;
  }

  /** Rows found, those with a client that is no number, and those with what only access lines have. */
  get rows(): number {
    return this.#whole[this.#at.rows]!;
  }

  get named(): number {
    return this.#whole[this.#at.named]!;
  }

  get ofAccess(): number {
    return this.#whole[this.#at.ofAccess]!;
  }

  /** What is asked about the line; null: nothing. */
  get question(): Question | null {
    return this.#questions.get(this.#whole[this.#at.asked]!) ?? null;
  }

  /** Of that line, epoch seconds and what else stands in the columns of its rows. */
  get time(): number {
    return this.#exact[this.#at.time]!;
  }

  get client(): number {
    return this.#exact[this.#at.client]!;
  }

  get connection(): number {
    return this.#exact[this.#at.connection]!;
  }

  get seconds(): number {
    return this.#exact[this.#at.seconds]!;
  }

  get size(): number {
    return this.#exact[this.#at.size]!;
  }

  /** Hash of its request; 0 when the scanner has made none. */
  get request(): number {
    return this.#whole[this.#at.request]! >>> 0;
  }

  /** Where its client stands in the window; its time, where that is asked about. */
  get name(): number {
    return this.#whole[this.#at.name]!;
  }

  get nameEnd(): number {
    return this.#whole[this.#at.nameEnd]!;
  }

  /** Adds what was counted in the call before. */
  addTo(counts: SourceCounts): void {
    const at = this.#at;
    const whole = this.#whole;
    counts.lines += whole[at.lines]!;
    counts.routine += whole[at.routine]!;
    counts.outside += whole[at.outside]!;
    counts.errorLines += whole[at.errorLines]!;
    counts.accessLines += whole[at.accessLines]!;
    counts.verbosity = Math.max(counts.verbosity, 31 - Math.clz32(whole[at.levels]!));
    counts.firstTime = Math.min(counts.firstTime, this.#exact[at.firstTime]!);
    counts.lastTime = Math.max(counts.lastTime, this.#exact[at.lastTime]!);
  }
}

/** Places in words of four bytes, and of eight where numbers are exact. */
function placesOf(code: ScannerExports) {
  return {
    nextAt: code.NEXT_AT.value / 4,
    nextLine: code.NEXT_LINE.value / 4,
    rows: code.ROWS_FOUND.value / 4,
    named: code.ROWS_NAMED.value / 4,
    ofAccess: code.ROWS_OF_ACCESS.value / 4,
    lines: code.LINES.value / 4,
    routine: code.ROUTINE.value / 4,
    outside: code.OUTSIDE.value / 4,
    errorLines: code.ERROR_LINES.value / 4,
    accessLines: code.ACCESS_LINES.value / 4,
    levels: code.LEVELS_SEEN.value / 4,
    firstTime: code.FIRST_TIME.value / 8,
    lastTime: code.LAST_TIME.value / 8,
    asked: code.ASKED.value / 4,
    time: code.ASKED_TIME.value / 8,
    client: code.ASKED_CLIENT.value / 8,
    connection: code.ASKED_CONNECTION.value / 8,
    seconds: code.ASKED_SECONDS.value / 8,
    size: code.ASKED_SIZE.value / 8,
    request: code.ASKED_REQUEST.value / 4,
    name: code.ASKED_NAME.value / 4,
    nameEnd: code.ASKED_NAME_END.value / 4,
  };
}
