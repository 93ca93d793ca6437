/** Counts over time as one line of characters. */

const BLOCKS = '▁▂▃▄▅▆▇█';
const ASCII_LEVELS = '_.-=#';

export interface Timeline {
  readonly from: string | null;
  readonly bucketSeconds: number;
  readonly counts: readonly number[];
}

/**
 * Spreads a timeline over `slots` equal parts of a range, so that several incidents share one axis. A bucket that
 * crosses slots is shared by overlap; of a bucket that reaches past the range, all hits count within it.
 */
export function resample(timeline: Timeline, range: { from: string; to: string }, slots: number): number[] {
  const out = new Array<number>(slots).fill(0);
  if (timeline.from === null) return out;
  const start = Date.parse(range.from);
  const slot = Math.max(1, Date.parse(range.to) - start) / slots;
  const bucket = Math.max(1, timeline.bucketSeconds * 1000) / slot;
  const first = (Date.parse(timeline.from) - start) / slot;
  const clamp = (at: number) => Math.min(slots, Math.max(0, at));
  timeline.counts.forEach((hits, index) => {
    if (hits === 0) return;
    const low = clamp(first + index * bucket);
    const high = clamp(first + (index + 1) * bucket);
    if (high <= low) {
      const edge = Math.min(slots - 1, Math.floor(low));
      out[edge] = (out[edge] ?? 0) + hits;
      return;
    }
    for (let at = Math.floor(low); at < high; at++) {
      const overlap = Math.min(high, at + 1) - Math.max(low, at);
      out[at] = (out[at] ?? 0) + (hits * overlap) / (high - low);
    }
  });
  return out;
}

/** Adds neighbouring buckets up until there are at most `most`. `merged`: how many became one. */
export function squeezed(counts: readonly number[], most: number): { counts: number[]; merged: number } {
  const merged = Math.max(1, Math.ceil(counts.length / most));
  const out: number[] = [];
  for (let at = 0; at < counts.length; at += merged) {
    out.push(counts.slice(at, at + merged).reduce((sum, value) => sum + value, 0));
  }
  return { counts: out, merged };
}

/** One character a value, relative to the largest. The lowest character stands for none at all. */
export function sparkline(values: readonly number[], ascii: boolean): string {
  const levels = ascii ? ASCII_LEVELS : BLOCKS;
  const top = Math.max(...values, 0);
  return values
    .map((value) => {
      if (value <= 0 || top <= 0) return levels.charAt(0);
      return levels.charAt(Math.max(1, Math.ceil((value / top) * (levels.length - 1))));
    })
    .join('');
}
