/**
 * When a receiver is told of what, in Alertmanager's words. An incident waits `groupWait` for others of its group; what
 * joins later waits until `groupInterval` after the group's last notification; what goes on unchanged is told again
 * after `repeatInterval`. Pure: the clock is passed in.
 */
import type { Severity } from '../catalogue/types.ts';
import { severityRank } from '../incident/cluster.ts';
import type { AlertEvent } from '../report/alert.ts';
import type { ReportIncident } from '../report/document.ts';
import { type GroupLabel, groupOf } from './labels.ts';

/** Times in ms. */
export interface Policy {
  readonly groupBy: readonly GroupLabel[];
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeatInterval: number;
  readonly sendResolved: boolean;
}

/** An incident that the receiver takes. */
export interface Alert {
  readonly incident: ReportIncident;
  readonly open: boolean;
  /** Silenced, or follows from another: not told, and not said to be over either. */
  readonly muted: boolean;
}

/** What a receiver was told of one group. Kept over restarts. */
export interface GroupRecord {
  readonly group: Readonly<Record<string, string>>;
  /** ms since 1970. */
  readonly toldAt: number;
  /** Incidents told as open, with the severity they were told with. */
  readonly told: Readonly<Record<string, Severity>>;
}

/** A notification that is due. */
export interface Due {
  readonly key: string;
  readonly group: Readonly<Record<string, string>>;
  readonly status: 'firing' | 'resolved';
  readonly events: readonly AlertEvent[];
}

interface Group {
  readonly group: Readonly<Record<string, string>>;
  toldAt: number | null;
  readonly told: Map<string, Severity>;
  /** Since when something waits to be told for the first time, ms; null: nothing does. */
  newsSince: number | null;
}

/**
 * What was told before a restart may be found again only when the logs have been read again; until then nothing says
 * that it is over, ms.
 */
export const FOUND_AGAIN_WITHIN = 5 * 60_000;

export class Groups {
  readonly #policy: Policy;
  /** When it was first looked, ms. */
  #began = Number.POSITIVE_INFINITY;
  readonly #groups = new Map<string, Group>();
  /** The group that each incident was told in. */
  readonly #home = new Map<string, string>();
  /** Groups whose record is not what it was when it was asked for last. */
  readonly #changed = new Set<string>();
  /** Incidents as they were last seen, for those told that are no more: evidence can make one of two. */
  readonly #last = new Map<string, ReportIncident>();

  /** @param records what was told before a restart. */
  constructor(policy: Policy, records: readonly GroupRecord[] = []) {
    this.#policy = policy;
    for (const { group, toldAt, told } of records) {
      const key = keyOf(group);
      this.#groups.set(key, { group, toldAt, told: new Map(Object.entries(told)), newsSince: null });
      for (const id of Object.keys(told)) this.#home.set(id, key);
    }
  }

  /**
   * Looks at all incidents the receiver takes. What is returned counts as told.
   *
   * @param now ms since 1970, never running backwards.
   * @param last nothing will be looked at again: what waits for others of its group is told now.
   */
  look(alerts: readonly Alert[], now: number, last = false): Due[] {
    this.#began = Math.min(this.#began, now);
    const members = this.#members(alerts);
    const due: Due[] = [];
    for (const [key, group] of this.#groups) {
      // A clock that was wrong before a restart must not keep a group quiet for longer than its policy says.
      if (group.toldAt !== null && group.toldAt > now) group.toldAt = now;
      const events = this.#eventsOf(key, group, members.get(key) ?? [], now, last);
      if (events !== null) due.push({ key, group: group.group, status: statusOf(events), events });
      if (group.told.size === 0 && group.newsSince === null) {
        this.#groups.delete(key);
        this.#changed.add(key);
      }
    }
    // Only what was told can still be needed.
    for (const id of this.#last.keys()) if (!this.#home.has(id)) this.#last.delete(id);
    return due;
  }

  /** Whether the receiver was told of an incident as open, and not yet that it is over. */
  isTold(id: string): boolean {
    return this.#home.has(id);
  }

  /** That the receiver got a notification of this group turned out wrong: what is open is told anew. */
  retract(key: string, now: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    for (const id of group.told.keys()) this.#home.delete(id);
    group.told.clear();
    group.toldAt = now;
    this.#changed.add(key);
  }

  /** What to keep over a restart, by key, where it changed since this was asked last; null for what is no more. */
  takeChanged(): Map<string, GroupRecord | null> {
    const changed = new Map<string, GroupRecord | null>();
    for (const key of this.#changed) {
      const { group, toldAt, told } = this.#groups.get(key) ?? { group: {}, toldAt: null, told: new Map() };
      changed.set(key, toldAt === null ? null : { group, toldAt, told: Object.fromEntries(told) });
    }
    this.#changed.clear();
    return changed;
  }

  /** By group: incidents stay in the one they were told in, also when a label changes. */
  #members(alerts: readonly Alert[]): Map<string, Alert[]> {
    const members = new Map<string, Alert[]>();
    for (const alert of alerts) {
      const { incident, open, muted } = alert;
      const group = groupOf(incident, this.#policy.groupBy);
      const key = this.#home.get(incident.id) ?? keyOf(group);
      if (!this.#groups.has(key)) {
        if (!open || muted) continue;
        this.#groups.set(key, { group, toldAt: null, told: new Map(), newsSince: null });
      }
      this.#last.set(incident.id, incident);
      const beside = members.get(key);
      if (beside === undefined) members.set(key, [alert]);
      else beside.push(alert);
    }
    return members;
  }

  #eventsOf(key: string, group: Group, members: readonly Alert[], now: number, last: boolean): AlertEvent[] | null {
    const firing = members.filter(({ open, muted }) => open && !muted).map(({ incident }) => incident);
    const stillOpen = new Set(members.filter(({ open }) => open).map(({ incident }) => incident.id));
    const news = firing.filter(({ id, severity }) => isNews(severity, group.told.get(id)));
    const present = new Map(members.map(({ incident }) => [incident.id, incident]));
    const over = [...group.told.keys()].filter(
      (id) => !stillOpen.has(id) && (present.has(id) || this.#last.has(id) || now - this.#began >= FOUND_AGAIN_WITHIN),
    );
    if (news.length === 0) group.newsSince = null;
    else group.newsSince ??= now;
    const hurried = last && news.length > 0;
    if (!hurried && !this.#isDue(group, firing.length, over.length, now)) return null;
    const ended = over.flatMap((id) => {
      group.told.delete(id);
      this.#home.delete(id);
      this.#changed.add(key);
      const incident = present.get(id) ?? this.#last.get(id);
      return incident === undefined || !this.#policy.sendResolved ? [] : [eventOf('ended', incident)];
    });
    const repeats = group.toldAt !== null && now - group.toldAt >= this.#policy.repeatInterval && firing.length > 0;
    if (news.length === 0 && ended.length === 0 && !repeats) return null;
    const opened = new Set(news.map(({ id }) => id));
    for (const { id, severity } of firing) {
      group.told.set(id, worse(severity, group.told.get(id)));
      this.#home.set(id, key);
    }
    group.toldAt = now;
    group.newsSince = null;
    this.#changed.add(key);
    return [
      ...news.map((incident) => eventOf('opened', incident)),
      ...firing.filter(({ id }) => !opened.has(id)).map((incident) => eventOf('updated', incident)),
      ...ended,
    ];
  }

  #isDue({ toldAt, newsSince }: Group, firing: number, over: number, now: number): boolean {
    const { groupWait, groupInterval, repeatInterval } = this.#policy;
    const rested = toldAt === null || now - toldAt >= groupInterval;
    if (newsSince !== null && now - newsSince >= groupWait && rested) return true;
    if (over > 0 && rested) return true;
    return firing > 0 && toldAt !== null && now - toldAt >= Math.max(repeatInterval, groupInterval);
  }
}

function keyOf(group: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** New, or worse than it was told. */
function isNews(severity: Severity, told: Severity | undefined): boolean {
  return told === undefined || severityRank(severity) > severityRank(told);
}

function worse(severity: Severity, told: Severity | undefined): Severity {
  return told !== undefined && severityRank(told) > severityRank(severity) ? told : severity;
}

function statusOf(events: readonly AlertEvent[]): 'firing' | 'resolved' {
  return events.every(({ type }) => type === 'ended') ? 'resolved' : 'firing';
}

/** The watch decides what is open; the log's own times may say otherwise for a moment. */
function eventOf(type: AlertEvent['type'], incident: ReportIncident): AlertEvent {
  const status = type === 'ended' ? 'ended' : 'open';
  return { type, incident: incident.status === status ? incident : { ...incident, status } };
}
