/** Opens what was the living log between two looks: rotated files that were never seen under the log's own name. */
import { basename } from 'node:path';
import { rotatedName } from './log-family.ts';
import { OpenLog } from './open-log.ts';
import { PackedLog } from './packed-log.ts';
import { type Sibling, siblingsOf } from './siblings.ts';

export interface MissedFiles {
  /** Oldest first. */
  readonly files: (OpenLog | PackedLog)[];
  /** Sentences about lines that may be missing, to show behind the path. */
  readonly gaps: string[];
}

/** A rotation may go on while the files are looked at. */
const TRIES = 5;

/**
 * @param previous the file that was the living log at the last look.
 * @param opened identity of the one that is it now.
 * @param held identities of all files that are read already.
 * @param now monotonic ms.
 */
export async function missedFiles(
  path: string,
  previous: OpenLog | PackedLog,
  opened: string,
  held: ReadonlySet<string>,
  now: number,
): Promise<MissedFiles> {
  for (let attempt = 1; ; attempt++) {
    const { missed, unbroken } = await siblingsBetween(path, previous, opened, now);
    const files: (OpenLog | PackedLog)[] = [];
    const gaps: string[] = [];
    if (!unbroken && missed.length > 0) {
      gaps.push(
        'was rotated faster than it could be followed, and rotated files are deleted: lines may be missing here',
      );
    }
    let moved = false;
    for (const sibling of missed) {
      if (held.has(sibling.identity)) continue;
      const file = await openedSibling(sibling, now);
      if (file !== null) files.push(file);
      else {
        moved = true;
        gaps.push(
          `was rotated faster than it could be followed, and ${sibling.path} cannot be opened: its lines are missing here`,
        );
      }
    }
    if (!moved || attempt === TRIES) return { files, gaps };
    for (const file of files) file.close();
  }
}

/** Null when it cannot be opened, or another file has its name by now. */
async function openedSibling({ path, identity, packed }: Sibling, now: number): Promise<OpenLog | PackedLog | null> {
  try {
    const file = packed ? await PackedLog.open(path, now) : new OpenLog(path, { at: 'start' }, now);
    file.rotatedAt = now;
    if (file.identity === identity) return file;
    file.close();
    return null;
  } catch {
    return null;
  }
}

/**
 * The siblings that were the living log after `previous` and before `opened`, oldest first. Where `previous` is not
 * among them any more, not even packed, its times tell which are younger, and the row of files may be broken.
 */
async function siblingsBetween(
  path: string,
  previous: OpenLog | PackedLog,
  opened: string,
  now: number,
): Promise<{ missed: Sibling[]; unbroken: boolean }> {
  const all = siblingsOf(path);
  const plain = new Set(all.filter(({ packed }) => !packed).map((sibling) => basename(sibling.path)));
  // While its plain twin is there a packed file is being made.
  const siblings = all.filter((sibling) => !sibling.packed || !plain.has(rotatedName(basename(sibling.path)).plain));
  const end = siblings.findIndex((sibling) => sibling.identity === opened);
  const before = end === -1 ? siblings : siblings.slice(0, end);
  const start = before.findIndex((sibling) => sibling.identity === previous.identity);
  if (start !== -1) return { missed: before.slice(start + 1), unbroken: true };
  const packed = await packedFormOf(previous, before, now);
  if (packed !== -1) return { missed: before.slice(packed + 1), unbroken: true };
  const { born, changed } = previous.times;
  const missed = before.filter((sibling) =>
    // A packed file keeps the time of what it was made from, so that of `previous` itself is not counted as younger.
    sibling.packed ? sibling.changed > changed : sibling.born >= born && sibling.changed >= changed,
  );
  return { missed, unbroken: false };
}

/** Index of the sibling that a file was packed into; -1 when there is none, or nothing to know it by. */
async function packedFormOf(file: OpenLog | PackedLog, siblings: readonly Sibling[], now: number): Promise<number> {
  const position = file.position('');
  if (position.offset === 0) return -1;
  for (const [at, sibling] of siblings.entries()) {
    // The compressor gives the packed file the time of the plain one.
    if (!sibling.packed || sibling.changed < position.changed) continue;
    const packed = await PackedLog.open(sibling.path, now).catch(() => null);
    const same = packed !== null && (await packed.resumeAt(position));
    packed?.close();
    if (same) return at;
  }
  return -1;
}
