/** From one snapshot of all incidents to the next: which opened, grew, ended. Pure; clocks are passed in. */
import type { ReportDocument, ReportIncident } from '../report/document.ts';

export interface IncidentEvent {
  readonly type: 'opened' | 'updated' | 'ended';
  readonly incident: ReportIncident;
}

interface Known {
  incident: ReportIncident;
  open: boolean;
  /** Lines and requests at the last look, to see growth. */
  size: number;
  /** When it last grew, on the monotonic clock, ms. */
  grewAt: number;
  /** When it was last spoken of, on the monotonic clock, ms. */
  saidAt: number;
  /** What was said then, in brief, so that nothing is said twice. */
  said: string;
}

export class IncidentEvents {
  readonly #known = new Map<string, Known>();
  /** An incident that did not grow for this long has ended. */
  quietMs: number;
  readonly #updateMs: number;

  /**
   * @param updateMs a growing incident is spoken of at most once in this time.
   */
  constructor(quietMs: number, updateMs: number) {
    this.quietMs = quietMs;
    this.#updateMs = updateMs;
  }

  /**
   * Compares a snapshot with what is known. Ends come first, then openings and updates in the report's order.
   *
   * An incident ends by the monotonic clock, which no change of the wall clock can stop. Old lines read at the start
   * end by their own times: when the logs have gone on for the quiet window without it.
   */
  observe(report: ReportDocument, now: number): IncidentEvent[] {
    const current = new Set(report.incidents.map((incident) => incident.id));
    const events: IncidentEvent[] = [];
    for (const [id, known] of this.#known) {
      // Evidence that arrives late can make one incident of two; the one that is gone is closed for the listener.
      if (!current.has(id)) {
        if (known.open) events.push(eventOf('ended', known.incident));
        this.#known.delete(id);
      }
    }
    const latest = report.range === null ? null : Date.parse(report.range.to);
    for (const incident of report.incidents) {
      const event = this.#look(incident, latest, now);
      if (event !== null) events.push(event);
    }
    return [...events.filter((event) => event.type === 'ended'), ...events.filter((event) => event.type !== 'ended')];
  }

  /** Takes incidents as open and spoken of: those of an earlier run. */
  know(incidents: readonly ReportIncident[], now: number): void {
    for (const incident of incidents) {
      const size = incident.lines + incident.count;
      const said = brief(incident);
      this.#known.set(incident.id, { incident, open: true, size, grewAt: now, saidAt: now, said });
    }
  }

  /** Whether an incident is open; undefined for one that was never observed. */
  isOpen(id: string): boolean | undefined {
    return this.#known.get(id)?.open;
  }

  /** What has not been said yet of the open incidents, regardless of the rate limit. For the end of the watch. */
  flush(): IncidentEvent[] {
    const events: IncidentEvent[] = [];
    for (const known of this.#known.values()) {
      const state = brief(known.incident);
      if (!known.open || state === known.said) continue;
      known.said = state;
      events.push(eventOf('updated', known.incident));
    }
    return events;
  }

  #look(incident: ReportIncident, latest: number | null, now: number): IncidentEvent | null {
    const size = incident.lines + incident.count;
    const state = brief(incident);
    const known = this.#known.get(incident.id);
    if (known === undefined) {
      this.#known.set(incident.id, { incident, open: true, size, grewAt: now, saidAt: now, said: state });
      return eventOf('opened', incident);
    }
    known.incident = incident;
    if (size !== known.size) {
      known.size = size;
      known.grewAt = now;
      if (!known.open) {
        known.open = true;
        return this.#say('opened', known, state, now);
      }
    }
    if (!known.open) return null;
    if (this.#isOver(known, latest, now)) {
      known.open = false;
      return this.#say('ended', known, state, now);
    }
    if (state !== known.said && now - known.saidAt >= this.#updateMs) return this.#say('updated', known, state, now);
    return null;
  }

  #say(type: IncidentEvent['type'], known: Known, state: string, now: number): IncidentEvent {
    known.saidAt = now;
    known.said = state;
    return eventOf(type, known.incident);
  }

  #isOver(known: Known, latest: number | null, now: number): boolean {
    const still = now - known.grewAt;
    if (still >= this.quietMs) return true;
    const lastSeen = known.incident.lastSeen === null ? Number.NaN : Date.parse(known.incident.lastSeen);
    // A moment of stillness is asked for, so that one line from the future does not open and end it with every line.
    return latest !== null && latest - lastSeen >= this.quietMs && still >= this.#updateMs;
  }
}

function brief(incident: ReportIncident): string {
  return `${incident.lines} ${incident.count} ${incident.severity} ${incident.websocket} ${incident.causes[0]?.id ?? ''}`;
}

/** The listener's view decides what is open: the log's own times may say otherwise for a moment. */
function eventOf(type: IncidentEvent['type'], incident: ReportIncident): IncidentEvent {
  return { type, incident: { ...incident, status: type === 'ended' ? 'ended' : 'open' } };
}
