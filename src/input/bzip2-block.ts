import type { BitSource } from './bit-source.ts';
import { Damaged } from './packed-damage.ts';

const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;
/** Codes up to this length are looked up at once. */
const QUICK_BITS = 10;

/** CRC-32 as bzip2 computes it, highest bit first, polynomial 04c11db7. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/**
 * One block of bzip2: what stands between two block magics. `decode` undoes the Huffman and move-to-front coding and
 * the block sort; `fill` then hands out the text piece by piece, because a block can expand to 50 times its size.
 */
export class Bzip2Block {
  /** Sorted bytes in the low 8 bits, and above them where the byte that follows in the text is. */
  readonly #chain: Int32Array;
  #expectedCrc = 0;
  #crc = -1;
  #left = 0;
  #place = 0;
  /** Equal bytes in a row so far; after four comes a count of further ones. */
  #run = 0;
  #previous = -1;
  #repeat = 0;

  /** @param level the digit of the stream's header, 1 to 9: blocks hold that many times 100 000 bytes. */
  constructor(level: number) {
    this.#chain = new Int32Array(level * 100_000);
  }

  /** Reads a block from behind its magic. */
  decode(bits: BitSource): void {
    this.#expectedCrc = bits.take32() | 0;
    // Given up before bzip2 1.0.
    if (bits.take(1) !== 0) throw new Damaged();
    const origin = bits.take(24);
    const counts = new Int32Array(257);
    const length = this.#symbols(bits, usedBytes(bits), counts);
    if (origin >= length) throw new Damaged();
    for (let i = 1; i <= 256; i++) counts[i] = counts[i]! + counts[i - 1]!;
    const chain = this.#chain;
    for (let i = 0; i < length; i++) {
      const byte = chain[i]! & 0xff;
      const at = counts[byte]!;
      counts[byte] = at + 1;
      chain[at] = chain[at]! | (i << 8);
    }
    this.#left = length;
    this.#place = chain[origin]! >>> 8;
    this.#crc = -1;
    this.#run = 0;
    this.#previous = -1;
    this.#repeat = 0;
  }

  /** Writes the next part of the text and returns its length; 0 at the end of the block. */
  fill(out: Uint8Array): number {
    const chain = this.#chain;
    // Local copies: this is where the time goes, and fields would be written back for every byte.
    let left = this.#left;
    let place = this.#place;
    let run = this.#run;
    let previous = this.#previous;
    let repeat = this.#repeat;
    let crc = this.#crc;
    let at = 0;
    while (at < out.length) {
      if (repeat > 0) {
        repeat--;
        out[at++] = previous;
        crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ previous]!;
        continue;
      }
      if (left === 0) break;
      left--;
      const entry = chain[place]!;
      place = entry >>> 8;
      const byte = entry & 0xff;
      if (run === 4) {
        repeat = byte;
        run = 0;
        continue;
      }
      run = byte === previous ? run + 1 : 1;
      previous = byte;
      out[at++] = byte;
      crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!;
    }
    this.#left = left;
    this.#place = place;
    this.#run = run;
    this.#previous = previous;
    this.#repeat = repeat;
    this.#crc = crc;
    return at;
  }

  /** Whether the text handed out is the one that was packed; to be asked at its end. */
  get intact(): boolean {
    return ~this.#crc === this.#expectedCrc;
  }

  /** Undoes the Huffman, run-length and move-to-front coding; returns the length of the sorted text. */
  #symbols(bits: BitSource, front: Uint8Array, counts: Int32Array): number {
    const chain = this.#chain;
    const endOfBlock = front.length + 1;
    const codes = Array.from({ length: groupCount(bits) }, (): null => null);
    const selectors = readSelectors(bits, codes.length);
    const tables = codes.map(() => new HuffmanCode(readLengths(bits, front.length + 2)));
    let group = 0;
    let inGroup = 0;
    let table = tables[0]!;
    let length = 0;
    let runLength = 0;
    let runWeight = 1;
    for (;;) {
      if (inGroup === 0) {
        inGroup = GROUP_SYMBOLS;
        const selector = selectors[group++];
        if (selector === undefined) throw new Damaged();
        table = tables[selector]!;
      }
      inGroup--;
      const symbol = table.read(bits);
      if (symbol <= 1) {
        runLength += runWeight << symbol;
        runWeight <<= 1;
        if (runLength > chain.length) throw new Damaged();
        continue;
      }
      if (runLength > 0) {
        const byte = front[0]!;
        if (length + runLength > chain.length) throw new Damaged();
        chain.fill(byte, length, length + runLength);
        counts[byte + 1] = counts[byte + 1]! + runLength;
        length += runLength;
        runLength = 0;
        runWeight = 1;
      }
      if (symbol === endOfBlock) return length;
      if (length === chain.length) throw new Damaged();
      const byte = front[symbol - 1]!;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      chain[length++] = byte;
      counts[byte + 1] = counts[byte + 1]! + 1;
    }
  }
}

/** The byte values that occur in the block, upwards. */
function usedBytes(bits: BitSource): Uint8Array {
  const used: number[] = [];
  const ranges = bits.take(16);
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const values = bits.take(16);
    for (let i = 0; i < 16; i++) if ((values & (0x8000 >> i)) !== 0) used.push(range * 16 + i);
  }
  if (used.length === 0) throw new Damaged();
  return Uint8Array.from(used);
}

function groupCount(bits: BitSource): number {
  const groups = bits.take(3);
  if (groups < 2 || groups > 6) throw new Damaged();
  return groups;
}

/** Which code the symbols of each group of 50 are written in. */
function readSelectors(bits: BitSource, groups: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15));
  const front = Array.from({ length: groups }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let at = 0;
    while (bits.take(1) === 1) {
      at++;
      if (at >= groups) throw new Damaged();
    }
    const selector = front.splice(at, 1)[0]!;
    front.unshift(selector);
    selectors[i] = selector;
  }
  return selectors;
}

function readLengths(bits: BitSource, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let i = 0; i < symbols; i++) {
    while (length >= 1 && length <= MAX_CODE_BITS && bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_CODE_BITS) throw new Damaged();
    lengths[i] = length;
  }
  return lengths;
}

/** A canonical Huffman code, given by the lengths of its symbols' codes. */
class HuffmanCode {
  /** For each possible next 10 bits: symbol * 32 + length, or 0 where the code is longer. */
  readonly #quick = new Uint16Array(1 << QUICK_BITS);
  /** Symbols in the order of their codes; for each length the first code, its index, and how many there are. */
  readonly #symbols: Uint16Array;
  readonly #first = new Int32Array(MAX_CODE_BITS + 1);
  readonly #index = new Int32Array(MAX_CODE_BITS + 1);
  readonly #count = new Int32Array(MAX_CODE_BITS + 1);

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      this.#first[length] = code;
      this.#index[length] = index;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[index++] = symbol;
        if (length <= QUICK_BITS) {
          const from = code << (QUICK_BITS - length);
          this.#quick.fill(symbol * 32 + length, from, from + (1 << (QUICK_BITS - length)));
        }
        code++;
      }
      this.#count[length] = index - this.#index[length]!;
      code <<= 1;
    }
  }

  read(bits: BitSource): number {
    const quick = this.#quick[bits.peek(QUICK_BITS)]!;
    if (quick !== 0) {
      bits.drop(quick & 31);
      return quick >> 5;
    }
    for (let length = QUICK_BITS + 1; length <= MAX_CODE_BITS; length++) {
      const offset = bits.peek(length) - this.#first[length]!;
      if (offset >= 0 && offset < this.#count[length]!) {
        bits.drop(length);
        return this.#symbols[this.#index[length]! + offset]!;
      }
    }
    throw new Damaged();
  }
}
