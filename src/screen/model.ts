/** What the screen shows, before it is laid out: the state of the watch at one moment. */
import type { ReportDocument, ReportEndpoint, ReportIncident } from '../report/document.ts';
import { concernsWebSocket } from '../report/voice.ts';
import { endpointKey, type Rates } from './rates.ts';
import type { ScreenView } from './view.ts';

export interface ScreenModel {
  /** Its incidents are open or ended as the watch sees it. */
  readonly report: ReportDocument;
  readonly rates: Rates;
  /** Wall clock, ms since 1970. */
  readonly now: number;
  /** The logs that are followed. */
  readonly paths: readonly string[];
  /** Breaks in the reading: lines may be missing. */
  readonly gaps: number;
  /** The last thing that happened to the reading, or null when that is long ago. */
  readonly notice: string | null;
}

/** How the screen is drawn. */
export interface ScreenStyle {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly ascii: boolean;
  readonly verbose: boolean;
}

export function isOpen({ status }: ReportIncident): boolean {
  return status === 'open';
}

/** The incidents listed: those still going on before those that ended, each in the report's order. */
export function listedIncidents(model: ScreenModel, view: ScreenView): ReportIncident[] {
  const wanted = model.report.incidents.filter(
    (incident) => (view.all || concernsWebSocket(incident)) && mentions(wordsOf(incident), view.filter),
  );
  return [...wanted.filter(isOpen), ...wanted.filter((incident) => !isOpen(incident))];
}

/** The endpoints listed: those with failures in the last minutes first, then the busiest. */
export function listedEndpoints(model: ScreenModel, view: ScreenView): ReportEndpoint[] {
  const total = ({ handshakes }: ReportEndpoint) => handshakes.ok + handshakes.failed;
  const fails = (endpoint: ReportEndpoint) => (model.rates.endpoints.get(endpointKey(endpoint))?.failing ?? 0) > 0;
  return model.report.endpoints
    .filter(
      (endpoint) =>
        (view.all || endpoint.websocket !== 'no') && mentions([endpoint.path, endpoint.server ?? ''], view.filter),
    )
    .map((endpoint) => ({ endpoint, fails: fails(endpoint), total: total(endpoint) }))
    .sort((a, b) => Number(b.fails) - Number(a.fails) || b.total - a.total)
    .map(({ endpoint }) => endpoint);
}

/** The incident chosen, or the first where the chosen one is not listed. */
export function selectedOf(listed: readonly ReportIncident[], view: ScreenView): ReportIncident | null {
  return listed.find(({ id }) => id === view.selected) ?? listed[0] ?? null;
}

function wordsOf({ title, severity, endpoint, causes, upstreams, clients, statuses }: ReportIncident): string[] {
  return [
    title,
    severity,
    endpoint.path ?? '',
    endpoint.server ?? '',
    endpoint.host ?? '',
    causes[0]?.id ?? '',
    ...upstreams.map(({ address }) => address),
    ...clients.top.map(({ address }) => address),
    ...Object.keys(statuses),
  ];
}

function mentions(words: readonly string[], filter: string): boolean {
  if (filter === '') return true;
  const wanted = filter.toLowerCase();
  return words.some((word) => word.toLowerCase().includes(wanted));
}
