/** What a receiver is told of at once, of incidents that somebody has chosen already: grouped, nothing waited for. Pure. */
import type { AlertEvent } from '../report/alert.ts';
import type { Due } from './groups.ts';
import { type GroupLabel, groupOf } from './labels.ts';

const ORDER: readonly AlertEvent['type'][] = ['opened', 'updated', 'ended'];

/** One notification a group; within it openings first, otherwise in the order given. */
export function groupedNews(events: readonly AlertEvent[], groupBy: readonly GroupLabel[]): Due[] {
  const groups = new Map<string, { group: Record<string, string>; events: AlertEvent[] }>();
  for (const event of events) {
    const group = groupOf(event.incident, groupBy);
    const key = JSON.stringify(group);
    const beside = groups.get(key);
    if (beside === undefined) groups.set(key, { group, events: [event] });
    else beside.events.push(event);
  }
  return [...groups].map(([key, { group, events: members }]) => ({
    key,
    group,
    status: members.every(({ type }) => type === 'ended') ? 'resolved' : 'firing',
    events: members.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type)),
  }));
}
