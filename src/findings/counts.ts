/** What was counted while the lines of one input were read. */

export interface SourceCounts {
  lines: number;
  routine: number;
  unknown: number;
  errorLines: number;
  accessLines: number;
  /** Lines left out because of `since` and `until`. */
  outside: number;
  /** Entries whose text shows that a client may have written log lines of its own. */
  forged: number;
  /** Entries that nginx cut at 2048 bytes. */
  cut: number;
  /** Lines with unreadable times. */
  timeless: number;
  /** Epoch seconds. */
  firstTime: number;
  lastTime: number;
  /** Most verbose error-log level seen, as an index into LEVELS; -1 for none. */
  verbosity: number;
  /** The nginx that started last, by the times of its start-up notices; null when none was seen. */
  started: { readonly version: string; readonly time: number } | null;
}

export function newCounts(): SourceCounts {
  return {
    lines: 0,
    routine: 0,
    unknown: 0,
    errorLines: 0,
    accessLines: 0,
    outside: 0,
    forged: 0,
    cut: 0,
    timeless: 0,
    firstTime: Number.POSITIVE_INFINITY,
    lastTime: Number.NEGATIVE_INFINITY,
    verbosity: -1,
    started: null,
  };
}

/** Adds what was counted in a later part of the same input. */
export function addCounts(sum: SourceCounts, part: SourceCounts): void {
  sum.lines += part.lines;
  sum.routine += part.routine;
  sum.unknown += part.unknown;
  sum.errorLines += part.errorLines;
  sum.accessLines += part.accessLines;
  sum.outside += part.outside;
  sum.forged += part.forged;
  sum.cut += part.cut;
  sum.timeless += part.timeless;
  sum.firstTime = Math.min(sum.firstTime, part.firstTime);
  sum.lastTime = Math.max(sum.lastTime, part.lastTime);
  sum.verbosity = Math.max(sum.verbosity, part.verbosity);
  if (part.started !== null) noteStart(sum, part.started.version, part.started.time);
}

/** @param time epoch seconds; NaN when the notice has no readable time, which any other is later than */
export function noteStart(counts: SourceCounts, version: string, time: number): void {
  const at = Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  if (counts.started === null || at >= counts.started.time) counts.started = { version, time: at };
}
