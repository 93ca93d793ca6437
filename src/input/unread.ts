/** How much of a log was not read. Of packed text that shows only at its end: null says that there is some. */
import { statSync } from 'node:fs';
import type { Position } from './position.ts';

/** Bytes that are left in open files. */
export function unreadOf(files: readonly { unread(): number | null }[]): number | null {
  const sizes = files.map((file) => file.unread());
  const known = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return known === 0 && sizes.includes(null) ? null : known;
}

/**
 * Bytes behind positions whose files are not open.
 *
 * @param fromStart whether a log that no position speaks of would be read whole.
 */
export function unreadBehind(path: string, stood: readonly Position[], fromStart: boolean): number {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  const size = Number(status?.size ?? 0);
  if (stood.length === 0) return fromStart ? size : 0;
  const identity = status === undefined ? '' : `${status.dev}:${status.ino}`;
  let left = size;
  for (const { dev, ino, size: known, offset } of stood) {
    if (`${dev}:${ino}` === identity) left -= offset;
    else left += known - offset;
  }
  return Math.max(0, left);
}
