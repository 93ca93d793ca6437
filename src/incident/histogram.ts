/**
 * Durations on a logarithmic scale of 1 % wide bins: fine enough to see a timer's spike, bounded to some two thousand
 * bins whatever is put in, and merged by adding bins.
 */
const STEP = Math.log(1.01);
const SMALLEST = 0.001;

/** So many bins make one a tenth wide. */
const TENTH = 10;

/** Where a bin of that width starts, in seconds. */
function edge(tenth: number): number {
  return SMALLEST * 1.01 ** (tenth * TENTH);
}

export interface Bin {
  count: number;
  /** Milliseconds, whole ones: sums must not depend on the order of addition. */
  sum: number;
  min: number;
  max: number;
  /** Of `count`: how many carried no byte, or only as many as a bare close frame, from the backend to the client. */
  silent: number;
  closeFrame: number;
}

export interface Spike {
  /** Mean of the durations in the spike, seconds. */
  readonly centre: number;
  readonly count: number;
  /** Share of all durations. */
  readonly share: number;
  /** Seconds between the shortest and the longest of the spike. */
  readonly spread: number;
  readonly silent: number;
  readonly closeFrame: number;
}

export class DurationHistogram {
  readonly #bins = new Map<number, Bin>();
  count = 0;

  /**
   * @param seconds how long
   * @param bytes bytes the backend sent into it, or -1 when not logged
   */
  add(seconds: number, bytes: number): void {
    const value = Math.max(seconds, 0);
    const index = value <= SMALLEST ? 0 : Math.floor(Math.log(value / SMALLEST) / STEP);
    let bin = this.#bins.get(index);
    if (bin === undefined) {
      bin = { count: 0, sum: 0, min: value, max: value, silent: 0, closeFrame: 0 };
      this.#bins.set(index, bin);
    }
    bin.count++;
    bin.sum += Math.round(value * 1000);
    if (value < bin.min) bin.min = value;
    if (value > bin.max) bin.max = value;
    if (bytes === 0) bin.silent++;
    else if (bytes > 0 && bytes <= 4) bin.closeFrame++;
    this.count++;
  }

  merge(other: DurationHistogram): void {
    for (const [index, b] of other.#bins) {
      const a = this.#bins.get(index);
      if (a === undefined) this.#bins.set(index, { ...b });
      else {
        a.count += b.count;
        a.sum += b.sum;
        a.min = Math.min(a.min, b.min);
        a.max = Math.max(a.max, b.max);
        a.silent += b.silent;
        a.closeFrame += b.closeFrame;
      }
    }
    this.count += other.count;
  }

  saved(): Map<number, Bin> {
    return this.#bins;
  }

  /** Makes an empty one what was saved. */
  restore(saved: Map<number, Bin>): void {
    for (const [index, bin] of saved) {
      this.#bins.set(index, bin);
      this.count += bin.count;
    }
  }

  /** The duration below which the share `q` (0..1) lies, in seconds, to 1 %; null when empty. */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    let left = q * (this.count - 1);
    for (const index of this.#sorted()) {
      const bin = this.#bins.get(index)!;
      if (left < bin.count) return bin.sum / bin.count / 1000;
      left -= bin.count;
    }
    return this.max();
  }

  max(): number | null {
    let max: number | null = null;
    for (const bin of this.#bins.values()) if (max === null || bin.max > max) max = bin.max;
    return max;
  }

  /** Counts by length, shortest first, in bins a tenth wide (seconds); empty ones are left out. */
  tenths(): { from: number; to: number; count: number }[] {
    const sums = new Map<number, number>();
    for (const [index, { count }] of this.#bins) {
      const tenth = Math.floor(index / TENTH);
      sums.set(tenth, (sums.get(tenth) ?? 0) + count);
    }
    return [...sums]
      .sort((a, b) => a[0] - b[0])
      .map(([tenth, count]) => ({ from: tenth === 0 ? 0 : edge(tenth), to: edge(tenth + 1), count }));
  }

  /** How many durations lie below `seconds`, and how many of those carried nothing or a close frame only. */
  below(seconds: number): { count: number; silent: number; closeFrame: number } {
    const sum = { count: 0, silent: 0, closeFrame: 0 };
    for (const bin of this.#bins.values()) {
      if (bin.max >= seconds) continue;
      sum.count += bin.count;
      sum.silent += bin.silent;
      sum.closeFrame += bin.closeFrame;
    }
    return sum;
  }

  /**
   * The most populous narrow spike at or above `atLeast` seconds: a window of 2 % (or `slack` seconds, whichever is
   * wider). What ends connections at a timer makes one; people do not.
   */
  spike(atLeast: number, slack = 0.3): Spike | null {
    const indexes = this.#sorted();
    let best: Spike | null = null;
    for (let i = 0; i < indexes.length; i++) {
      const first = this.#bins.get(indexes[i]!)!;
      if (first.max < atLeast) continue;
      const limit = Math.max(first.min * 1.02, first.min + slack);
      let count = 0;
      let sum = 0;
      let silent = 0;
      let closeFrame = 0;
      let last = first.max;
      for (let k = i; k < indexes.length; k++) {
        const bin = this.#bins.get(indexes[k]!)!;
        if (bin.max > limit && bin !== first) break;
        count += bin.count;
        sum += bin.sum;
        silent += bin.silent;
        closeFrame += bin.closeFrame;
        last = bin.max;
      }
      if (best === null || count > best.count) {
        best = {
          centre: sum / count / 1000,
          count,
          share: count / this.count,
          spread: last - first.min,
          silent,
          closeFrame,
        };
      }
    }
    return best;
  }

  #sorted(): number[] {
    return [...this.#bins.keys()].sort((a, b) => a - b);
  }
}
