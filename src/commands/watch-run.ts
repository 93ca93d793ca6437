/** A watch as it runs: lines in, incidents told and stored as they open, grow and end. */
import { passes } from '../analysis/conclude.ts';
import { LiveAnalysis } from '../analysis/live.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import type { Position } from '../input/position.ts';
import type { Tail, TailEvent } from '../input/tail.ts';
import type { WatchFigures } from '../metrics/figures.ts';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import type { IncidentEvent } from './incident-events.ts';
import { IncidentEvents } from './incident-events.ts';
import type { Invocation } from './invocation.ts';
import type { WatchListener } from './watch-listeners.ts';
import { copied } from './watch-memory.ts';
import { Places } from './watch-places.ts';
import type { Plan } from './watch-plan.ts';
import { type WatchState, withStatus } from './watch-state.ts';

/** How often the incidents are looked at, at most; and when nothing was read. */
const LOOK_EVERY_MS = 250;
const LOOK_IDLE_MS = 1000;
/** Looking at many incidents takes time; it may take this share of it at most. */
const LOOKING_SHARE = 0.1;
/** A growing incident is spoken of at most this often. */
const UPDATE_EVERY_MS = 5000;
/** A crowded analysis is begun anew at most this often: what is found again and again need not be added up each time. */
const TURN_EVERY_MS = 3_600_000;
/** Logs that are named where there are many. */
const MAX_NAMED = 20;
/** Filters are for what is shown; everything is stored. */
const EVERYTHING = { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' } as const;

/** What is asked of a watch, apart from the logs. */
export interface Told {
  readonly analysis: AnalysisSettings;
  /** An incident that does not grow for so long has ended (ms). */
  readonly quietMs: number;
}

export class WatchRun {
  paths: readonly string[];
  readonly #call: Invocation;
  readonly #state: WatchState;
  readonly #listeners: readonly WatchListener[];
  readonly #events: IncidentEvents;
  #told: Told;
  #live: LiveAnalysis;
  #places: Places;
  /** Something is not in the snapshot yet; something is not in the state yet. */
  #dirty = false;
  #unsaved = true;
  /** Where reading stood at the last settled moment that was stored. */
  #stood: readonly Position[] = [];
  #own: ReportDocument;
  /** All that is known now, whatever is shown of it. */
  #all: ReportDocument;
  #tail: Tail | null = null;
  #rotationsBefore = 0;
  #gaps = 0;
  #report: ReportDocument;
  #restUntil = Number.NEGATIVE_INFINITY;
  #turnAt = Number.NEGATIVE_INFINITY;
  #idleUntil = Number.NEGATIVE_INFINITY;

  constructor(call: Invocation, { paths, told }: Plan, state: WatchState, listeners: readonly WatchListener[]) {
    this.#call = call;
    this.paths = paths;
    this.#state = state;
    this.#listeners = listeners;
    this.#told = told;
    this.#places = new Places(paths);
    this.#events = new IncidentEvents(told.quietMs, UPDATE_EVERY_MS);
    this.#events.know(state.open(), call.io.monotonic());
    this.#live = state.takeUp((memory) => new LiveAnalysis(everything(told), paths, memory), paths);
    this.#own = this.#live.snapshot();
    this.#all = this.#own;
    this.#report = this.#own;
  }

  /** What is shown of the newest look. */
  get report(): ReportDocument {
    return this.#report;
  }

  /** The analysis' own view of what may be read now. */
  isAhead(path: string): boolean {
    return this.#live.isAhead(path);
  }

  atEnd(path: string): void {
    if (!this.#live.atEnd(path)) return;
    this.#dirty = true;
    this.#unsaved = true;
  }

  take(event: TailEvent): void {
    this.#unsaved = true;
    if ('notice' in event) {
      this.#call.messages.event(`${event.path}: ${event.notice}`);
      if (event.gap) this.#gaps++;
      if (event.gap) for (const listener of this.#listeners) listener.gap(event.path, event.notice);
      return;
    }
    this.#live.feed(event.path, event.block, this.#places.before(event.path));
    this.#dirty = true;
  }

  /** All that was read was handed on: a moment that can be stored. `last`: nothing comes after it. */
  settled(tail: Tail, last: boolean): void {
    this.#tail = tail;
    this.#places.settled(tail);
    if (!last) {
      const good = this.#live.isSettled ? this.#state.isDue() : this.#state.isOverdue();
      if (!this.#unsaved || !good) return;
    }
    if (!this.#live.isSettled) {
      this.#live.cut();
      this.#dirty = true;
    }
    if (last) this.look();
    this.#draw();
    const positions = this.#places.toStore(tail, (path) => this.#live.waitsFrom(path));
    this.#stood = positions;
    this.#unsaved = !this.#state.commit({ report: this.#own, positions, parts: this.#live.parts() }, this.#events);
    if (!last && !this.#unsaved && this.#live.isCrowded) this.#turnOver();
  }

  /** Looks at the incidents, unless it has just been done. To be called often. */
  lookRested(): void {
    const now = this.#call.io.monotonic();
    if (now >= this.#restUntil && (this.#dirty || now >= this.#idleUntil)) this.look();
  }

  look(): void {
    const { io } = this.#call;
    const began = io.monotonic();
    this.#draw();
    const all = this.#state.continued(this.#own, (id) => this.#events.isOpen(id));
    for (const event of this.#events.observe(all, io.monotonic())) {
      this.#unsaved = true;
      this.#tell(event);
    }
    this.#all = { ...all, incidents: all.incidents.map((incident) => withStatus(incident, this.#events)) };
    this.#report = { ...this.#all, incidents: this.#all.incidents.filter((incident) => this.#shown(incident)) };
    for (const listener of this.#listeners) listener.looked?.(this.#report);
    const ended = io.monotonic();
    this.#restUntil = Math.max(began + LOOK_EVERY_MS, ended + (ended - began) / LOOKING_SHARE);
    this.#idleUntil = began + LOOK_IDLE_MS;
  }

  /**
   * Goes on with other settings and perhaps other logs, after the last settled moment of the reading so far.
   *
   * @returns where reading is to go on in each log.
   */
  takeOver(plan: Plan | null): Map<string, readonly Position[]> {
    const { paths, told } = plan ?? { paths: this.paths, told: this.#told };
    this.#draw();
    this.#state.handOver();
    this.#live = this.#renewed(paths, told);
    this.#told = told;
    this.#events.quietMs = told.quietMs;
    if (paths.join('\n') !== this.paths.join('\n')) this.#call.messages.event(`following ${named(paths)}`);
    this.paths = paths;
    this.#places = new Places(paths);
    this.#rotationsBefore += this.#tail?.rotations ?? 0;
    this.#tail = null;
    this.#dirty = true;
    this.#unsaved = true;
    const stood = new Map<string, Position[]>();
    for (const position of this.#stood) stood.set(position.path, [...(stood.get(position.path) ?? []), position]);
    return stood;
  }

  /** What the watch counts, for metrics. */
  figures(): Omit<WatchFigures, 'commits'> {
    const unread = new Map<string, number>();
    for (const { path, offset, size } of this.#tail?.positions() ?? []) {
      unread.set(path, (unread.get(path) ?? 0) + Math.max(0, size - offset));
    }
    return {
      report: this.#all,
      unread,
      rotations: this.#rotationsBefore + (this.#tail?.rotations ?? 0),
      gaps: this.#gaps,
    };
  }

  /** After the last line: what was read and still waits is counted for the report, though not stored. */
  finish(): ReportDocument {
    this.#live.settle();
    this.#dirty = true;
    this.look();
    for (const event of this.#events.flush()) this.#tell(event);
    return this.#report;
  }

  /**
   * Begins a new analysis: the bounds of the old one are for a post-mortem, and a watch goes on for months. What was
   * found so far is carried over as it is, and later finds are added to it.
   */
  #turnOver(): void {
    const now = this.#call.io.monotonic();
    if (now < this.#turnAt || this.paths.some((path) => this.#live.waitsFrom(path) !== null)) return;
    this.#turnAt = now + TURN_EVERY_MS;
    this.look();
    this.#state.carryOver(this.#own);
    this.#state.handOver();
    this.#live = new LiveAnalysis(everything(this.#told), this.paths, copied(this.#live.logParts()));
    this.#dirty = true;
    this.#unsaved = true;
  }

  /** An analysis with the memory of the one before, or with none where that speaks of symptoms that are no more. */
  #renewed(paths: readonly string[], told: Told): LiveAnalysis {
    try {
      return new LiveAnalysis(everything(told), paths, copied(this.#live.parts()));
    } catch {
      this.#state.carryOver(this.#own);
      return new LiveAnalysis(everything(told), paths);
    }
  }

  #draw(): void {
    if (this.#dirty) this.#own = this.#live.snapshot();
    this.#dirty = false;
  }

  #tell(event: IncidentEvent): void {
    if (this.#shown(event.incident)) for (const listener of this.#listeners) listener.happened(event);
  }

  #shown(incident: ReportIncident): boolean {
    return passes(incident, this.#told.analysis.filters);
  }
}

function everything({ analysis }: Told): AnalysisSettings {
  return { ...analysis, filters: EVERYTHING };
}

/** The first few of many names. */
export function named(paths: readonly string[]): string {
  const more = paths.length - MAX_NAMED;
  return more <= 1 ? paths.join(', ') : `${paths.slice(0, MAX_NAMED).join(', ')} and ${more} more`;
}
