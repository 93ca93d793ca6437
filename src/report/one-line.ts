/** One incident on one line, for `watch --plain` and lists. */
import { showText } from '../safe/display.ts';
import type { ReportIncident } from './document.ts';
import { confidenceOf, place } from './voice.ts';
import { clock, counted } from './words.ts';

/**
 * `14:02:11 opened critical /ws nothing listens on 10.0.0.5:8080 (certain) 412 hits 87 clients`, without a line feed.
 * `at` is an RFC 3339 UTC time; by default the incident's own first or last time.
 */
export function oneLine(incident: ReportIncident, happened?: 'opened' | 'updated' | 'ended', at?: string): string {
  const what = happened ?? (incident.status === 'ended' ? 'ended' : 'opened');
  const time = at ?? (what === 'opened' ? incident.firstSeen : (incident.lastSeen ?? incident.firstSeen));
  const { distinct, exact } = incident.clients;
  const parts = [
    time === null ? '--:--:--' : clock(time, false),
    what,
    incident.severity,
    incident.endpoint.path ?? (place(incident) || '-'),
    `${incident.title} (${confidenceOf(incident)})`,
    counted(incident.count, 'hit'),
    `${exact ? '' : '~'}${counted(distinct, 'client')}`,
  ];
  return showText(parts.join(' '));
}
