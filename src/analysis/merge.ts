/**
 * Hands over the findings of many inputs in one order of time, however the log was split into files and whatever the
 * order they were named in. Inputs are opened when their time has come, so a thousand rotated files cost no more
 * memory than the few that overlap.
 */
import type { Source } from './source.ts';

export interface WaitingSource {
  /** Epoch second of the input's first line; -Infinity when unknown. */
  readonly firstSecond: number;
  readonly rank: number;
  readonly order: number;
  open(): Source;
  /** Told when its turn is near. */
  prepare(): void;
}

/** How many inputs are told that their turn is near. */
const NEAR = 2;

/** @param take is given each finding's source; the finding is `source.batch` at `source.at` */
export async function mergeByTime(
  waiting: readonly WaitingSource[],
  take: (source: Source) => void,
  signal?: AbortSignal,
): Promise<void> {
  const queue = [...waiting].sort((a, b) => a.firstSecond - b.firstSecond || a.rank - b.rank || a.order - b.order);
  const active: Source[] = [];
  let next = 0;
  for (;;) {
    let first = earliest(active);
    while (next < queue.length && (first === null || queue[next]!.firstSecond <= first.headSecond())) {
      const source = queue[next]!.open();
      next++;
      if (await source.fill()) active.push(source);
      first = earliest(active);
    }
    if (first === null || signal?.aborted === true) return;
    for (const near of queue.slice(next, next + NEAR)) near.prepare();
    const rival = earliest(active, first);
    const limit = next < queue.length ? queue[next]!.firstSecond : Number.POSITIVE_INFINITY;
    const { batch } = first;
    const alone = rival === null && limit === Number.POSITIVE_INFINITY;
    for (; alone && first.at < batch.length; first.at++) take(first);
    while (first.at < batch.length) {
      const second = first.headSecond();
      if (second >= limit || (rival !== null && !precedes(first, second, rival))) break;
      take(first);
      first.at++;
    }
    if (first.at >= batch.length && !(await first.fill())) active.splice(active.indexOf(first), 1);
  }
}

function earliest(sources: readonly Source[], except: Source | null = null): Source | null {
  let best: Source | null = null;
  for (const source of sources) {
    if (source !== except && (best === null || precedes(source, source.headSecond(), best))) best = source;
  }
  return best;
}

function precedes(source: Source, second: number, rival: Source): boolean {
  const other = rival.headSecond();
  return second !== other
    ? second < other
    : source.rank !== rival.rank
      ? source.rank < rival.rank
      : source.order < rival.order;
}
