/** `wslog watch`: incidents as they open, grow and end, until somebody asks it to stop. */
import { passes } from '../analysis/conclude.ts';
import { LiveAnalysis } from '../analysis/live.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { Tail } from '../input/tail.ts';
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import { StateInUse } from '../state/problem.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { logsToFollow } from './followed-logs.ts';
import { formatAmong } from './formats.ts';
import { IncidentEvents } from './incident-events.ts';
import type { Invocation } from './invocation.ts';
import { confOf, localConf } from './nginx-conf.ts';
import { renderReport } from './render.ts';
import { NdjsonListener, TextListener, type WatchListener } from './watch-listeners.ts';
import { WatchState } from './watch-state.ts';

/** How often the incidents are looked at, at most. */
const LOOK_EVERY_MS = 1000;
/** The same for a screen, which a person looks at. */
const SCREEN_EVERY_MS = 250;
/** Looking at many incidents takes time; it may take this share of it at most. */
const LOOKING_SHARE = 0.1;
/** A growing incident is spoken of at most this often. */
const UPDATE_EVERY_MS = 5000;
/** Filters are for what is shown; everything is stored. */
const EVERYTHING = { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' } as const;
const IN_USE = 3;

/** Runs until `io.signal` is aborted; resolves to the exit code: 3 when another watch keeps the same state. */
export async function watch(call: Invocation): Promise<number> {
  const { operands, settings, io, messages } = call;
  formatOf(settings);
  if (operands.includes('-')) throw new UsageError('watch follows files; for standard input there is: wslog analyze -');
  const conf = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  const paths = await logsToFollow(operands, conf, 'watch');
  const told = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  let state: WatchState;
  try {
    state = await WatchState.open(call);
  } catch (error) {
    if (!(error instanceof StateInUse)) throw error;
    messages.error(error.message);
    return IN_USE;
  }
  try {
    await follow(call, paths, told, state);
  } finally {
    state.close();
  }
  return 0;
}

async function follow(
  call: Invocation,
  paths: readonly string[],
  told: AnalysisSettings,
  state: WatchState,
): Promise<void> {
  const { settings, io, messages } = call;
  const format = formatOf(settings);
  const live = new LiveAnalysis({ ...told, filters: EVERYTHING });
  const events = new IncidentEvents(settings.number('quietWindow'), UPDATE_EVERY_MS);
  events.know(state.open(), io.monotonic());
  const view = { ...appearanceOf(settings, io, false), all: settings.flag('all'), verbose: settings.flag('verbose') };
  const plain = settings.flag('plain') || !io.stdoutIsTerminal;
  messages.notice(`following ${paths.join(', ')}; Ctrl-C ends it with a report`);
  const screen =
    format === 'ndjson' || plain ? null : (await import('./watch-screen.ts')).openScreen(call, view, paths);
  const listener: WatchListener =
    format === 'ndjson'
      ? new NdjsonListener(io.stdout, () => io.now())
      : (screen ?? new TextListener(io.stdout, { ...view, plain }));
  const shown = (incident: ReportIncident) => passes(incident, told.filters);

  /** Something is not in the snapshot yet; something is not in the state yet. */
  let dirty = false;
  let unsaved = true;
  let own: ReportDocument = live.snapshot();
  let report = own;
  let restUntil = Number.NEGATIVE_INFINITY;
  const draw = () => {
    if (dirty) own = live.snapshot();
    dirty = false;
  };
  const look = () => {
    const began = io.monotonic();
    draw();
    const all = state.continued(own);
    report = { ...all, incidents: all.incidents.filter(shown) };
    for (const event of events.observe(all, io.monotonic())) {
      unsaved = true;
      if (shown(event.incident)) listener.happened(event);
    }
    screen?.looked(report);
    restUntil = began + (io.monotonic() - began) / LOOKING_SHARE;
  };
  look();
  const lookRested = () => {
    if (io.monotonic() >= restUntil) look();
  };
  const timer = setInterval(lookRested, screen === null ? LOOK_EVERY_MS : SCREEN_EVERY_MS);
  try {
    const tail = new Tail(paths, {
      fromStart: settings.flag('fromStart'),
      lines: settings.number('lines'),
      pollMs: Math.max(10, settings.number('poll')),
      rotateWaitMs: settings.number('rotateWait'),
      signal: screen === null ? io.signal : AbortSignal.any([io.signal, screen.signal]),
      stored: state.stored(paths),
      settled: (last) => {
        if (!last && !(unsaved && state.isDue())) return;
        live.settle();
        dirty = true;
        if (last) look();
        draw();
        unsaved = !state.commit({ report: own, positions: tail.positions() }, events);
      },
    });
    for await (const event of tail) {
      unsaved = true;
      if ('notice' in event) {
        messages.notice(`${event.path}: ${event.notice}`);
        if (event.gap) listener.gap(event.path, event.notice);
      } else {
        live.feed(event.path, event.block);
        dirty = true;
      }
    }
  } finally {
    clearInterval(timer);
    screen?.close();
  }
  live.settle();
  dirty = true;
  look();
  for (const event of events.flush()) if (shown(event.incident)) listener.happened(event);
  await listener.ended(report, (document) => renderReport(document, 'text', view));
}

function formatOf(settings: Settings): 'text' | 'ndjson' {
  return formatAmong(settings, ['text', 'ndjson']);
}
