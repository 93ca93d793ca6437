/** The time of the last line of a block, and the zone it states. */
import type { AccessFormat } from '../nginx/access-line.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import { parseErrorTime } from '../nginx/time.ts';

/** Lines looked at from the end, and bytes. */
const TRIES = 4;
const REACH = 8192;

export interface LastTime {
  /** Epoch seconds; NaN when none of the last lines tells. */
  readonly time: number;
  /** Its wall clock (ms), and minutes east of UTC, where the line states both. */
  readonly stated: { readonly wall: number; readonly offset: number } | null;
}

export function lastTimeIn(
  bytes: Buffer,
  { formats, offsetAt }: { readonly formats: readonly AccessFormat[]; offsetAt(wall: number): number },
): LastTime {
  const lines = bytes
    .toString('latin1', Math.max(0, bytes.length - REACH))
    .trimEnd()
    .split('\n');
  for (const line of lines.reverse().slice(0, TRIES)) {
    if (looksLikeHeader(line)) {
      const wall = parseErrorTime(line);
      if (wall !== null) return { time: wall / 1000 - offsetAt(wall) * 60, stated: null };
    }
    const time = formats[0]?.parse(line)?.time ?? null;
    if (time === null) continue;
    const { wall, offset } = time;
    if (offset === null) return { time: wall / 1000 - offsetAt(wall) * 60, stated: null };
    return { time: wall / 1000 - offset * 60, stated: { wall, offset } };
  }
  return { time: Number.NaN, stated: null };
}
