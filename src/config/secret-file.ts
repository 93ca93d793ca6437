/** Secrets that stand in files of their own. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

const MAX_BYTES = 64 * 1024;

/**
 * What the file holds, without the line feed at its end.
 *
 * @param where how the user named the file, for messages; they never hold what is in it.
 * @throws UsageError when it cannot be read, everybody can read it, or it is empty.
 */
export function readSecretFile(path: string, where: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
    throw new UsageError(`${where}: ${path} cannot be read (${code})`);
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if ((mode & 0o007) !== 0) {
      throw new UsageError(`${where}: everybody can read ${path}, which holds a secret: chmod 600 ${path}`);
    }
    if (size > MAX_BYTES) throw new UsageError(`${where}: ${path} is too large to be a secret`);
    const secret = readFileSync(descriptor, 'utf8').replace(/\r?\n$/, '');
    if (secret === '') throw new UsageError(`${where}: ${path} is empty`);
    return secret;
  } finally {
    closeSync(descriptor);
  }
}
