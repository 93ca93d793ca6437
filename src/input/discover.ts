import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { accessProblem } from './access-problem.ts';
import { examine, type Finding } from './examine.ts';
import { byAge, compareText, isLogName, rotatedName } from './log-family.ts';

export interface LogFile {
  /** As named or found; `-` is standard input. */
  readonly path: string;
  /** Length in bytes as it lies on disk; 0 for what has none (standard input, a fifo). */
  readonly bytes: number;
  /** Last change, ms since 1970 UTC; 0 for standard input. */
  readonly mtimeMs: number;
}

/** One log and what was rotated from it. */
export interface LogSet {
  /** Path of the living log, whether or not it is among the files; `-` is standard input. */
  readonly name: string;
  /** Oldest first. */
  readonly files: readonly LogFile[];
}

/** What could not be used, in one sentence to show behind the path. */
export interface InputProblem {
  readonly path: string;
  readonly sentence: string;
}

/** How deep a directory that holds no log itself is searched: pods and sites keep theirs one or two below. */
const MAX_DEPTH = 3;

/**
 * Finds the logs that command-line arguments mean: files, directories, globs (where no file has that very name) and
 * `-`. A named file is read alone, without its rotated siblings. The answer does not depend on the arguments' order;
 * a file reached twice, by two names or a link, is in it once; of a packed file and its plain twin only the twin is.
 */
export async function discoverLogs(args: readonly string[]): Promise<{ sets: LogSet[]; problems: InputProblem[] }> {
  const problems: InputProblem[] = [];
  const found: Finding[] = [];
  for (const arg of [...new Set(args)].sort(compareText)) {
    if (arg === '') problems.push({ path: "''", sentence: 'is no name: perhaps a variable of the shell is empty' });
    else if (arg === '-') found.push({ path: '-', bytes: 0, mtimeMs: 0, identity: '-', link: false });
    else await resolveArgument(arg, found, problems);
  }
  const files = withoutTwins(withoutRepeats(found));
  problems.sort((a, b) => compareText(a.path, b.path));
  return { sets: intoSets(files), problems };
}

async function resolveArgument(arg: string, found: Finding[], problems: InputProblem[]): Promise<void> {
  let failure: unknown;
  try {
    const status = await stat(arg);
    if (!status.isDirectory()) return await add(arg, 'named', found, problems);
    const before = found.length + problems.length;
    await addDirectory(arg, MAX_DEPTH, found, problems);
    if (found.length + problems.length === before) {
      problems.push({ path: arg, sentence: 'holds no log: looked for names such as error.log, access.log.2.gz' });
    }
    return;
  } catch (error) {
    failure = error;
  }
  const missing = failure instanceof Error && 'code' in failure && failure.code === 'ENOENT';
  // Loaded only when no file has that very name.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!missing || !isDynamicPattern(arg)) {
    problems.push({ path: arg, sentence: await accessProblem(arg, failure) });
    return;
  }
  const matches = await glob(arg, { dot: true, expandDirectories: false, absolute: isAbsolute(arg) });
  if (matches.length === 0)
    problems.push({ path: arg, sentence: 'matches no file: check the pattern and the directory' });
  for (const path of matches.sort(compareText)) await addWithTwin(path, found, problems);
}

/** Adds a packed file, or its plain twin in its place: the compressor may not be done with the packed one. */
async function addWithTwin(path: string, found: Finding[], problems: InputProblem[]): Promise<void> {
  const name = rotatedName(basename(path));
  const twin = join(dirname(path), name.plain);
  const living = name.packed && (await stat(twin).catch(() => null))?.isFile() === true;
  await add(living ? twin : path, 'found', found, problems);
}

async function addDirectory(
  directory: string,
  depth: number,
  found: Finding[],
  problems: InputProblem[],
): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(async (error: unknown) => {
    problems.push({ path: directory, sentence: await accessProblem(directory, error) });
    return [];
  });
  entries.sort((a, b) => compareText(a.name, b.name));
  const before = found.length + problems.length;
  for (const entry of entries) {
    if (!entry.isDirectory() && isLogName(entry.name)) {
      await addWithTwin(join(directory, entry.name), found, problems);
    }
  }
  if (found.length + problems.length > before || depth === 1) return;
  for (const entry of entries) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) {
      await addDirectory(join(directory, entry.name), depth - 1, found, problems);
    }
  }
}

async function add(path: string, how: 'named' | 'found', found: Finding[], problems: InputProblem[]): Promise<void> {
  const result = await examine(path, how);
  if (typeof result === 'string') problems.push({ path, sentence: result });
  else if (result !== null) found.push(result);
}

/** One finding a file. Of several names the one that is no link is kept, then the first in order. */
function withoutRepeats(found: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>();
  for (const file of found) {
    const other = kept.get(file.identity);
    const better =
      other === undefined || (file.link === other.link ? compareText(file.path, other.path) < 0 : !file.link);
    if (better) kept.set(file.identity, file);
  }
  return [...kept.values()];
}

function withoutTwins(files: readonly Finding[]): Finding[] {
  const paths = new Set(files.map((file) => resolve(file.path)));
  return files.filter((file) => {
    const name = rotatedName(basename(file.path));
    return !name.packed || !paths.has(resolve(dirname(file.path), name.plain));
  });
}

function intoSets(files: readonly Finding[]): LogSet[] {
  const sets = new Map<string, { name: string; files: Finding[] }>();
  for (const file of files) {
    const name = file.path === '-' ? '-' : join(dirname(file.path), rotatedName(basename(file.path)).family);
    const key = file.path === '-' ? '-' : resolve(name);
    const set = sets.get(key);
    if (set === undefined) {
      sets.set(key, { name, files: [file] });
    } else {
      set.files.push(file);
      if (compareText(name, set.name) < 0) set.name = name;
    }
  }
  return [...sets.values()]
    .sort((a, b) => compareText(a.name, b.name))
    .map((set) => ({
      name: set.name,
      files: set.files
        .sort(
          (a, b) => byAge(rotatedName(basename(a.path)), rotatedName(basename(b.path))) || compareText(a.path, b.path),
        )
        .map(({ path, bytes, mtimeMs }) => ({ path, bytes, mtimeMs })),
    }));
}
