/** Where configuration text comes from: a disk, or the output of `nginx -T`. */
import { hasGlob, matchesGlob } from './glob.ts';

/** What the reader needs of a file system. Every method may throw an `Error` with a `code` (`EACCES`). */
export interface ConfFs {
  /** Follows links. Null when nothing is there. */
  stat(path: string): { readonly kind: 'file' | 'directory' | 'other'; readonly bytes: number } | null;
  /** The whole file as latin1. */
  read(path: string): string;
  /** Names in a directory, in any order. */
  list(path: string): readonly string[];
}

/**
 * Paths that an `include` names, in the order nginx reads them (bytewise). A pattern that matches nothing gives none;
 * a plain path is given back unchecked.
 */
export function includedPaths(pattern: string, fs: ConfFs): readonly string[] {
  if (!hasGlob(pattern)) return [pattern];
  const parts = pattern.split('/');
  let found: string[] = [parts[0] === '' ? '/' : (parts[0] ?? '')];
  if (parts[0] !== '' && hasGlob(found[0]!)) found = expandIn('.', found[0]!, fs, parts.length === 1);
  for (let index = 1; index < parts.length; index++) {
    const part = parts[index]!;
    const last = index === parts.length - 1;
    found = found.flatMap((directory) =>
      hasGlob(part) ? expandIn(directory, part, fs, last) : [join(directory, part)],
    );
    found = found.slice(0, last ? MOST_PATHS : MOST_DIRECTORIES);
  }
  return found.filter((path) => fs.stat(path) !== null).sort();
}

/** More than any server includes from one pattern: bounds on what a hostile one can cost. */
const MOST_PATHS = 4096;
const MOST_DIRECTORIES = 256;

function expandIn(directory: string, pattern: string, fs: ConfFs, last: boolean): string[] {
  if (fs.stat(directory)?.kind !== 'directory') return [];
  const names = fs.list(directory).filter((name) => matchesGlob(pattern, name));
  const paths = names.map((name) => join(directory, name));
  return last ? paths : paths.filter((path) => fs.stat(path)?.kind === 'directory');
}

function join(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** Directory part of a path, without the last slash. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

const SEPARATOR = '# configuration file ';

/** Whether a text is (or holds) what `nginx -T` prints. */
export function isDump(text: string): boolean {
  return (text.startsWith(SEPARATOR) || text.includes(`\n${SEPARATOR}`)) && splitDump(text).size > 0;
}

/** The files of an `nginx -T` output by path, the main one first. Text before the first separator is nginx's verdict. */
export function splitDump(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let path: string | null = null;
  let start = 0;
  let at = 0;
  const close = (end: number): void => {
    // nginx prints each file once; a comment that imitates a separator must not replace what is there.
    // Behind each file nginx prints a newline of its own.
    const last = end > start && text[end - 1] === '\n' ? end - 1 : end;
    if (path !== null && !files.has(path)) files.set(path, text.slice(start, last));
  };
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith(SEPARATOR, at)) {
      const line = text.slice(at + SEPARATOR.length, end).trimEnd();
      if (line.endsWith(':')) {
        close(at);
        path = line.slice(0, -1);
        start = Math.min(end + 1, text.length);
      }
    }
    at = end + 1;
  }
  close(text.length);
  return files;
}

/** The files of a dump as a file system. */
export function dumpFs(files: ReadonlyMap<string, string>): ConfFs {
  const children = new Map<string, Set<string>>();
  for (const path of files.keys()) {
    let child = path;
    for (let depth = 0; depth < 64; depth++) {
      const directory = directoryOf(child);
      const names = children.get(directory) ?? new Set();
      names.add(child.slice(child.lastIndexOf('/') + 1));
      children.set(directory, names);
      if (directory === '/' || directory === '.') break;
      child = directory;
    }
  }
  return {
    stat(path) {
      const text = files.get(path);
      if (text !== undefined) return { kind: 'file', bytes: text.length };
      return children.has(path) ? { kind: 'directory', bytes: 0 } : null;
    },
    read: (path) => files.get(path) ?? '',
    list: (path) => [...(children.get(path) ?? [])],
  };
}
