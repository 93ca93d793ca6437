/** Sections of a config file against their schemas; every mistake is one sentence with file and key. */
import * as v from 'valibot';
import { parseDuration } from '../config/durations.ts';
import { nearestName } from '../config/nearest.ts';
import { UsageError } from '../config/usage-error.ts';
import { type CompileRegex, type Matcher, parseMatcher } from './matchers.ts';

/** More than anybody has use for; keeps a slip of a generator from costing much. */
const MOST = 200;

export const text = v.pipe(
  v.string('needs a text; put it in quotes if it looks like something else'),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(4000, 'is too long'),
);

const NO_DURATION = 'is not a duration; give one such as 30s or 5m';

/** In ms; a bare number is seconds. */
export const duration = v.pipe(
  v.union([v.string(), v.number()], NO_DURATION),
  v.transform((value) => (typeof value === 'number' ? Math.round(value * 1000) : (parseDuration(value) ?? -1))),
  v.minValue(0, NO_DURATION),
);

/** One text, or several. */
export const texts = v.pipe(
  v.union([text, v.array(text)], 'needs a text or a list of texts'),
  v.transform((value) => (typeof value === 'string' ? [value] : value)),
);

/**
 * What a section's item holds.
 *
 * @param where `/etc/wslog/config.yaml: alerts[0]`.
 * @param keys the keys it can have, to name the nearest for one it cannot.
 * @throws UsageError with one sentence.
 */
export function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  keys: readonly string[],
  item: unknown,
  where: string,
): T {
  const result = v.safeParse(schema, item);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (v.getDotPath(issue) ?? '').replace(/\.(\d+)(?=\.|$)/g, '[$1]');
  const at = path === '' ? where : `${where}.${path}`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const near = nearestName(path, keys);
    throw new UsageError(`${at}: there is no such key${near === null ? '' : `; did you mean "${near}"?`}`);
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') throw new UsageError(`${at} is missing`);
  if (path === '') throw new UsageError(`${where}: expected keys such as ${keys.slice(0, 3).join(', ')}`);
  throw new UsageError(`${at}: ${issue.message}`);
}

/**
 * The items of a section.
 *
 * @throws UsageError when it is no list.
 */
export function itemsOf(section: unknown, where: string, example: string): unknown[] {
  if (section === null || section === undefined) return [];
  if (!Array.isArray(section)) throw new UsageError(`${where}: expected a list, whose items begin with "- ${example}"`);
  if (section.length > MOST) throw new UsageError(`${where}: has ${section.length} items, at most ${MOST} are taken`);
  return section;
}

/** @throws UsageError naming the matcher. */
export function matchersOf(match: readonly string[], where: string, compile: CompileRegex): Matcher[] {
  return match.map((one) => {
    try {
      return parseMatcher(one, compile);
    } catch (error) {
      throw new UsageError(`${where}.match: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** The matchers of a section as written, before it is checked: they tell whether expressions are needed. */
export function matcherTexts(section: unknown): string[] {
  const found = v.safeParse(v.array(v.looseObject({ match: v.exactOptional(texts, []) })), section);
  return found.success ? found.output.flatMap(({ match }) => match) : [];
}
