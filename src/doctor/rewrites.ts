/** What stands between a request and the location's proxy: `return` and `rewrite`. */
import { matchesPcre } from '../nginx-conf/regex.ts';
import { type Directive, named } from '../nginx-conf/tree.ts';
import type { LocationSubject } from './types.ts';

/** The `rewrite` that answers this request with a redirect; `tried` is false when an expression could not be tried. */
export function redirectingRewrite({ place, path }: LocationSubject): { line: Directive | null; tried: boolean } {
  const levels = [place.server.directive, ...(place.location === null ? [] : [place.location])];
  let tried = true;
  for (const line of levels.flatMap((level) => named(level.block, 'rewrite'))) {
    const [pattern = '', replacement = '', flag] = line.args;
    const redirects = flag === 'redirect' || flag === 'permanent' || /^(?:https?:\/\/|\$scheme)/.test(replacement);
    const matches = path === null ? null : matchesPcre(pattern, path.split('?', 1)[0]!, false);
    if (!redirects) {
      // What it makes of the path is not followed further.
      if (matches !== false) break;
      continue;
    }
    if (matches === true) return { line, tried };
    if (matches === null) tried = false;
  }
  return { line: null, tried };
}

/** The `return` that answers before the location's proxy is asked: its status, and where it leads. */
export function answeringReturn({ place }: LocationSubject): { code: number; target: string } | null {
  if (place.returns === null) return null;
  const words = place.returns.value.split(' ');
  const stated = /^\d{3}$/.test(words[0] ?? '') ? Number(words[0]) : null;
  // `return URL` alone is a temporary redirect.
  return { code: stated ?? 302, target: words.slice(stated === null ? 0 : 1).join(' ') };
}
