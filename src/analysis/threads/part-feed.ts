/**
 * Puts a plain file together that is read in parts, by several threads and by this one. The parts are taken in their
 * order, and each only when it was read as it would have been after all lines before it; else it is read again here.
 */
import { closeSync, openSync } from 'node:fs';
import { Batch } from '../../findings/batch.ts';
import { addCounts } from '../../findings/counts.ts';
import { MAX_GUESSES } from '../../findings/line-reader.ts';
import type { Boundary, SourceReader } from '../../findings/source.ts';
import type { UnknownLines } from '../../findings/unknown.ts';
import type { Feed, Tallied } from '../feed.ts';
import type { Crew, ReadPart } from './crew.ts';
import { type PartJob, type PartResult, readPart } from './part.ts';

/** Parts that are being read or wait to be taken, for each thread and this one. */
const PARTS_EACH = 6;
/**
 * Parts that this thread reads while others start. What is behind them waits for those: a thread that had to ask first
 * when it was ready stood idle until this one was through with a part, 30 ms in the beginning.
 */
const FAR = 4;
const NOTHING_HELD: Boundary = { heldFrom: -1, heldLines: 0, partial: '' };

export interface PartedFile {
  readonly path: string;
  /** Place in the analysis. */
  readonly input: number;
  readonly size: number;
  readonly partBytes: number;
  readonly tallied: Tallied;
  newReader(): SourceReader;
  onProgress(bytes: number): void;
  /** Reads the rest of the file in one go: what cannot be read in parts. */
  rest(from: Rest): Feed;
}

/** Where reading in one go begins: the first line that is not counted yet. */
export interface Rest {
  readonly offset: number;
  readonly line: number;
  readonly partial: string;
  readonly guessesLeft: number;
}

interface Part {
  readonly job: PartJob;
  /** Undefined while it is not read; null when it has to be read with what stands before. */
  read: ReadPart | null | undefined;
  /** Settled when a thread is done with it; null when none was asked. */
  pending: Promise<void> | null;
}

export class PartFeed implements Feed {
  readonly #file: PartedFile;
  readonly #crew: Crew;
  readonly #parts: Part[] = [];
  /** Where the next part starts that is not in sight yet. */
  #ahead = 0;
  /** What the lines taken so far hand on, and the number of the next. */
  #handedOn = NOTHING_HELD;
  #line = 1;
  #next = 0;
  #guessesLeft = MAX_GUESSES;
  #rest: Feed | null = null;
  #descriptor = -1;
  #reader: SourceReader | null = null;
  /** Batches that were read here and taken, and the one that is being taken. */
  readonly #spare: Batch[] = [];
  #given: Batch | null = null;

  constructor(file: PartedFile, crew: Crew) {
    this.#file = file;
    this.#crew = crew;
  }

  prepare(): void {
    this.#plan();
    const parts = this.#parts;
    for (let place = 0; place < parts.length; place++) {
      const part = parts[place]!;
      if (part.pending !== null || part.read !== undefined) continue;
      const isFar = place >= FAR;
      // Where there is no room for one that is far, there is none for those behind it.
      if (!this.#ask(part, isFar) && isFar) return;
    }
  }

  async next(): Promise<Batch | null> {
    if (this.#rest !== null) return await this.#rest.next();
    if (this.#given !== null && this.#spare.length < 2) this.#spare.push(this.#given);
    this.#given = null;
    this.prepare();
    const part = this.#parts[0];
    if (part === undefined) {
      this.#close();
      return null;
    }
    const read = await this.#readingOf(part);
    this.#parts.shift();
    this.prepare();
    const taken = read !== null && this.#fits(part.job, read.result) ? this.#take(read) : this.#again(part.job);
    if (taken === null) return await this.#inOneGo();
    this.#file.onProgress(Math.min(part.job.to, this.#file.size) - part.job.from);
    return taken;
  }

  /** Brings as many parts in sight as may be under way. */
  #plan(): void {
    const { input, size, partBytes, tallied } = this.#file;
    while (this.#ahead < size && this.#parts.length < PARTS_EACH * (this.#crew.size + 1)) {
      const from = this.#ahead;
      this.#ahead += partBytes;
      const { known } = tallied.unknown;
      const rest = { guessesLeft: this.#guessesLeft, templates: known };
      const job: PartJob = { input, from, to: this.#ahead, size, start: from === 0 ? NOTHING_HELD : null, ...rest };
      this.#parts.push({ job, read: undefined, pending: null });
    }
  }

  /** Whether a thread has taken it. */
  #ask(part: Part, isFar: boolean): boolean {
    const asked = this.#crew.part(part.job, isFar);
    if (asked === null) return false;
    part.pending = asked.then((read) => {
      part.read = read;
    });
    return true;
  }

  /** The first part, read; parts behind it are read here while a thread is at it. */
  async #readingOf(part: Part): Promise<ReadPart | null> {
    while (part.read === undefined) {
      // Lets in what the threads have sent meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      if (part.read !== undefined) break;
      const mine = this.#parts.find(({ pending, read }) => pending === null && read === undefined);
      if (mine !== undefined) {
        mine.read = this.#readHere(mine.job);
        this.#closeForgotten(mine);
      } else await part.pending;
    }
    return part.read;
  }

  /** Packs what waits with gists that the reader has forgotten since: nobody else needs these. */
  #closeForgotten({ read: last }: Part): void {
    for (const { pending, read } of this.#parts) {
      if (pending === null && read != null && read.batch.gists !== last?.batch.gists) read.batch.close();
    }
  }

  #readHere(job: PartJob, unknown?: () => UnknownLines): ReadPart | null {
    try {
      if (this.#descriptor === -1) this.#descriptor = openSync(this.#file.path, 'r');
      this.#reader ??= this.#file.newReader();
      const batch = this.#spare.pop() ?? new Batch();
      const result = readPart(this.#descriptor, job, this.#reader, batch, unknown);
      // The memory it was read into is used again before the findings are taken.
      batch.keepTexts();
      return result === null ? null : { result, batch };
    } catch {
      // Reading in one go meets the same error, and says so.
      return null;
    }
  }

  /** Whether a part was read as it would have been after the lines taken so far. */
  #fits(job: PartJob, { start, overflowed, guessed }: PartResult): boolean {
    const { heldFrom, partial } = this.#handedOn;
    if (start.heldFrom !== heldFrom || start.partial !== partial || overflowed) return false;
    // All its guesses would have been made as well, or exactly as many.
    const unlimited = guessed < job.guessesLeft && guessed <= this.#guessesLeft;
    return unlimited || job.guessesLeft === this.#guessesLeft;
  }

  #take({ result, batch }: ReadPart): Batch {
    const { tallied } = this.#file;
    addCounts(tallied.counts, result.counts);
    tallied.unknown.merge(result.unknown);
    return this.#passed(result, batch);
  }

  /** Reads a part with what is known now of the lines before it. */
  #again(job: PartJob): Batch | null {
    const { tallied } = this.#file;
    let unknown = tallied.unknown;
    const known = { start: this.#handedOn, guessesLeft: this.#guessesLeft };
    // Lines that are held were counted nowhere yet, so that counting begins with the part.
    const read = this.#readHere({ ...job, ...known }, () => {
      unknown = tallied.unknown.copy();
      return unknown;
    });
    if (read === null) return null;
    addCounts(tallied.counts, read.result.counts);
    tallied.unknown = unknown;
    return this.#passed(read.result, read.batch);
  }

  #passed(result: PartResult, batch: Batch): Batch {
    this.#given = batch;
    batch.firstLine += this.#line;
    this.#line += result.lines;
    this.#next = result.next;
    this.#handedOn = result.end;
    this.#guessesLeft -= result.guessed;
    return batch;
  }

  #inOneGo(): Promise<Batch | null> {
    const { heldFrom, heldLines, partial } = this.#handedOn;
    this.#close();
    this.#parts.length = 0;
    this.#rest = this.#file.rest({
      offset: heldFrom === -1 ? this.#next : heldFrom,
      line: this.#line - heldLines,
      partial,
      guessesLeft: this.#guessesLeft,
    });
    return this.#rest.next();
  }

  #close(): void {
    if (this.#descriptor !== -1) closeSync(this.#descriptor);
    this.#descriptor = -1;
    this.#crew.done(this.#file.input);
  }
}
