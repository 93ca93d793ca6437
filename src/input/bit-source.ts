import { CutOff } from './packed-damage.ts';

/** Reads bits from bytes, the highest of each byte first. Throws `CutOff` when they run out. */
export class BitSource {
  readonly #bytes: Uint8Array;
  #next: number;
  /** The bits taken from `#bytes` but not given out are the lowest `#count` ones. */
  #window = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#next = at;
  }

  /** The next `n` bits, at most 24, as a number. Missing ones at the end read as zeros until they are dropped. */
  peek(n: number): number {
    while (this.#count < n) {
      this.#window = (this.#window << 8) | (this.#bytes[this.#next++] ?? 0);
      this.#count += 8;
    }
    return (this.#window >>> (this.#count - n)) & ((1 << n) - 1);
  }

  /** Moves past `n` bits that were peeked at. */
  drop(n: number): void {
    this.#count -= n;
    if (this.#next - (this.#count >> 3) > this.#bytes.length) throw new CutOff();
  }

  /** Takes the next `n` bits, at most 24. */
  take(n: number): number {
    const bits = this.peek(n);
    this.drop(n);
    return bits;
  }

  /** Takes the next 32 bits, unsigned. */
  take32(): number {
    return this.take(16) * 0x10000 + this.take(16);
  }

  /** Moves to the next byte boundary and returns the offset of that byte. */
  align(): number {
    this.#count -= this.#count & 7;
    return this.#next - (this.#count >> 3);
  }

  /** Offset of the byte the next bit is in, and how many bits of it are used. */
  get place(): { byte: number; bits: number } {
    const ahead = Math.ceil(this.#count / 8);
    return { byte: this.#next - ahead, bits: ahead * 8 - this.#count };
  }
}
