/** A stretch of log in memory, as bytes: what is looked at by position is never made into strings. */

/** Room behind the text, so that a comparison may run over its end; as long as the longest text that is compared. */
const SLACK = 4096;

const LF = 10;

export class TextWindow {
  readonly bytes: Buffer;
  /** The same memory, for reading four bytes at any position. */
  readonly view: DataView;
  /** Where the text ends. */
  end = 0;

  /** @param capacity bytes of text it has room for */
  constructor(capacity: number) {
    // Memory of its own, that can be handed to another thread.
    const memory = new ArrayBuffer(capacity + SLACK);
    this.bytes = Buffer.from(memory);
    this.view = new DataView(memory);
  }

  get capacity(): number {
    return this.bytes.length - SLACK;
  }

  /** The text between two positions as latin1. */
  slice(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end);
  }

  /** Where the line at `start` ends: its line feed, or the end of the text. */
  lineEnd(start: number): number {
    const at = this.bytes.indexOf(LF, start);
    return at === -1 || at > this.end ? this.end : at;
  }
}
