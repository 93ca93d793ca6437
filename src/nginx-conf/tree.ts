/** nginx's configuration as a tree of directives that know where they stand. Text is latin1: one char is one byte. */

/** A word as written and as meant. */
export interface Word {
  /** Without quotes and escapes, as nginx takes it. */
  readonly text: string;
  /** Byte offsets in the file, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Line of the first byte, from 1. */
  readonly line: number;
}

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** The name and the arguments with their places. */
  readonly words: readonly Word[];
  /** Path of the file, as nginx would name it. */
  readonly file: string;
  readonly line: number;
  /** Byte offsets in the file: first byte of the name, and behind the `;` or the `}`. */
  readonly start: number;
  readonly end: number;
  /** Null for a simple directive. What `include` brought in stands here in its place. */
  readonly block: readonly Directive[] | null;
  /** Byte offsets of the block's content, behind `{` and at `}`. */
  readonly inner: { readonly start: number; readonly end: number } | null;
  /** The enclosing block, across files; null at the top. */
  readonly parent: Directive | null;
}

export interface ConfProblem {
  /** One sentence: what, where, what follows. */
  readonly sentence: string;
  readonly file: string;
  readonly line: number | null;
  /** `error`: nginx would refuse this; `note`: this reader left something out. */
  readonly kind: 'error' | 'note';
}

export interface Conf {
  /** Path of the main file. */
  readonly path: string;
  /** Directory that relative paths of logs are resolved against. */
  readonly prefix: string;
  readonly directives: readonly Directive[];
  /** Text of every file that was read, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly ConfProblem[];
}

/** Blocks of more directives than this are looked up by name; a server with thousands of locations is asked often. */
const SEARCHED_UP_TO = 32;
const indexes = new WeakMap<readonly Directive[], ReadonlyMap<string, readonly Directive[]>>();

/** The directives of that name directly in a block, which has been read to its end. */
export function named(block: readonly Directive[] | null, name: string): readonly Directive[] {
  if (block === null) return [];
  if (block.length <= SEARCHED_UP_TO) return block.filter((directive) => directive.name === name);
  let index = indexes.get(block);
  if (index === undefined) {
    index = grouped(block);
    indexes.set(block, index);
  }
  return index.get(name) ?? [];
}

function grouped(block: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  const groups = new Map<string, Directive[]>();
  for (const directive of block) {
    const group = groups.get(directive.name);
    if (group === undefined) groups.set(directive.name, [directive]);
    else group.push(directive);
  }
  return groups;
}

/** Every directive, parents before their children, in the order nginx reads them. */
export function* everyDirective(directives: readonly Directive[]): Generator<Directive> {
  for (const directive of directives) {
    yield directive;
    if (directive.block !== null) yield* everyDirective(directive.block);
  }
}

/** Names of the blocks around a directive, outermost first. */
export function contextOf(directive: Directive): readonly string[] {
  const names: string[] = [];
  for (let at = directive.parent; at !== null; at = at.parent) names.unshift(at.name);
  return names;
}

/**
 * What stands in `http {}`. A file of `server` blocks on its own, as in `sites-enabled`, is read as if it stood there.
 */
export function httpDirectives(conf: Conf): readonly Directive[] {
  const blocks = named(conf.directives, 'http');
  if (blocks.length > 0) return blocks.flatMap((http) => http.block ?? []);
  return conf.directives;
}
