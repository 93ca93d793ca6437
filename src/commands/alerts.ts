/** `wslog alerts`: who would be told, and whether it arrives. */
import type { ReceiverSpec } from '../alerts/config.ts';
import { phaseOf, type Silence } from '../alerts/silences.ts';
import { noSuch } from '../config/nearest.ts';
import { UsageError } from '../config/usage-error.ts';
import { openLine, tryLine } from '../deliver/make-receiver.ts';
import type { Outcome } from '../deliver/outcome.ts';
import { duration } from '../report/words.ts';
import { showText } from '../safe/display.ts';
import { alertPlan, alertSettings, alertSurroundings } from './alert-settings.ts';
import type { Invocation } from './invocation.ts';
import { writeOut } from './output.ts';

/** `EX_TEMPFAIL`: what could not be delivered may be deliverable later. */
const NOT_DELIVERED = 75;

/** `wslog alerts list`: reads all there is, secrets too, so that it is a check as well. */
export async function listAlerts(call: Invocation): Promise<number> {
  const { io, messages } = call;
  const { lines, silences } = await alertPlan(call);
  if (lines.length === 0) {
    messages.notice('nobody is told of incidents: name somebody under alerts: in a config file, or with --slack-file');
  }
  await writeOut(io.stdout, [
    ...lines.map(({ spec, shown }) => `${showText(receiverText(spec, shown))}\n`),
    ...silences.map((silence) => `${showText(silenceText(silence, io.now()))}\n`),
  ]);
  return 0;
}

/** `wslog alerts test`. @returns 75 when a receiver has not taken it. */
export async function testAlerts(call: Invocation): Promise<number> {
  const { io, operands } = call;
  const { receivers } = await alertSettings(call);
  const chosen = operands.length === 0 ? receivers : operands.map((name) => named(name, receivers));
  if (chosen.length === 0) {
    throw new UsageError('there is nobody to tell: name somebody under alerts: in a config file, or with --slack-file');
  }
  const around = alertSurroundings(io, () => undefined);
  const lines = chosen.map((spec) => openLine(spec, io, around, io.signal));
  const outcomes = await Promise.all(lines.map((line) => tryLine(line, around)));
  await writeOut(
    io.stdout,
    lines.map(({ spec, shown }, at) => `${showText(`${spec.name} (${spec.type}, ${shown}): ${told(outcomes[at])}`)}\n`),
  );
  return outcomes.every(({ kind }) => kind === 'accepted') ? 0 : NOT_DELIVERED;
}

function told(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not tried';
  return outcome.kind === 'accepted' ? 'delivered' : `not delivered: ${outcome.sentence}`;
}

function named(typed: string, receivers: readonly ReceiverSpec[]): ReceiverSpec {
  const found = receivers.find(({ name }) => name === typed);
  if (found !== undefined) return found;
  const names = receivers.map(({ name }) => name);
  throw new UsageError(noSuch('receiver', typed, names, 'wslog alerts list'));
}

function receiverText({ name, type, minSeverity, match, policy, resend }: ReceiverSpec, shown: string): string {
  const time = (ms: number) => duration(ms / 1000);
  const when =
    type === 'alertmanager'
      ? `every ${time(resend)}`
      : `by ${policy.groupBy.join(', ') || 'nothing'}, wait ${time(policy.groupWait)}, interval ${time(policy.groupInterval)}, repeat ${time(policy.repeatInterval)}`;
  return [
    `receiver  ${name} (${type}, ${shown})`,
    `${minSeverity} and worse`,
    ...(match.length === 0 ? [] : [match.join(', ')]),
    when,
    ...(policy.sendResolved ? [] : ['ends are not told']),
  ].join('; ');
}

function silenceText(silence: Silence, now: number): string {
  const { match, from, until, author, comment } = silence;
  const begins = from === null ? '' : ` from ${new Date(from).toISOString()}`;
  return `silence   ${phaseOf(silence, now)}: ${match.join(', ')}${begins} until ${new Date(until).toISOString()} (${author}: ${comment})`;
}
