/** Cuts a configuration file into tokens by nginx's own rules; put together again they are the file, byte for byte. */
import { luaBlockEnd } from './lua-block.ts';

export interface Token {
  /** `code` is the inside of a `*_by_lua_block`; `broken` is the rest of a file behind an error. */
  readonly kind: 'word' | 'end' | 'open' | 'close' | 'comment' | 'blank' | 'code' | 'broken';
  readonly start: number;
  readonly end: number;
  /** Line of the first byte, from 1. */
  readonly line: number;
  /** A word without its quotes and escapes; for `broken` what is wrong; else ''. */
  readonly text: string;
}

/** All tokens of a file. A `broken` one, if any, is the last. */
export function* tokenize(text: string): Generator<Token> {
  let at = 0;
  let line = 1;
  let directive: string | null = null;
  while (at < text.length) {
    const found = tokenAt(text, at, line);
    yield found;
    line += countNewlines(text, found.start, found.end);
    at = found.end;
    if (found.kind === 'word') directive ??= found.text;
    if (found.kind === 'open' && directive?.endsWith('_by_lua_block') && at < text.length) {
      const end = luaBlockEnd(text, at);
      const code = end < 0 ? broken(text, at, line, 'the Lua block is not closed') : token('code', at, end, line);
      if (code.end > at) yield code;
      line += countNewlines(text, at, code.end);
      at = code.end;
    }
    if (found.kind === 'end' || found.kind === 'open' || found.kind === 'close') directive = null;
  }
}

function tokenAt(text: string, start: number, line: number): Token {
  const first = text[start]!;
  if (isBlank(first)) {
    let end = start + 1;
    while (end < text.length && isBlank(text[end]!)) end++;
    return token('blank', start, end, line);
  }
  if (first === '#') {
    const newline = text.indexOf('\n', start);
    return token('comment', start, newline < 0 ? text.length : newline, line);
  }
  if (first === ';') return token('end', start, start + 1, line);
  if (first === '{') return token('open', start, start + 1, line);
  if (first === '}') return token('close', start, start + 1, line);
  return first === '"' || first === "'" ? quotedWord(text, start, line) : plainWord(text, start, line);
}

/** Behind the closing quote nginx demands a blank, `;`, `{` or `)`. */
function quotedWord(text: string, start: number, line: number): Token {
  const quote = text[start]!;
  let end = start + 1;
  while (end < text.length && text[end] !== quote) end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) return broken(text, start, line, `the ${quote} is not closed`);
  const next = text[end + 1];
  if (next !== undefined && !isBlank(next) && next !== ';' && next !== '{' && next !== ')') {
    return broken(text, start, line, `unexpected ${JSON.stringify(next)} right behind a closing quote`);
  }
  return { kind: 'word', start, end: end + 1, line, text: unescapeWord(text.slice(start + 1, end)) };
}

/** A word ends at a blank, `;` or `{`, but the brace of `${name}` belongs to it. */
function plainWord(text: string, start: number, line: number): Token {
  let end = start;
  let variable = false;
  while (end < text.length) {
    const char = text[end]!;
    if (char === '{' && variable) variable = false;
    else if (isBlank(char) || char === ';' || char === '{') break;
    else variable = char === '$';
    end += char === '\\' ? 2 : 1;
  }
  if (end > text.length) return broken(text, start, line, 'the file ends behind a backslash');
  return { kind: 'word', start, end, line, text: unescapeWord(text.slice(start, end)) };
}

/** `\"`, `\'` and `\\` lose their backslash, `\t`, `\r` and `\n` become control bytes, any other keeps it. */
function unescapeWord(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(["'\\trn])/g, (_, char: string) => {
    if (char === 't') return '\t';
    if (char === 'r') return '\r';
    return char === 'n' ? '\n' : char;
  });
}

function token(kind: Token['kind'], start: number, end: number, line: number): Token {
  return { kind, start, end, line, text: '' };
}

function broken(text: string, start: number, line: number, what: string): Token {
  return { kind: 'broken', start, end: text.length, line, text: what };
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}

function countNewlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === 10) count++;
  return count;
}
