/** A stretch of log in memory, as bytes: what is looked at by position is never made into strings. */

const LF = 10;

export class TextWindow {
  readonly bytes: Buffer;
  /** Where the text ends. */
  end = 0;

  /** @param capacity bytes of text it has room for */
  constructor(capacity: number) {
    this.bytes = Buffer.from(new ArrayBuffer(capacity));
  }

  get capacity(): number {
    return this.bytes.length;
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
