/** What happened when, as the report shows it: sessions over time, and what nginx's processes did. */
import type { ProcessEvent, SessionGroup } from '../incident/groups.ts';
import { Timeline } from '../incident/timeline.ts';
import type { ReportDocument, ReportEvent, ReportTimeline } from './document.ts';
import { iso } from './figures.ts';

const MAX_EVENTS = 200;
/** Workers that start within so many seconds of a reload belong to it. */
const SAME_RELOAD = 5;

const SHOWN = ['start', 'reload', 'quit', 'stop', 'worker-crashed'] as const;

export function timelineOf(timeline: Timeline): ReportTimeline {
  const cells = timeline.cells();
  if (cells === null) return { from: null, bucketSeconds: 1, counts: [] };
  return { from: iso(cells.from), bucketSeconds: cells.width, counts: cells.counts };
}

/** Beginnings and ends of the sessions of all endpoints. */
export function sessionTimes(groups: Iterable<SessionGroup>): ReportDocument['sessions'] {
  const opened = new Timeline();
  const ended = new Timeline();
  let openedBefore = 0;
  let untimed = 0;
  for (const group of groups) {
    opened.merge(group.opened);
    ended.merge(group.tally.timeline);
    openedBefore += group.openedBefore;
    untimed += group.untimed;
  }
  return { opened: timelineOf(opened), ended: timelineOf(ended), openedBefore, untimed };
}

/** Starts, stops, reloads and crashes in the order of time; the workers of a reload are not a start of their own. */
export function processEvents(events: readonly ProcessEvent[]): ReportEvent[] {
  const sorted = events.toSorted((a, b) => a.time - b.time || a.pid - b.pid || (a.event < b.event ? -1 : 1));
  const out: ReportEvent[] = [];
  let reloaded = Number.NEGATIVE_INFINITY;
  for (const { event: name, time, pid } of sorted) {
    const event = SHOWN.find((shown) => shown === name);
    if (event === 'reload') reloaded = time;
    const at = iso(time);
    if (event === undefined || at === null || (event === 'start' && time - reloaded <= SAME_RELOAD)) continue;
    if (out.length < MAX_EVENTS) out.push({ at, event, pid });
  }
  return out;
}
