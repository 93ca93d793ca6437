/** Reads what must not be read by others: from a file, the environment, or a config file that is closed to others. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Source } from '../alerts/config.ts';
import { UsageError } from '../config/usage-error.ts';

const MAX_BYTES = 16 * 1024;
const OTHERS_READ = 0o004;

export interface Place {
  /** What the path of a flag is meant against. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The value of a source.
 *
 * @param harmless whether a value that is written out may be read by everybody all the same.
 * @throws UsageError, which never repeats the value.
 */
export function readSecret(source: Source, { cwd, env }: Place, harmless: (value: string) => boolean): string {
  const { kind, text, where, configFile } = source;
  if (kind === 'inline') {
    if (configFile !== null && isOpen(configFile) && !harmless(text)) {
      throw new UsageError(
        `${where} is a secret, and ${configFile} can be read by others: chmod 640 it, or put the value into a file of its own`,
      );
    }
    return text;
  }
  if (kind === 'env') {
    const value = env[text]?.trim() ?? '';
    if (value === '') throw new UsageError(`${where}: the variable ${text} is not set`);
    return value;
  }
  const path = resolve(configFile === null ? cwd : dirname(configFile), text);
  const value = contentOf(path, where).trim();
  if (isOpen(path)) throw new UsageError(`${where}: ${path} can be read by others: chmod 600 it`);
  if (value === '') throw new UsageError(`${where}: ${path} is empty`);
  if (/[\r\n]/.test(value)) throw new UsageError(`${where}: ${path} has more than one line`);
  return value;
}

function contentOf(path: string, where: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new UsageError(`${where}: ${path} is too large to hold one secret`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`${where}: cannot read ${path} (${code})`);
  }
}

function isOpen(path: string): boolean {
  try {
    return (statSync(path).mode & OTHERS_READ) !== 0;
  } catch {
    return true;
  }
}
