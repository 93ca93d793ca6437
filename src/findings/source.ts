/**
 * Reads the lines of one input into findings. Two ways lead to the same findings: a plain one that parses a line in
 * full, and a fast one for the lines that repeat what was seen before but for their time, pid and client. The fast way
 * only uses pieces that the plain way has cut and stored, so both cannot differ.
 */
import { type Entry, EntryAssembler } from '../nginx/continuation.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import type { Batch } from './batch.ts';
import type { SourceCounts } from './counts.ts';
import { newCounts } from './counts.ts';
import { EncodedFeeds } from './encoded-feeds.ts';
import type { Gist } from './gists.ts';
import { LineReader, type ReaderOptions } from './line-reader.ts';
import { Scanner } from './scanner.ts';
import type { TextWindow } from './text-window.ts';
import { UnknownLines } from './unknown.ts';

/** What a reader may assume when it begins in the middle of an input. */
export interface PartStart {
  /** Text of a container line whose end is still to come. */
  readonly partial: string;
  readonly guessesLeft: number;
  /** Where unknown lines are counted. */
  newUnknown(): UnknownLines;
}

/** What lines before hand on to those behind them. */
export interface Boundary {
  /** Where the first line stands that is held, since what follows may belong to it; -1 when none is. */
  readonly heldFrom: number;
  /** How many are. */
  readonly heldLines: number;
  readonly partial: string;
}

export class SourceReader {
  readonly #feeds = new EncodedFeeds();
  /** Null: all lines are read the plain way. */
  readonly #scanner: Scanner | null;
  readonly #lines: LineReader;
  #assembler = new EntryAssembler();
  /** Physical lines that the assembler holds. */
  #held: HeldLine[] = [];
  #newUnknown = () => new UnknownLines();

  constructor(options: ReaderOptions) {
    this.#scanner = options.plain === true ? null : new Scanner(options);
    this.#lines = new LineReader(options, this.#scanner);
  }

  get counts(): SourceCounts {
    return this.#lines.counts;
  }

  get unknown(): UnknownLines {
    return this.#lines.unknown;
  }

  /** Guesses made at lines in unexpected forms. */
  get guessed(): number {
    return this.#lines.guessed;
  }

  /** Guesses that may still be made. */
  get guessesLeft(): number {
    return this.#lines.guessesLeft - this.#lines.guessed;
  }

  get gists(): readonly Gist[] {
    return this.#lines.gists.all;
  }

  get boundary(): Boundary {
    const { partial } = this.#lines;
    return { heldFrom: this.#held[0]?.start ?? -1, heldLines: this.#held.length, partial };
  }

  /** Begins anew in the middle of the input. What was learned of recurring lines is kept. */
  startPart(start: PartStart): void {
    this.#assembler = new EntryAssembler();
    this.#held = [];
    this.#lines.partial = start.partial;
    this.#lines.guessesLeft = start.guessesLeft;
    this.#newUnknown = start.newUnknown;
    this.startCounting();
  }

  /** Goes on where others have stopped. */
  goOn(start: Pick<PartStart, 'partial' | 'guessesLeft'>, counts: SourceCounts, unknown: UnknownLines): void {
    this.#lines.partial = start.partial;
    this.#lines.guessesLeft = start.guessesLeft;
    this.#lines.counts = counts;
    this.#lines.unknown = unknown;
  }

  /** Forgets what was counted so far. */
  startCounting(): void {
    this.#lines.counts = newCounts();
    this.#lines.unknown = this.#newUnknown();
    this.#lines.guessed = 0;
  }

  /** Empties the batch for findings in this window. */
  open(window: TextWindow, batch: Batch): void {
    if (this.#lines.gists.trim()) this.#scanner?.forget();
    this.#lines.window = window;
    batch.reset(window.bytes, this.#lines.gists.all);
  }

  /**
   * Reads the lines that start from `from` on and before `limit`. All that can belong to them must be in the window:
   * `REACH` bytes behind the start of each, or the end of the input.
   *
   * @param line number of the first
   * @returns where the next line starts, and its number
   */
  scan(window: TextWindow, from: number, limit: number, line: number, batch: Batch): { at: number; line: number } {
    this.#feeds.enter(window);
    const scanner = this.#scanner;
    scanner?.enter();
    const stop = Math.min(limit, window.end);
    let at = from;
    let number = line;
    while (at < stop) {
      if (scanner !== null && !this.#assembler.pending) {
        scanner.scan(window, at, stop, number, batch, this.#lines.counts);
        ({ at, line: number } = scanner);
        if (at >= stop) break;
      }
      const lineEnd = window.lineEnd(at);
      this.#plain(window, at, lineEnd, number, batch);
      at = lineEnd + 1;
      number++;
    }
    return { at, line: number };
  }

  /** Ends the input, or what there is of it now: nothing waits any longer. */
  end(batch: Batch): void {
    for (const entry of this.#assembler.flush()) this.#entry(entry, batch, false);
    this.#lines.end(batch);
  }

  #plain(window: TextWindow, start: number, lineEnd: number, line: number, batch: Batch): void {
    const end = lineEnd > start && window.bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
    const text = window.slice(start, end);
    if (this.#assembler.pending || (looksLikeHeader(text) && !this.#standsAlone(text, start))) {
      const wasPending = this.#assembler.pending;
      this.#held.push({ line, start, end });
      const entries = this.#assembler.push(text);
      // What may go on must be looked at each time.
      if (entries.length === 0) this.#scanner?.dismiss();
      for (const entry of entries) this.#entry(entry, batch, !wasPending);
      return;
    }
    this.#lines.read({ text, line, lines: 1, start, end, inWindow: true }, batch);
  }

  /**
   * Whether an entry that quotes a decoded path surely ends with its line: spares such entries, the commonest of all
   * (`open() … failed`), the wait for what follows.
   */
  #standsAlone(text: string, start: number): boolean {
    const message = text.indexOf(' ', text.indexOf(': *') + 3) + 1;
    const quotesPath = text.startsWith('open() "', message) || text.startsWith('"/', message);
    return quotesPath && text.includes(', request: "') && !this.#feeds.near(start);
  }

  /** An entry that is complete; its lines are the first of those held. */
  #entry(entry: Entry, batch: Batch, inWindow: boolean): void {
    const first = this.#held[0]!;
    this.#held = this.#held.slice(entry.lines);
    if (entry.swallowedHeader) this.#lines.counts.forged++;
    const { line, start, end } = first;
    const whole = inWindow && entry.lines === 1;
    this.#lines.read({ text: entry.text, line, lines: entry.lines, start, end, inWindow: whole }, batch);
  }
}

interface HeldLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}
