/** `wslog watch`: incidents as they open, grow and end, until somebody asks it to stop. */
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { Tail } from '../input/tail.ts';
import { StateInUse } from '../state/problem.ts';
import { appearanceOf } from './appearance.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { writeOut } from './output.ts';
import { renderReport } from './render.ts';
import { WatchAlerts } from './watch-alerts.ts';
import { NdjsonListener, TextListener, type WatchListener } from './watch-listeners.ts';
import { openMetrics } from './watch-metrics.ts';
import { type Plan, planOf } from './watch-plan.ts';
import { Reload } from './watch-reload.ts';
import { named, WatchRun } from './watch-run.ts';
import { WatchState } from './watch-state.ts';

/** How often it is asked whether it is time to look at the incidents (ms). */
const TICK_MS = 250;
const IN_USE = 3;

/** Runs until `io.signal` is aborted; resolves to the exit code: 3 when another watch keeps the same state. */
export async function watch(call: Invocation): Promise<number> {
  formatOf(call.settings);
  if (call.operands.includes('-')) {
    throw new UsageError('watch follows files; for standard input there is: wslog analyze -');
  }
  const plan = await planOf(call);
  if (call.settings.flag('printSystemdUnit')) {
    const { systemdUnit } = await import('./watch-unit.ts');
    await writeOut(call.io.stdout, [await systemdUnit(call, plan)]);
    return 0;
  }
  let state: WatchState;
  try {
    state = await WatchState.open(call);
  } catch (error) {
    if (!(error instanceof StateInUse)) throw error;
    call.messages.error(error.message);
    return IN_USE;
  }
  try {
    await follow(call, plan, state);
  } finally {
    state.close();
  }
  return 0;
}

async function follow(call: Invocation, plan: Plan, state: WatchState): Promise<void> {
  const { settings, io, messages } = call;
  const format = formatOf(settings);
  const view = { ...appearanceOf(settings, io, false), all: settings.flag('all'), verbose: settings.flag('verbose') };
  const plain = settings.flag('plain') || !io.stdoutIsTerminal;
  messages.notice(`following ${named(plan.paths)}; Ctrl-C ends it with a report`);
  const screen =
    format === 'ndjson' || plain ? null : (await import('./watch-screen.ts')).openScreen(call, view, plan.paths);
  const listener: WatchListener =
    format === 'ndjson'
      ? new NdjsonListener(io.stdout, () => io.now())
      : (screen ?? new TextListener(io.stdout, { ...view, plain }));
  const reload = new Reload(call);
  const alerts = new WatchAlerts(call, plan.alerts, state.alertMemory(), state.earlier());
  const run = new WatchRun(call, plan, state, [listener, alerts]);
  let closeMetrics = () => {};
  let left: ReadonlyMap<string, number> = new Map();
  const timer = setInterval(() => run.lookRested(), TICK_MS);
  const end = AbortSignal.any([io.signal, reload.terminalGone, ...(screen === null ? [] : [screen.signal])]);
  try {
    closeMetrics = await openMetrics(settings, run, state, messages);
    run.look();
    for (let stored = state.stored(plan.paths); ; ) {
      const tail: Tail = new Tail(run.paths, {
        fromStart: settings.flag('fromStart'),
        lines: settings.number('lines'),
        pollMs: Math.max(10, settings.number('poll')),
        rotateWaitMs: settings.number('rotateWait'),
        signal: AbortSignal.any([end, reload.ready]),
        stored,
        settled: (last) => run.settled(tail, last),
        atEnd: (path) => run.atEnd(path),
        isAhead: (path) => run.isAhead(path),
      });
      for await (const event of tail) run.take(event);
      left = tail.left;
      if (end.aborted) break;
      const next = reload.take();
      if (next !== null) await alerts.takeOver(next.alerts);
      stored = run.takeOver(next);
    }
  } finally {
    clearInterval(timer);
    closeMetrics();
    reload.close();
    screen?.close();
  }
  const report = run.finish();
  await listener.ended(report, (document) => renderReport(document, 'text', view));
  await alerts.ended(report);
  if (left.size > 0) messages.error(leftUnread(left, state.isKept));
}

/** A backlog that was not read to its end, and what becomes of it. */
function leftUnread(left: ReadonlyMap<string, number>, isKept: boolean): string {
  const bytes = [...left.values()].reduce((sum, each) => sum + each, 0);
  const amount = bytes === 0 ? 'packed lines' : `${sized(bytes)}`;
  const what = `ended with ${amount} of ${named([...left.keys()])} unread`;
  return isKept ? `${what}: the next watch reads on there` : `${what}; no state is kept, so nothing reads on there`;
}

/** Bytes, to three digits. */
function sized(bytes: number): string {
  const [unit, size] = bytes < 1024 * 1024 ? ['KiB', 1024] : ['MiB', 1024 * 1024];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}

function formatOf(settings: Settings): 'text' | 'ndjson' {
  return formatAmong(settings, ['text', 'ndjson']);
}
