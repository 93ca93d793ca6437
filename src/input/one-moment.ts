/**
 * How large several logs were at one moment. nginx writes the two lines of a failed request one right after the other,
 * to two logs: read to their ends one after the other, the later one holds lines whose other half the first does not.
 */
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Sizes are of one moment when nobody wrote for so long: both lines of a request are there, or neither. */
const STILL_MS = 2;
/** Logs that never are still are taken as they are in the end. */
const LOOKS = 25;

/** Which file a path leads to, by device and inode, and how many bytes it has. */
export interface Extent {
  readonly identity: string;
  readonly size: number;
}

/** By path; a path that leads nowhere has none. */
export async function extentsAtOneMoment(paths: readonly string[]): Promise<ReadonlyMap<string, Extent>> {
  let before = extentsOf(paths);
  for (let look = 0; look < LOOKS; look++) {
    await delay(STILL_MS);
    const now = extentsOf(paths);
    const isStill = paths.every((path) => now.get(path)?.size === before.get(path)?.size);
    before = now;
    if (isStill) break;
  }
  return before;
}

function extentsOf(paths: readonly string[]): Map<string, Extent> {
  const found = new Map<string, Extent>();
  for (const path of paths) {
    try {
      const { dev, ino, size } = statSync(path, { bigint: true });
      found.set(path, { identity: `${dev}:${ino}`, size: Number(size) });
    } catch {
      // Why it cannot be looked at is told where it is opened.
    }
  }
  return found;
}
