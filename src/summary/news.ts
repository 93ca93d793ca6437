/** Which incidents are news: new, worse, going on, over; and which were told too lately to be told again. Pure. */
import { severityRank } from '../incident/cluster.ts';
import { byImportance } from '../report/build-document.ts';
import type { ReportIncident } from '../report/document.ts';
import { NEWS_STATES, type NewsItem } from '../report/summary-document.ts';
import { concernsWebSocket } from '../report/voice.ts';
import type { Told } from './memory.ts';

/** An incident with long gaps between its hits is waited for longer than the quiet window: so many of its gaps. */
const GAPS = 2;
const MAX_WAIT_MS = 3_600_000;
/** Hits must double, and be no handful, to be called worse. */
const WORSE_FACTOR = 2;
const WORSE_HITS = 10;
/** A rate over a shorter time says nothing. */
const RATE_MS = 60_000;

export interface NewsParts {
  /** Every incident that is known, with what all summaries know of it. */
  readonly known: readonly ReportIncident[];
  /** Those of this window, as it alone shows them. */
  readonly window: readonly ReportIncident[];
  readonly told: ReadonlyMap<string, Told>;
  /** Wall clock, and when the last summary was made, ms since 1970. */
  readonly now: number;
  readonly since: number | null;
  readonly quietMs: number;
  /** An incident that was told is not told again before this time has gone by. */
  readonly repeatMs: number;
  /** That holds also for its end, its return, and a higher severity; otherwise only for its going on. */
  readonly repeatsStrictly: boolean;
}

export interface News {
  readonly items: NewsItem[];
  /** As they would be told, were it not so soon. */
  readonly held: NewsItem[];
}

export function newsOf(parts: NewsParts): News {
  const window = new Map(parts.window.map((incident) => [incident.id, incident]));
  const items: NewsItem[] = [];
  const held: NewsItem[] = [];
  for (const incident of [...parts.known].sort(byImportance)) {
    const told = parts.told.get(incident.id) ?? null;
    const item = itemOf(incident, window.get(incident.id) ?? null, told, parts);
    if (item === null) continue;
    if (told !== null && isTooSoon(item, told, parts)) held.push(item);
    else items.push(item);
  }
  const first = ({ incident }: NewsItem) => Number(!concernsWebSocket(incident));
  items.sort((a, b) => NEWS_STATES.indexOf(a.state) - NEWS_STATES.indexOf(b.state) || first(a) - first(b));
  return { items, held };
}

function isTooSoon({ state, incident }: NewsItem, told: Told, { now, repeatMs, repeatsStrictly }: NewsParts): boolean {
  if (now - told.at >= repeatMs) return false;
  if (repeatsStrictly) return true;
  return (state === 'ongoing' || state === 'worse') && incident.severity === told.severity;
}

function itemOf(
  incident: ReportIncident,
  recent: ReportIncident | null,
  told: Told | null,
  parts: NewsParts,
): NewsItem | null {
  const status = goesOn(incident, recent, parts) ? 'open' : 'ended';
  const added = incident.count - (told?.count ?? 0);
  const rest = {
    added,
    before: told === null ? null : { at: iso(told.at), severity: told.severity, count: told.count },
    incident: { ...incident, status },
    timeline: recent?.timeline ?? { from: null, bucketSeconds: 1, counts: [] },
  } satisfies Partial<NewsItem>;
  if (told === null) return recent === null ? null : { state: 'new', returned: false, ...rest };
  if (told.state === 'ended') return added > 0 ? { state: 'new', returned: true, ...rest } : null;
  if (status === 'ended') return { state: 'ended', returned: false, ...rest };
  if (added <= 0) return null;
  return { state: isWorse(incident, told, added, parts) ? 'worse' : 'ongoing', returned: false, ...rest };
}

/** The logs say what went on at their end; whether that was just now, the clock does. */
function goesOn(incident: ReportIncident, recent: ReportIncident | null, { now, quietMs }: NewsParts): boolean {
  const latest = recent ?? incident;
  if (recent !== null && recent.status === 'ended') return false;
  if (incident.lastSeen === null) return recent !== null;
  const first = Date.parse(latest.firstSeen ?? incident.lastSeen);
  const gap = latest.count > 1 ? (Date.parse(latest.lastSeen ?? incident.lastSeen) - first) / (latest.count - 1) : 0;
  return now - Date.parse(incident.lastSeen) <= Math.max(quietMs, Math.min(MAX_WAIT_MS, GAPS * gap));
}

function isWorse(incident: ReportIncident, told: Told, added: number, { now }: NewsParts): boolean {
  if (severityRank(incident.severity) > severityRank(told.severity)) return true;
  const perHour = rate(added, now - told.at);
  if (perHour === null || told.perHour === null || added < WORSE_HITS) return false;
  return perHour >= told.perHour * WORSE_FACTOR;
}

/** How an incident stands once it was told now. */
export function toldNow({ incident, added }: NewsItem, before: Told | null, { now, since }: NewsParts): Told {
  const { id, severity, count, firstSeen, lastSeen } = incident;
  const spanned = firstSeen === null || lastSeen === null ? 0 : Date.parse(lastSeen) - Date.parse(firstSeen);
  const from = before?.at ?? since;
  const perHour = rate(added, from === null ? spanned : now - from);
  return { id, state: incident.status, severity, count, perHour, at: now };
}

function rate(hits: number, ms: number): number | null {
  return ms < RATE_MS ? null : (hits * 3_600_000) / ms;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
