/** Tells which followed files are mounts of their own, as a container's are that was given a single file. */
import { readFileSync, realpathSync } from 'node:fs';

/** What follows such a path, to be told once. */
export const SINGLE_MOUNT =
  'is mounted by itself, so that a log that takes its place after a rotation cannot be seen here: mount its directory instead';

/** The paths that are mount points; none where the system does not tell. */
export function singleMounts(paths: readonly string[]): string[] {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return [];
  }
  const points = new Set(mounts.split('\n').map((line) => unescaped(line.split(' ')[4] ?? '')));
  return paths.filter((path) => {
    try {
      return points.has(Buffer.from(realpathSync(path)).toString('latin1'));
    } catch {
      return false;
    }
  });
}

/** Blanks and the like stand as octal numbers there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
