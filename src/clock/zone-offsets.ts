/** What clocks show: the offset from UTC that a named zone has at a time. */

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const MAX_REMEMBERED = 20_000;

/**
 * Minutes east of UTC, by wall-clock time (ms since 1970 as if the clock showed UTC), of an IANA zone, `UTC`, or an offset
 * such as `+02:00` or `+0530`; null for a name that is none of these.
 */
export function zoneOffsets(name: string): ((wallMs: number) => number) | null {
  const fixed = fixedOffset(name);
  if (fixed !== null) return () => fixed;
  // Intl takes offsets of its own and odd shapes of names; only what looks like an IANA name goes there.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch {
    return null;
  }
  const remembered = new Map<number, number>();
  return (wallMs) => {
    // No zone changes its offset at a finer grain than a quarter of an hour.
    const quarter = Math.floor(wallMs / QUARTER_MS);
    const known = remembered.get(quarter);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const offset = offsetOfWall(format, quarter * QUARTER_MS);
    remembered.set(quarter, offset);
    return offset;
  };
}

function fixedOffset(name: string): number | null {
  if (name === 'Z' || name === 'z' || name === 'UTC') return 0;
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name);
  if (match === null) return null;
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 14 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * The offset in force when clocks show `wall`. A time that happens twice is its first pass, and one that is skipped
 * is read with the offset from before the change: what POSIX programs commonly do.
 */
function offsetOfWall(format: Intl.DateTimeFormat, wall: number): number {
  if (!Number.isFinite(wall) || Math.abs(wall) > 8e15) return 0;
  const before = offsetOfInstant(format, wall - DAY_MS);
  const after = offsetOfInstant(format, wall + DAY_MS);
  if (before === after) return before;
  if (offsetOfInstant(format, wall - before * 60_000) === before) return before;
  return offsetOfInstant(format, wall - after * 60_000) === after ? after : before;
}

function offsetOfInstant(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const field = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - field('year') : field('year');
  const shown = Date.UTC(year, field('month') - 1, field('day'), field('hour'), field('minute'), field('second'));
  return Math.round((shown - Math.floor(instant / 1000) * 1000) / 60_000);
}
