/** Masks the parts of URLs that carry secrets: userinfo, query values, fragments. */
import { isHarmlessParameter } from './secret-names.ts';

const MASK = '***';

/** What may close a value that stands in prose or inside a quoted string: not part of the value. */
const CLOSERS = new Set(['\\', "'", ')', ']', '}', '>', ',', ';', '.', ':', '"']);

/** Splits a run into the value and the closing punctuation after it. */
export function splitClosers(run: string): [value: string, closers: string] {
  let end = run.length;
  while (end > 0 && CLOSERS.has(run.charAt(end - 1))) end--;
  return [run.slice(0, end), run.slice(end)];
}

/** Separators of a query that stands as it is, and of one that was percent-encoded into a path. */
const PLAIN = { separator: /([&#])/, item: /^([^=]*)(=)([\s\S]*)$/ };
const ENCODED = { separator: /([&#]|%(?:25)*(?:26|23))/i, item: /^((?:(?!%(?:25)*3D)[^=])*)(=|%(?:25)*3D)([\s\S]*)$/i };

function maskItem(item: string, pattern: RegExp): string {
  if (item === '') return item;
  const parts = pattern.exec(item);
  if (parts === null) return MASK;
  const [, name = '', equals = '=', value = ''] = parts;
  return value === '' || isHarmlessParameter(name, value) ? item : `${name}${equals}${MASK}`;
}

/**
 * Masks every value of a query string (without its `?`). A part without `=` is a value itself. Values that are known
 * to be harmless, such as `transport=websocket`, stay. `start` is what the query began with: after a percent-encoded
 * `?` the separators are encoded too, while otherwise an encoded one belongs to the value.
 */
export function maskQuery(query: string, start = '?'): string {
  const form = start.startsWith('%') ? ENCODED : PLAIN;
  return query
    .split(form.separator)
    .map((part, index) => (index % 2 === 0 ? maskItem(part, form.item) : part))
    .join('');
}

/** Everything from the first `?`, `&name=` or `#name=` on, in plain or in percent-encoded form. */
const QUERY_START = /\?|%(?:25)*3F|[&#;](?=[\w.~%[\]-]{1,100}=)/i;

/** Masks the query of a request target or URL that is known to end where the text ends. */
function maskTarget(target: string): string {
  const start = QUERY_START.exec(target);
  if (start === null) return target;
  const from = start.index + start[0].length;
  return target.slice(0, from) + maskQuery(target.slice(from), start[0]);
}

/**
 * A query somewhere in a line. It runs to white space or to a quote that closes something; a quote in the middle of a
 * value (nginx's error log does not escape them) belongs to the value. `(?` starts a group of a regular expression.
 */
const QUERY_IN_TEXT = /((?<!\()\?|%(?:25)*3F|[&#;](?=[\w.~%[\]-]{1,100}=))((?:[^\s"]|"(?![\s,:}\])]|$))+)/gi;

export function maskQueries(text: string): string {
  return text.replace(QUERY_IN_TEXT, (_, start: string, run: string) => {
    const [query, closers] = splitClosers(run);
    return start + maskQuery(query, start) + closers;
  });
}

const METHOD = /(?<![A-Za-z])[A-Z]{3,20} (?=\/|[a-z]+:\/\/|\*)/g;

/**
 * Masks queries of request lines, whose targets may hold raw spaces and quotes: everything from the method to the
 * next ` HTTP/` of the same line belongs to the target.
 */
export function maskRequestLines(text: string): string {
  let out = '';
  let done = 0;
  let end = -1;
  METHOD.lastIndex = 0;
  for (let method = METHOD.exec(text); method !== null; method = METHOD.exec(text)) {
    const from = method.index + method[0].length;
    if (end < from) end = text.indexOf(' HTTP/', from);
    if (end === -1) break;
    const lineFeed = text.indexOf('\n', from);
    if (lineFeed !== -1 && lineFeed < end) {
      METHOD.lastIndex = lineFeed;
      continue;
    }
    out += text.slice(done, from) + maskTarget(text.slice(from, end));
    done = end;
    METHOD.lastIndex = end;
  }
  return out + text.slice(done);
}

const AUTHORITY = /(:\/\/|%(?:25)*3A%(?:25)*2F%(?:25)*2F)([^\s"'<>/?#]*)/gi;
const WORD = /[^\s"'<>]+/g;
/** `://user:` and a password up to its first `/`, `?` or `#`; digits there would be a port. */
const SPLIT_PASSWORD = /:\/\/[^/?#@:[\]]*:(?!\d{1,5}[/?#])[^/?#@:]+[/?#]/;

/**
 * Masks `user:password@` of URLs. A password may hold an unescaped `@`, so the last one of the authority counts; one
 * that holds a `/` is recognised by what follows the colon not being a port.
 */
export function maskUserinfo(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  const plain = text.replace(AUTHORITY, (all, slashes: string, authority: string) => {
    const at = Math.max(authority.lastIndexOf('@'), authority.lastIndexOf('%40'));
    return at === -1 ? all : `${slashes}${MASK}${authority.slice(at)}`;
  });
  return plain.replace(WORD, (word) => {
    const at = word.lastIndexOf('@');
    const split = at === -1 ? null : SPLIT_PASSWORD.exec(word);
    return split === null || at < split.index ? word : `${word.slice(0, split.index + 3)}${MASK}${word.slice(at)}`;
  });
}
