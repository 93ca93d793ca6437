/** How a summary reaches whoever asked for it, and how it ends: what is printed, and the exit codes. */
import type { Outcome } from '../deliver/outcome.ts';
import type { SummaryDocument } from '../report/summary-document.ts';
import { appearanceOf } from './appearance.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { writeOut } from './output.ts';
import { composeMail } from './summary-outbox.ts';
import type { Plan } from './summary-plan.ts';
import { renderSummary, SUMMARY_FORMATS } from './summary-render.ts';

export const NOT_READ = 3;
export const NOTHING_READ = 2;
/** EX_TEMPFAIL of sysexits.h: try again later. */
export const NOT_DELIVERED = 75;
export const SIGNAL_CODES: ReadonlyMap<unknown, number> = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);

/** The mail if one would be sent, else what would be printed. */
export async function printMessage(plan: Plan, document: SummaryDocument): Promise<void> {
  const { mail, call } = plan;
  if (mail === null) return print(plan, document);
  const { message } = await composeMail(document, mail, call.io.now());
  await writeOut(call.io.stdout, [printable(message)]);
}

/** A mail as text of this system. */
export function printable(message: Buffer): string {
  return message.toString('latin1').replaceAll('\r\n', '\n');
}

/** Prints what would be told. */
export async function print({ call }: Plan, document: SummaryDocument): Promise<void> {
  const { settings, io } = call;
  const view = { ...appearanceOf(settings, io, false), all: true, verbose: settings.flag('verbose') };
  await writeOut(io.stdout, [await renderSummary(document, formatAmong(settings, SUMMARY_FORMATS), view)]);
  // Only what has left the process was told.
  await new Promise<void>((resolve) => io.stdout.write('', () => resolve()));
}

/** Says why a mail was not taken; returns the exit code. */
export function undelivered({ messages }: Invocation, outcome: Exclude<Outcome, { kind: 'accepted' }>): number {
  const what = outcome.kind === 'refused' ? 'was not accepted' : 'may not have arrived';
  messages.error(`the mail ${what}: ${outcome.sentence}; nothing is lost, the next run sends it`);
  return NOT_DELIVERED;
}
