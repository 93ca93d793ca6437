/** A few lines of a configuration, to be shown beside what is said of them. */
import type { Conf, Directive } from './tree.ts';

/** A block of at most so many lines is shown whole. */
const WHOLE_BLOCK = 14;
const BEFORE = 3;
const AFTER = 3;

/**
 * The lines around `at`; the whole block where it is short and `at` stands in it, or where `at` is null, its beginning.
 * Text is latin1, as the files are. Null when the file's text is not known.
 * @param block the block that is in force
 */
export function excerpt(
  conf: Conf,
  block: Directive,
  at: { readonly file: string; readonly line: number } | null,
): { file: string; from: number; lines: string[] } | null {
  const file = at?.file ?? block.file;
  const text = conf.files.get(file);
  if (text === undefined) return null;
  const lines = text.split(/\r?\n/);
  const last = block.line + text.slice(block.start, block.end).split('\n').length - 1;
  const inside = block.file === file && (at === null || (at.line >= block.line && at.line <= last));
  let from = at === null ? block.line : at.line - BEFORE;
  let to = at === null ? Math.min(last, block.line + WHOLE_BLOCK - 1) : at.line + AFTER;
  if (inside && last - block.line < WHOLE_BLOCK) [from, to] = [block.line, last];
  from = Math.max(1, from);
  to = Math.min(lines.length, to);
  return from > to ? null : { file, from, lines: lines.slice(from - 1, to) };
}
