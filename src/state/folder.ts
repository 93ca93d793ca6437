/** The folder that state is kept in: it is nobody else's business, and nobody else may plant anything in it. */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StateProblem } from './problem.ts';

const DATABASE = 'state.db';

export function databaseIn(folder: string): string {
  return join(folder, DATABASE);
}

/**
 * Makes the folder, or takes one that is there. One that is empty or wslog's own is closed to others.
 *
 * @throws StateProblem when others could write there, or it cannot be made.
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder);
    if (names.length === 0 || names.includes(DATABASE)) chmodSync(folder, 0o700);
    const writable = (statSync(folder).mode & 0o022) !== 0;
    if (writable) throw new StateProblem(`${folder} can be written to by others: name a folder of wslog's own`);
  } catch (error) {
    if (error instanceof StateProblem) throw error;
    throw new StateProblem(`${folder} cannot be used to keep state in (${codeOf(error)})`);
  }
}

/**
 * Makes a file that only its owner reads; SQLite gives its companions the same mode. A link is not followed: ELOOP.
 *
 * One that is there is not opened: a process that closes any descriptor of a file gives up all its locks on it, also
 * those of a database that it has open.
 */
export function prepareFile(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) closeSync(openSync(path, 'wx', 0o600));
  else if (there.isFile()) chmodSync(path, 0o600);
  else throw Object.assign(new Error(`${path} is not a regular file`), { code: 'ELOOP' });
}

export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : 'unknown error';
}
