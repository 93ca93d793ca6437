import split2 from 'split2';

/**
 * Splits what is appended to a file into lines and holds the unfinished last one until its LF arrives.
 *
 * split2 does it: lines trickle here, so its price for each does not matter, and keeping the rest between chunks is
 * what it is good at. It is given latin1 strings, undecoded, so that every byte comes back as it was; its mapper
 * takes the lines without an event for each.
 */
export class LineSplitter {
  #lines: string[] = [];
  readonly #stream = split2('\n', (line) => this.#take(line), { decodeStrings: false });

  /** The lines completed by `bytes`, without their LF, one character a byte. */
  async push(bytes: Buffer): Promise<string[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes.toString('latin1'), (error) => (error ? reject(error) : resolve()));
    });
    return this.#taken();
  }

  /** The unfinished line, if there is one; nothing may be pushed after this. */
  async end(): Promise<string[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.end(resolve);
    });
    return this.#taken();
  }

  /** Returns nothing, which makes split2 emit nothing. */
  #take(line: string): void {
    this.#lines.push(line);
  }

  #taken(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}
