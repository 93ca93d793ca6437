/**
 * Reads folders of catalogue files: `symptoms/*.yaml` and `causes/*.yaml`. Files are data only, YAML 1.2 core schema,
 * with caps on size, count and aliases, and may come from strangers. Every problem is one sentence `file: where: what`.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { type Checked, checkCause, checkSymptom } from './schema.ts';
import type { Catalogue, Cause, Symptom } from './types.ts';

const MAX_FILE_BYTES = 128 * 1024;
const MAX_FILES = 2000;
const MAX_ALIASES = 20;

export interface Loaded {
  readonly catalogue: Catalogue;
  /** Sentences `file: where: what`; entries they speak of are not in the catalogue. */
  readonly problems: readonly string[];
}

/**
 * Reads the folders in order, later entries replacing earlier ones of the same id, on top of `base`. A folder that
 * does not exist is a problem; a folder without `symptoms` or `causes` is not.
 */
export async function loadCatalogue(folders: readonly string[], base?: Catalogue): Promise<Loaded> {
  const symptoms = new Map(base?.symptoms);
  const causes = new Map(base?.causes);
  const problems: string[] = [];
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => null);
    if (root === null || !(await stat(root)).isDirectory()) {
      problems.push(`${folder}: the folder: does not exist or cannot be read`);
      continue;
    }
    await readKind<Symptom>(folder, root, 'symptoms', checkSymptom, symptoms, problems);
    await readKind<Cause>(folder, root, 'causes', checkCause, causes, problems);
  }
  const catalogue = { symptoms: sortById(symptoms), causes: sortById(causes) };
  problems.push(...danglingReferences(catalogue));
  return { catalogue, problems };
}

/** Ids that entries name and that no entry has, as sentences `id: where: what`. */
function danglingReferences(catalogue: Catalogue): string[] {
  const problems: string[] = [];
  for (const symptom of catalogue.symptoms.values()) {
    for (const id of symptom.causes) {
      if (!catalogue.causes.has(id)) problems.push(`symptom ${symptom.id}: causes: there is no cause "${id}"`);
    }
    for (const id of symptom.follows ?? []) {
      if (!catalogue.symptoms.has(id)) problems.push(`symptom ${symptom.id}: follows: there is no symptom "${id}"`);
    }
  }
  return problems;
}

async function readKind<T extends { readonly id: string }>(
  shown: string,
  root: string,
  kind: 'symptoms' | 'causes',
  check: (value: unknown) => Checked<T>,
  into: Map<string, T>,
  problems: string[],
): Promise<void> {
  const names = await readdir(join(root, kind)).catch(() => null);
  if (names === null) return;
  const files = names.filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith('.')).sort();
  if (files.length > MAX_FILES) {
    problems.push(`${join(shown, kind)}: the folder: has ${files.length} files, at most ${MAX_FILES} are read`);
    return;
  }
  for (const name of files) {
    const label = join(shown, kind, name);
    const text = await readInside(root, join(root, kind, name));
    if (typeof text !== 'string') {
      problems.push(`${label}: the file: ${text.problem}`);
      continue;
    }
    const entry = parseEntry(text, check);
    if (!entry.ok) problems.push(...entry.problems.map((problem) => `${label}: ${problem}`));
    else if (entry.value.id !== basename(name).replace(/\.ya?ml$/i, '')) {
      problems.push(`${label}: id: is "${entry.value.id}", but must equal the file's name`);
    } else into.set(entry.value.id, entry.value);
  }
}

/** The file's text, unless it is a link out of the folder, not a plain file, or too large. */
async function readInside(root: string, path: string): Promise<string | { problem: string }> {
  try {
    const real = await realpath(path);
    // Links within the folder stay allowed: Kubernetes mounts config maps that way.
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
      return { problem: 'is a link that leaves the folder' };
    const info = await stat(real);
    if (!info.isFile()) return { problem: 'is not a regular file' };
    if (info.size > MAX_FILE_BYTES) return { problem: `is larger than ${MAX_FILE_BYTES / 1024} KiB` };
    return await readFile(real, 'utf8');
  } catch (error) {
    return { problem: `cannot be read (${errorCode(error)})` };
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** One YAML document as a checked entry. Problems are `where: what`. */
function parseEntry<T>(text: string, check: (value: unknown) => Checked<T>): Checked<T> {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    prettyErrors: true,
  });
  // Warnings are unresolved tags: a file that wants more than plain data is refused.
  const complaint = document.errors[0] ?? document.warnings[0];
  if (complaint !== undefined) {
    const line = complaint.linePos?.[0].line;
    const what = (complaint.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { ok: false, problems: [`${line === undefined ? 'the file' : `line ${line}`}: ${what}`] };
  }
  try {
    return check(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch {
    return { ok: false, problems: [`the file: uses more than ${MAX_ALIASES} aliases`] };
  }
}

function sortById<T extends { readonly id: string }>(entries: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
