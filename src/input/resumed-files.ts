/** Finds and opens the files of stored positions. */
import { basename } from 'node:path';
import { rotatedName } from './log-family.ts';
import { OpenLog } from './open-log.ts';
import { PackedLog } from './packed-log.ts';
import type { Position } from './position.ts';
import { type PresentFile, planResume, type ResumePlan } from './resume.ts';
import { type Sibling, siblingsOf } from './siblings.ts';

export interface Resumed {
  /** Oldest first, each where reading goes on; the living log last, if it is there. */
  readonly files: (OpenLog | PackedLog)[];
  /** What happened meanwhile, to show behind the path. */
  readonly notices: string[];
  /** A sentence when lines may be missing, else null. */
  readonly gap: string | null;
}

interface Found {
  readonly sibling: Sibling | null;
  /** Null: packed, and opened only when needed. */
  readonly log: OpenLog | null;
  readonly present: PresentFile;
}

/** A rotation may go on while the files are looked at. */
const TRIES = 5;

/**
 * Null when rotations went on all the time: then it is to be tried again.
 *
 * @param living whether the name leads to a file now.
 * @param now monotonic ms.
 * @throws a file-system error of the living log.
 */
export async function resumeFiles(
  path: string,
  places: readonly Position[],
  living: boolean,
  now: number,
): Promise<Resumed | null> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = look(path, places, living, now);
    if (found === null) continue;
    const files: (OpenLog | PackedLog)[] = [];
    try {
      return await opened(path, places, found, files, now);
    } catch {
      // A packed sibling was moved or deleted before it could be opened.
      for (const file of new Set([...files, ...found.flatMap(({ log }) => log ?? [])])) file.close();
    }
  }
  return null;
}

async function opened(
  path: string,
  places: readonly Position[],
  found: readonly Found[],
  files: (OpenLog | PackedLog)[],
  now: number,
): Promise<Resumed> {
  const stored = places.map((place) => ({ ...place, identity: `${place.dev}:${place.ino}` }));
  let present = found.map((each) => each.present);
  let plan = planResume(stored, present);
  if (
    plan.steps.filter(({ place }) => place !== null).length < places.length &&
    found.some(({ log }) => log === null)
  ) {
    present = await Promise.all(found.map((each) => withPackedContent(each, places, now)));
    plan = planResume(stored, present);
  }
  for (const { file, place } of plan.steps) {
    const each = found[file];
    if (each === undefined) continue;
    const position = place === null ? null : (places[place] ?? null);
    files.push(await openedAt(each, position, now));
  }
  for (const { log } of found) if (log !== null && !files.includes(log)) log.close();
  markCopies(stored, found, plan);
  return { files, notices: noticesOf(path, places, found, plan), gap: gapOf(places, files, plan) };
}

/**
 * A log that is still the same file although a sibling has its text was copied and truncated: its siblings are copies,
 * but for those that were known as files of their own.
 */
function markCopies(stored: readonly { identity: string }[], found: readonly Found[], plan: ResumePlan): void {
  const own = new Set(stored.map(({ identity }) => identity));
  const isCopied = plan.steps.some(({ file, place }) => {
    const present = found[file]?.present;
    return present?.living === true && place === null && own.has(present.identity);
  });
  if (!isCopied) return;
  for (const { log, present } of found) if (log !== null && !present.living) log.complete = !own.has(present.identity);
}

/** All files of the family, each plain one open; null when a rotation came in between. */
function look(path: string, places: readonly Position[], living: boolean, now: number): Found[] | null {
  const siblings = siblingsOf(path);
  const plain = new Set(siblings.filter(({ packed }) => !packed).map((sibling) => basename(sibling.path)));
  const found: Found[] = [];
  const keep = (log: OpenLog, sibling: Sibling | null): void => {
    const fits = places.map((place) => place.offset > 0 && log.fits(place));
    const { identity, times } = log;
    found.push({ sibling, log, present: { identity, living: sibling === null, changed: times.changed, fits } });
  };
  try {
    for (const sibling of siblings) {
      const { identity, changed } = sibling;
      if (sibling.packed) {
        // While its plain twin is there it is being made, or the compressor was interrupted.
        if (plain.has(rotatedName(basename(sibling.path)).plain)) continue;
        found.push({
          sibling,
          log: null,
          present: { identity, living: false, changed, fits: places.map(() => false) },
        });
        continue;
      }
      const log = openedSibling(sibling, now);
      if (log === null) continue;
      keep(log, sibling);
      if (log.identity !== identity) throw new Moved();
    }
    if (living) {
      const log = new OpenLog(path, { at: 'start' }, now);
      if (found.some(({ present }) => present.identity === log.identity)) {
        log.close();
        throw new Moved();
      }
      keep(log, null);
    }
    return found;
  } catch (error) {
    for (const { log } of found) log?.close();
    if (error instanceof Moved) return null;
    throw error;
  }
}

/** Null when it may not be read. */
function openedSibling({ path }: Sibling, now: number): OpenLog | null {
  try {
    return new OpenLog(path, { at: 'start' }, now);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Moved();
    return null;
  }
}

/** A name led to another file between two looks. */
class Moved extends Error {}

async function withPackedContent(each: Found, places: readonly Position[], now: number): Promise<PresentFile> {
  if (each.log !== null || each.sibling === null) return each.present;
  const fits: boolean[] = [];
  for (const place of places) {
    const log = await PackedLog.open(each.sibling.path, now);
    fits.push(place.offset > 0 && (await log.resumeAt(place)));
    log.close();
  }
  return { ...each.present, fits };
}

async function openedAt({ log, sibling }: Found, position: Position | null, now: number): Promise<OpenLog | PackedLog> {
  if (log !== null) {
    if (position !== null) log.resumeAt(position);
    if (sibling !== null) log.rotatedAt = now;
    return log;
  }
  const packed = await PackedLog.open(sibling?.path ?? '', now);
  if (position !== null) await packed.resumeAt(position);
  return packed;
}

function noticesOf(path: string, places: readonly Position[], found: readonly Found[], plan: ResumePlan): string[] {
  const moved = plan.steps.find(({ file, place }) => {
    const sibling = found[file]?.sibling ?? null;
    return place !== null && sibling !== null && places[place]?.rotated === false && sibling.path !== path;
  });
  if (moved === undefined) return [];
  return [`was rotated meanwhile: reading goes on in ${found[moved.file]?.sibling?.path ?? ''}, where it had stopped`];
}

function gapOf(places: readonly Position[], files: readonly (OpenLog | PackedLog)[], plan: ResumePlan): string | null {
  const [first] = plan.lost;
  const from = first === undefined ? undefined : places[first]?.changed;
  if (from === undefined) return null;
  const next = files.find((_, at) => plan.steps[at]?.place === null)?.times;
  const to = next === undefined ? null : next.born > from ? next.born : next.changed > from ? next.changed : null;
  const until = to === null ? 'and now' : `and ${new Date(to).toISOString()}`;
  return `was rotated or truncated meanwhile, and the file it had been is gone: lines written between ${new Date(from).toISOString()} ${until} may be missing`;
}
