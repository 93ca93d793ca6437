/** The groups of error lines, found by what their lines have in common. */
import type { Batch } from '../findings/batch.ts';
import type { ErrorKey } from '../findings/keys.ts';
import { type Bearings, errorGroupId } from './correlator-tables.ts';
import { type ErrorGroup, newErrorGroup } from './groups.ts';
import { refTo } from './line-ref.ts';
import { MAX_SAMPLES } from './tally.ts';

/** Groups beyond it fold into one that names no backend; beyond twice as many, into one that names nothing else. */
export const MAX_GROUPS = 6000;

export class ErrorGroups {
  readonly all: ErrorGroup[] = [];
  /** Places among the groups, by `errorGroupId`. */
  readonly index = new Map<string, number>();
  readonly #at: Bearings;

  constructor(at: Bearings) {
    this.#at = at;
  }

  /** The place of the group that lines with this key belong to, which is made where there is none. */
  slotOf(key: ErrorKey): number {
    const full = this.all.length >= MAX_GROUPS;
    if (full) this.#at.folded++;
    const upstream = full ? '' : key.upstream;
    // What is left then is the symptom, of which there are as many as the catalogue has.
    const bare = this.all.length >= MAX_GROUPS * 2;
    const endpoint = bare ? null : key.endpoint;
    const listener = bare ? '' : key.listener;
    const detail = bare ? '' : key.detail;
    const { symptom, scheme, phase, subrequest } = key;
    const parts = { symptom, endpoint, upstream, scheme, listener, detail, phase, subrequest };
    const id = errorGroupId(parts);
    const known = this.index.get(id);
    if (known !== undefined) return known;
    const group = newErrorGroup(parts);
    const slot = this.all.push(group) - 1;
    this.index.set(id, slot);
    return slot;
  }
}

/** Whether a group wants to see more of its lines. */
export function wantsSample({ tally }: ErrorGroup): boolean {
  return tally.samples.length < MAX_SAMPLES;
}

/** Shows a group one of its lines: finding `i` of a batch; `file` is the index of its input. */
export function sample(key: ErrorKey, group: ErrorGroup, batch: Batch, i: number, file: number): void {
  group.tally.sample(refTo('error', batch, i, file));
  group.levels.add(key.level ?? '');
  group.protocols.add(key.protocol);
}
