/** What summaries remember of each other beside positions and incidents: what was told, and the figures of a window. */
import * as v from 'valibot';
import type { WindowFigures } from '../report/summary-document.ts';
import type { StoredRecord } from '../state/rows.ts';

const TOLD_KIND = 'told';
const RUN_KIND = 'run';
const RUN_KEY = 'last';

const count = v.number();
const text = v.string();

const TOLD = v.object({
  id: text,
  state: v.picklist(['open', 'ended']),
  severity: v.picklist(['info', 'warning', 'error', 'critical']),
  count,
  perHour: v.nullable(count),
  at: count,
});

/**
 * An incident as it stood when it was last told. `count`: all its hits until then. `perHour`: hits an hour between that
 * and the time before; null where it was too short to tell. `at`: ms since 1970.
 */
export interface Told extends v.InferOutput<typeof TOLD> {}

const FIGURES: v.GenericSchema<unknown, WindowFigures> = v.object({
  range: v.nullable(v.object({ from: text, to: text })),
  lines: count,
  unknown: count,
  handshakes: v.object({ ok: count, failed: count }),
  causes: v.array(v.object({ id: text, count })),
});

const RUN = v.object({
  at: count,
  figures: FIGURES,
  quiet: v.object({ since: count, lines: count, unknown: count }),
  toldAt: v.nullable(count),
});

/**
 * The last summary. `at`: when it was made, ms since 1970. `figures`: of its window. `quiet`: what was read since
 * anything was told last, and since when. `toldAt`: when that was; null if nothing ever was.
 */
export interface Run extends v.InferOutput<typeof RUN> {}

export interface Memory {
  /** By incident. */
  readonly told: ReadonlyMap<string, Told>;
  readonly run: Run | null;
}

/** What is not in the form that was once written is forgotten. */
export function memoryIn(records: readonly StoredRecord[]): Memory {
  const told = new Map<string, Told>();
  let run: Run | null = null;
  for (const { kind, key, value } of records) {
    if (kind === TOLD_KIND) {
      const parsed = v.safeParse(TOLD, value);
      if (parsed.success) told.set(key, parsed.output);
    } else if (kind === RUN_KIND && key === RUN_KEY) {
      const parsed = v.safeParse(RUN, value);
      if (parsed.success) run = parsed.output;
    }
  }
  return { told, run };
}

export function toldRecord(told: Told): StoredRecord {
  return { kind: TOLD_KIND, key: told.id, value: told };
}

/** Forgets that an incident was told. */
export function withoutTold(id: string): StoredRecord {
  return { kind: TOLD_KIND, key: id, value: undefined };
}

export function runRecord(run: Run): StoredRecord {
  return { kind: RUN_KIND, key: RUN_KEY, value: run };
}
