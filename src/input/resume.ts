/** Where to go on after a restart: which file each stored position belongs to now, and what has to be read whole. Pure. */

/** A stored position, as far as the decision needs it. */
export interface StoredPlace {
  readonly identity: string;
  readonly offset: number;
  readonly size: number;
  /** ms since 1970. */
  readonly changed: number;
  /** The followed name had left the file already. */
  readonly rotated: boolean;
}

/** A file that is there now: a rotated sibling, or the living log. */
export interface PresentFile {
  readonly identity: string;
  readonly living: boolean;
  readonly changed: number;
  /** For each stored position: the file holds the same bytes before it. Never so for a position at offset 0. */
  readonly fits: readonly boolean[];
}

export interface ResumePlan {
  /** What to read, oldest first: a file from one of the positions, or from its start (`place` null). */
  readonly steps: readonly { readonly file: number; readonly place: number | null }[];
  /** Positions whose file is nowhere and may have held lines that were not read. */
  readonly lost: readonly number[];
}

/**
 * Content decides; device and inode only break ties, since both are given to other files later on.
 *
 * What is younger than the youngest file that was found is new, and read whole: after rotations while nobody looked,
 * the siblings between it and the living log. Where no file was found, times must tell which siblings are new.
 *
 * @param places oldest first, as they were held.
 * @param files oldest first; the living log last, if it is there.
 */
export function planResume(places: readonly StoredPlace[], files: readonly PresentFile[]): ResumePlan {
  const placeOf = new Map<number, number>();
  const missing: number[] = [];
  for (let place = places.length - 1; place >= 0; place--) {
    const stored = places[place];
    // A file that nothing was read of has no content to be known by; if it is still there, it is read as a new one.
    const file = stored === undefined || stored.offset === 0 ? null : fileOf(stored, place, files, placeOf);
    if (file === null) missing.unshift(place);
    else placeOf.set(file, place);
  }
  const youngest = Math.max(-1, ...placeOf.keys());
  const steps = files.flatMap((each, file): ResumePlan['steps'] => {
    const place = placeOf.get(file);
    if (place !== undefined) return [{ file, place }];
    const isNew = placeOf.size > 0 ? file > youngest : changedSince(each, places.at(-1));
    return isNew || each.living ? [{ file, place: null }] : [];
  });
  const read = new Set(steps.map(({ file }) => files[file]?.identity));
  const takesSibling = steps.some(({ file }) => files[file]?.living === false);
  const lost = missing.filter((place) => {
    const stored = places[place];
    if (stored === undefined) return false;
    // Packed or copied it has another identity; whatever is read whole may be it.
    if (stored.offset === 0) return stored.size > 0 && !takesSibling && !read.has(stored.identity);
    return stored.size > stored.offset || !stored.rotated;
  });
  return { steps, lost };
}

/** The file has something that was not there, or not read, when the position was taken. */
function changedSince({ changed }: PresentFile, stored: StoredPlace | undefined): boolean {
  if (stored === undefined) return false;
  return stored.size > stored.offset ? changed >= stored.changed : changed > stored.changed;
}

/**
 * The file that a position was taken in, or a copy of it. Small files with equal beginnings can fit alike; the right
 * one was changed no earlier than it was when it was read, and of those the oldest is the least changed since.
 */
function fileOf(
  stored: StoredPlace,
  place: number,
  files: readonly PresentFile[],
  taken: ReadonlyMap<number, number>,
): number | null {
  const fitting = [...files.keys()].filter((file) => !taken.has(file) && files[file]?.fits[place] === true);
  const same = fitting.find((file) => files[file]?.identity === stored.identity);
  if (same !== undefined) return same;
  return fitting.find((file) => (files[file]?.changed ?? 0) >= stored.changed) ?? fitting.at(-1) ?? null;
}
