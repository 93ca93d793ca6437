/**
 * Reads one part of a plain file, as if all lines before it had been read: the lines that start in it. What those lines
 * hand on to these (an entry that goes on, a split container line) is found out by reading a little of what stands
 * before; whoever puts the parts together checks that it was found right.
 */
import { readSync } from 'node:fs';
import type { Batch } from '../../findings/batch.ts';
import type { SourceCounts } from '../../findings/counts.ts';
import { REACH } from '../../findings/encoded-feeds.ts';
import type { Boundary, SourceReader } from '../../findings/source.ts';
import { TextWindow } from '../../findings/text-window.ts';
import { UnknownLines } from '../../findings/unknown.ts';

/** Bytes before a part that are read to find out what they hand on: more than any entry has. */
const RUN_UP = 16 * 1024;
/** Bytes read at once: what is read is still in the processor's cache when it is looked at. */
const PIECE = 256 * 1024;
/** An unfinished line of this length may become one that is too long to be read in parts. */
const LONG_LINE = 512 * 1024;
const LF = 10;

export interface PartJob {
  /** Place of the input in the analysis. */
  readonly input: number;
  /** Offsets in the file: the part, and the end of what is read at all. */
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** What the lines before hand on, with offsets in the file; null: to be found out. */
  readonly start: Boundary | null;
  readonly guessesLeft: number;
  /** The only templates of unknown lines there is room for; null while there is room for any. */
  readonly templates: readonly string[] | null;
}

export interface PartResult {
  /** With offsets in the file: what was found to be handed on to the part, and what it hands on. */
  readonly start: Boundary;
  readonly end: Boundary;
  /** Where the next line starts. */
  readonly next: number;
  readonly lines: number;
  readonly counts: SourceCounts;
  readonly unknown: UnknownLines['templates'];
  readonly overflowed: boolean;
  readonly guessed: number;
}

/**
 * @returns null when it holds what only the reading in one go can tell right: NULs, or a line of half a megabyte
 * @throws when the file cannot be read
 */
export function readPart(
  file: number,
  job: PartJob,
  reader: SourceReader,
  batch: Batch,
  unknown: () => UnknownLines = () => new UnknownLines({ known: job.templates }),
): PartResult | null {
  const { start } = job;
  const runUp = start === null ? RUN_UP : 1;
  const base = start !== null && start.heldFrom >= 0 ? start.heldFrom : Math.max(0, job.from - runUp);
  const text = new FileText(file, base, job);
  reader.startPart({ partial: start?.partial ?? '', guessesLeft: job.guessesLeft, newUnknown: unknown });
  reader.open(text.window, batch);
  if (base > 0 && base !== start?.heldFrom && !text.toLineStart()) return null;
  if (!text.scan(reader, job.from, batch)) return null;
  const found = text.inFile(reader.boundary);
  reader.startCounting();
  reader.open(text.window, batch);
  batch.firstLine = -text.line;
  const before = text.line;
  if (!text.scan(reader, job.to, batch)) return null;
  const end = text.inFile(reader.boundary);
  if (job.to >= job.size) reader.end(batch);
  return {
    start: start ?? found,
    end,
    next: text.next,
    lines: text.line - before,
    counts: reader.counts,
    unknown: reader.unknown.templates,
    overflowed: reader.unknown.overflowed,
    guessed: reader.guessed,
  };
}

/** Memory is used again from part to part; a thread reads one at a time. */
let memory = new TextWindow(0);

class FileText {
  readonly window: TextWindow;
  /** Lines passed so far. */
  line = 0;
  readonly #file: number;
  readonly #base: number;
  readonly #size: number;
  /** Where the next line starts. */
  #at = 0;
  #filled = 0;
  #ended = false;

  constructor(file: number, base: number, { to, size }: PartJob) {
    this.#file = file;
    this.#base = base;
    this.#size = size;
    const needed = to - base + LONG_LINE + 2 * PIECE + REACH;
    if (memory.capacity < needed) memory = new TextWindow(needed);
    this.window = memory;
    this.window.end = 0;
  }

  get next(): number {
    return this.#base + this.#at;
  }

  /** Moves to the start of the first line that starts in the text; false when the text cannot be read in parts. */
  toLineStart(): boolean {
    for (;;) {
      const lf = this.window.bytes.subarray(0, this.window.end).indexOf(LF);
      if (lf !== -1 || this.#ended) {
        this.#at = lf === -1 ? this.window.end : lf + 1;
        return true;
      }
      if (!this.#fill()) return false;
    }
  }

  /** Reads the lines that start before an offset in the file; false when the text cannot be read in parts. */
  scan(reader: SourceReader, offset: number, batch: Batch): boolean {
    const limit = offset - this.#base;
    for (;;) {
      const stop = Math.min(limit, this.#ended ? this.window.end : this.window.end - REACH + 1);
      if (this.#at < stop) {
        const { at, line } = reader.scan(this.window, this.#at, stop, this.line, batch);
        this.#at = at;
        this.line = line;
      }
      if (this.#at >= limit || this.#ended) return true;
      if (!this.#fill()) return false;
    }
  }

  /** A boundary with offsets in the file. */
  inFile(boundary: Boundary): Boundary {
    return boundary.heldFrom === -1 ? boundary : { ...boundary, heldFrom: this.#base + boundary.heldFrom };
  }

  /** Reads on. What is in sight ends with a whole line, or with the input. */
  #fill(): boolean {
    const { bytes } = this.window;
    const left = this.#size - this.#base - this.#filled;
    const n =
      left <= 0 ? 0 : readSync(this.#file, bytes, this.#filled, Math.min(PIECE, left), this.#base + this.#filled);
    const piece = bytes.subarray(this.#filled, this.#filled + n);
    if (piece.indexOf(0) !== -1) return false;
    const lf = piece.lastIndexOf(LF);
    if (lf !== -1) this.window.end = this.#filled + lf + 1;
    this.#filled += n;
    this.#ended = n === 0 || n === left;
    if (this.#ended) this.window.end = this.#filled;
    return this.#filled - this.window.end <= LONG_LINE;
  }
}
