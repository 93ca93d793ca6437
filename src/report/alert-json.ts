/** A notification for programs: one document for webhooks, one line an incident for scripts. */
import { escapeJson } from '../safe/display.ts';
import type { Notification } from './alert.ts';
import { ndjsonLine } from './ndjson.ts';
import { orderedIncident } from './ordered.ts';

/** What receivers and proxies before them commonly take. */
const MAX_BYTES = 256 * 1024;

/** `wslog.alert/1` as JSON text, incidents as in a report. What does not fit is left out and counted in `more`. */
export function renderAlertJson(notification: Notification, version: string): string {
  const { id, at, machine, receiver, status, group, events, lost, test } = notification;
  const alerts = events.map(({ type, incident }) => JSON.stringify({ type, incident: orderedIncident(incident) }));
  let bytes = 0;
  const fitting = alerts.filter((alert) => {
    const size = Buffer.byteLength(alert);
    if (bytes + size > MAX_BYTES) return false;
    bytes += size;
    return true;
  });
  const head = JSON.stringify({
    schema: 'wslog.alert/1',
    generator: { name: 'wslog', version },
    id,
    at,
    machine,
    receiver,
    status,
    test,
    group,
    more: notification.more + alerts.length - fitting.length,
    lost,
  });
  return `${escapeJson(`${head.slice(0, -1)},"alerts":[${fitting.join(',')}]}`)}\n`;
}

/** One line an incident, `{"type":…,"at":…,"incident":{…}}`, as `watch --format ndjson` prints them. */
export function renderAlertLines({ at, events, test }: Notification): string {
  return events
    .map(({ type, incident }) =>
      ndjsonLine({ type, at, ...(test ? { test } : {}), incident: orderedIncident(incident) }),
    )
    .join('');
}
