/**
 * Changes to the bytes of configuration files that leave everything else as it is: new lines are laid out like their
 * neighbours, with the file's own line ends.
 */
import type { Conf, Directive } from '../nginx-conf/tree.ts';

/** Replaces the bytes from `start` to `end` of a file. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with edits carried out. Edits at one offset keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: replacement } of ordered) {
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Gives a directive other arguments. */
export function replaceArgs(directive: Directive, args: string): Edit {
  const first = directive.words[1];
  const name = directive.words[0]!;
  if (first === undefined) return { file: directive.file, start: name.end, end: name.end, text: ` ${args}` };
  return { file: directive.file, start: first.start, end: directive.words.at(-1)!.end, text: args };
}

/** Gives a directive another name and other arguments. */
export function replaceDirective(directive: Directive, line: string): Edit {
  return { file: directive.file, start: directive.start, end: directive.end, text: line };
}

/** Takes a directive out, with its line when nothing else stands on it. A comment behind it stays, in its place. */
export function remove(conf: Conf, { file, start, end }: Directive): Edit {
  const text = textOf(conf, file);
  const lineStart = startOfLine(text, start);
  const lineEnd = endOfLine(text, end);
  const isFirst = text.slice(lineStart, start).trim() === '';
  const behind = text.slice(end, lineEnd);
  if (!isFirst) return { file, start, end, text: '' };
  if (behind.trim() !== '') return { file, start, end: end + behind.length - behind.trimStart().length, text: '' };
  return { file, start: lineStart, end: Math.min(lineEnd + 1, text.length), text: '' };
}

/** Puts lines behind a directive; on the same line when something else follows there, as in `location / { … }`. */
export function insertAfter(conf: Conf, directive: Directive, lines: readonly string[]): Edit {
  return insertAt(conf, directive.file, directive.end, lines, indentOf(conf, directive));
}

/** Puts lines before a directive. */
export function insertBefore(conf: Conf, directive: Directive, lines: readonly string[]): Edit {
  const { file, start } = directive;
  const text = textOf(conf, file);
  const lineStart = startOfLine(text, start);
  if (text.slice(lineStart, start).trim() !== '') return { file, start, end: start, text: `${lines.join(' ')} ` };
  const indent = text.slice(lineStart, start);
  const end = lineEndOf(text, start);
  return { file, start: lineStart, end: lineStart, text: lines.map((line) => `${indent}${line}${end}`).join('') };
}

/** Puts lines right behind the `{` of a block. */
export function insertFirst(conf: Conf, block: Directive, lines: readonly string[]): Edit {
  const child = block.block?.find(({ file, start }) => file === block.file && isFirstOnLine(conf, file, start));
  const indent = child === undefined ? deeper(indentOf(conf, block)) : indentOf(conf, child);
  return insertAt(conf, block.file, block.inner?.start ?? block.end, lines, indent);
}

/** Puts lines at the head of a file. */
export function insertAtTop(conf: Conf, file: string, lines: readonly string[]): Edit {
  const end = lineEndOf(textOf(conf, file), 0);
  return { file, start: 0, end: 0, text: lines.map((line) => line + end).join('') };
}

function insertAt(conf: Conf, file: string, at: number, lines: readonly string[], indent: string): Edit {
  const text = textOf(conf, file);
  const lineEnd = endOfLine(text, at);
  const behind = text.slice(at, lineEnd).trim();
  if (behind !== '' && !behind.startsWith('#')) return { file, start: at, end: at, text: ` ${lines.join(' ')}` };
  const place = lineEnd > at && text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  const end = lineEndOf(text, at);
  return { file, start: place, end: place, text: lines.map((line) => end + indent + line).join('') };
}

/** Blanks before a directive; where it is not the first on its line, those of a neighbour that is. */
function indentOf(conf: Conf, directive: Directive): string {
  const neighbours = [directive, ...(directive.parent?.block ?? [])];
  const first = neighbours.find(({ file, start }) => file === directive.file && isFirstOnLine(conf, file, start));
  if (first !== undefined) {
    const text = textOf(conf, first.file);
    return text.slice(startOfLine(text, first.start), first.start);
  }
  if (directive.parent === null || directive.parent.file !== directive.file) return '';
  return deeper(indentOf(conf, directive.parent));
}

function deeper(indent: string): string {
  return indent + (indent.startsWith('\t') ? '\t' : '    ');
}

function isFirstOnLine(conf: Conf, file: string, at: number): boolean {
  const text = textOf(conf, file);
  return text.slice(startOfLine(text, at), at).trim() === '';
}

function textOf(conf: Conf, file: string): string {
  return conf.files.get(file) ?? '';
}

function startOfLine(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

/** The line end used around an offset: that of its line, of the line before, or a plain newline. */
function lineEndOf(text: string, at: number): string {
  let newline = text.indexOf('\n', at);
  if (newline < 0) newline = text.lastIndexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}
