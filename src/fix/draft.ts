/** Collects the changes of one block, so that new lines end up together and beside their kind. */
import { effective } from '../nginx-conf/settings.ts';
import { type Conf, type Directive, everyDirective, named } from '../nginx-conf/tree.ts';
import { type Edit, insertAfter, insertFirst, remove, replaceArgs } from './edit.ts';
import type { FixChange, Mending } from './types.ts';

export class Draft {
  readonly #conf: Conf;
  readonly #block: Directive;
  /** Names of directives that new lines like to follow, the likeliest first. */
  readonly #beside: readonly string[];
  readonly #edits: Edit[] = [];
  readonly #changes: FixChange[] = [];
  readonly #notes: string[] = [];
  readonly #added: string[] = [];
  readonly #dropped = new Set<Directive>();

  constructor(conf: Conf, block: Directive, beside: readonly string[]) {
    this.#conf = conf;
    this.#block = block;
    this.#beside = beside;
  }

  /** States a single-valued directive in the block: its own line gets the value, else a line is added. */
  set(name: string, value: string, why: string): void {
    const own = named(this.#block.block, name).at(-1);
    if (own === undefined) this.add(`${name} ${value};`, why);
    else this.change(own, value, why);
  }

  /** Gives a line, wherever it stands, other arguments. */
  change(directive: Directive, value: string, why: string): void {
    this.#edits.push(replaceArgs(directive, value));
    const { file, line, name } = directive;
    this.#changes.push({ file, line, what: `${name} ${this.#written(directive)} -> ${value}`, why });
    const users = usersOf(this.#conf, file);
    if (users > 1) this.#notes.push(`${file} is included in ${users} places; the change holds for all of them`);
  }

  drop(directive: Directive, why: string): void {
    this.#edits.push(remove(this.#conf, directive));
    this.#dropped.add(directive);
    const { file, line, name } = directive;
    this.#changes.push({ file, line, what: `${name} ${this.#written(directive)} removed`, why });
  }

  /** Adds a line to the block. */
  add(line: string, why: string): void {
    this.#added.push(line);
    const { file, line: at } = this.#anchor() ?? this.#block;
    this.#changes.push({ file, line: at, what: `+ ${line}`, why });
  }

  note(sentence: string): void {
    this.#notes.push(sentence);
  }

  mending(): Mending {
    const edits = [...this.#edits];
    if (this.#added.length > 0) {
      const anchor = this.#anchor();
      edits.push(
        anchor === null
          ? insertFirst(this.#conf, this.#block, this.#added)
          : insertAfter(this.#conf, anchor, this.#added),
      );
    }
    return { edits, changes: this.#changes, notes: this.#notes };
  }

  /** Arguments as they stand in the file. */
  #written({ file, words }: Directive): string {
    const text = this.#conf.files.get(file) ?? '';
    return words
      .slice(1)
      .map(({ start, end }) => text.slice(start, end))
      .join(' ');
  }

  /** The line that new ones follow: in the block's own file, since others may be shared. */
  #anchor(): Directive | null {
    const lines = (this.#block.block ?? []).filter(
      (line) => line.file === this.#block.file && line.block === null && !this.#dropped.has(line),
    );
    for (const name of this.#beside) {
      const found = lines.findLast((line) => line.name === name);
      if (found !== undefined) return found;
    }
    return lines.at(-1) ?? null;
  }
}

/** In how many blocks a file's directives stand. */
function usersOf(conf: Conf, file: string): number {
  const blocks = new Set<Directive | null>();
  let firstStart = -1;
  for (const directive of everyDirective(conf.directives)) {
    if (directive.file !== file || directive.parent?.file === file) continue;
    if (firstStart < 0) firstStart = directive.start;
    if (directive.start === firstStart) blocks.add(directive.parent);
  }
  return blocks.size;
}

/** The effective line of a name, wherever it stands. */
export function effectiveLine(conf: Conf, block: Directive | null, name: string): Directive | null {
  return effective(conf, block, name).at(-1) ?? null;
}
