/** What wslog says beside its results: one sentence a line on standard error. */
import { showText } from '../safe/display.ts';

export class Messages {
  readonly #stream: NodeJS.WritableStream;
  readonly #quiet: boolean;
  readonly #said = new Set<string>();
  #elsewhere: ((sentence: string) => void) | null = null;

  /** @param quiet leaves out notices; errors are always said. */
  constructor(stream: NodeJS.WritableStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  /** Something good to know. */
  notice(sentence: string): void {
    if (!this.#quiet) this.#say(sentence);
  }

  /** Something that happened while wslog runs: it may happen again, and is said again then. */
  event(sentence: string): void {
    if (this.#quiet) return;
    this.#said.delete(sentence);
    this.#say(sentence);
  }

  /** Something that makes the result less than was asked for. */
  error(sentence: string): void {
    this.#say(sentence);
  }

  /** While a screen is drawn where the sentences would go, it takes them. Null: they are written again. */
  divert(to: ((sentence: string) => void) | null): void {
    this.#elsewhere = to;
  }

  // File names and config values reach these sentences, so they are shown like log text. Nothing is said twice.
  #say(sentence: string): void {
    if (this.#said.has(sentence)) return;
    if (this.#said.size < 10_000) this.#said.add(sentence);
    if (this.#elsewhere !== null) this.#elsewhere(showText(sentence));
    else this.#stream.write(`wslog: ${showText(sentence)}\n`);
  }
}
