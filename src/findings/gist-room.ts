/**
 * How many gists of a source are worth remembering. Where hardly a line comes twice, to remember more takes memory and
 * saves nothing; where a few thousand kinds of lines take turns, to forget them means to read each in full again: four
 * backends of five thousand pages took 33 ns a byte, and take 5. So there is room for more only where those that
 * were forgotten come again.
 */
import { hashText } from './text.ts';

/** Gists beyond which all are forgotten, to be gathered anew: at first, where nothing comes again, and at most. */
const FIRST = 16_384;
const FEW = 2048;
const MANY = 32_768;
const GROWTH = 4;
/** Of the gists made since all were forgotten last, the share that was there before; three in a hundred seem so by chance. */
const COMES_AGAIN = 0.06;
/** Which there were is kept as bits, by a hash of what they say; beyond so many, chance would see too many again. */
const BITS = 1 << 21;
const MOST_KEPT = 1 << 16;
/** Most sources never have as many. */
const UNNOTED = 512;

export class GistRoom {
  /** So many are remembered. */
  most: number;
  #bits: Uint8Array | null = null;
  #kept = 0;
  #made = 0;
  #again = 0;

  /** @param isLasting the source is read for months beside others: what is remembered in vain adds up there */
  constructor(isLasting: boolean) {
    this.most = isLasting ? FEW : FIRST;
  }

  /** Tells of a gist that was made, by all it says. */
  made(id: string): void {
    this.#made++;
    if (this.#bits === null && this.#made <= UNNOTED) return;
    this.#bits ??= new Uint8Array(BITS >> 3);
    const bit = hashText(id) & (BITS - 1);
    const mask = 1 << (bit & 7);
    if ((this.#bits[bit >> 3]! & mask) !== 0) {
      this.#again++;
      return;
    }
    this.#bits[bit >> 3]! |= mask;
    this.#kept++;
  }

  /** Tells that all are forgotten. */
  forgotten(): void {
    if (this.#again > COMES_AGAIN * this.#made) this.most = Math.min(this.most * GROWTH, MANY);
    else this.most = FEW;
    this.#made = 0;
    this.#again = 0;
    if (this.#kept < MOST_KEPT) return;
    this.#bits?.fill(0);
    this.#kept = 0;
  }
}
