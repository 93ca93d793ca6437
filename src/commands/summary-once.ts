/** Summaries of which nothing is remembered: without state, over a range of time, and on trial. */
import { UsageError } from '../config/usage-error.ts';
import type { SummaryDocument } from '../report/summary-document.ts';
import type { Content } from '../state/content.ts';
import { StateProblem } from '../state/problem.ts';
import { readContent } from '../state/store.ts';
import { composeSince } from '../summary/compose.ts';
import { mailWay } from './mail-settings.ts';
import { writeOut } from './output.ts';
import { stateFolder } from './state-folder.ts';
import { StoredAlerts } from './stored-alerts.ts';
import { composeMail, interruptedMail, messageOf, sendOnce } from './summary-outbox.ts';
import type { Plan } from './summary-plan.ts';
import { composedFrom, readRange, type WindowRead } from './summary-reading.ts';
import {
  NOT_DELIVERED,
  NOT_READ,
  NOTHING_READ,
  print,
  printable,
  printMessage,
  SIGNAL_CODES,
  undelivered,
} from './summary-telling.ts';

const NOTHING_FOUND: Content = { positions: new Map(), incidents: [], records: [] };

/** Nothing is remembered: every run tells what the logs hold. */
export async function withoutState(plan: Plan): Promise<number> {
  const { window, composed } = await composedFrom(plan, NOTHING_FOUND);
  return deliverOnce(plan, window, composed.document);
}

/** Of a time that was asked for, compared with as much before it. */
export async function overRange(plan: Plan): Promise<number> {
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

/** False when some receiver did not take it. */
async function sendAlertsOnce({ alerts }: Plan, document: SummaryDocument): Promise<boolean> {
  if (alerts === null) return true;
  const memory = new StoredAlerts(null, alerts.prepare(document, []), () => undefined);
  return (await alerts.send(memory)) === 0;
}

/** Says what would be told, and changes nothing, not even by looking. */
export async function dryRun(plan: Plan): Promise<number> {
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
