/** `wslog summary`: what is new since the last run, printed or by mail; silent when nothing is wrong. */
import { pid } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../config/usage-error.ts';
import type { Content } from '../state/content.ts';
import { StateInUse, StateProblem } from '../state/problem.ts';
import { StateStore } from '../state/store.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { type MailWay, mailWay } from './mail-settings.ts';
import { Messages } from './messages.ts';
import { stateFolder } from './state-folder.ts';
import { StoredAlerts } from './stored-alerts.ts';
import { dryRun, overRange, withoutState } from './summary-once.ts';
import { composeMail, interruptedMail, type Sending, sendAgain, sendMail } from './summary-outbox.ts';
import { type Plan, planOf } from './summary-plan.ts';
import { composedFrom } from './summary-reading.ts';
import { SUMMARY_FORMATS } from './summary-render.ts';
import { printCron, printSystemdTimer } from './summary-schedule.ts';
import { NOT_DELIVERED, NOT_READ, NOTHING_READ, print, SIGNAL_CODES, undelivered } from './summary-telling.ts';

/** Another summary is given this long to end (ms). */
const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 250;

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

/** On a terminal silence looks like a fault. */
function sayNothingNew({ io, messages }: Invocation, found: Content): void {
  if (!io.stdoutIsTerminal) return;
  const known = found.incidents.length > 0 ? '; wslog incidents lists what is known' : '';
  messages.notice(`nothing to tell since the last summary${known}`);
}
