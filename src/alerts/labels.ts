/** What matchers compare and groups are made by: an incident's facts as named texts. */
import type { ReportIncident } from '../report/document.ts';

export const LABEL_NAMES = [
  'cause',
  'severity',
  'server',
  'host',
  'path',
  'websocket',
  'upstream',
  'symptom',
  'incident',
] as const;

export type LabelName = (typeof LABEL_NAMES)[number];

/** Labels that have one value each, so that an incident belongs to one group. */
export const GROUP_LABELS = ['cause', 'severity', 'server', 'host', 'path', 'websocket', 'incident'] as const;

export type GroupLabel = (typeof GROUP_LABELS)[number];

/** The values of a label, none when the logs do not tell. An incident can have several backends and symptoms. */
export function labelValues(incident: ReportIncident, name: LabelName): readonly string[] {
  const { endpoint, causes } = incident;
  switch (name) {
    case 'cause':
      return known(causes[0]?.id);
    case 'severity':
      return [incident.severity];
    case 'server':
      return known(endpoint.server);
    case 'host':
      return known(endpoint.host);
    case 'path':
      return known(endpoint.path);
    case 'websocket':
      return [incident.websocket];
    case 'upstream':
      return incident.upstreams.map(({ address }) => address);
    case 'symptom':
      return incident.symptoms.map(({ id }) => id);
    case 'incident':
      return [incident.id];
  }
}

/** The labels that an incident is grouped by, those without a value left out. */
export function groupOf(incident: ReportIncident, names: readonly GroupLabel[]): Record<string, string> {
  const group: Record<string, string> = {};
  for (const name of names) {
    const [value] = labelValues(incident, name);
    if (value !== undefined) group[name] = value;
  }
  return group;
}

function known(value: string | null | undefined): readonly string[] {
  return value === null || value === undefined || value === '' ? [] : [value];
}
