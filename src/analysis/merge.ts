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

/**
 * @param take is given findings that follow each other: those of `source.batch` from `source.at` on, up to `to`. As many
 *   as have their turn come at a time, since asking for the order of each one took 20 ns.
 */
export async function mergeByTime(
  waiting: readonly WaitingSource[],
  take: (source: Source, to: number) => void,
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
    const to = first.before(Math.min(limit, rival === null ? Number.POSITIVE_INFINITY : turnOf(rival, first)));
    take(first, to);
    first.pass(to);
    if (first.at >= first.batch.length && !(await first.fill())) active.splice(active.indexOf(first), 1);
  }
}

/** The second from which on a rival comes before this source. */
function turnOf(rival: Source, source: Source): number {
  return rival.headSecond() + (isBefore(source, rival) ? 1 : 0);
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
  return second === other ? isBefore(source, rival) : second < other;
}

/** Whether findings of the same second come from this source first. */
function isBefore(source: Source, rival: Source): boolean {
  return source.rank !== rival.rank ? source.rank < rival.rank : source.order < rival.order;
}
