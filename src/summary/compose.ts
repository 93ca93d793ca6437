/** From what was read and what is remembered to what is told, and what is to be remembered once it was. Pure. */
import { severityRank } from '../incident/cluster.ts';
import type { Position } from '../input/position.ts';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import type { NewsItem, SummaryDocument } from '../report/summary-document.ts';
import { concernsWebSocket } from '../report/voice.ts';
import type { Changes, Content } from '../state/content.ts';
import { kept } from '../state/kept.ts';
import { mergeIncidents } from '../state/merge-incidents.ts';
import { figuresOf, heartbeatDue, quietSpan } from './figures.ts';
import { memoryIn, runRecord, type Told, toldRecord, withoutTold } from './memory.ts';
import { type News, type NewsParts, newsOf, toldNow } from './news.ts';

const BROKEN = severityRank('error');

export interface SummaryWishes {
  readonly host: string;
  readonly quietMs: number;
  readonly repeatMs: number;
  /** See `NewsParts`. */
  readonly repeatsStrictly: boolean;
  readonly keepMs: number;
  /** Null: silence is never broken. */
  readonly heartbeatMs: number | null;
  /** Whether an incident is among those asked for. */
  readonly wanted: (incident: ReportIncident) => boolean;
  /** Incidents that are not WebSocket are told however mild they are. */
  readonly all: boolean;
}

export interface Composed {
  /** Null when there is nothing to tell. */
  readonly document: SummaryDocument | null;
  /** What is true once it was told; when there is nothing to tell, at once. */
  readonly changes: Changes;
}

/**
 * @param report of the window alone.
 * @param found what was remembered when it began.
 * @param problems sentences about what could not be read.
 * @param now wall clock, ms since 1970.
 */
export function compose(
  report: ReportDocument,
  found: Content,
  positions: ReadonlyMap<string, readonly Position[]>,
  problems: readonly string[],
  wishes: SummaryWishes,
  now: number,
): Composed {
  const memory = memoryIn(found.records);
  const base = kept(found.incidents, now, wishes.keepMs);
  const known = kept(mergeIncidents(base, report.incidents), now, wishes.keepMs);
  const parts: NewsParts = {
    known: known.filter((incident) => tellable(incident, wishes)),
    window: report.incidents,
    told: memory.told,
    now,
    since: memory.run?.at ?? null,
    quietMs: wishes.quietMs,
    repeatMs: wishes.repeatMs,
    repeatsStrictly: wishes.repeatsStrictly,
  };
  const news = newsOf(parts);
  const figures = figuresOf(report);
  const quiet = quietSpan(memory.run, figures, now);
  const heartbeat = wishes.heartbeatMs !== null && heartbeatDue(memory.run, wishes.heartbeatMs, now);
  const kind: SummaryDocument['kind'] | null = news.items.length > 0 ? 'news' : heartbeat ? 'heartbeat' : null;
  const document: SummaryDocument | null =
    kind === null
      ? null
      : {
          ...documentOf(report, news, problems, wishes, now),
          kind,
          since: memory.run === null ? null : iso(memory.run.at),
          before: memory.run?.figures ?? null,
          quiet: kind === 'heartbeat' ? { ...quiet, since: iso(quiet.since) } : null,
        };
  const run = {
    at: now,
    // A window without a line is nothing to compare the next one with.
    figures: figures.lines === 0 && memory.run !== null ? memory.run.figures : figures,
    quiet: kind === null ? quiet : { since: now, lines: 0, unknown: 0 },
    toldAt: kind === null ? (memory.run?.toldAt ?? null) : now,
  };
  const ids = new Set(known.map(({ id }) => id));
  const gone = found.incidents.map(({ id }) => id).filter((id) => !ids.has(id));
  return {
    document,
    changes: {
      positions,
      incidents: changed(known, found.incidents, news),
      gone,
      records: [
        runRecord(run),
        ...news.items.map((item) => toldRecord(toldNow(item, memory.told.get(item.incident.id) ?? null, parts))),
        ...gone.filter((id) => memory.told.has(id)).map(withoutTold),
      ],
    },
  };
}

/**
 * The same for a time that was asked for, compared with as long before, and without a memory.
 *
 * @param since ms since 1970.
 */
export function composeSince(
  report: ReportDocument,
  before: ReportDocument,
  problems: readonly string[],
  wishes: SummaryWishes,
  since: number,
  now: number,
): SummaryDocument | null {
  const hours = Math.max(1, now - since) / 3_600_000;
  const told = new Map<string, Told>(
    before.incidents.map(({ id, severity, count, status }) => [
      id,
      // What had ended long before is new when it comes back; what goes on was told, as it were, at the beginning.
      { id, state: status, severity, count, perHour: count / hours, at: since },
    ]),
  );
  const wanted = report.incidents.filter((incident) => tellable(incident, wishes));
  const totals = mergeIncidents(
    before.incidents.filter((incident) => tellable(incident, wishes)),
    wanted,
  );
  const news = newsOf({
    known: totals,
    window: wanted,
    told,
    now,
    since,
    quietMs: wishes.quietMs,
    repeatMs: 0,
    repeatsStrictly: false,
  });
  if (news.items.length === 0) return null;
  return {
    ...documentOf(report, news, problems, wishes, now),
    kind: 'news',
    since: iso(since),
    before: figuresOf(before),
    quiet: null,
  };
}

function documentOf(
  report: ReportDocument,
  { items, held }: News,
  problems: readonly string[],
  wishes: SummaryWishes,
  now: number,
): Omit<SummaryDocument, 'kind' | 'since' | 'before' | 'quiet'> {
  const mild = report.incidents.filter((incident) => wishes.wanted(incident) && !tellable(incident, wishes));
  return {
    schema: 'wslog.summary/1',
    generator: report.generator,
    host: wishes.host,
    at: iso(now),
    window: figuresOf(report),
    inputs: report.inputs,
    incidents: items,
    toldLately: held
      .filter(({ incident }) => incident.status === 'open')
      .map(({ incident: { id, title } }) => ({ id, title })),
    elsewhere: mild.map(({ id, title, count }) => ({ id, title, count })),
    problems: [...problems],
    notes: report.notes.filter(({ id }) => id !== 'hidden-evidence'),
  };
}

/** What is not WebSocket is no reason for a mail unless it is broken: a backend that is down concerns everybody. */
function tellable(incident: ReportIncident, { wanted, all }: SummaryWishes): boolean {
  return wanted(incident) && (all || concernsWebSocket(incident) || severityRank(incident.severity) >= BROKEN);
}

/** What differs from what is stored, with the status as of now. */
function changed(
  known: readonly ReportIncident[],
  stored: readonly ReportIncident[],
  { items, held }: News,
): ReportIncident[] {
  const statuses = new Map([...items, ...held].map(({ incident }: NewsItem) => [incident.id, incident.status]));
  const before = new Map(stored.map((incident) => [incident.id, incident]));
  return known.flatMap((incident) => {
    const status = statuses.get(incident.id) ?? incident.status;
    const now = status === incident.status ? incident : { ...incident, status };
    const earlier = before.get(incident.id);
    const same = earlier !== undefined && earlier.lines === now.lines && earlier.status === now.status;
    return same ? [] : [now];
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
