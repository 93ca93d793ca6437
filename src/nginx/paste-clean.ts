/**
 * Undoes what happens to a log line on its way through terminals, chats, trackers and spreadsheets. Each step looks
 * for a sign of its damage first, so that a line in order passes through unchanged.
 */
import { stripColours } from './envelope.ts';

/** Characters that editors put in place of plain ones: as text, and as UTF-8 bytes read as latin1. */
const SUBSTITUTES: readonly (readonly [RegExp, string])[] = [
  [/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]|\xe2\x80[\x9c-\x9f]|\xc2[\xab\xbb]/g, '"'],
  [/[\u2018\u2019\u201a\u2032]|\xe2\x80[\x98-\x9a]/g, "'"],
  [/\u2026|\xe2\x80\xa6/g, '...'],
  [/[\u2010-\u2015]|\xe2\x80[\x90-\x95]/g, '-'],
  [/[\u2000-\u200a\u202f\u00a0]|\xe2\x80[\x80-\x8a\xaf]|\xc2\xa0/g, ' '],
  [/[\u200b-\u200f\ufeff]|\xe2\x80[\x8b-\x8f]|\xef\xbb\xbf/g, ''],
];

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['quot', '"'],
  ['#34', '"'],
  ['#x22', '"'],
  ['gt', '>'],
  ['lt', '<'],
  ['#39', "'"],
  ['apos', "'"],
  ['#x27', "'"],
  ['nbsp', ' '],
  ['#160', ' '],
  ['#47', '/'],
  ['#x2F', '/'],
  ['amp', '&'],
]);

const TAG = /<\/?(?:code|pre|p|br|strong|b|em|i|span|div|li|td|blockquote|mark|kbd|font)(?: [^<>]{0,100})?\/?>/gi;

/** The line as the program wrote it, as far as that can be told. Idempotent on lines in order. */
export function unmangle(line: string): string {
  let text = stripColours(line);
  if (/[\u0080-\uffff]/.test(text)) for (const [pattern, plain] of SUBSTITUTES) text = text.replace(pattern, plain);
  text = joinWrapped(text);
  text = decodeEntities(text);
  text = decodeEscapes(text);
  text = stripMarkup(text);
  // `client: 10.0.0.1, ..., upstream: "`: fields that somebody left out.
  return restoreQuotes(text).replace(/, ?(?:\.{3}|\[\.{3}\]),(?= )/g, ',');
}

/** A tab is a terminal's or a table's, and a line feed a wrap's, unless they are a traceback's. */
function joinWrapped(text: string): string {
  if (/stack traceback:|\n\t/.test(text)) return text.trim();
  const trimmed = text.trim();
  return /[\n\t\r]/.test(trimmed) ? trimmed.replace(/\r?\n[ \t]*(?:> ?)?|[\t\r]+/g, ' ') : trimmed;
}

/** Entities are decoded where quotes or brackets are written as such: a lone `&amp;` may be the client's own. */
function decodeEntities(text: string): string {
  if (!/&(?:quot|#34|#x22|gt|lt|#39);/.test(text)) return text;
  return text.replace(/&(#?\w{1,6});/g, (whole, name: string) => ENTITIES.get(name) ?? whole);
}

/** Quotes escaped as in JSON or a shell, and Markdown's backslashes. */
function decodeEscapes(text: string): string {
  let decoded = text;
  for (let round = 0; round < 3 && (decoded.match(/\\"/g)?.length ?? 0) >= 2; round++) {
    decoded = unescapeUpToClose(decoded);
  }
  return decoded.replace(/\\([_*[\]<>#`~|])/g, '$1');
}

/** Decodes `\"`, `\\` and `\/`, and drops what follows the quote that closes the string they stand in. */
function unescapeUpToClose(text: string): string {
  let end = text.indexOf('\\"');
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  const inside = text.slice(0, end).replace(/(?:\\[rn]){1,4}$/, '');
  return inside.replace(/\\(["\\/])/g, '$1');
}

/** Links, emphasis and tags that trackers add; `<ip>` and other words in angle brackets are people's placeholders. */
function stripMarkup(text: string): string {
  let plain = text;
  if (plain.includes('](')) {
    plain = plain.replace(/\[((?:https?|wss?):\/\/[^\]\s]{1,2000})\]\(\s?(?:https?|wss?):[^)\s]{1,2000}\)/g, '$1');
  }
  if (plain.includes('<')) {
    plain = plain.replace(/<((?:https?|wss?):\/\/[^<>\s"]{1,2000})>/g, '$1').replace(TAG, '');
  }
  // Stars in addresses are masks: `**.**.0.1`. Only words in stars are emphasis, and a whole line in them.
  if (plain.includes('**')) plain = plain.replace(/^(\s*)\*\*(\S[^\n]*\S)\*\*\s*$/, '$1$2');
  if (plain.includes('**')) plain = plain.replace(/\*\*([A-Za-z[(][^*]{2,300}[A-Za-z\])0-9])\*\*/g, '$1');
  return plain;
}

/** Quotes doubled for CSV, or turned into apostrophes to fit into a quoted string. */
function restoreQuotes(text: string): string {
  if (/request: ""[^",]/.test(text)) return text.replaceAll('""', '"');
  return !text.includes('"') && /request: '/.test(text) ? text.replaceAll("'", '"') : text;
}

export interface Trimmed {
  readonly text: string;
  /** A mark of omission stood at the end. */
  readonly cut: boolean;
}

/** Dots and words people put where they cut, and the marks of editors and pagers that cut at the screen's edge. */
const OMISSION =
  /(?:\.{2,}|(?<=[\w ,."])\$|(?<!<.{0,30})(?<=[\w ,."])>|\[\s?\.{2,}\s?\]|\(\s?\.{2,}\s?\)|<\s?\.{2,}\s?>|[[(<]\s?(?:truncated|snip|snipped|cut|omitted)\s?[\])>])$/i;

/** Takes quoting marks, bullets and marks of omission off both ends. */
export function trimEnds(text: string): Trimmed {
  let plain = text.trim();
  let cut = false;
  for (let round = 0; round < 8; round++) {
    const before = plain;
    plain = plain
      .replace(/^(?:>[> ]{0,20}|[-+*\u2022] (?=\S)|\xe2\x80\xa2 ?|`{1,3}|'(?=[^'])|\.{3,}(?: |(?=\S)))/, '')
      .trimStart();
    plain = plain.replace(/[`,;|\\]$|(?<!['])'$/, '').trimEnd();
    // nginx ends its own shortened values with dots, but inside quotes.
    const omission = OMISSION.exec(plain.slice(-40));
    if (omission) {
      plain = plain.slice(0, plain.length - omission[0].length).trimEnd();
      cut = true;
    }
    if (plain === before) break;
  }
  return { text: plain, cut };
}

/** `12:`, `error.log:12:`, `/var/log/nginx/error.log:` of grep, and the line numbers of `cat -n`. */
const GREP =
  /^(?:[^\s:"[\]]{0,200}(?:\/|\.log|\.txt|\.gz|log)[^\s:"[\]]{0,100}[:-](?:\d{1,9}[:-])?|\d{1,9}: ?(?=\d{4}\/|\d{1,3}\.\d{1,3}\.\d{1,3}\.|[[{*a-zA-Z])|\d{1,9} {1,4}(?=\d{4}\/\d\d\/|\d{1,3}\.\d{1,3}\.\d{1,3}\.))/;

/** Takes what `grep -n` and its kin put before a line off it; null when there is none. */
export function peelGrep(text: string): string | null {
  const match = GREP.exec(text);
  return match ? text.slice(match[0].length).trimStart() : null;
}
