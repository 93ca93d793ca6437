/**
 * Counts by 32-bit number. A Map took a quarter of a microsecond for each new one, and in a flood of addresses every
 * group meets thousands. A number and its count stand side by side, so that a hit touches one place in memory.
 */
import { mix } from '../findings/text.ts';

/** Most groups never count anything. */
const NOTHING = new Int32Array(2);
const FIRST_PLACES = 8;
/** Grows by this much at a time, which is rarer than by two. */
const GROWTH = 4;
/** A count stops here, as unsigned. */
const MOST = 0xffffffff;

export class NumberCounts {
  size = 0;
  /** Number and count by turns; a count of 0 marks an empty place. */
  #table = NOTHING;
  #mask = 0;

  /** @param key a signed 32-bit number; @param count from 1 on */
  add(key: number, count: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let place = mix(key) & mask;
    for (let seen = table[2 * place + 1]!; seen !== 0; seen = table[2 * place + 1]!) {
      if (table[2 * place] === key) {
        table[2 * place + 1] = Math.min((seen >>> 0) + count, MOST);
        return;
      }
      place = (place + 1) & mask;
    }
    // Three quarters full at most.
    if (4 * (this.size + 1) > 3 * (mask + 1)) {
      this.#grow();
      this.add(key, count);
      return;
    }
    table[2 * place] = key;
    table[2 * place + 1] = Math.min(count, MOST);
    this.size++;
  }

  /** Makes an empty one of a table in its own form: places with number and count, of which `size` are taken. */
  takeOver(table: Int32Array<ArrayBuffer>, size: number): void {
    this.#table = table;
    this.#mask = table.length / 2 - 1;
    this.size = size;
  }

  /** The numbers in ascending order, so that it does not matter in which they came. */
  keys(): Int32Array {
    const keys = new Int32Array(this.size);
    const table = this.#table;
    let n = 0;
    for (let at = 0; at < table.length; at += 2) if (table[at + 1] !== 0) keys[n++] = table[at]!;
    return keys.sort();
  }

  /** Hands over each number with its count, in no order. */
  each(take: (key: number, count: number) => void): void {
    const table = this.#table;
    for (let at = 0; at < table.length; at += 2) if (table[at + 1] !== 0) take(table[at]!, table[at + 1]! >>> 0);
  }

  /** How often a number was counted. */
  count(key: number): number {
    const table = this.#table;
    for (let place = mix(key) & this.#mask; ; place = (place + 1) & this.#mask) {
      const count = table[2 * place + 1]! >>> 0;
      if (count === 0 || table[2 * place] === key) return count;
    }
  }

  clear(): void {
    this.size = 0;
    this.#table = NOTHING;
    this.#mask = 0;
  }

  #grow(): void {
    const old = this.#table;
    const places = old === NOTHING ? FIRST_PLACES : (this.#mask + 1) * GROWTH;
    const table = new Int32Array(places * 2);
    const mask = places - 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue;
      let place = mix(old[at]!) & mask;
      while (table[2 * place + 1] !== 0) place = (place + 1) & mask;
      table[2 * place] = old[at]!;
      table[2 * place + 1] = old[at + 1]!;
    }
    this.#table = table;
    this.#mask = mask;
  }
}
