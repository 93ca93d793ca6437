/** Sentences about an incident that several formats share. */
import type { ReportCause, ReportDirective, ReportIncident } from './document.ts';
import { clock, confidenceWord, count, counted, duration, listed, secondsBetween } from './words.ts';

/** Whether the report's front page is about this incident: everything that is, or may be, a WebSocket. */
export function concernsWebSocket(incident: ReportIncident): boolean {
  return incident.websocket !== 'no';
}

/** The verdict's confidence in words, and whether another cause is still open. */
export function ownConfidence(incident: ReportIncident): string {
  const [verdict, other] = incident.causes;
  if (verdict === undefined) return 'cause unknown';
  const word = confidenceWord(verdict.confidence);
  return incident.undecided !== null && other !== undefined ? `${word} but undecided` : word;
}

/** The verdict's confidence in words; when two causes cannot be told apart, with the other one's id. */
export function confidenceOf(incident: ReportIncident): string {
  const [verdict, other] = incident.causes;
  if (verdict === undefined) return 'cause unknown';
  const word = confidenceWord(verdict.confidence);
  return incident.undecided !== null && other !== undefined ? `${word}, or ${other.id}` : word;
}

function isTunnel(incident: ReportIncident): boolean {
  const statuses = Object.keys(incident.statuses);
  if (statuses.length > 0) return statuses.every((status) => status === '101');
  return incident.symptoms.some(({ id }) => /tunnel|upgraded|session/.test(id));
}

/** Where: `/ws on chat.example.com`, or the server alone, or nothing for what concerns nginx as a whole. */
export function place(incident: ReportIncident): string {
  const { path, server, host } = incident.endpoint;
  const name = server ?? host;
  if (path === null) return name ?? '';
  return name === null ? path : `${path} on ${name}`;
}

/** Who and how many: `412 handshakes to /ws on a.test failed, from 87 clients.` */
export function impact(incident: ReportIncident): string {
  const where = place(incident);
  const { distinct, exact } = incident.clients;
  const clients = distinct === 0 ? '' : `, from ${exact ? '' : 'about '}${counted(distinct, 'client')}`;
  if (incident.endpoint.path === null) {
    return `Seen ${counted(incident.count, 'time')}${where === '' ? '' : ` on ${where}`}${clients}.`;
  }
  if (isTunnel(incident) && concernsWebSocket(incident)) {
    return `${counted(incident.count, 'WebSocket session')} to ${where} ${incident.count === 1 ? 'was' : 'were'} cut${clients}.`;
  }
  const what = incident.websocket === 'yes' || incident.websocket === 'likely' ? 'handshake' : 'request';
  return `${counted(incident.count, what)} to ${where} failed${clients}.`;
}

/** One client that makes at least half of it is news: it may be the cause. Null otherwise. */
export function mainClient(incident: ReportIncident): string | null {
  const [top] = incident.clients.top;
  if (top === undefined || incident.clients.distinct < 2 || incident.count < 4 || top.count * 2 < incident.count)
    return null;
  return `${top.address} alone makes ${Math.min(100, Math.round((top.count / incident.count) * 100))} % of it.`;
}

/** `502 ×400, 504 ×12`, most frequent first; empty when the logs tell no status. */
export function statusCounts(counts: Record<string, number>): string {
  const byCount = Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return listed(
    byCount.map(([status, hits]) => `${status} ×${count(hits)}`),
    5,
  );
}

/** The answers and the backends, as far as the logs tell. */
export function answers(incident: ReportIncident): string {
  // An accepted handshake is what a cut tunnel begins with: saying so each time tells nothing.
  const accepted = Object.keys(incident.statuses).every((status) => status === '101');
  const statuses = accepted ? '' : statusCounts(incident.statuses);
  const backends = listed(
    incident.upstreams.map(({ address, count: hits }) =>
      incident.upstreams.length > 1 ? `${address} ×${count(hits)}` : address,
    ),
    4,
  );
  const parts: string[] = [];
  if (statuses !== '') parts.push(`answered ${statuses}`);
  if (backends !== '') parts.push(`backend${incident.upstreams.length > 1 ? 's' : ''} ${backends}`);
  const sentence = parts.join('; ');
  return sentence === '' ? '' : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** `proxy_read_timeout 60s, nginx's default` or `proxy_read_timeout 5s at /etc/nginx/nginx.conf:42`. */
export function directiveText(directive: ReportDirective): string {
  const setting = directive.value === null ? `${directive.name} is not set` : `${directive.name} ${directive.value}`;
  if (directive.file !== null)
    return `${setting} at ${directive.file}${directive.line === null ? '' : `:${directive.line}`}`;
  return directive.default ? `${setting}, nginx's default` : setting;
}

/** Evidence for and against, strongest first. */
export function evidenceSides(cause: ReportCause): { for: string[]; against: string[] } {
  const told = [...cause.evidence].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const text = ({ text: sentence, file, line }: ReportCause['evidence'][number]) =>
    file === null ? sentence : `${sentence} (${file}${line === null ? '' : `:${line}`})`;
  return {
    for: told.filter(({ weight }) => weight >= 0).map(text),
    against: told.filter(({ weight }) => weight < 0).map(text),
  };
}

/** When it began and ended; with `dated` every time carries its date. */
export function period(incident: ReportIncident, dated: boolean): string {
  const { firstSeen, lastSeen, status } = incident;
  if (firstSeen === null) return 'the log does not tell when';
  const last = lastSeen ?? firstSeen;
  const days = dated || firstSeen.slice(0, 10) !== last.slice(0, 10);
  const seconds = secondsBetween(firstSeen, last);
  const span = seconds < 1 ? '' : duration(seconds);
  const from = clock(firstSeen, days);
  if (status === 'open')
    return `since ${from} UTC${span === '' ? '' : ` (${span})`}, still going at the end of the log`;
  if (span === '') return `at ${from} UTC, ended`;
  return `${from} to ${clock(last, days)} UTC (${span}), ended`;
}
