/** The incidents of earlier runs and those of this one as one: what every run added up, and what the fullest one says. Pure. */
import { byImportance } from '../report/build-document.ts';
import type { ReportIncident } from '../report/document.ts';

const MAX_UPSTREAMS = 20;
const MAX_CLIENTS = 5;
const MAX_EVIDENCE = 8;
/** Cells of a timeline. */
const MAX_CELLS = 64;

/**
 * Adds what this run found to what was stored when it began, by id. Counts add up; the verdict is that of the side which
 * explains more lines. How many clients there were is only known where both sides name them all.
 */
export function mergeIncidents(base: readonly ReportIncident[], current: readonly ReportIncident[]): ReportIncident[] {
  const byId = new Map(base.map((incident) => [incident.id, incident]));
  for (const incident of current) {
    const earlier = byId.get(incident.id);
    byId.set(incident.id, earlier === undefined ? incident : merged(earlier, incident));
  }
  return [...byId.values()].sort(byImportance);
}

function merged(base: ReportIncident, current: ReportIncident): ReportIncident {
  const fuller = current.lines >= base.lines ? current : base;
  return {
    ...fuller,
    status: current.status,
    websocket: base.websocket === 'yes' || current.websocket === 'yes' ? 'yes' : fuller.websocket,
    firstSeen: outer(base.firstSeen, current.firstSeen, (a, b) => a < b),
    lastSeen: outer(base.lastSeen, current.lastSeen, (a, b) => a > b),
    upstreams: addedUp(base.upstreams, current.upstreams).slice(0, MAX_UPSTREAMS),
    clients: clientsOf(base.clients, current.clients),
    count: base.count + current.count,
    lines: base.lines + current.lines,
    symptoms: symptomsOf(base, current),
    statuses: statusesOf(base.statuses, current.statuses),
    timeline: timelineOf(base.timeline, current.timeline),
    evidence: [...base.evidence, ...current.evidence].slice(0, MAX_EVIDENCE),
  };
}

function outer(a: string | null, b: string | null, before: (a: string, b: string) => boolean): string | null {
  if (a === null || b === null) return a ?? b;
  return before(a, b) ? a : b;
}

type Counted = { address: string; count: number };

function addedUp(base: readonly Counted[], current: readonly Counted[]): Counted[] {
  const counts = new Map<string, number>();
  for (const { address, count } of [...base, ...current]) counts.set(address, (counts.get(address) ?? 0) + count);
  return [...counts]
    .map(([address, count]) => ({ address, count }))
    .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1));
}

function clientsOf(base: ReportIncident['clients'], current: ReportIncident['clients']): ReportIncident['clients'] {
  const all = addedUp(base.top, current.top);
  const named = [base, current].every(({ distinct, exact, top }) => exact && distinct === top.length);
  return {
    // At least as many as either side saw; the same clients tend to come back, so the two are not added.
    distinct: named ? all.length : Math.max(base.distinct, current.distinct, all.length),
    exact: named,
    top: all.slice(0, MAX_CLIENTS),
  };
}

function symptomsOf(base: ReportIncident, current: ReportIncident): ReportIncident['symptoms'] {
  const counts = new Map<string, number>();
  for (const { id, count } of [...base.symptoms, ...current.symptoms]) counts.set(id, (counts.get(id) ?? 0) + count);
  return [...counts].map(([id, count]) => ({ id, count }));
}

function statusesOf(base: Record<string, number>, current: Record<string, number>): Record<string, number> {
  const counts = new Map(Object.entries(base));
  for (const [status, count] of Object.entries(current)) counts.set(status, (counts.get(status) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type ReportTimeline = ReportIncident['timeline'];

/** Buckets are aligned to the epoch and as wide as a power of two, so that those of one timeline fit into the other's. */
function timelineOf(base: ReportTimeline, current: ReportTimeline): ReportTimeline {
  const cells = [...cellsOf(base), ...cellsOf(current)];
  if (cells.length === 0) return current;
  const seconds = cells.map(({ second }) => second);
  const from = seconds.reduce((a, b) => Math.min(a, b));
  const to = seconds.reduce((a, b) => Math.max(a, b));
  let width = Math.max(base.bucketSeconds, current.bucketSeconds, 1);
  while (Math.floor(to / width) - Math.floor(from / width) >= MAX_CELLS) width *= 2;
  const first = Math.floor(from / width);
  const counts = new Array<number>(Math.floor(to / width) - first + 1).fill(0);
  for (const { second, count } of cells) {
    const at = Math.floor(second / width) - first;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { from: new Date(first * width * 1000).toISOString(), bucketSeconds: width, counts };
}

function cellsOf({ from, bucketSeconds, counts }: ReportTimeline): { second: number; count: number }[] {
  if (from === null) return [];
  const start = Math.floor(Date.parse(from) / 1000);
  return counts.flatMap((count, at) => (count > 0 ? [{ second: start + at * bucketSeconds, count }] : []));
}
