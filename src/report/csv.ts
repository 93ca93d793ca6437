/** `--format csv`: one record an incident, for spreadsheets. */
import { csvRow } from '../safe/csv.ts';
import type { ReportDocument } from './document.ts';
import { directiveText } from './voice.ts';

const COLUMNS = [
  'id',
  'severity',
  'status',
  'websocket',
  'first_seen',
  'last_seen',
  'server',
  'path',
  'hits',
  'lines',
  'clients',
  'clients_exact',
  'statuses',
  'upstreams',
  'title',
  'cause',
  'confidence',
  'other_cause',
  'fix',
  'sample_file',
  'sample_line',
  'host',
  'symptoms',
  'directive',
  'sample',
] as const;

function pairs(entries: readonly (readonly [string, number])[]): string {
  return entries.map(([name, hits]) => `${name} ${hits}`).join('; ');
}

/** All incidents as CSV (RFC 4180: CRLF, header first). Times are RFC 3339 UTC; `confidence` is 0 to 1. */
export function renderCsv(document: ReportDocument): string {
  const rows = document.incidents.map((incident) => {
    const [cause, other] = incident.causes;
    const [sample] = incident.evidence;
    return csvRow([
      incident.id,
      incident.severity,
      incident.status,
      incident.websocket,
      incident.firstSeen,
      incident.lastSeen,
      incident.endpoint.server ?? incident.endpoint.host,
      incident.endpoint.path,
      incident.count,
      incident.lines,
      incident.clients.distinct,
      String(incident.clients.exact),
      pairs(Object.entries(incident.statuses)),
      pairs(incident.upstreams.map(({ address, count }) => [address, count] as const)),
      incident.title,
      cause?.id ?? null,
      cause?.confidence ?? null,
      incident.undecided === null ? null : (other?.id ?? null),
      cause?.fix.summary ?? null,
      sample?.file ?? null,
      sample?.line ?? null,
      incident.endpoint.host,
      pairs(incident.symptoms.map(({ id, count }) => [id, count] as const)),
      cause == null || cause.directive === null ? null : directiveText(cause.directive),
      sample?.raw ?? null,
    ]);
  });
  return [csvRow(COLUMNS), ...rows].join('');
}
