/** The section `silences` of a config file. */
import * as v from 'valibot';
import { UsageError } from '../config/usage-error.ts';
import { checked, itemsOf, matchersOf, text, texts } from './checked.ts';
import type { CompileRegex } from './matchers.ts';
import type { Silence } from './silences.ts';

const SILENCE = v.strictObject({
  match: texts,
  from: v.exactOptional(text),
  until: text,
  author: text,
  comment: text,
});
const KEYS = Object.keys(SILENCE.entries);

/**
 * @param file the config file's path, for messages.
 * @param parseTime ms since 1970 of a text such as 2026-12-01T09:00Z; throws a UsageError for one that is none.
 * @throws UsageError naming file and key.
 */
export function readSilences(
  section: unknown,
  file: string,
  compile: CompileRegex,
  parseTime: (text: string, where: string) => number,
): Silence[] {
  return itemsOf(section, `${file}: silences`, 'match: cause=idle-timeout').map((item, index) => {
    const where = `${file}: silences[${index}]`;
    const { match, from, until, author, comment } = checked(SILENCE, KEYS, item, where);
    if (match.length === 0) throw new UsageError(`${where}.match: an empty list would silence everything`);
    const begins = from === undefined ? null : parseTime(from, `${where}.from`);
    const ends = parseTime(until, `${where}.until`);
    if (begins !== null && ends <= begins) throw new UsageError(`${where}.until: "${until}" is not after from`);
    return { where, match, matchers: matchersOf(match, where, compile), from: begins, until: ends, author, comment };
  });
}
