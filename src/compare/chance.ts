/** Whether a difference between two counts may be chance. */
import type { Change } from './types.ts';

/** How rare a difference must be, were the rate the same on both sides, to be called one. */
const LEVEL = 0.01;
/** The same for what is there on one side only, where the difference is as plain as it can be. */
const LEVEL_ONE_SIDED = 0.05;
/** Smaller differences are of no use to anybody, however sure. */
const TELLING = 1.25;
/** Up to so many hits the chance is summed up exactly; beyond, the normal curve is as good. */
const EXACT = 500;
/** Standard deviations that `LEVEL` is on one side of that curve. */
const DEVIATIONS = 2.33;

export interface Counted {
  readonly count: number;
  /** Opportunities: handshakes or seconds. */
  readonly among: number;
}

/** `trials`: each opportunity, a handshake, can be hit once. `time`: opportunities are seconds, which have no end. */
export type Opportunities = 'trials' | 'time';

/**
 * The chance that `hits` or more of all hits fall on this side, when all opportunities are alike: Fisher's exact test
 * for trials, the binomial one for time.
 */
function isRare(here: Counted, there: Counted, kind: Opportunities, level: number): boolean {
  const hits = here.count + there.count;
  const p = here.among / (here.among + there.among);
  const all = here.among + there.among;
  if (hits > EXACT) {
    const drawn = kind === 'trials' ? (all - hits) / Math.max(1, all - 1) : 1;
    return here.count - hits * p > DEVIATIONS * Math.sqrt(hits * p * (1 - p) * drawn);
  }
  // Chances relative to that of the first possible number, in logarithms, since they may be very small.
  const first = kind === 'trials' ? Math.max(0, hits - there.among) : 0;
  const last = kind === 'trials' ? Math.min(hits, here.among) : hits;
  const logs = [0];
  for (let k = first; k < last; k++) {
    const odds = kind === 'trials' ? (here.among - k) / (there.among - hits + k + 1) : p / (1 - p);
    logs.push((logs.at(-1) ?? 0) + Math.log(((hits - k) / (k + 1)) * odds));
  }
  const highest = Math.max(...logs);
  const sum = (from: number) => logs.slice(from).reduce((total, log) => total + Math.exp(log - highest), 0);
  return sum(Math.max(0, here.count - first)) / sum(0) < level;
}

/** What became of something from one side to the other, and whether so few hits could tell. */
export function changeOf(
  before: Counted,
  after: Counted,
  kind: Opportunities,
): { change: Change; sure: boolean; ratio: number | null } {
  if (before.count + after.count === 0) return { change: 'unchanged', sure: true, ratio: null };
  const compared = before.among > 0 && after.among > 0;
  if (before.count === 0)
    return { change: 'new', sure: compared && isRare(after, before, kind, LEVEL_ONE_SIDED), ratio: null };
  if (after.count === 0)
    return { change: 'gone', sure: compared && isRare(before, after, kind, LEVEL_ONE_SIDED), ratio: null };
  if (!compared) return { change: 'unchanged', sure: false, ratio: null };
  const ratio = after.count / after.among / (before.count / before.among);
  if (ratio >= TELLING && isRare(after, before, kind, LEVEL)) return { change: 'worse', sure: true, ratio };
  if (ratio <= 1 / TELLING && isRare(before, after, kind, LEVEL)) return { change: 'better', sure: true, ratio };
  return { change: 'unchanged', sure: true, ratio };
}
