/** What several readers know of the same incidents, as one list. Pure. */
import type { ReportIncident } from '../report/document.ts';

/**
 * Readers of the same logs meet the same incidents, each by itself: nothing is added up. Of an incident that several
 * know, the one that explains more lines is told, with the outer times and the newest word on whether it goes on.
 */
export function knownTo(readers: readonly (readonly ReportIncident[])[]): ReportIncident[] {
  const byId = new Map<string, ReportIncident>();
  for (const incident of readers.flat()) {
    const other = byId.get(incident.id);
    byId.set(incident.id, other === undefined ? incident : fuller(other, incident));
  }
  return [...byId.values()];
}

function fuller(a: ReportIncident, b: ReportIncident): ReportIncident {
  const newest = (b.lastSeen ?? '') > (a.lastSeen ?? '') ? b : a;
  const firsts = [a.firstSeen, b.firstSeen].filter((time) => time !== null).sort();
  return {
    ...(b.lines > a.lines ? b : a),
    firstSeen: firsts[0] ?? null,
    lastSeen: newest.lastSeen,
    // Of two that saw the same last line, the one that waited longer knows that nothing followed.
    status: a.lastSeen === b.lastSeen && (a.status === 'ended' || b.status === 'ended') ? 'ended' : newest.status,
  };
}
