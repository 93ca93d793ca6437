/**
 * A packed file that one thread reads as a whole, since packed bytes cannot be read from the middle: another one while
 * the files before it are taken, or this one when its turn has come. Two files then need one other thread and not two,
 * each of which takes 0.2 s of a core to start and to learn.
 */
import type { Batch } from '../../findings/batch.ts';
import { UnknownLines } from '../../findings/unknown.ts';
import type { Feed, Tallied } from '../feed.ts';
import type { Crew } from './crew.ts';

export interface PackedFile {
  /** Place in the analysis. */
  readonly input: number;
  readonly tallied: Tallied;
  onProgress(bytes: number): void;
  onProblem(sentence: string): void;
  /** Reads the file in this thread. */
  here(): Feed;
}

export class WholeFeed implements Feed {
  readonly #file: PackedFile;
  readonly #crew: Crew;
  readonly #waiting: { readonly batch: Batch; readonly bytes: number }[] = [];
  #thread: { taken(bytes: number): void } | null = null;
  #here: Feed | null = null;
  #ended = false;
  #failed = false;
  #wake: (() => void) | null = null;
  /** Findings handed over; those of a file that has to be read again are passed over. */
  #given = 0;

  constructor(file: PackedFile, crew: Crew) {
    this.#file = file;
    this.#crew = crew;
  }

  prepare(): void {
    if (this.#thread !== null || this.#here !== null || this.#ended) return;
    const { tallied } = this.#file;
    this.#thread = this.#crew.whole(this.#file.input, {
      onFindings: (batch, bytes, read) => {
        this.#waiting.push({ batch, bytes });
        this.#file.onProgress(read);
        this.#wake?.();
      },
      onEnd: (read, counts, unknown, problems) => {
        tallied.counts = counts;
        tallied.unknown = new UnknownLines();
        tallied.unknown.merge(unknown);
        for (const sentence of problems) this.#file.onProblem(sentence);
        this.#file.onProgress(read);
        this.#ended = true;
        this.#wake?.();
      },
      onFailure: () => {
        this.#failed = true;
        this.#wake?.();
      },
    });
  }

  async next(): Promise<Batch | null> {
    // Its turn has come before a thread was free to read it beforehand: they had better read the next.
    if (this.#thread === null) this.#here ??= this.#file.here();
    if (this.#here !== null) return await this.#here.next();
    for (;;) {
      const first = this.#waiting.shift();
      if (first !== undefined) {
        this.#thread?.taken(first.bytes);
        this.#given += first.batch.length;
        return first.batch;
      }
      if (this.#ended) return null;
      if (this.#failed) return await this.#again();
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** The thread has failed: reads the file here, to where it was. */
  async #again(): Promise<Batch | null> {
    this.#here = this.#file.here();
    for (let passed = 0; passed < this.#given; ) {
      const batch = await this.#here.next();
      if (batch === null) return null;
      passed += batch.length;
      if (passed > this.#given) {
        batch.first = batch.length - (passed - this.#given);
        return batch;
      }
    }
    return await this.#here.next();
  }
}
