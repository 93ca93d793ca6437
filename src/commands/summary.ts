/** `wslog summary`: what is new since the last run, printed or by mail; silent when nothing is wrong. */
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { passes } from '../analysis/conclude.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { MailAddresses } from '../deliver/mail-addresses.ts';
import type { Outcome } from '../deliver/outcome.ts';
import { discoverLogs } from '../input/discover.ts';
import type { SummaryDocument } from '../report/summary-document.ts';
import { showText } from '../safe/display.ts';
import { StateInUse, StateProblem } from '../state/problem.ts';
import { type Content, readContent, StateStore } from '../state/store.ts';
import { type Composed, compose, composeSince, type SummaryWishes } from '../summary/compose.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { logsToFollow } from './followed-logs.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { type MailWay, mailAddresses, mailWay } from './mail-settings.ts';
import { Messages } from './messages.ts';
import { confNaming, confOf, localConf } from './nginx-conf.ts';
import { writeOut } from './output.ts';
import { stateFolder } from './state-folder.ts';
import { StoredAlerts } from './stored-alerts.ts';
import { SummaryAlerts } from './summary-alerts.ts';
import {
  composeMail,
  interruptedMail,
  messageOf,
  type Sending,
  sendAgain,
  sendMail,
  sendOnce,
} from './summary-outbox.ts';
import { readOn, readRange, type WindowRead } from './summary-reading.ts';
import { renderSummary, SUMMARY_FORMATS } from './summary-render.ts';
import { printCron, printSystemdTimer } from './summary-schedule.ts';

const NOT_READ = 3;
const NOTHING_READ = 2;
/** EX_TEMPFAIL of sysexits.h: try again later. */
const NOT_DELIVERED = 75;
const SIGNAL_CODES: ReadonlyMap<unknown, number> = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);
/** Another summary is given this long to end (ms). */
const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 250;
const DAY_MS = 86_400_000;
const NOTHING_FOUND: Content = { positions: new Map(), incidents: [], records: [] };
/** Where nobody said where a summary is to begin, and nothing is remembered. */
const EVERYTHING = { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' } as const;

/** What one run needs to know before it reads anything. */
interface Plan {
  readonly call: Invocation;
  readonly paths: readonly string[];
  readonly told: AnalysisSettings;
  readonly wishes: SummaryWishes;
  readonly mail: MailAddresses | null;
  readonly alerts: SummaryAlerts | null;
}

/** Runs the command; resolves to its exit code. */
export async function summary(given: Invocation): Promise<number> {
  const { settings, io } = given;
  formatAmong(settings, SUMMARY_FORMATS);
  if (settings.flag('printCron')) return printCron(given);
  if (settings.flag('printSystemdTimer')) return printSystemdTimer(given);
  // Cron mails whatever is said, so that only what matters may be said where nobody sits before it.
  const quiet = settings.flag('quiet') || (!io.stderrIsTerminal && !settings.flag('verbose'));
  const call: Invocation = { ...given, messages: new Messages(io.stderr, quiet) };
  const plan = await planOf(call);
  if (settings.text('since') !== null) return overRange(plan);
  if (settings.flag('dryRun')) return dryRun(plan);
  const folder = stateFolder(settings, io);
  if (folder === null) return withoutState(plan);
  let store: StateStore | null;
  try {
    store = await openState(folder.path, call);
  } catch (error) {
    if (!(error instanceof StateProblem)) throw error;
    if (!error.passing) throw new UsageError(`${error.message}; --no-state does without`);
    call.messages.error(`${error.message}; nothing was told, the next run does`);
    return NOT_DELIVERED;
  }
  if (store === null) return NOT_DELIVERED;
  try {
    if (store.setAside !== null) call.messages.error(store.setAside);
    const code = await withState(plan, store);
    return (await sendAlerts(plan, store)) ? code : NOT_DELIVERED;
  } catch (error) {
    // A full disk: what could not be written down was not sent, or will be sent again as it is.
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_'))) throw error;
    call.messages.error(
      `what was told cannot be remembered in ${folder.path} (${String(error.code)}); the next run tells it again`,
    );
    return NOT_DELIVERED;
  } finally {
    store.close();
  }
}

async function planOf(call: Invocation): Promise<Plan> {
  const { operands, settings, io, messages } = call;
  if (operands.includes('-')) throw new UsageError('summary reads files; for standard input there is: wslog analyze -');
  const host = showText(hostname());
  const mail = await mailAddresses(settings, host);
  const given = await confOf(settings, io, messages);
  const local = given ?? (operands.length > 0 ? null : await localConf(settings, io, messages));
  const paths = await logsToFollow(operands, local, 'summarise');
  const conf = local ?? (await confNaming((await discoverLogs(paths)).sets, settings, io, messages));
  const told = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  const heartbeat = settings.text('heartbeat');
  return {
    call,
    paths,
    // Everything is remembered; filters are for what is told. What is told may leave the machine: secrets are masked.
    told: { ...told, filters: EVERYTHING, redact: true },
    wishes: {
      host,
      quietMs: settings.number('quietWindow'),
      repeatMs: settings.number('repeatInterval'),
      repeatsStrictly: settings.where('repeatInterval') !== 'default',
      keepMs: settings.number('keepIncidents'),
      heartbeatMs: heartbeat === null ? null : heartbeat === 'daily' ? DAY_MS : 7 * DAY_MS,
      wanted: (incident) => passes(incident, told.filters),
      all: settings.flag('all'),
    },
    mail,
    alerts: await SummaryAlerts.planned(call, told.catalogue.symptoms),
  };
}

/** Null when another summary holds it for too long, which is said. */
async function openState(folder: string, { io, messages }: Invocation): Promise<StateStore | null> {
  const until = io.monotonic() + WAIT_MS;
  for (;;) {
    try {
      return await StateStore.open(folder, pid, io.now(), 'summary');
    } catch (error) {
      if (!(error instanceof StateInUse)) throw error;
      if (io.monotonic() > until || io.signal.aborted) {
        messages.error(error.message);
        return null;
      }
    }
    await delay(LOOK_AGAIN_MS);
  }
}

async function withState(plan: Plan, store: StateStore): Promise<number> {
  const { call, mail, wishes, alerts } = plan;
  const { settings, io, messages } = call;
  let found = store.found;
  const interrupted = interruptedMail(found);
  let way: MailWay | null = null;
  if (mail !== null || interrupted !== null) way = await mailWay(settings, io);
  const sending = (now: Content, by: MailWay): Sending => ({
    store,
    found: now,
    way: by,
    host: wishes.host,
    now: () => io.now(),
  });
  if (interrupted !== null && way !== null) {
    const outcome = await sendAgain(interrupted, sending(found, way));
    if (outcome !== null && outcome.kind !== 'accepted') return undelivered(call, outcome);
    found = store.content();
  }
  const { window, composed } = await composedFrom(plan, found);
  const ended = SIGNAL_CODES.get(io.signal.reason);
  if (ended !== undefined) return ended;
  for (const problem of window.problems) messages.error(problem);
  if (window.nothing) return NOTHING_READ;
  const { document } = composed;
  const told = document === null ? [] : (alerts?.prepare(document, found.records) ?? []);
  const changes = { ...composed.changes, records: [...(composed.changes.records ?? []), ...told] };
  if (document === null) {
    store.commit(changes);
    sayNothingNew(call, found);
  } else if (mail === null || way === null) {
    await print(plan, document);
    store.commit(changes);
  } else {
    const outcome = await sendMail(await composeMail(document, mail, io.now()), mail, changes, sending(found, way));
    if (outcome.kind !== 'accepted') return undelivered(call, outcome);
    if (outcome.notice !== null) messages.error(outcome.notice);
  }
  return window.problems.length > 0 ? NOT_READ : 0;
}

/** Sends what was written down, by this run or an earlier one; false when some of it was not taken. */
async function sendAlerts({ alerts, call }: Plan, store: StateStore): Promise<boolean> {
  if (alerts === null || call.io.signal.aborted) return true;
  const memory = new StoredAlerts(store, store.content().records, (error) => {
    throw error;
  });
  return (await alerts.send(memory)) === 0;
}

/** The same of what nothing remembers. */
async function sendAlertsOnce({ alerts }: Plan, document: SummaryDocument): Promise<boolean> {
  if (alerts === null) return true;
  const memory = new StoredAlerts(null, alerts.prepare(document, []), () => undefined);
  return (await alerts.send(memory)) === 0;
}

async function composedFrom(
  { call, paths, told, wishes }: Plan,
  found: Content,
): Promise<{ window: WindowRead; composed: Composed }> {
  const window = await readOn(paths, found.positions, told, call.io);
  const composed = compose(window.report, found, window.positions, window.problems, wishes, call.io.now());
  return { window, composed };
}

/** Nothing is remembered: every run tells what the logs hold. */
async function withoutState(plan: Plan): Promise<number> {
  const { window, composed } = await composedFrom(plan, NOTHING_FOUND);
  return deliverOnce(plan, window, composed.document);
}

async function overRange(plan: Plan): Promise<number> {
  const { call, paths, told, wishes } = plan;
  const { io } = call;
  const now = io.now();
  const since = told.since ?? now;
  const before = await readRange(paths, { since: since - (now - since), until: since }, told, io);
  const window = await readRange(paths, { since, until: now }, told, io);
  const document = composeSince(window.report, before.report, window.problems, wishes, since, now);
  return deliverOnce(plan, window, document);
}

/** Tells once, with nothing to remember. */
async function deliverOnce(
  plan: Plan,
  window: Pick<WindowRead, 'problems' | 'nothing'>,
  document: SummaryDocument | null,
): Promise<number> {
  const { call, mail, wishes } = plan;
  const { settings, io, messages } = call;
  const ended = SIGNAL_CODES.get(io.signal.reason);
  if (ended !== undefined) return ended;
  for (const problem of window.problems) messages.error(problem);
  if (window.nothing) return NOTHING_READ;
  if (document === null) messages.notice('nothing to tell of this time');
  else if (settings.flag('dryRun')) await printMessage(plan, document);
  else if (mail === null) await print(plan, document);
  else {
    const message = await composeMail(document, mail, io.now());
    const outcome = await sendOnce(message, mail, await mailWay(settings, io), wishes.host);
    if (outcome.kind !== 'accepted') return undelivered(call, outcome);
    if (outcome.notice !== null) messages.error(outcome.notice);
  }
  if (document !== null && !settings.flag('dryRun') && !(await sendAlertsOnce(plan, document))) return NOT_DELIVERED;
  return window.problems.length > 0 ? NOT_READ : 0;
}

/** Says what would be told, and changes nothing, not even by looking. */
async function dryRun(plan: Plan): Promise<number> {
  const { call } = plan;
  const { settings, io, messages } = call;
  const folder = stateFolder(settings, io);
  const found = (folder === null ? null : await contentOf(folder.path)) ?? NOTHING_FOUND;
  const interrupted = interruptedMail(found);
  const message = interrupted === null ? null : messageOf(interrupted);
  if (message !== null) {
    messages.notice('this mail may have arrived already; it will be sent again as it is');
    await writeOut(io.stdout, [printable(message)]);
    return 0;
  }
  const { window, composed } = await composedFrom(plan, found);
  for (const problem of window.problems) messages.error(problem);
  if (window.nothing) return NOTHING_READ;
  if (composed.document === null) messages.notice('nothing to tell: a run would be silent');
  else await printMessage(plan, composed.document);
  return window.problems.length > 0 ? NOT_READ : 0;
}

async function contentOf(folder: string): Promise<Content | null> {
  try {
    return await readContent(folder, 'summary');
  } catch (error) {
    if (error instanceof StateProblem) throw new UsageError(error.message);
    throw error;
  }
}

/** The mail if one would be sent, else what would be printed. */
async function printMessage(plan: Plan, document: SummaryDocument): Promise<void> {
  const { mail, call } = plan;
  if (mail === null) return print(plan, document);
  const { message } = await composeMail(document, mail, call.io.now());
  await writeOut(call.io.stdout, [printable(message)]);
}

function printable(message: Buffer): string {
  return message.toString('latin1').replaceAll('\r\n', '\n');
}

async function print({ call }: Plan, document: SummaryDocument): Promise<void> {
  const { settings, io } = call;
  const view = { ...appearanceOf(settings, io, false), all: true, verbose: settings.flag('verbose') };
  await writeOut(io.stdout, [await renderSummary(document, formatAmong(settings, SUMMARY_FORMATS), view)]);
  // Only what has left the process was told.
  await new Promise<void>((resolve) => io.stdout.write('', () => resolve()));
}

function undelivered({ messages }: Invocation, outcome: Exclude<Outcome, { kind: 'accepted' }>): number {
  const what = outcome.kind === 'refused' ? 'was not accepted' : 'may not have arrived';
  messages.error(`the mail ${what}: ${outcome.sentence}; nothing is lost, the next run sends it`);
  return NOT_DELIVERED;
}

/** On a terminal silence looks like a fault. */
function sayNothingNew({ io, messages }: Invocation, found: Content): void {
  if (!io.stdoutIsTerminal) return;
  const known = found.incidents.length > 0 ? '; wslog incidents lists what is known' : '';
  messages.notice(`nothing to tell since the last summary${known}`);
}
