/** What a watch remembers: where it stood in each log, and the incidents of the runs before it with its own. */

import { resolve } from 'node:path';
import { pid } from 'node:process';
import type { LiveAnalysis } from '../analysis/live.ts';
import { pathsIn } from '../analysis/live-memory.ts';
import { UsageError } from '../config/usage-error.ts';
import type { AlertMemory } from '../deliver/memory.ts';
import type { Memory, MemoryPart } from '../findings/memory.ts';
import type { Position } from '../input/position.ts';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import { redact } from '../safe/redact.ts';
import { kept } from '../state/kept.ts';
import { mergeIncidents } from '../state/merge-incidents.ts';
import { StateInUse, StateProblem } from '../state/problem.ts';
import { checkedIncident, type StoredRecord } from '../state/rows.ts';
import { StateStore } from '../state/store.ts';
import type { IncidentEvents } from './incident-events.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';
import { stateFolder } from './state-folder.ts';
import { StoredAlerts } from './stored-alerts.ts';
import { StoredMemory } from './watch-memory.ts';

/** What is lost by a crash is read again, so this is how long a restart has to catch up, and how often the disk works. */
const COMMIT_EVERY_MS = 1000;
/** Drawing up what is stored takes time; it may take this share of it at most. */
const COMMITTING_SHARE = 0.1;

/** Until then, a better moment to store is waited for: one at which no entry could go on in the lines that come next. */
const OVERDUE_MS = 2000;
/** What earlier runs counted of an incident that the memory knows nothing of. */
const CARRIED = 'carried';

/** The watch as it is at one moment: everything up to the positions is in the report, and nothing more. */
export interface Moment {
  readonly report: ReportDocument;
  readonly positions: readonly Position[];
  readonly parts: Iterable<MemoryPart>;
}

export class WatchState {
  readonly #io: Io;
  readonly #messages: Messages;
  readonly #store: StateStore | null;
  readonly #keepMs: number;
  readonly #redacts: boolean;
  readonly #memory: StoredMemory;
  /** What earlier runs counted of incidents, apart from what the analysis itself remembers. */
  #base: readonly ReportIncident[];
  /** The base is not in the database yet. */
  #baseChanged = false;
  #carriedIn: readonly string[];
  /** All incidents as they were when this run began. */
  readonly #before: readonly ReportIncident[];
  readonly #open: ReadonlySet<string>;
  /** How large those were that had ended. */
  readonly #endedSize = new Map<string, number>();
  /** What the database holds, in brief: of incidents by id, of positions by path. */
  readonly #incidentsIn = new Map<string, string>();
  readonly #positionsIn = new Map<string, string>();
  #restUntil = Number.NEGATIVE_INFINITY;
  /** What is old is told by a clock that does not jump, from when the run began. */
  readonly #began: { readonly wall: number; readonly monotonic: number };
  /** Attempts to store so far. */
  readonly commits = { ok: 0, failed: 0 };

  /**
   * @throws StateInUse when another watch keeps the state that was asked for.
   * @throws UsageError when state that was asked for cannot be kept.
   */
  static async open(call: Invocation): Promise<WatchState> {
    const { settings, io, messages } = call;
    const folder = stateFolder(settings, io);
    if (folder === null) return new WatchState(call, null);
    try {
      const store = await StateStore.open(folder.path, pid, io.now());
      if (store.setAside !== null) messages.error(store.setAside);
      return new WatchState(call, store);
    } catch (error) {
      if (!(error instanceof StateInUse || error instanceof StateProblem)) throw error;
      if (folder.asked && error instanceof StateInUse) throw error;
      if (folder.asked) throw new UsageError(error.message);
      messages.notice(`${error.message}; this watch keeps no state`);
      return new WatchState(call, null);
    }
  }

  private constructor({ settings, io, messages }: Invocation, store: StateStore | null) {
    this.#io = io;
    this.#began = { wall: io.now(), monotonic: io.monotonic() };
    this.#messages = messages;
    this.#store = store;
    this.#keepMs = settings.number('keepIncidents');
    this.#redacts = settings.flag('redact');
    const found = store?.found ?? { incidents: [], positions: new Map<string, readonly Position[]>(), records: [] };
    for (const incident of found.incidents) this.#incidentsIn.set(incident.id, brief(incident));
    for (const [path, positions] of found.positions) this.#positionsIn.set(path, JSON.stringify(positions));
    this.#before = kept(found.incidents, io.now(), this.#keepMs);
    this.#open = new Set(this.#before.filter(({ status }) => status === 'open').map(({ id }) => id));
    for (const { id, status, lines, count } of this.#before)
      if (status === 'ended') this.#endedSize.set(id, lines + count);
    this.#memory = new StoredMemory(found.records);
    const carried = found.records.filter(({ kind }) => kind === CARRIED);
    this.#carriedIn = carried.map(({ key }) => key);
    this.#base = carried.map(({ value }) => checkedIncident(value));
  }

  /**
   * An analysis that goes on where the last run stopped.
   *
   * @param make an analysis with a memory, or without; throws when it cannot take up that memory.
   * @param paths the logs that are followed. A memory of others is of no use for these.
   */
  takeUp(make: (memory: Memory | null) => LiveAnalysis, paths: readonly string[]): LiveAnalysis {
    try {
      const memory = this.#memory.read();
      const same = memory !== null && pathsIn(memory).every((path) => paths.includes(path));
      if (same) return make(memory);
    } catch (error) {
      this.#messages.notice(
        `what earlier runs remember cannot be taken up (${error instanceof Error ? error.message : 'unreadable'}); their incidents are known`,
      );
    }
    this.#carry(this.#before);
    return make(null);
  }

  /** From now on the analysis is another one, which knows nothing of what was counted so far. */
  carryOver(report: ReportDocument): void {
    this.#carry(mergeIncidents(this.#base, report.incidents));
  }

  /** From now on the analysis is another one, with the memory of the one before. */
  handOver(): void {
    this.#memory.forgetRevisions();
  }

  /** Whether anything outlives this run. */
  get isKept(): boolean {
    return this.#store !== null;
  }

  /** Incidents that were open when the last run ended. */
  open(): ReportIncident[] {
    return this.#before.filter(({ id }) => this.#open.has(id));
  }

  /** All incidents as they were when this run began. */
  earlier(): readonly ReportIncident[] {
    return this.#before;
  }

  /** What alerts remember; without state for this run only. */
  alertMemory(): AlertMemory {
    return new StoredAlerts(this.#store, this.#store?.found.records ?? [], (error) => this.#unsaved(error));
  }

  /** Where the last run stood in each of the logs. */
  stored(paths: readonly string[]): Map<string, readonly Position[]> {
    const stored = new Map<string, readonly Position[]>();
    for (const path of paths) {
      const positions = this.#store?.found.positions.get(resolve(this.#io.cwd, path));
      if (positions !== undefined) stored.set(path, positions);
    }
    return stored;
  }

  /** A report of this run with what earlier runs know; what had ended before it, and did not come back, is left out. */
  continued(report: ReportDocument, isOpen: (id: string) => boolean | undefined): ReportDocument {
    if (this.#before.length === 0 && this.#base.length === 0) return report;
    const current = new Set(report.incidents.map(({ id }) => id));
    const base = this.#base.filter(({ id }) => current.has(id) || (isOpen(id) ?? this.#open.has(id)));
    const all = mergeIncidents(base, report.incidents);
    return { ...report, incidents: all.filter(({ id, lines, count }) => this.#endedSize.get(id) !== lines + count) };
  }

  /** Whether it is time to store how things are. */
  isDue(): boolean {
    return this.#store !== null && this.#io.monotonic() >= this.#restUntil;
  }

  /** Whether it is time even if a better moment may come. */
  isOverdue(): boolean {
    return this.#store !== null && this.#io.monotonic() >= this.#restUntil + OVERDUE_MS;
  }

  /** Stores a moment, whole or not at all; false when it could not be stored, and is to be tried again. */
  commit(moment: Moment, events: IncidentEvents): boolean {
    if (this.#store === null) return true;
    let stored = false;
    const began = this.#io.monotonic();
    try {
      this.#write(this.#store, moment, events);
      stored = true;
      this.commits.ok++;
    } catch (error) {
      this.#unsaved(error);
    }
    const took = this.#io.monotonic() - began;
    this.#restUntil = began + Math.max(COMMIT_EVERY_MS, took / COMMITTING_SHARE);
    return stored;
  }

  close(): void {
    this.#store?.close();
  }

  /** Says that nothing was saved. @throws what is no error of the database. */
  #unsaved(error: unknown): void {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_'))) throw error;
    this.commits.failed++;
    this.#messages.error(
      `state cannot be saved (${String(error.code)}): watching goes on, and it is tried again; a restart would read on from the last save`,
    );
  }

  #carry(incidents: readonly ReportIncident[]): void {
    this.#base = incidents;
    this.#baseChanged = true;
  }

  #write(store: StateStore, { report, positions, parts }: Moment, events: IncidentEvents): void {
    const now = this.#began.wall + this.#io.monotonic() - this.#began.monotonic;
    const all = mergeIncidents(this.#base, report.incidents).map((incident) => withStatus(incident, events));
    const incidents = kept(all, now, this.#keepMs);
    const changed = incidents.filter((incident) => this.#incidentsIn.get(incident.id) !== brief(incident));
    const ids = new Set(incidents.map(({ id }) => id));
    const gone = [...this.#incidentsIn.keys()].filter((id) => !ids.has(id));
    const moved = new Map<string, readonly Position[]>();
    for (const [path, held] of byPath(this.#io.cwd, positions)) {
      if (this.#positionsIn.get(path) !== JSON.stringify(held)) moved.set(path, held);
    }
    const memory = this.#memory.changes(parts);
    const carried = this.#baseChanged ? this.#carriedRecords() : [];
    const records = [...memory.records, ...carried];
    if (changed.length === 0 && gone.length === 0 && moved.size === 0 && records.length === 0) return;
    const safe = this.#redacts ? changed : changed.map((incident) => redacted(incident));
    store.commit({ positions: moved, incidents: safe, gone, records });
    memory.done();
    if (this.#baseChanged) this.#carriedIn = this.#base.map(({ id }) => id);
    this.#baseChanged = false;
    for (const incident of changed) this.#incidentsIn.set(incident.id, brief(incident));
    for (const id of gone) this.#incidentsIn.delete(id);
    for (const [path, held] of moved) this.#positionsIn.set(path, JSON.stringify(held));
  }

  #carriedRecords(): StoredRecord[] {
    const ids = new Set(this.#base.map(({ id }) => id));
    const gone = this.#carriedIn.filter((id) => !ids.has(id));
    return [
      ...this.#base.map((incident) => ({ kind: CARRIED, key: incident.id, value: redacted(incident) })),
      ...gone.map((key) => ({ kind: CARRIED, key, value: undefined })),
    ];
  }
}

/** What changes whenever there is something new to store. */
function brief(incident: ReportIncident): string {
  const { lines, count, status, severity, websocket, lastSeen, causes } = incident;
  return [lines, count, status, severity, websocket, lastSeen, causes[0]?.id, causes[0]?.confidence].join(' ');
}

/** The watch knows by its own clock what has ended; the logs' times may say otherwise for a moment. */
export function withStatus(incident: ReportIncident, events: IncidentEvents): ReportIncident {
  const open = events.isOpen(incident.id);
  const status = open === undefined ? incident.status : open ? 'open' : 'ended';
  return status === incident.status ? incident : { ...incident, status };
}

function byPath(cwd: string, positions: readonly Position[]): Map<string, Position[]> {
  const held = new Map<string, Position[]>();
  for (const position of positions) {
    const path = resolve(cwd, position.path);
    held.set(path, [...(held.get(path) ?? []), position]);
  }
  return held;
}

/** Secrets are masked in what is kept, also when they are not in what is shown. */
function redacted<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'string' ? redact(part) : part));
}
