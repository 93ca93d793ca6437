import { CutOff, Damaged } from './packed-damage.ts';

/** Largest amount of text one LZMA2 chunk can hold. */
const CHUNK_BYTES = 2 * 1024 * 1024;

// Where each kind of probability begins in the one array that holds them.
const STATES = 12;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + (STATES << 4);
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const SLOT = IS_REP0_LONG + (STATES << 4);
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 115;
const MATCH_LENGTH = ALIGN + 16;
// A length: two choices, 16 times 8 low ones, 16 times 8 middle ones, 256 high ones.
const LENGTH_LOW = 2;
const LENGTH_MIDDLE = LENGTH_LOW + 16 * 8;
const LENGTH_HIGH = LENGTH_MIDDLE + 16 * 8;
const REP_LENGTH = MATCH_LENGTH + LENGTH_HIGH + 256;
const LITERAL = REP_LENGTH + LENGTH_HIGH + 256;
/** LZMA2 allows at most 4 bits of literal context and position together. */
const PROBABILITIES = LITERAL + (0x300 << 4);

const HALF = 1024;
const HIGHEST = -0x80000000;

/**
 * Decodes the chunks of LZMA2 data into a sliding window, from which the text is handed out without copying.
 * After the description of LZMA and LZMA2 in the LZMA SDK (public domain).
 */
export class LzmaDecoder {
  /** How far back a match may reach, in bytes. */
  readonly dictionary: number;
  readonly #window: Buffer;
  /** Where the next byte of text goes in the window, and how many of those before it may be referred to. */
  #at = 0;
  #known = 0;
  /** Bytes since the dictionary was reset; the position contexts depend on it. */
  #position = 0;

  readonly #probability = new Uint16Array(PROBABILITIES);
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #literalBits = 0;
  #literalMask = 0;
  #positionMask = 0;

  #packed: Uint8Array = new Uint8Array(0);
  #next = 0;
  /** The range coder's interval, as signed 32-bit numbers that stand for unsigned ones. */
  #range = 0;
  #code = 0;

  /** @param dictionary how far back a match may reach, in bytes; about as much memory is taken. */
  constructor(dictionary: number) {
    this.dictionary = Math.max(dictionary, 4096);
    this.#window = Buffer.alloc(this.dictionary + Math.max(2 * CHUNK_BYTES, this.dictionary >> 2));
  }

  resetDictionary(): void {
    this.#at = 0;
    this.#known = 0;
    this.#position = 0;
  }

  /** Sets the contexts by LZMA's properties byte. */
  setProperties(byte: number): void {
    const literalBits = byte % 9;
    const literalPositionBits = Math.floor(byte / 9) % 5;
    const positionBits = Math.floor(byte / 45);
    if (positionBits > 4 || literalBits + literalPositionBits > 4) throw new Damaged();
    this.#literalBits = literalBits;
    this.#literalMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
  }

  resetState(): void {
    this.#probability.fill(HALF);
    this.#state = 0;
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
  }

  /** Takes over text that is not packed. The result is valid until the next call. */
  copy(text: Uint8Array): Buffer {
    const start = this.#makeRoom(text.length);
    this.#window.set(text, start);
    this.#advance(text.length);
    return this.#window.subarray(start, this.#at);
  }

  /**
   * Decodes one chunk into `length` bytes of text, valid until the next call. Where the data is damaged or ends too
   * early, `failure` says so, and the text is what stands before.
   */
  decode(packed: Uint8Array, length: number): { text: Buffer; failure: Error | null } {
    const start = this.#makeRoom(length);
    let failure: Error | null = null;
    try {
      this.#begin(packed);
      this.#symbols(start + length);
      this.#normalize();
      if (this.#code !== 0 || this.#next !== packed.length) throw new Damaged();
    } catch (error) {
      if (!(error instanceof Damaged || error instanceof CutOff)) throw error;
      failure = error;
    }
    return { text: this.#window.subarray(start, this.#at), failure };
  }

  #makeRoom(length: number): number {
    if (this.#at + length > this.#window.length) {
      this.#window.copyWithin(0, this.#at - this.#known, this.#at);
      this.#at = this.#known;
    }
    return this.#at;
  }

  #advance(length: number): void {
    this.#at += length;
    this.#position += length;
    this.#known = Math.min(this.#known + length, this.dictionary);
  }

  #begin(packed: Uint8Array): void {
    this.#packed = packed;
    if (packed.length < 5) throw new CutOff();
    if (packed[0] !== 0) throw new Damaged();
    this.#code = (packed[1]! << 24) | (packed[2]! << 16) | (packed[3]! << 8) | packed[4]!;
    this.#range = -1;
    this.#next = 5;
  }

  #symbols(end: number): void {
    while (this.#at < end) {
      const position = this.#position & this.#positionMask;
      const state = this.#state;
      if (this.#bit(IS_MATCH + (state << 4) + position) === 0) {
        this.#literal();
      } else if (this.#bit(IS_REP + state) === 0) {
        const length = this.#length(MATCH_LENGTH, position);
        this.#rep3 = this.#rep2;
        this.#rep2 = this.#rep1;
        this.#rep1 = this.#rep0;
        this.#rep0 = this.#distance(length);
        this.#state = state < 7 ? 7 : 10;
        this.#repeat(length, end);
      } else {
        this.#repeat(this.#repeated(state, position), end);
      }
    }
  }

  #literal(): void {
    const window = this.#window;
    const before = this.#known > 0 ? window[this.#at - 1]! : 0;
    const context = ((this.#position & this.#literalMask) << this.#literalBits) + (before >> (8 - this.#literalBits));
    const base = LITERAL + 0x300 * context;
    let symbol = 1;
    if (this.#state < 7) {
      while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    } else {
      // After a match, the byte that would have gone on with it is part of the context until the two differ.
      let matched = window[this.#at - this.#rep0 - 1]!;
      let offset = 0x100;
      while (symbol < 0x100) {
        matched <<= 1;
        const bit = this.#bit(base + offset + (matched & offset) + symbol);
        offset &= bit === 1 ? matched : ~matched;
        symbol = (symbol << 1) | bit;
      }
    }
    window[this.#at] = symbol;
    this.#advance(1);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** Chooses one of the last four distances; returns the length of the match. */
  #repeated(state: number, position: number): number {
    if (this.#bit(IS_REP0 + state) === 0) {
      if (this.#bit(IS_REP0_LONG + (state << 4) + position) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      let chosen = this.#rep1;
      if (this.#bit(IS_REP1 + state) === 1) {
        chosen = this.#rep2;
        if (this.#bit(IS_REP2 + state) === 1) {
          chosen = this.#rep3;
          this.#rep3 = this.#rep2;
        }
        this.#rep2 = this.#rep1;
      }
      this.#rep1 = this.#rep0;
      this.#rep0 = chosen;
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(REP_LENGTH, position);
  }

  #length(base: number, position: number): number {
    if (this.#bit(base) === 0) return 2 + this.#tree(base + LENGTH_LOW + (position << 3), 3);
    if (this.#bit(base + 1) === 0) return 10 + this.#tree(base + LENGTH_MIDDLE + (position << 3), 3);
    return 18 + this.#tree(base + LENGTH_HIGH, 8);
  }

  /** A new distance, less one. */
  #distance(length: number): number {
    const slot = this.#tree(SLOT + (Math.min(length - 2, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const top = 2 | (slot & 1);
    if (slot < 14) {
      const base = top << bits;
      return base + this.#reversedTree(SPECIAL + base - slot - 1, bits);
    }
    let middle = top;
    for (let i = bits - 4; i > 0; i--) {
      this.#normalize();
      this.#range >>>= 1;
      this.#code = (this.#code - this.#range) | 0;
      const below = this.#code >> 31;
      this.#code = (this.#code + (this.#range & below)) | 0;
      middle = (middle << 1) + below + 1;
    }
    return ((middle << 4) >>> 0) + this.#reversedTree(ALIGN, 4);
  }

  #repeat(length: number, end: number): void {
    const distance = this.#rep0 + 1;
    const at = this.#at;
    if (distance > this.#known || at + length > end) throw new Damaged();
    const window = this.#window;
    if (length > 32 && distance >= length) window.copyWithin(at, at - distance, at - distance + length);
    else for (let i = at; i < at + length; i++) window[i] = window[i - distance]!;
    this.#advance(length);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reversedTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #bit(at: number): 0 | 1 {
    this.#normalize();
    const probability = this.#probability[at]!;
    const bound = Math.imul(this.#range >>> 11, probability);
    // The highest bit is turned to compare as if unsigned.
    if ((this.#code ^ HIGHEST) < (bound ^ HIGHEST)) {
      this.#range = bound;
      this.#probability[at] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range = (this.#range - bound) | 0;
    this.#code = (this.#code - bound) | 0;
    this.#probability[at] = probability - (probability >> 5);
    return 1;
  }

  #normalize(): void {
    if (this.#range >>> 24 !== 0) return;
    if (this.#next === this.#packed.length) throw new CutOff();
    this.#range <<= 8;
    this.#code = (this.#code << 8) | this.#packed[this.#next++]!;
  }
}
