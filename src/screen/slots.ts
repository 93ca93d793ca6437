/** Counts of the last minutes in slots of equal length, on the monotonic clock. */

/** Length of a slot, ms. */
const SLOT_MS = 2000;
/** Slots kept: five minutes. */
const SLOTS = 150;

export class Slots {
  readonly #counts = new Uint32Array(SLOTS);
  /** Number of the newest slot since the clock's zero. */
  #newest = 0;

  /** Counts what happened at `now` (ms). */
  add(count: number, now: number): void {
    this.#turnTo(now);
    const at = this.#newest % SLOTS;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** What was counted in this many ms before `now`, to the nearest slot. */
  last(ms: number, now: number): number {
    this.#turnTo(now);
    let sum = 0;
    for (let back = 0; back < ms / SLOT_MS; back++) sum += this.#back(back);
    return sum;
  }

  /** All five minutes as `parts` sums, oldest first. `parts` divides 150. */
  history(parts: number, now: number): number[] {
    this.#turnTo(now);
    const each = SLOTS / parts;
    return Array.from({ length: parts }, (_, part) => {
      let sum = 0;
      for (let i = 0; i < each; i++) sum += this.#back(SLOTS - 1 - part * each - i);
      return sum;
    });
  }

  #back(slots: number): number {
    return this.#counts[(this.#newest + SLOTS - slots) % SLOTS] ?? 0;
  }

  /** Empties the slots that time has come round to. */
  #turnTo(now: number): void {
    const wanted = SLOTS + Math.floor(now / SLOT_MS);
    if (wanted <= this.#newest) return;
    const passed = Math.min(SLOTS, wanted - this.#newest);
    for (let i = 0; i < passed; i++) this.#counts[(wanted - i) % SLOTS] = 0;
    this.#newest = wanted;
  }
}
