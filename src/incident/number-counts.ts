/**
 * Counts by 32-bit number, in the order in which the numbers came. A Map took a quarter of a microsecond for each new
 * one, and in a flood of addresses every group meets thousands.
 */
import { mix } from '../findings/text.ts';

const FIRST_ROWS = 8;
/** Most groups never count anything. */
const NO_KEYS = new Int32Array(0);
const NO_COUNTS = new Float64Array(0);
const NO_PLACES = new Uint32Array(1);

export class NumberCounts {
  size = 0;
  #keys = NO_KEYS;
  #counts = NO_COUNTS;
  /** Hash table of rows, counted from 1; twice as many places as rows. */
  #places = NO_PLACES;

  add(key: number, count: number): void {
    const mask = this.#places.length - 1;
    let place = mix(key) & mask;
    for (let row = this.#places[place]!; row !== 0; row = this.#places[place]!) {
      if (this.#keys[row - 1] === key) {
        this.#counts[row - 1]! += count;
        return;
      }
      place = (place + 1) & mask;
    }
    if (this.size === this.#keys.length) {
      this.#grow();
      this.add(key, count);
      return;
    }
    this.#keys[this.size] = key;
    this.#counts[this.size] = count;
    this.#places[place] = ++this.size;
  }

  *[Symbol.iterator](): Generator<[key: number, count: number]> {
    for (let row = 0; row < this.size; row++) yield [this.#keys[row]!, this.#counts[row]!];
  }

  clear(): void {
    this.size = 0;
    this.#keys = NO_KEYS;
    this.#counts = NO_COUNTS;
    this.#places = NO_PLACES;
  }

  #grow(): void {
    const rows = Math.max(FIRST_ROWS, this.size * 2);
    const keys = new Int32Array(rows);
    const counts = new Float64Array(rows);
    keys.set(this.#keys);
    counts.set(this.#counts);
    this.#keys = keys;
    this.#counts = counts;
    this.#places = new Uint32Array(rows * 2);
    const mask = this.#places.length - 1;
    for (let row = 0; row < this.size; row++) {
      let place = mix(keys[row]!) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = row + 1;
    }
  }
}
