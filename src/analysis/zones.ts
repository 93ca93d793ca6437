/** Which zone the zone-less lines of an error log are read in: a stated one, else that of the access log beside it. */
import { dirname } from 'node:path';
import type { Zone } from './settings.ts';

export interface ZoneChoice {
  readonly offsetAt: (wall: number) => number;
  readonly from: 'access-log' | 'option' | 'environment' | 'system';
  /** `+02:00`; null when it changes over the log. */
  readonly name: string;
}

/** Where and when an access log states its zone. */
export interface StatedOffset {
  readonly path: string;
  /** Wall clock of its first line, ms. */
  readonly wall: number;
  readonly offset: number;
}

export function zoneFor(path: string, stated: readonly StatedOffset[], zone: Zone): ZoneChoice {
  if (zone.from === 'option') return { offsetAt: (wall) => zone.offsetAt(wall), from: 'option', name: zone.name };
  const beside = stated.filter((s) => dirname(s.path) === dirname(path));
  const known = (beside.length > 0 ? beside : stated).toSorted((a, b) => a.wall - b.wall);
  const first = known[0];
  if (first === undefined) return { offsetAt: (wall) => zone.offsetAt(wall), from: zone.from, name: zone.name };
  if (known.every((s) => s.offset === first.offset)) {
    return { offsetAt: () => first.offset, from: 'access-log', name: offsetName(first.offset) };
  }
  // Rotated access logs on both sides of a clock change: each states the offset from its own time on.
  return {
    offsetAt: (wall) => (known.findLast((s) => s.wall <= wall) ?? first).offset,
    from: 'access-log',
    name: known
      .map((s) => offsetName(s.offset))
      .filter((n, i, all) => all.indexOf(n) === i)
      .join(', '),
  };
}

/** Minutes east of UTC as `+05:30`. */
export function offsetName(minutes: number): string {
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(abs / 60)).padStart(2, '0')}:${String(abs % 60).padStart(2, '0')}`;
}
