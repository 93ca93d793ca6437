/** The zone of a zone-less line, where the wrapper around it carries a time with a zone. */
import type { LineTime } from '../nginx/record.ts';

/**
 * Both clocks were read within moments, so their difference, to the quarter of an hour, is the zone: minutes east of
 * UTC, or null when the wrapper does not tell.
 */
export function impliedZone(wall: number, outer: LineTime | null): number | null {
  if (outer === null || outer.offset === null) return null;
  const utc = outer.wall - outer.offset * 60_000;
  const minutes = Math.round((wall - utc) / 900_000) * 15;
  return Math.abs(minutes) <= 14 * 60 ? minutes : null;
}
