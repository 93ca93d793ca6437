/** One notification: incidents of one group that somebody is told of at once, before it is rendered for a receiver. */
import type { Severity } from '../catalogue/types.ts';
import type { ReportIncident } from './document.ts';
import { counted } from './words.ts';

/** `opened`: told for the first time, or worse than told before; `updated`: told before; `ended`: over. */
export interface AlertEvent {
  readonly type: 'opened' | 'updated' | 'ended';
  readonly incident: ReportIncident;
}

export interface Notification {
  /** Stays the same however often it is sent, so that a receiver knows what it has already. */
  readonly id: string;
  /** RFC 3339, UTC: when it was made. */
  readonly at: string;
  /** Name of the machine that wslog runs on. */
  readonly machine: string;
  readonly receiver: string;
  /** `resolved` when nothing of the group is open any more. */
  readonly status: 'firing' | 'resolved';
  /** What the incidents have in common: names and values of the labels they were grouped by. */
  readonly group: Readonly<Record<string, string>>;
  /** Openings first, the worst of each kind first. */
  readonly events: readonly AlertEvent[];
  /** Incidents of the group that are left out of `events`, to keep it small. */
  readonly more: number;
  /** Earlier notifications to this receiver that were given up since the last one. */
  readonly lost: number;
  /** Somebody tries whether this arrives; nothing is wrong. */
  readonly test: boolean;
}

/** The worst severity of what is not over; of everything when all is over. */
export function worstSeverity(events: readonly AlertEvent[]): Severity {
  const open = events.filter(({ type }) => type !== 'ended');
  const among = (open.length > 0 ? open : events).map(({ incident }) => incident.severity);
  for (const severity of ['critical', 'error', 'warning'] as const) if (among.includes(severity)) return severity;
  return 'info';
}

/** `2 new, 1 ongoing, 1 ended`; text without anything from a log. */
export function eventCounts({ events, more }: Notification): string {
  const of = (wanted: AlertEvent['type']) => events.filter(({ type }) => type === wanted).length;
  const parts = [
    of('opened') > 0 ? `${of('opened')} new` : '',
    of('updated') > 0 ? `${of('updated')} ongoing` : '',
    of('ended') > 0 ? `${of('ended')} ended` : '',
    more > 0 ? `${more} more` : '',
  ].filter((part) => part !== '');
  return parts.join(', ');
}

/** That something is missing, or null. */
export function lostSentence({ lost }: Notification): string | null {
  return lost === 0
    ? null
    : `${counted(lost, 'earlier notification')} could not be delivered and ${lost === 1 ? 'was' : 'were'} given up.`;
}
