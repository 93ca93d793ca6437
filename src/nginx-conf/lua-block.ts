/** Finds where OpenResty's `*_by_lua_block { … }` ends: Lua's strings and comments may hold braces. */

/**
 * @param start first byte behind the opening brace
 * @returns place of the closing brace, or -1 when there is none
 */
export function luaBlockEnd(text: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
    at = skipItem(text, at);
    if (at < 0) return -1;
  }
  return -1;
}

/** Behind the comment, the string or the single character that stands here; -1 when a long bracket is not closed. */
function skipItem(text: string, at: number): number {
  const char = text[at]!;
  if (char === '"' || char === "'") return behindString(text, at);
  if (char === '[') {
    const level = bracketLevel(text, at);
    return level < 0 ? at + 1 : behindLongBracket(text, at, level);
  }
  if (!text.startsWith('--', at)) return at + 1;
  const level = text[at + 2] === '[' ? bracketLevel(text, at + 2) : -1;
  if (level >= 0) return behindLongBracket(text, at + 2, level);
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

function behindString(text: string, start: number): number {
  const quote = text[start]!;
  let at = start + 1;
  // A Lua string ends with its line unless the newline is escaped.
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Number of `=` in a `[==[`, or -1 when no long bracket opens here. */
function bracketLevel(text: string, start: number): number {
  let at = start + 1;
  while (text[at] === '=') at++;
  return text[at] === '[' ? at - start - 1 : -1;
}

function behindLongBracket(text: string, start: number, level: number): number {
  const close = `]${'='.repeat(level)}]`;
  const end = text.indexOf(close, start + level + 2);
  return end < 0 ? -1 : end + close.length;
}
