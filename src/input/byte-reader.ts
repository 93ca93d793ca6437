/** Pulls bytes from a source of chunks, with look-ahead: what the decompressors parse their framing with. */
export class ByteReader {
  /** Bytes taken so far: the offset of the next one in the source. */
  position: number;
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>, position = 0) {
    this.#source = chunks[Symbol.asyncIterator]();
    this.position = position;
  }

  /** Whatever is at hand, at most `limit` bytes; null at the end. Valid until the next call. */
  async next(limit = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    if (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return null;
      this.#rest = value;
    }
    const bytes = this.#rest.subarray(0, Math.min(limit, this.#rest.length));
    this.#rest = this.#rest.subarray(bytes.length);
    this.position += bytes.length;
    return bytes;
  }

  /** The next `length` bytes without taking them; fewer only at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#rest.length < length) {
      // Copied before the source is asked, since it may reuse the memory.
      const held = Buffer.from(this.#rest);
      const { done, value } = await this.#source.next();
      if (done === true) {
        this.#rest = held;
        break;
      }
      this.#rest = Buffer.concat([held, value]);
    }
    return this.#rest.subarray(0, length);
  }

  /** The next `length` bytes, or null when the source ends before. */
  async take(length: number): Promise<Buffer | null> {
    const bytes = await this.peek(length);
    if (bytes.length < length) return null;
    this.#rest = this.#rest.subarray(length);
    this.position += length;
    return bytes;
  }

  /** Leaves out `length` bytes; false when the source ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > 0) {
      const bytes = await this.next(left);
      if (bytes === null) return false;
      left -= bytes.length;
    }
    return true;
  }

  /** Puts back the bytes taken last (or the end of them). */
  unread(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
    this.position -= bytes.length;
  }

  /** Lets go of the source. Not awaited on purpose: a source that waits for input would never settle. */
  close(): void {
    this.#source.return?.().catch(() => {});
  }
}
