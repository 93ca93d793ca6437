import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { byAge, rotatedName } from './log-family.ts';

/** A file beside a living log that was rotated from it. */
export interface Sibling {
  readonly path: string;
  /** Device and inode. */
  readonly identity: string;
  readonly packed: boolean;
  readonly size: number;
  /** Creation (0 where unknown) and last change, ms since 1970. */
  readonly born: number;
  readonly changed: number;
}

const TRIES = 5;

/**
 * The rotated files of the living log at `path`, oldest first; empty if its own name is a rotated one. A rotation
 * under way renames files between one look and the next, so the directory is read until two looks agree.
 */
export function siblingsOf(path: string): Sibling[] {
  if (rotatedName(basename(path)).scheme !== 'living') return [];
  let siblings = look(path);
  for (let i = 1; i < TRIES; i++) {
    const again = look(path);
    const same =
      again.length === siblings.length &&
      again.every((sibling, at) => sibling.path === siblings[at]?.path && sibling.identity === siblings[at]?.identity);
    siblings = again;
    if (same) break;
  }
  return siblings;
}

function look(path: string): Sibling[] {
  const directory = dirname(path);
  const family = basename(path);
  return namesIn(directory)
    .map((name) => ({ name, rotated: rotatedName(name) }))
    .filter(({ name, rotated }) => rotated.family === family && name !== family)
    .sort((a, b) => byAge(a.rotated, b.rotated))
    .flatMap(({ name, rotated }) => {
      const file = join(directory, name);
      const status = statSync(file, { bigint: true, throwIfNoEntry: false });
      if (status === undefined || !status.isFile()) return [];
      return {
        path: file,
        identity: `${status.dev}:${status.ino}`,
        packed: rotated.packed,
        size: Number(status.size),
        born: Number(status.birthtimeMs),
        changed: Number(status.mtimeMs),
      };
    });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Whoever may open a log by name may still not list its directory: then no sibling is known.
    return [];
  }
}
