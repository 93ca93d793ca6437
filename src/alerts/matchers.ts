/**
 * Matchers as Alertmanager writes them: `cause=idle-timeout`, `path=~"/ws.*"`, `severity!=info`, `server!~"dev-.*"`.
 * Expressions are RE2's, matched whole, in time linear in the text: the text compared is a client's.
 */
import { nearestName } from '../config/nearest.ts';
import type { ReportIncident } from '../report/document.ts';
import { LABEL_NAMES, labelValues } from './labels.ts';

/** Whether an incident is meant. */
export type Matcher = (incident: ReportIncident) => boolean;

/** Compiles a regular expression to a test of whole texts. @throws Error saying what is wrong with it. */
export type CompileRegex = (source: string) => (text: string) => boolean;

const FORM = /^\s*([A-Za-z_]{1,40})\s*(=~|!~|!=|=)\s*([\s\S]*?)\s*$/;
const LONGEST = 1000;

/** Whether any of the texts needs a regular expression, which is loaded only then. */
export function needsRegex(texts: readonly string[]): boolean {
  return texts.some((text) => /~/.test(FORM.exec(text)?.[2] ?? ''));
}

/**
 * A label with several values matches `=` when one of them does, and `!=` when none does; one without a value is the
 * empty text, as Alertmanager has it.
 *
 * @throws Error with a sentence about the text.
 */
export function parseMatcher(text: string, compile: CompileRegex): Matcher {
  const [, typed = '', operator = '', raw = ''] = FORM.exec(text) ?? [];
  if (operator === '' || text.length > LONGEST) {
    throw new Error(`"${text.slice(0, 100)}" is no matcher; write one such as cause=idle-timeout or path=~"/ws.*"`);
  }
  const name = LABEL_NAMES.find((label) => label === typed);
  if (name === undefined) {
    const near = nearestName(typed, LABEL_NAMES);
    const hint = near === null ? `there are ${LABEL_NAMES.join(', ')}` : `did you mean "${near}"?`;
    throw new Error(`there is no label "${typed}"; ${hint}`);
  }
  const test = valueTest(unquoted(raw), operator, compile);
  const wanted = !operator.startsWith('!');
  return (incident) => {
    const values = labelValues(incident, name);
    return (values.length === 0 ? ['' as string] : values).some(test) === wanted;
  };
}

/** All of them match; so do none at all. */
export function allMatch(matchers: readonly Matcher[], incident: ReportIncident): boolean {
  return matchers.every((matcher) => matcher(incident));
}

function valueTest(value: string, operator: string, compile: CompileRegex): (text: string) => boolean {
  if (!operator.endsWith('~')) return (text) => text === value;
  try {
    return compile(value);
  } catch (error) {
    throw new Error(`"${value}" is no regular expression of RE2 (${error instanceof Error ? error.message : error})`);
  }
}

function unquoted(raw: string): string {
  if (!(raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"'))) return raw;
  return raw.slice(1, -1).replace(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
