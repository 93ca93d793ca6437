/** What nginx's own processes say of themselves: starts, reloads, workers that go away. */

import type { Symptom } from '../catalogue/types.ts';
import type { Batch } from '../findings/batch.ts';
import type { EventKey } from '../findings/keys.ts';
import { eventGroupId } from './correlator-tables.ts';
import type { ErrorLines } from './error-lines.ts';
import { type ErrorGroup, newErrorGroup, type ProcessEvent } from './groups.ts';
import type { Hits } from './hits.ts';
import { refTo } from './line-ref.ts';
import type { SessionEnds } from './session-ends.ts';

const MAX_EVENTS = 2000;
/** Events whose line is kept. */
const MAX_LINES = 64;

export class ProcessLines {
  readonly events: ProcessEvent[] = [];
  readonly #hits: Hits;
  readonly #errors: ErrorLines;
  readonly #sessions: SessionEnds;

  constructor(hits: Hits, errors: ErrorLines, sessions: SessionEnds) {
    this.#hits = hits;
    this.#errors = errors;
    this.#sessions = sessions;
  }

  /** Takes finding `i` of a batch; `file` is the index of its input. */
  take(key: EventKey, batch: Batch, i: number, file: number): void {
    const { event, pid, symptom } = key;
    const time = batch.columns.time[i]!;
    if (this.events.length < MAX_EVENTS) {
      const ref = this.events.length < MAX_LINES ? refTo('error', batch, i, file) : null;
      this.events.push({ event, time, pid, ref });
    }
    if (event === 'worker-draining') this.#sessions.workerDrains(pid, time);
    else if (event === 'worker-exiting' || event === 'worker-exited') this.#sessions.workerWent(pid, time);
    if (symptom === null || (symptom.role !== 'root' && event !== 'worker-crashed')) return;
    const { tally } = this.#groupOf(symptom, key.message);
    tally.lines += batch.span(i);
    this.#hits.add(tally, time, null);
    tally.sample(refTo('error', batch, i, file));
  }

  #groupOf(symptom: Symptom, message: string): ErrorGroup {
    const id = eventGroupId({ symptom });
    const { groups, index } = this.#errors;
    const known = index.get(id);
    if (known !== undefined) return groups[known]!;
    const nowhere = { endpoint: null, upstream: '', scheme: '', listener: '', detail: '' };
    const group = newErrorGroup({ symptom, ...nowhere, phase: null, subrequest: false });
    group.message = message;
    index.set(id, groups.push(group) - 1);
    return group;
  }
}
