/** A request target that leads to a location. */
import { patternOf } from '../nginx-conf/locations.ts';
import { matchesPcre } from '../nginx-conf/regex.ts';
import type { Directive } from '../nginx-conf/tree.ts';

/** Null for a named location, and for a regular expression that no simple text was found for. */
export function samplePath(location: Directive): string | null {
  const { kind, text, caseless } = patternOf(location);
  if (kind === 'named') return null;
  if (kind !== 'regex') return text;
  for (const candidate of candidates(text)) {
    if (candidate.startsWith('/') && matchesPcre(text, candidate, caseless) === true) return candidate;
  }
  return null;
}

/** Texts that the simple expressions of locations match: anchors off, the first of several choices, no repetition. */
function candidates(pattern: string): readonly string[] {
  const bare = pattern
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\(\?:/g, '(')
    .replace(/\(([^()|]*)(?:\|[^()]*)?\)\??/g, '$1')
    .replace(/\.[*+]\??/g, 'x')
    .replace(/\[[^\]]*\][*+]?/g, 'x')
    .replace(/\\([./_-])/g, '$1');
  const first = bare.split('|')[0]!;
  const shortened = first.replace(/\?/g, '');
  return [shortened, `/${shortened}`, `${shortened}/x`];
}
