/** Reads a whole configuration: the main file, what it includes, or the output of `nginx -T`. */
import { type ConfFs, directoryOf, dumpFs, includedPaths, isDump, splitDump } from './files.ts';
import { type IncludeHandler, parseFile } from './parse.ts';
import type { Conf, ConfProblem, Directive } from './tree.ts';

/** A configuration file to read, or text that was read already (standard input). */
export type ConfSource = { readonly path: string } | { readonly text: string; readonly name: string };

const MIB = 1 << 20;

/** Real configurations stay far below these; hostile ones must end quickly. Sizes in bytes. */
const CONF_LIMITS = {
  fileBytes: 4 * MIB,
  totalBytes: 16 * MIB,
  files: 4096,
  includeDepth: 64,
  directives: 300_000,
} as const;

/**
 * The configuration's tree, with everything that could not be read as problems; never throws for bad input.
 * Includes are followed as nginx does: relative to the main file's directory, patterns in byte order.
 * @param prefix nginx's own prefix (`nginx -V`), for relative log paths; default: the main file's directory, or its
 * parent where that is called `conf`, as in a build from source
 */
export function loadConf(source: ConfSource, fs: ConfFs, prefix?: string): Conf {
  const loader = new Loader(fs);
  if ('text' in source) return loader.load(source.name, source.text, prefix);
  const text = loader.readMain(source.path);
  return text === null ? loader.empty(source.path, prefix) : loader.load(source.path, text, prefix);
}

class Loader {
  readonly #problems: ConfProblem[] = [];
  readonly #files = new Map<string, string>();
  readonly #paths = new Map<string, readonly string[]>();
  /** Sentences said already: a snippet that is included often has its fault once. */
  readonly #said = new Set<string>();
  readonly #budget = { directives: CONF_LIMITS.directives as number };
  #fs: ConfFs;
  #directory = '/';
  #bytes = 0;
  #loads = 0;
  /** Files being read now, the main one first: a file that includes itself, over any number of steps, is cut. */
  readonly #chain: string[] = [];
  #full = false;

  constructor(fs: ConfFs) {
    this.#fs = fs;
  }

  readMain(path: string): string | null {
    const text = this.#read(path, path, null, 'error');
    if (text !== null) this.#bytes += text.length;
    return text;
  }

  empty(path: string, prefix: string | undefined): Conf {
    return this.#conf(path, prefix, []);
  }

  load(path: string, text: string, prefix: string | undefined): Conf {
    const dump = isDump(text) ? splitDump(text) : null;
    const [main, mainText] = dump === null ? [path, text] : [...dump][0]!;
    if (dump !== null) this.#fs = dumpFs(dump);
    this.#directory = directoryOf(main);
    const directives: Directive[] = [];
    if (mainText.length > CONF_LIMITS.fileBytes) this.#tooLarge(main, main, null);
    else this.#parse(main, mainText, null, directives);
    return this.#conf(main, prefix, directives);
  }

  #conf(path: string, prefix: string | undefined, directives: readonly Directive[]): Conf {
    const directory = directoryOf(path);
    const guessed = directory.endsWith('/conf') ? directoryOf(directory) : directory;
    return { path, prefix: prefix ?? guessed, directives, files: this.#files, problems: this.#problems };
  }

  #parse(path: string, text: string, parent: Directive | null, into: Directive[]): void {
    this.#files.set(path, text);
    this.#chain.push(path);
    const onInclude: IncludeHandler = (include, siblings, around) => this.#include(include, siblings, around);
    const problem = parseFile(path, text, { parent, into, onInclude, budget: this.#budget });
    if (problem !== null) this.#say(problem);
    this.#chain.pop();
  }

  #include(include: Directive, into: Directive[], parent: Directive | null): void {
    const [pattern] = include.args;
    if (pattern === undefined || this.#full) return;
    const full = pattern.startsWith('/') || this.#directory === '.' ? pattern : `${this.#directory}/${pattern}`;
    let paths: readonly string[];
    try {
      paths = this.#lookUp(full.replace('//', '/'));
    } catch (error) {
      this.#note(include, `cannot look for ${pattern} (${reason(error)})`);
      return;
    }
    for (const path of paths) this.#includeFile(path, include, into, parent);
  }

  /** A snippet may name the same pattern in every server: the disk is asked once. */
  #lookUp(pattern: string): readonly string[] {
    const known = this.#paths.get(pattern);
    if (known !== undefined) return known;
    const paths = includedPaths(pattern, this.#fs);
    this.#paths.set(pattern, paths);
    return paths;
  }

  #includeFile(path: string, include: Directive, into: Directive[], parent: Directive | null): void {
    if (this.#full) return;
    if (this.#chain.includes(path)) {
      this.#note(include, `${path} includes itself, so it was not read again`);
      return;
    }
    if (this.#chain.length >= CONF_LIMITS.includeDepth) {
      this.#note(include, `includes are nested more than ${CONF_LIMITS.includeDepth} deep, so ${path} was not read`);
      return;
    }
    const text = this.#files.get(path) ?? this.#read(path, include.file, include.line, 'note');
    if (text === null) return;
    this.#bytes += text.length;
    this.#loads++;
    if (this.#bytes > CONF_LIMITS.totalBytes) this.#stop(include, 'the configuration is larger than 16 MiB');
    else if (this.#loads > CONF_LIMITS.files) this.#stop(include, `more than ${CONF_LIMITS.files} files are included`);
    else this.#parse(path, text, parent, into);
  }

  #read(path: string, file: string, line: number | null, kind: ConfProblem['kind']): string | null {
    const say = (what: string): null => {
      const where = line === null ? '' : `${file}:${line}: `;
      this.#say({ sentence: `${where}${what}.`, file, line, kind });
      return null;
    };
    try {
      const found = this.#fs.stat(path);
      if (found === null) return say(`${path} does not exist`);
      if (found.kind !== 'file') return say(`${path} is not a regular file, so it was not read`);
      if (found.bytes > CONF_LIMITS.fileBytes) return this.#tooLarge(path, file, line);
      return this.#fs.read(path);
    } catch (error) {
      return say(`${path} cannot be read (${reason(error)})`);
    }
  }

  #tooLarge(path: string, file: string, line: number | null): null {
    const where = line === null ? '' : `${file}:${line}: `;
    this.#problems.push({
      sentence: `${where}${path} is larger than 4 MiB, so it was not read.`,
      file,
      line,
      kind: 'note',
    });
    return null;
  }

  #note(include: Directive, what: string): void {
    const { file, line } = include;
    this.#say({ sentence: `${file}:${line}: ${what}.`, file, line, kind: 'note' });
  }

  #say(problem: ConfProblem): void {
    if (this.#said.has(problem.sentence)) return;
    this.#said.add(problem.sentence);
    this.#problems.push(problem);
  }

  /** A limit was met: one sentence, and no include is followed any more. */
  #stop(include: Directive, what: string): void {
    this.#full = true;
    this.#note(include, `${what}; what it includes further was not read`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its symbolic links go in a circle';
    case 'ENOENT':
      return 'it does not exist';
    default:
      return typeof code === 'string' ? code : error instanceof Error ? error.message : 'unknown error';
  }
}
