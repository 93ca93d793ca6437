/** Shell patterns as `include` takes them: `*`, `?`, `[a-z]`, `[!a]`; a leading dot must be matched by a dot. */

export function hasGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * Whether a name (one path component) matches. The time is bounded by the product of the lengths: only the last `*`
 * is ever tried again.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    const step = p < pattern.length && pattern[p] !== '*' ? matchOne(pattern, p, name[n]!) : -1;
    if (step > 0) {
      p += step;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Length of the pattern's item at `at` when it matches the character, else -1. */
function matchOne(pattern: string, at: number, char: string): number {
  const item = pattern[at]!;
  if (item === '?') return 1;
  if (item === '\\' && at + 1 < pattern.length) return pattern[at + 1] === char ? 2 : -1;
  if (item !== '[') return item === char ? 1 : -1;
  const negated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  const first = at + (negated ? 2 : 1);
  // A bracket right behind the opening one stands for itself.
  const close = pattern.indexOf(']', first + 1);
  if (close < 0) return char === '[' ? 1 : -1;
  let found = false;
  for (let i = first; i < close; i++) {
    const isRange = pattern[i + 1] === '-' && i + 2 < close;
    const high = isRange ? pattern[i + 2]! : pattern[i]!;
    if (char >= pattern[i]! && char <= high) found = true;
    if (isRange) i += 2;
  }
  return found !== negated ? close + 1 - at : -1;
}
