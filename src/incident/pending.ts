/**
 * Requests whose error line was seen and whose access line may still come. Fixed-size tables: an old entry gives way
 * to a new one, so memory is bounded and the cost per line constant. Within the tables' reach the join is one to one.
 */
import { type SavedBlock, SlotBlocks } from './slot-blocks.ts';

const SIZE = 1 << 16;
const MASK = SIZE - 1;
/** How many error groups one request is remembered to have touched. */
const TOUCHED = 4;
/**
 * Slots that a request by second may take. With a single one, two hundred requests that wait at the same time lost one
 * in a thousand of them to another in the same slot.
 */
const WAYS = 4;
/** Lines of workers come this much out of order (seconds), and some more. */
const OUT_OF_ORDER = 10;

/**
 * By nginx's connection number: exact where the access log carries `$connection`. nginx counts connections one by one,
 * so lines that follow each other are neighbours here: 20 ns a line, against 90 when they were spread.
 */
export class RequestsByConnection {
  readonly #connection = new Float64Array(SIZE).fill(-1);
  readonly #request = new Uint32Array(SIZE);
  readonly #time = new Float64Array(SIZE);
  readonly #group = new Int32Array(SIZE * TOUCHED).fill(-1);
  readonly #joined = new Uint8Array(SIZE);
  readonly #blocks = new SlotBlocks(SIZE);

  /**
   * Notes an error line.
   *
   * @returns the group that counts the request already, or -1 when this line starts a new one
   */
  note(connection: number, requestHash: number, time: number, group: number): number {
    const i = connection & MASK;
    const base = i * TOUCHED;
    this.#blocks.changed(i);
    if (this.#connection[i] === connection && this.#request[i] === requestHash && !(time - this.#time[i]! > 600)) {
      // A request tries each backend once: the same complaint again on a kept-alive connection is another request.
      let free = -1;
      let again = this.#joined[i] === 1;
      for (let k = 0; k < TOUCHED; k++) {
        const seen = this.#group[base + k]!;
        if (seen === group) again = true;
        else if (seen === -1 && free === -1) free = k;
      }
      if (!again) {
        if (free !== -1) this.#group[base + free] = group;
        this.#time[i] = time;
        return this.#group[base]!;
      }
    }
    this.#connection[i] = connection;
    this.#request[i] = requestHash;
    this.#time[i] = time;
    this.#joined[i] = 0;
    this.#group[base] = group;
    for (let k = 1; k < TOUCHED; k++) this.#group[base + k] = -1;
    return -1;
  }

  /** The group that counts the request of this access line, or -1; a request is given out once. */
  join(connection: number, requestHash: number, earliest: number, latest: number): number {
    const i = connection & MASK;
    if (this.#connection[i] !== connection || this.#request[i] !== requestHash || this.#joined[i] === 1) return -1;
    const time = this.#time[i]!;
    if (time < earliest || time > latest) return -1;
    this.#joined[i] = 1;
    this.#blocks.changed(i);
    return this.#group[i * TOUCHED]!;
  }

  /** A joined request waits for nothing, and what comes for its connection begins anew whether it is known or not. */
  saved(): Generator<SavedBlock> {
    return this.#blocks.saved((slot) =>
      this.#connection[slot] === -1 || this.#joined[slot] === 1
        ? null
        : [
            slot,
            this.#connection[slot]!,
            this.#request[slot]!,
            this.#time[slot]!,
            ...this.#group.subarray(slot * TOUCHED, (slot + 1) * TOUCHED),
          ],
    );
  }

  restore(rows: Float64Array): void {
    for (let at = 0; at + 4 + TOUCHED <= rows.length; at += 4 + TOUCHED) {
      const slot = rows[at]! & MASK;
      this.#blocks.changed(slot);
      this.#connection[slot] = rows[at + 1]!;
      this.#request[slot] = rows[at + 2]!;
      this.#time[slot] = rows[at + 3]!;
      this.#group.set(rows.subarray(at + 4, at + 4 + TOUCHED), slot * TOUCHED);
    }
  }
}

/** By client, request line and second: what is left when no connection number is logged. */
export class RequestsBySecond {
  readonly #hash = new Float64Array(SIZE).fill(-1);
  readonly #time = new Float64Array(SIZE);
  readonly #group = new Int32Array(SIZE).fill(-1);
  readonly #waiting = new Int32Array(SIZE);
  readonly #blocks = new SlotBlocks(SIZE);
  #latest = Number.NEGATIVE_INFINITY;
  /** Some request found its own few slots taken, and is in others. Rare, so that most tables are searched once. */
  #spilled = false;

  note(hash: number, time: number, group: number): void {
    const i = this.#slotFor(hash, time);
    this.#blocks.changed(i);
    if (time > this.#latest) this.#latest = time;
    if (this.#hash[i] === hash && this.#time[i] === time) {
      this.#waiting[i]!++;
      return;
    }
    this.#hash[i] = hash;
    this.#time[i] = time;
    this.#group[i] = group;
    this.#waiting[i] = 1;
  }

  /** Looks at the access line's own second, then at the one before: nginx reads its clock once per event loop. */
  join(hash: number, time: number): number {
    for (const second of [time, time - 1]) {
      const value = hash + second * 31;
      let i = this.#waitingIn(bucketOf(value), hash, second);
      if (i === -1 && this.#spilled) i = this.#waitingIn(otherBucketOf(value), hash, second);
      if (i === -1) continue;
      this.#waiting[i]!--;
      this.#blocks.changed(i);
      return this.#group[i]!;
    }
    return -1;
  }

  #waitingIn(base: number, hash: number, second: number): number {
    for (let i = base; i < base + WAYS; i++) {
      if (this.#hash[i] === hash && this.#time[i] === second && this.#waiting[i] !== 0) return i;
    }
    return -1;
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
    return this.#isOpenFor(other, hash, time) || this.#time[other]! < this.#time[own]! ? other : own;
  }

  #isOpenFor(slot: number, hash: number, time: number): boolean {
    return this.#waiting[slot] === 0 || (this.#hash[slot] === hash && this.#time[slot] === time);
  }

  #slotIn(base: number, hash: number, time: number): number {
    let free = -1;
    let oldest = base;
    for (let i = base; i < base + WAYS; i++) {
      if (this.#hash[i] === hash && this.#time[i] === time) return i;
      if (free === -1 && this.#waiting[i] === 0) free = i;
      if (this.#time[i]! < this.#time[oldest]!) oldest = i;
    }
    return free === -1 ? oldest : free;
  }

  /** Where nothing waits, the group still counts for the next request of the same second; after that, not. */
  saved(): Generator<SavedBlock> {
    return this.#blocks.saved((slot) =>
      this.#hash[slot] === -1 || (this.#waiting[slot] === 0 && this.#time[slot]! < this.#latest - OUT_OF_ORDER)
        ? null
        : [slot, this.#hash[slot]!, this.#time[slot]!, this.#group[slot]!, this.#waiting[slot]!],
    );
  }

  restore(rows: Float64Array): void {
    for (let at = 0; at + 5 <= rows.length; at += 5) {
      const slot = rows[at]! & MASK;
      // A stored request may stand in its other slots.
      this.#spilled = true;
      this.#blocks.changed(slot);
      this.#hash[slot] = rows[at + 1]!;
      this.#time[slot] = rows[at + 2]!;
      this.#group[slot] = rows[at + 3]!;
      this.#waiting[slot] = rows[at + 4]!;
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
