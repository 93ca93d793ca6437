/**
 * Counts over time in a bounded number of cells. Cells are aligned to the epoch and double in width when the range
 * outgrows them, so the outcome depends only on what was added, not on the order: two timelines merge exactly.
 */
const CELLS = 64;

export interface SavedTimeline {
  readonly width: number;
  readonly min: number;
  readonly max: number;
  readonly counts: Map<number, number>;
}

export class Timeline {
  /** Width of a cell in seconds; a power of two. */
  width = 1;
  /** Index (time / width) of the first cell in use. */
  #first = 0;
  #counts = new Map<number, number>();
  /** Lines come in the order of time: counts of the cell hit last, not yet in the map, and where it starts and ends. */
  #recent = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param second time in epoch seconds */
  add(second: number, count = 1): void {
    if (second >= this.#from && second < this.#to) {
      this.#recent += count;
      if (second < this.#min || second >= this.#max + 1) this.#reach(Math.floor(second));
      return;
    }
    this.#settle();
    const t = Math.floor(second);
    this.#reach(t);
    this.#fit();
    const cell = Math.floor(t / this.width);
    this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + count);
    this.#from = cell * this.width;
    this.#to = this.#from + this.width;
  }

  merge(other: Timeline): void {
    other.#settle();
    this.#settle();
    if (other.#counts.size === 0) return;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    while (this.width < other.width) this.#double();
    this.#fit();
    for (const [cell, count] of other.#counts) {
      const mine = Math.floor((cell * other.width) / this.width);
      this.#counts.set(mine, (this.#counts.get(mine) ?? 0) + count);
    }
  }

  /** Counts from the first cell in use to the last, with the epoch second at which the first starts. */
  cells(): { from: number; width: number; counts: number[] } | null {
    this.#settle();
    if (this.#counts.size === 0) return null;
    this.#first = Math.floor(this.#min / this.width);
    const last = Math.floor(this.#max / this.width);
    const counts: number[] = [];
    for (let cell = this.#first; cell <= last; cell++) counts.push(this.#counts.get(cell) ?? 0);
    return { from: this.#first * this.width, width: this.width, counts };
  }

  saved(): SavedTimeline {
    this.#settle();
    return { width: this.width, min: this.#min, max: this.#max, counts: this.#counts };
  }

  /** Makes an empty one what was saved. */
  restore({ width, min, max, counts }: SavedTimeline): void {
    this.width = width;
    this.#min = min;
    this.#max = max;
    this.#counts = counts;
  }

  /** Moves what was counted on the side to its cell. */
  #settle(): void {
    if (this.#recent > 0) {
      const cell = Math.floor(this.#from / this.width);
      this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + this.#recent);
      this.#recent = 0;
    }
    this.#to = Number.NEGATIVE_INFINITY;
  }

  #reach(t: number): void {
    if (t < this.#min) this.#min = t;
    if (t > this.#max) this.#max = t;
  }

  #fit(): void {
    while (Math.floor(this.#max / this.width) - Math.floor(this.#min / this.width) >= CELLS) this.#double();
  }

  #double(): void {
    this.width *= 2;
    const folded = new Map<number, number>();
    for (const [cell, count] of this.#counts) {
      const half = Math.floor(cell / 2);
      folded.set(half, (folded.get(half) ?? 0) + count);
    }
    this.#counts = folded;
  }
}
