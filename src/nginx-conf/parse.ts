/** Builds one file's tree from its tokens. What stands before an error is kept. */
import { type Token, tokenize } from './tokens.ts';
import type { ConfProblem, Directive, Word } from './tree.ts';

/** Far above any real nesting; keeps hostile files from exhausting the stack of whoever walks the tree. */
const DEEPEST_BLOCK = 128;

/** A directive while its block is being read. */
interface OpenDirective extends Directive {
  end: number;
  readonly block: Directive[] | null;
  inner: { start: number; end: number } | null;
}

/** Called at each `include`, to append what it names to the block it stands in. */
export type IncludeHandler = (include: Directive, into: Directive[], parent: Directive | null) => void;

export interface ParseTarget {
  /** The block whose `include` named this file, or null. */
  readonly parent: Directive | null;
  /** Where the file's directives go: the including block's list. */
  readonly into: Directive[];
  readonly onInclude: IncludeHandler;
  /** Directives that may still be made, over all files of a configuration. */
  readonly budget: { directives: number };
}

/** Appends the file's directives to its target. Returns the first error nginx would report, or null. */
export function parseFile(file: string, text: string, target: ParseTarget): ConfProblem | null {
  const open: OpenDirective[] = [];
  let words: Word[] = [];
  let line = 1;
  const fail = (what: string, at: number): ConfProblem => ({
    sentence: `${file}:${at}: ${what}; nothing behind it was read.`,
    file,
    line: at,
    kind: 'error',
  });
  for (const token of tokenize(text)) {
    line = token.line;
    switch (token.kind) {
      case 'word':
        words.push(token);
        break;
      case 'end':
      case 'open': {
        const sign = token.kind === 'end' ? ';' : '{';
        if (words.length === 0) return fail(`unexpected "${sign}"`, token.line);
        if (open.length >= DEEPEST_BLOCK) return fail(`blocks are nested more than ${DEEPEST_BLOCK} deep`, token.line);
        if (--target.budget.directives < 0) return fail('the configuration has too many directives', token.line);
        const around = open.at(-1) ?? target.parent;
        const siblings = open.at(-1)?.block ?? target.into;
        const directive = makeDirective(file, words, token, around);
        siblings.push(directive);
        words = [];
        if (token.kind === 'open') open.push(directive);
        else if (directive.name === 'include') target.onInclude(directive, siblings, around);
        break;
      }
      case 'close': {
        const directive = open.pop();
        if (words.length > 0 || directive === undefined) return fail('unexpected "}"', token.line);
        directive.end = token.end;
        directive.inner = { start: directive.inner!.start, end: token.start };
        break;
      }
      case 'broken':
        return fail(token.text, token.line);
      default:
    }
  }
  if (words.length > 0) return fail('unexpected end of file, expecting ";" or "}"', line);
  const unclosed = open.at(-1);
  if (unclosed)
    return fail(`unexpected end of file: "${unclosed.name} {" of line ${unclosed.line} is not closed`, line);
  return null;
}

function makeDirective(file: string, words: readonly Word[], last: Token, parent: Directive | null): OpenDirective {
  const [name] = words;
  const isBlock = last.kind === 'open';
  return {
    name: name!.text,
    args: words.slice(1).map((word) => word.text),
    words: words.map(({ text, start, end, line }) => ({ text, start, end, line })),
    file,
    line: name!.line,
    start: name!.start,
    end: last.end,
    block: isBlock ? [] : null,
    inner: isBlock ? { start: last.end, end: last.end } : null,
    parent,
  };
}
