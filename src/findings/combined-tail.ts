/** What follows the size in combined and in nginx's packaged `main`: quoted values, and nothing else. */
import type { AccessFormat } from '../nginx/access-line.ts';

const TAILS: ReadonlyMap<string, number> = new Map([
  ['combined', 2],
  ['main', 3],
]);

/** How many such values the lines of a format have; -1 when they have anything else, or that is not known. */
export function combinedTail({ recipe }: AccessFormat): number {
  return recipe?.kind === 'preset' ? (TAILS.get(recipe.name) ?? -1) : -1;
}

/** Whether there are just `count` of them from `at` to the line's end, each behind a space. */
export function isQuotedTail(bytes: Buffer, at: number, end: number, count: number): boolean {
  let next = at;
  for (let i = 0; i < count; i++) {
    if (bytes[next] !== 32 || bytes[next + 1] !== 34) return false;
    next = bytes.indexOf(34, next + 2) + 1;
    if (next === 0 || next > end) return false;
  }
  return next === end;
}
