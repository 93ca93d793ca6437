/** `wslog watch`: incidents as they open, grow and end, until somebody asks it to stop. */
import { LiveAnalysis } from '../analysis/live.ts';
import { UsageError } from '../config/usage-error.ts';
import { discoverLogs } from '../input/discover.ts';
import { Tail } from '../input/tail.ts';
import type { ReportDocument } from '../report/document.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { formatAmong } from './formats.ts';
import { IncidentEvents } from './incident-events.ts';
import type { Invocation } from './invocation.ts';
import { confOf, localConf, type NginxConf, namedLogs } from './nginx-conf.ts';
import { renderReport } from './render.ts';
import { NdjsonListener, TextListener, type WatchListener } from './watch-listeners.ts';

const USUAL_LOGS = ['/var/log/nginx/error.log', '/var/log/nginx/access.log'];
/** How often the incidents are looked at, at most. */
const LOOK_EVERY_MS = 1000;
/** A growing incident is spoken of at most this often. */
const UPDATE_EVERY_MS = 5000;

/** Runs until `io.signal` is aborted; resolves to the exit code. */
export async function watch(call: Invocation): Promise<number> {
  const { operands, settings, io, messages } = call;
  const format = formatAmong(settings, ['text', 'ndjson']);
  if (operands.includes('-')) throw new UsageError('watch follows files; for standard input there is: wslog analyze -');
  const conf = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  const paths = await pathsToFollow(operands, conf);
  const told = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  const live = new LiveAnalysis(told);
  const events = new IncidentEvents(settings.number('quietWindow'), UPDATE_EVERY_MS);
  const view = { ...appearanceOf(settings, io, false), all: settings.flag('all'), verbose: settings.flag('verbose') };
  const plain = settings.flag('plain') || !io.stdoutIsTerminal;
  const listener: WatchListener =
    format === 'ndjson'
      ? new NdjsonListener(io.stdout, () => io.now())
      : new TextListener(io.stdout, { ...view, plain });
  messages.notice(`following ${paths.join(', ')}; Ctrl-C ends it with a report`);

  let dirty = true;
  let report: ReportDocument = live.snapshot();
  const look = () => {
    if (dirty) report = live.snapshot();
    dirty = false;
    for (const event of events.observe(report, io.monotonic())) listener.happened(event);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    const tail = new Tail(paths, {
      fromStart: settings.flag('fromStart'),
      lines: settings.number('lines'),
      pollMs: Math.max(10, settings.number('poll')),
      rotateWaitMs: settings.number('rotateWait'),
      signal: io.signal,
    });
    for await (const event of tail) {
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
  }
  look();
  for (const event of events.flush()) listener.happened(event);
  await listener.ended(report, (document) => renderReport(document, 'text', view));
  return 0;
}

/** The logs to follow: those given, those the configuration names, or nginx's usual ones. */
async function pathsToFollow(operands: readonly string[], conf: NginxConf | null): Promise<string[]> {
  const named = operands.length > 0 ? [...operands] : conf === null ? [] : namedLogs(conf);
  if (named.length === 0) {
    const { sets } = await discoverLogs(USUAL_LOGS);
    if (sets.length > 0) return sets.map((set) => set.name);
    throw new UsageError(
      `name the logs to watch: there is no nginx configuration here, and no ${USUAL_LOGS.join(' or ')}`,
    );
  }
  const { sets, problems } = await discoverLogs(named);
  const paths = new Set(sets.map((set) => set.name));
  // A log that is not there yet may come.
  for (const { path } of problems) if (!/[*?[{]/.test(path)) paths.add(path);
  if (paths.size > 0) return [...paths];
  throw new UsageError(`no log to watch: ${problems.map(({ path, sentence }) => `${path}: ${sentence}`).join('; ')}`);
}
