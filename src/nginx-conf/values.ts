/** Values as nginx's directives take them. */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['y', 365 * 86_400_000],
  ['M', 30 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['', 1000],
]);

/** `60`, `60s`, `1m30s`, `500ms`, `1h 30m`: seconds; null when nginx would refuse it. A bare number is seconds. */
export function parseSeconds(text: string): number | null {
  const item = /(\d{1,15})(ms|[yMwdhms]?) */y;
  let total = 0;
  let previous = Number.POSITIVE_INFINITY;
  while (item.lastIndex < text.length) {
    const match = item.exec(text);
    const unit = match === null ? undefined : UNIT_MS.get(match[2]!);
    // Units come largest first, each once.
    if (match === null || unit === undefined || unit >= previous) return null;
    total += Number(match[1]) * unit;
    previous = unit;
  }
  return text === '' ? null : total / 1000;
}

/** `4k`, `1m`, `512`: bytes; null when nginx would refuse it. */
export function parseBytes(text: string): number | null {
  const match = /^(\d{1,12})([kKmMgG]?)$/.exec(text);
  if (match === null) return null;
  const power = ['', 'k', 'm', 'g'].indexOf(match[2]!.toLowerCase());
  return Number(match[1]) * 1024 ** power;
}

/** `on` or `off`, in any case, as nginx's flags are written. */
export function parseFlag(text: string): boolean | null {
  const lower = text.toLowerCase();
  return lower === 'on' ? true : lower === 'off' ? false : null;
}

/** Whether version `a` (`1.29.7`) is at least `b`. */
export function isAtLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left![index] ?? 0) - (right![index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
