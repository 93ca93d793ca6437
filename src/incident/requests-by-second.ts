/**
 * Requests whose error line was seen and whose access line may still come, by client, request line and second: what is
 * left when no connection number is logged. A table of fixed size: an old entry gives way to a new one.
 */
import { type SavedBlock, SlotBlocks } from './slot-blocks.ts';

const SIZE = 1 << 16;
const MASK = SIZE - 1;
/**
 * Slots that a request may take. With a single one, two hundred requests that wait at the same time lost one in a
 * thousand of them to another in the same slot.
 */
const WAYS = 4;
/** Lines of workers come this much out of order (seconds), and some more. */
const OUT_OF_ORDER = 10;

/** A slot in 64-bit numbers: time; and in 32-bit ones, behind it: hash, group counted from 1, how many wait. */
const WIDE = 3;
const NARROW = 2 * WIDE;
const HASH = 2;
const GROUP = 3;
const WAITING = 4;

export class RequestsBySecond {
  readonly #wide = new Float64Array(SIZE * WIDE);
  /** A group of 0 marks an empty slot, so that the memory of a short analysis is never touched. */
  readonly #narrow = new Int32Array(this.#wide.buffer);
  readonly #blocks = new SlotBlocks(SIZE);
  #latest = Number.NEGATIVE_INFINITY;
  /** Some request found its own few slots taken, and is in others. Rare, so that most tables are searched once. */
  #spilled = false;

  /** @param hash unsigned, 32 bits; @param time epoch seconds, or NaN */
  note(hash: number, time: number, group: number): void {
    const slot = this.#slotFor(hash, time);
    const narrow = this.#narrow;
    const n = slot * NARROW;
    this.#blocks.changed(slot);
    if (time > this.#latest) this.#latest = time;
    if (this.#holds(slot, hash, time)) {
      narrow[n + WAITING]!++;
      return;
    }
    this.#wide[slot * WIDE] = time;
    narrow[n + HASH] = hash;
    narrow[n + GROUP] = group + 1;
    narrow[n + WAITING] = 1;
  }

  /** Looks at the access line's own second, then at the one before: nginx reads its clock once per event loop. */
  join(hash: number, time: number): number {
    const group = this.#joinIn(hash, time);
    return group === -1 ? this.#joinIn(hash, time - 1) : group;
  }

  #joinIn(hash: number, second: number): number {
    const value = hash + second * 31;
    let slot = this.#waitingIn(bucketOf(value), hash, second);
    if (slot === -1 && this.#spilled) slot = this.#waitingIn(otherBucketOf(value), hash, second);
    if (slot === -1) return -1;
    this.#narrow[slot * NARROW + WAITING]!--;
    this.#blocks.changed(slot);
    return this.#narrow[slot * NARROW + GROUP]! - 1;
  }

  #waitingIn(base: number, hash: number, second: number): number {
    for (let slot = base; slot < base + WAYS; slot++) {
      if (this.#narrow[slot * NARROW + WAITING] !== 0 && this.#holds(slot, hash, second)) return slot;
    }
    return -1;
  }

  #holds(slot: number, hash: number, time: number): boolean {
    const n = slot * NARROW;
    return this.#narrow[n + HASH] === (hash | 0) && this.#wide[slot * WIDE] === time && this.#narrow[n + GROUP] !== 0;
  }

  /**
   * Where the request is, or what gives way to it: a slot in which nothing waits, else one noted longest ago. A watch
   * that catches up has thousands waiting, and of a hundred thousand one would find its few slots taken.
   */
  #slotFor(hash: number, time: number): number {
    const value = hash + time * 31;
    const own = this.#slotIn(bucketOf(value), hash, time);
    if (this.#isOpenFor(own, hash, time)) return own;
    this.#spilled = true;
    const other = this.#slotIn(otherBucketOf(value), hash, time);
    return this.#isOpenFor(other, hash, time) || this.#wide[other * WIDE]! < this.#wide[own * WIDE]! ? other : own;
  }

  #isOpenFor(slot: number, hash: number, time: number): boolean {
    return this.#narrow[slot * NARROW + WAITING] === 0 || this.#holds(slot, hash, time);
  }

  #slotIn(base: number, hash: number, time: number): number {
    let free = -1;
    let oldest = base;
    for (let slot = base; slot < base + WAYS; slot++) {
      if (this.#holds(slot, hash, time)) return slot;
      if (free === -1 && this.#narrow[slot * NARROW + WAITING] === 0) free = slot;
      if (this.#wide[slot * WIDE]! < this.#wide[oldest * WIDE]!) oldest = slot;
    }
    return free === -1 ? oldest : free;
  }

  /** Where nothing waits, the group still counts for the next request of the same second; after that, not. */
  saved(): Generator<SavedBlock> {
    return this.#blocks.saved((slot) => {
      const n = slot * NARROW;
      const time = this.#wide[slot * WIDE]!;
      const group = this.#narrow[n + GROUP]! - 1;
      const waiting = this.#narrow[n + WAITING]!;
      if (group === -1 || (waiting === 0 && time < this.#latest - OUT_OF_ORDER)) return null;
      return [slot, this.#narrow[n + HASH]! >>> 0, time, group, waiting];
    });
  }

  restore(rows: Float64Array): void {
    for (let at = 0; at + 5 <= rows.length; at += 5) {
      const slot = rows[at]! & MASK;
      const n = slot * NARROW;
      // A stored request may stand in its other slots.
      this.#spilled = true;
      this.#blocks.changed(slot);
      this.#narrow[n + HASH] = rows[at + 1]!;
      this.#wide[slot * WIDE] = rows[at + 2]!;
      this.#narrow[n + GROUP] = rows[at + 3]! + 1;
      this.#narrow[n + WAITING] = rows[at + 4]!;
      if (rows[at + 2]! > this.#latest) this.#latest = rows[at + 2]!;
    }
  }
}

/** The first slot of the few that a value may be in. */
function bucketOf(value: number): number {
  return spread(value, 0x9e3779b1);
}

/** The first slot of those that it may be in otherwise. */
function otherBucketOf(value: number): number {
  return spread(value, 0x85ebca77);
}

function spread(value: number, by: number): number {
  const low = value >>> 0;
  const high = (value / 4294967296) >>> 0;
  return (Math.imul(low ^ (high * 40503), by) >>> 16) & MASK & -WAYS;
}
