/** The figures of a window, and whether a heartbeat is due. Pure. */
import type { ReportDocument } from '../report/document.ts';
import type { WindowFigures } from '../report/summary-document.ts';
import { concernsWebSocket } from '../report/voice.ts';
import type { Run } from './memory.ts';

const MAX_CAUSES = 50;
/** Cron is not punctual: a summary that comes a little early counts as on time. */
const EARLY_MS = 10 * 60_000;

export function figuresOf(report: ReportDocument): WindowFigures {
  const handshakes = { ok: 0, failed: 0 };
  for (const endpoint of report.endpoints) {
    if (endpoint.websocket === 'no') continue;
    handshakes.ok += endpoint.handshakes.ok;
    handshakes.failed += endpoint.handshakes.failed;
  }
  const causes = new Map<string, number>();
  for (const incident of report.incidents) {
    const id = incident.causes[0]?.id;
    if (id !== undefined && concernsWebSocket(incident)) causes.set(id, (causes.get(id) ?? 0) + incident.count);
  }
  return {
    range: report.range,
    lines: report.accounting.lines,
    unknown: report.accounting.unknown,
    handshakes,
    causes: [...causes]
      .map(([id, count]) => ({ id, count }))
      .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
      .slice(0, MAX_CAUSES),
  };
}

/** What was read since anything was told last, this window included. */
export function quietSpan(last: Run | null, window: WindowFigures, now: number): Run['quiet'] {
  const began = window.range === null ? now : Math.min(now, Date.parse(window.range.from));
  const { since, lines, unknown } = last?.quiet ?? { since: began, lines: 0, unknown: 0 };
  return { since, lines: lines + window.lines, unknown: unknown + window.unknown };
}

/** Whether silence has lasted so long that it has to be said that all is well; the first summary says so at once. */
export function heartbeatDue(last: Run | null, everyMs: number, now: number): boolean {
  return last === null || last.toldAt === null || now - last.toldAt >= everyMs - EARLY_MS;
}
