/** The copies that copytruncate made of a followed file. */
import { type Bookmark, OpenLog } from './open-log.ts';
import { siblingsOf } from './siblings.ts';

/**
 * The copy that was made of a file, positioned where the file was read up to, and those made after it, oldest first;
 * empty if there is none.
 *
 * @param bookmark where reading stood in the file when it was truncated.
 * @param held identities of files that are open already.
 * @param now monotonic ms.
 */
export function copiesOf(path: string, bookmark: Bookmark, held: ReadonlySet<string>, now: number): OpenLog[] {
  if (bookmark.readOffset === 0) return [];
  const later: OpenLog[] = [];
  for (const sibling of siblingsOf(path).reverse()) {
    if (sibling.packed || held.has(sibling.identity)) continue;
    const copy = opened(sibling.path, now);
    if (copy === null) continue;
    later.unshift(copy);
    if (sibling.size >= bookmark.readOffset && copy.resume(bookmark)) return later;
  }
  for (const copy of later) copy.close();
  return [];
}

/** Null when it may not be read. */
function opened(path: string, now: number): OpenLog | null {
  try {
    const copy = new OpenLog(path, { at: 'start' }, now);
    copy.rotatedAt = now;
    copy.complete = true;
    return copy;
  } catch {
    return null;
  }
}
