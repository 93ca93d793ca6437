/** The time of the last line of a block. */
import type { AccessFormat } from '../nginx/access-line.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import { parseErrorTime } from '../nginx/time.ts';

/** Lines looked at from the end, and bytes. */
const TRIES = 4;
const REACH = 8192;

/** Epoch seconds; NaN when none of the last lines tells. */
export function lastTimeIn(
  bytes: Buffer,
  { formats, offsetAt }: { readonly formats: readonly AccessFormat[]; offsetAt(wall: number): number },
): number {
  const lines = bytes
    .toString('latin1', Math.max(0, bytes.length - REACH))
    .trimEnd()
    .split('\n');
  for (const line of lines.reverse().slice(0, TRIES)) {
    if (looksLikeHeader(line)) {
      const wall = parseErrorTime(line);
      if (wall !== null) return wall / 1000 - offsetAt(wall) * 60;
    }
    const time = formats[0]?.parse(line)?.time ?? null;
    if (time !== null) return time.wall / 1000 - (time.offset ?? offsetAt(time.wall)) * 60;
  }
  return Number.NaN;
}
