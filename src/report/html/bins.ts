/** Timelines on one axis. Their cells are aligned to the epoch and powers of two wide, so they add up exactly. */
import type { ReportTimeline } from '../document.ts';
import { clock } from '../words.ts';

export interface Bin {
  readonly x1: Date;
  readonly x2: Date;
  readonly y: number;
}

/** Seconds of the cells that all of these timelines can be shown in. */
export function commonWidth(timelines: readonly ReportTimeline[]): number {
  return Math.max(1, ...timelines.filter(({ from }) => from !== null).map(({ bucketSeconds }) => bucketSeconds));
}

/** The timeline's counts in cells of `width` seconds, empty ones left out. */
export function binned({ from, bucketSeconds, counts }: ReportTimeline, width: number): Bin[] {
  if (from === null) return [];
  const start = Date.parse(from) / 1000;
  const sums = new Map<number, number>();
  counts.forEach((count, index) => {
    if (count === 0) return;
    const cell = Math.floor((start + index * bucketSeconds) / width);
    sums.set(cell, (sums.get(cell) ?? 0) + count);
  });
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([cell, y]) => ({ x1: new Date(cell * width * 1000), x2: new Date((cell + 1) * width * 1000), y }));
}

/** Several timelines as one. */
export function summed(timelines: readonly ReportTimeline[]): ReportTimeline {
  const width = commonWidth(timelines);
  const cells = new Map<number, number>();
  for (const timeline of timelines) {
    for (const { x1, y } of binned(timeline, width)) cells.set(x1.getTime(), (cells.get(x1.getTime()) ?? 0) + y);
  }
  const times = [...cells.keys()].sort((a, b) => a - b);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return { from: null, bucketSeconds: 1, counts: [] };
  const counts: number[] = [];
  for (let at = first; at <= last; at += width * 1000) counts.push(cells.get(at) ?? 0);
  return { from: new Date(first).toISOString(), bucketSeconds: width, counts };
}

/** The fullest bin, the earliest of several; null when there is none. */
export function peak(bins: readonly Bin[]): Bin | null {
  return bins.reduce<Bin | null>((best, bin) => (best === null || bin.y > best.y ? bin : best), null);
}

/** How times are written on an axis that spans so many seconds; UTC. */
export function tickText(spanSeconds: number): (time: Date) => string {
  if (spanSeconds > 6 * 86_400) return (time) => clock(time.toISOString(), true).slice(0, -9);
  if (spanSeconds > 86_400) return (time) => clock(time.toISOString(), true).slice(0, -3);
  if (spanSeconds > 15 * 60) return (time) => time.toISOString().slice(11, 16);
  return (time) => time.toISOString().slice(11, 19);
}
