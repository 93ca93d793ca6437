/** Text in columns of a terminal: widths, wrapping, cutting. Widths are display columns, not characters. */
import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;

/** What wslog itself writes beside ASCII: a column each. A test asks string-width. */
export const OWN_MARKS = '…·×✓✗─▏▁▂▃▄▅▆▇█';
/** The colours that wslog itself writes. */
const COLOURS = /\x1b\[\d+m/g;

/**
 * Asking for one character's columns is slow, and logs repeat their characters. string-width is loaded when it is first
 * asked, which a report in plain English never does: its tables and Node's segmenter take 10 ms.
 */
const charWidths = new Map<string, number>([...OWN_MARKS].map((mark) => [mark, 1]));

function charWidth(char: string): number {
  const code = char.charCodeAt(0);
  if (code >= 0x20 && code < 0x7f) return 1;
  let columns = charWidths.get(char);
  if (columns === undefined) {
    columns = stringWidth(char);
    charWidths.set(char, columns);
  }
  return columns;
}

/**
 * Columns the text takes. Characters are added up one by one: what joins several into one sign (joiners, variation
 * selectors) is never shown raw.
 */
export function width(text: string): number {
  const shown = text.includes('\x1b') ? text.replace(COLOURS, '') : text;
  if (ASCII.test(shown)) return shown.length;
  if (shown.includes('\x1b')) return stringWidth(shown);
  let columns = 0;
  for (const char of shown) columns += charWidth(char);
  return columns;
}

/** The longest start of the text that takes at most `columns`. */
function head(text: string, columns: number): string {
  if (ASCII.test(text)) return text.slice(0, columns);
  let used = 0;
  let end = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > columns) break;
    end += char.length;
  }
  return text.slice(0, end);
}

/** The longest end of the text that takes at most `columns`. */
function tail(text: string, columns: number): string {
  if (ASCII.test(text)) return columns === 0 ? '' : text.slice(-columns);
  // No character takes more than two code units, so looking at twice the columns and some zero-width marks is enough.
  const chars = [...text.slice(-columns * 4)];
  let from = chars.length;
  for (let used = 0; from > 0; from--) {
    used += charWidth(chars[from - 1] ?? '');
    if (used > columns) break;
  }
  return chars.slice(from).join('');
}

/** Cuts a word into pieces of at most `columns`, in one pass. */
function pieces(word: string, columns: number): string[] {
  const out: string[] = [];
  let from = 0;
  let used = 0;
  let at = 0;
  for (const char of word) {
    const size = charWidth(char);
    if (used + size > columns && at > from) {
      out.push(word.slice(from, at));
      from = at;
      used = 0;
    }
    used += size;
    at += char.length;
  }
  out.push(word.slice(from));
  return out;
}

/** Shortens to at most `columns` by leaving out the middle: both ends of a path, an address or a line say most. */
export function cutMiddle(text: string, columns: number, ascii: boolean): string {
  if (width(text) <= columns) return text;
  const gap = ascii ? '...' : '…';
  const room = columns - width(gap);
  if (room < 2) return head(text, columns);
  const front = Math.ceil(room * 0.6);
  return head(text, front) + gap + tail(text, room - front);
}

/** Shortens to at most `columns` by leaving out the end. */
export function cutEnd(text: string, columns: number): string {
  return width(text) <= columns ? text : `${head(text, columns - 1).trimEnd()}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Breaks one paragraph at spaces; a word longer than a line is broken where the line ends. Never gives no line. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const size = width(word);
    if (used > 0 && used + 1 + size <= columns) {
      line += ` ${word}`;
      used += 1 + size;
      continue;
    }
    if (used > 0) lines.push(line);
    const parts = size > columns ? pieces(word, columns) : [word];
    line = parts.pop() ?? '';
    lines.push(...parts);
    used = width(line);
  }
  if (used > 0 || lines.length === 0) lines.push(line);
  return lines;
}

/** Puts short parts beside each other, three spaces apart, and starts a new line where the next does not fit. */
export function flow(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 3 + width(part) <= columns) lines[lines.length - 1] = `${last}   ${part}`;
    else lines.push(...wrap(part, columns));
  }
  return lines;
}
