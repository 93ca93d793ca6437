/** Masks values that stand beside a telling name: `token=x`, `Authorization: x`, `"password":"x"`, `\x22sid\x22:…`. */
import { maskQuery, splitClosers } from './redact-url.ts';
import { isQueryField, isSecretName } from './secret-names.ts';

const MASK = '***';

/**
 * A name, an optional closing quote (plain, escaped once or more, nginx's `\x22`, percent-encoded) or bracket, and
 * `=` or `:`. The look-behind lets a match start only where a name starts, which keeps the search linear.
 */
const NAMED = /(?<![\w.-])([\w.-]+)(\]|\\*["']|\\x22|%22)?[ \t]{0,4}(=|:|%3[DdAa])[ \t]{0,4}/g;

const OPENING_QUOTE = /\\*["']|\\x22|%22/y;

/** Digits after a bare `name:` are a port, a line number or a size (`auth:8080`, `zone=auth:10m`). */
const PORT_OR_SIZE = /\d{1,5}[kKmMgG]?(?![\w])|\//y;

const SCHEME_AND_VALUE = /(?:[A-Za-z][\w-]*[ \t]+)?[^\s",]+/y;
const PLAIN_VALUE = /[^\s"&]+/y;
/** Not secret whatever the name: truth values, nothing, numbers too short to keep anybody out (statuses, counts). */
const TELLS_NOTHING = /^(?:true|false|null|undefined|none|-|\d{1,3}(?:\.\d+)?)$/;

interface Span {
  readonly from: number;
  readonly to: number;
}

function sticky(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function lineEnd(text: string, from: number): number {
  const lineFeed = text.indexOf('\n', from);
  return lineFeed === -1 ? text.length : lineFeed;
}

/** Where a quoted value ends: the next quote of the same kind that has no further backslash before it. */
function closingQuote(text: string, quote: string, from: number): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (quote.startsWith('%') || at === from || text.charAt(at - 1) !== '\\') return at;
  }
  return lineEnd(text, from);
}

/** A cookie header runs to the end of its quotation or line, or to the next `, key: ` of an error line. */
function cookieEnd(text: string, from: number): number {
  const rest = text.slice(from, lineEnd(text, from));
  const end = rest.search(/["']|, [a-z]+: /);
  return end === -1 ? from + rest.length : from + end;
}

function valueSpan(text: string, name: string, at: number): Span | null {
  const quote = sticky(OPENING_QUOTE, text, at);
  if (quote !== null) return { from: at + quote.length, to: closingQuote(text, quote, at + quote.length) };
  const first = text.charAt(at);
  const isCookie = /cookie/i.test(name);
  if (first === '[' || (first === '{' && isCookie)) {
    const close = text.indexOf(first === '[' ? ']' : '}', at);
    return { from: at, to: close === -1 ? lineEnd(text, at) : close + 1 };
  }
  // The members of an object are judged by their own names.
  if (first === '{') return null;
  if (isCookie) return { from: at, to: cookieEnd(text, at) };
  const run = sticky(/authorization/i.test(name) ? SCHEME_AND_VALUE : PLAIN_VALUE, text, at);
  return run === null ? null : { from: at, to: at + splitClosers(run)[0].length };
}

/** The name itself: nginx writes a quote inside a value as `\x22`, whose last three characters stick to the name. */
function cleanName(text: string, start: number, word: string, quote: string): string {
  const before = text.charAt(start - 1);
  if (quote === '\\x22' && before === '\\' && word.startsWith('x22')) return word.slice(3);
  if (quote === '%22' && before === '%' && word.startsWith('22')) return word.slice(2);
  return word;
}

/** A quote after a name makes it a key only when the name began with one too: `"/etc/ssl/a.key": failed` has no key. */
function isQuotedKey(text: string, start: number, quote: string): boolean {
  return (
    quote === '' ||
    quote === ']' ||
    quote.startsWith('%') ||
    quote.startsWith('\\x') ||
    text.charAt(start - 1) === quote.slice(-1)
  );
}

export function maskNamedValues(text: string): string {
  let out = '';
  let done = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const [all, word = '', quote = '', separator = ''] = match;
    const at = match.index + all.length;
    if (!isQuotedKey(text, match.index, quote)) continue;
    const bareColon = quote === '' && separator === ':';
    // `auth.lua:12`: of a dotted word before a colon only the end can be a name.
    const name = cleanName(text, match.index, bareColon ? word.slice(word.lastIndexOf('.') + 1) : word, quote);
    const holdsQuery = isQueryField(name) && !bareColon;
    if (!holdsQuery && !isSecretName(name)) continue;
    if (bareColon && all.endsWith(':') && sticky(PORT_OR_SIZE, text, at) !== null) continue;
    const span = valueSpan(text, name, at);
    if (span === null || span.to <= span.from) continue;
    const value = text.slice(span.from, span.to);
    if (!TELLS_NOTHING.test(value)) {
      out += text.slice(done, span.from) + (holdsQuery ? maskQuery(value) : MASK);
      done = span.to;
    }
    NAMED.lastIndex = span.to;
  }
  return out + text.slice(done);
}
