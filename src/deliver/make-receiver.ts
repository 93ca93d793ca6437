/** From what was asked for to somebody who can be told: secrets are read here, and nowhere else. */
import type { ReceiverSpec } from '../alerts/config.ts';
import type { Notification } from '../report/alert.ts';
import { renderAlertmanager } from '../report/alert-alertmanager.ts';
import { renderAlertJson, renderAlertLines } from '../report/alert-json.ts';
import { renderSlack } from '../report/alert-slack.ts';
import { testAlert, testNotification } from '../report/alert-test.ts';
import { type Address, addressOf, below, isInTheClear, isNoSecret } from './address.ts';
import { AlertmanagerReceiver } from './alertmanager.ts';
import { Exec } from './exec.ts';
import type { AlertMemory } from './memory.ts';
import type { Outcome, Transport } from './outcome.ts';
import { QueuedReceiver } from './queued.ts';
import type { Receiver, Surroundings } from './receiver.ts';
import { type Place, readSecret } from './secret.ts';
import { signingKey, Webhook } from './webhook.ts';

const ALERTS_PATH = '/api/v2/alerts';

/** How one receiver is reached. */
export interface Line {
  readonly spec: ReceiverSpec;
  readonly transport: Transport;
  /** Whom it reaches, without secrets: `https://hooks.slack.com/***`, or the command's first word. */
  readonly shown: string;
  /** What is sent there could be read on its way. */
  readonly inTheClear: boolean;
}

/**
 * Reads the secrets of a receiver.
 *
 * @param signal ends what is being sent.
 * @throws UsageError when one cannot be read, or is none.
 */
export function openLine(
  spec: ReceiverSpec,
  place: Place,
  { version, now }: Pick<Surroundings, 'version' | 'now'>,
  signal: AbortSignal,
): Line {
  const { timeout, command, url, key } = spec;
  if (url === null) {
    const transport = new Exec({ command: command ?? '', cwd: place.cwd, env: place.env, timeout, signal });
    return { spec, transport, shown: firstWord(command ?? ''), inTheClear: false };
  }
  const given = addressOf(readSecret(url, place, isNoSecret), url.where);
  const address: Address = spec.type === 'alertmanager' ? below(given, ALERTS_PATH) : given;
  const secret =
    key === null
      ? null
      : signingKey(
          readSecret(key, place, () => false),
          key.where,
        );
  const transport = new Webhook({ address, key: secret, version, timeout, now, signal });
  return { spec, transport, shown: given.shown, inTheClear: isInTheClear(given) };
}

/** Somebody at the end of a line, with what an earlier run remembers of telling them. */
export function makeReceiver({ spec, transport }: Line, memory: AlertMemory, around: Surroundings): Receiver {
  if (spec.type === 'alertmanager') return new AlertmanagerReceiver(spec, transport, memory, around);
  return new QueuedReceiver(spec, transport, rendererOf(spec, around.version), memory, around);
}

/** Sends a receiver something that says that nothing is wrong. */
export function tryLine({ spec, transport }: Line, { machine, version, now, newId }: Surroundings): Promise<Outcome> {
  const id = newId();
  if (spec.type === 'alertmanager') return transport.send(id, renderAlertmanager([testAlert(now(), machine)]));
  return transport.send(id, rendererOf(spec, version)(testNotification(id, now(), machine, spec.name)));
}

/** How a notification is worded for a receiver. Alertmanager has a form of its own. */
export function rendererOf({ type }: ReceiverSpec, version: string): (notification: Notification) => string {
  if (type === 'slack') return renderSlack;
  if (type === 'exec') return renderAlertLines;
  return (notification) => renderAlertJson(notification, version);
}

/** The rest of a command may hold what is secret. */
function firstWord(command: string): string {
  const [first = '', ...more] = command.trim().split(/\s+/);
  return more.length === 0 ? first : `${first} …`;
}
