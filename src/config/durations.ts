/** Durations as people type them. */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/**
 * `2h`, `1h30m`, `90s`, `1.5h`, `250ms` in ms; null when the text is not a duration. Units go from large to small and
 * none comes twice, so that `30m1h` is taken for the slip it probably is.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '' || trimmed.length > 40) return null;
  let total = 0;
  let last = Number.POSITIVE_INFINITY;
  let at = 0;
  const part = /(\d{1,9}(?:\.\d{1,6})?) ?(ms|min|[smhdw]) ?/y;
  while (at < trimmed.length) {
    part.lastIndex = at;
    const match = part.exec(trimmed);
    const unit = UNIT_MS.get(match?.[2] ?? '');
    if (match === null || unit === undefined || unit >= last) return null;
    total += Number(match[1]) * unit;
    last = unit;
    at = part.lastIndex;
  }
  return Math.round(total);
}
