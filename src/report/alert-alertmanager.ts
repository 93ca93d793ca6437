/** Alerts for Prometheus Alertmanager's API v2. */
import { templateText } from '../safe/chat.ts';
import { escapeJson } from '../safe/display.ts';
import type { ReportIncident } from './document.ts';
import { answers, confidenceOf, impact } from './voice.ts';

/** Names and values an alert is known by. */
export type AlertLabels = Readonly<Record<string, string>>;

export interface OutgoingAlert {
  readonly labels: AlertLabels;
  /** RFC 3339. */
  readonly startsAt: string;
  /** RFC 3339: a moment ahead while it is open. */
  readonly endsAt: string;
  /** Null when wslog does not know it any more: only its end is left to be told. */
  readonly incident: ReportIncident | null;
}

const MAX_LABEL = 200;

/**
 * What an incident is known by: its own id, what routes want to look at, and nothing that changes from line to line.
 * When the severity or the verdict changes, it is another alert, and the one before is over.
 *
 * @param machine the name of the machine wslog runs on.
 */
export function alertmanagerLabels(incident: ReportIncident, machine: string): AlertLabels {
  const { endpoint, causes, severity, websocket, id } = incident;
  const labels: [string, string | null | undefined][] = [
    ['alertname', 'WebSocketFailure'],
    ['instance', machine],
    ['severity', severity],
    ['cause', causes[0]?.id ?? 'unknown'],
    ['server', endpoint.server],
    ['path', endpoint.path],
    ['websocket', websocket === 'no' ? 'no' : 'yes'],
    ['incident', id],
  ];
  // An empty value is no label to Alertmanager.
  return Object.fromEntries(
    labels.flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, templateText(value).slice(0, MAX_LABEL)]],
    ),
  );
}

/** The body of a `POST /api/v2/alerts`. */
export function renderAlertmanager(alerts: readonly OutgoingAlert[]): string {
  return escapeJson(
    JSON.stringify(
      alerts.map(({ labels, startsAt, endsAt, incident }) => ({
        labels,
        annotations: incident === null ? {} : annotationsOf(incident),
        startsAt,
        endsAt,
      })),
    ),
  );
}

/** Annotations end up in templates of mails and chats, which escape or do not. */
function annotationsOf(incident: ReportIncident): Record<string, string> {
  const [cause] = incident.causes;
  const told = {
    summary: incident.title,
    description: `${impact(incident)} ${answers(incident)}`.trim(),
    confidence: confidenceOf(incident),
    fix: cause?.fix.summary ?? '',
    hits: String(incident.count),
    clients: `${incident.clients.exact ? '' : 'about '}${incident.clients.distinct}`,
    more: `wslog incidents show ${incident.id}`,
  };
  return Object.fromEntries(
    Object.entries(told)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, templateText(text)]),
  );
}
