/** The known name that a mistyped one most likely meant. */

/** Edit distance with swaps of neighbours, given up (Infinity) once it must exceed `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? Number.POSITIVE_INFINITY;
}

/**
 * The nearest of `known` to `typed`, or null when none is near: at most 40 % of the letters differ, or one name holds
 * the other. Equal distances are settled by the order of `known`.
 */
export function nearestName(typed: string, known: Iterable<string>): string | null {
  const text = typed.slice(0, 100).toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const limit = Math.max(1, Math.floor(Math.max(text.length, name.length) * 0.4));
    let d = distance(text, name.toLowerCase(), limit);
    if (d > limit) {
      const holds = text.length >= 4 && (name.includes(text) || (name.length >= 4 && text.includes(name)));
      if (!holds) continue;
      // Behind every name that differs by letters only.
      d = 1000 + Math.abs(name.length - text.length);
    }
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

/**
 * What to say of a name that nothing has: with the nearest one, else with the command that names them all.
 *
 * @param what it should be the name of, as in a sentence: `receiver`
 */
export function noSuch(what: string, typed: string, known: Iterable<string>, lister: string): string {
  const near = nearestName(typed, known);
  return `there is no ${what} "${typed}"; ${near === null ? `${lister} names them all` : `did you mean ${near}?`}`;
}
