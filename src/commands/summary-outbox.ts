/**
 * A summary on its way to its readers, and what is true once they have it.
 *
 * A mail is written down before it is sent, with all that is to be remembered once it was accepted. Should the run end in
 * between, the next one sends the very same mail again, under the same Message-ID, and remembers the same.
 */
import * as v from 'valibot';
import { deliver } from '../deliver/deliver.ts';
import { addressText, type MailAddresses } from '../deliver/mail-addresses.ts';
import { MAX_MAIL_BYTES, mailMessage } from '../deliver/mail-message.ts';
import type { Outcome, Transport } from '../deliver/outcome.ts';
import { sendBySendmail } from '../deliver/sendmail.ts';
import { type Envelope, sendBySmtp } from '../deliver/smtp.ts';
import type { SummaryDocument } from '../report/summary-document.ts';
import { MAIL_LIMITS, type MailParts, mailParts } from '../report/summary-mail.ts';
import type { Changes, Content } from '../state/content.ts';
import {
  type Delivery,
  deliveriesIn,
  deliveryRecord,
  newDelivery,
  outdatedDeliveries,
  withoutDelivery,
} from '../state/deliveries.ts';
import { storedChanges } from '../state/rows.ts';
import type { StateStore } from '../state/store.ts';
import type { MailWay } from './mail-settings.ts';

const KIND = 'mail';
/** Deliveries that are done with, kept to answer what was sent when. */
const KEPT = 20;
/** A mail that is refused so often after it may have arrived is given up, and all of it told anew. */
const MAX_ATTEMPTS = 10;

const CONTENT = v.object({
  from: v.string(),
  to: v.array(v.string()),
  message: v.string(),
  changes: v.unknown(),
});

export interface OutgoingMail {
  readonly id: string;
  readonly message: Buffer;
}

/** The mail, as small as it must be. @param now ms since 1970. */
export async function composeMail(
  document: SummaryDocument,
  addresses: MailAddresses,
  now: number,
): Promise<OutgoingMail> {
  const to = addresses.to.map(addressText).join(', ');
  let last: OutgoingMail | null = null;
  for (const limits of MAIL_LIMITS) {
    const parts = mailParts(document, to, limits);
    const { id } = newDelivery(KIND, to, saidIn(parts, document), now);
    last = { id, message: await mailMessage(parts, { ...addresses, id, host: document.host, date: now }) };
    if (last.message.length <= MAX_MAIL_BYTES) return last;
  }
  if (last === null) throw new Error('there are no limits to cut a mail down to');
  return last;
}

/** A week may say what the week before said, so the summary before is part of it. */
function saidIn({ subject, text, html, thread }: MailParts, { since }: SummaryDocument): string {
  return [since ?? '', subject, text, html, thread].join('\0');
}

/** The mail that an earlier run may have sent without knowing, or null. */
export function interruptedMail(found: Content): Delivery | null {
  return (
    deliveriesIn(found.records).find(
      ({ kind, state, content }) => kind === KIND && state === 'sending' && content !== null,
    ) ?? null
  );
}

/** The message of an interrupted mail; null when it is not what was once written. */
export function messageOf(delivery: Delivery): Buffer | null {
  const content = contentOf(delivery.content);
  return content === null ? null : Buffer.from(content.message, 'latin1');
}

/** Sends a mail of which nothing is remembered. */
export async function sendOnce(
  { message }: OutgoingMail,
  addresses: MailAddresses,
  way: MailWay,
  host: string,
): Promise<Outcome> {
  return handOver(envelopeOf(addresses), message, way, host);
}

/** Sends a mail, and with its acceptance makes the changes; with anything else it makes none. */
export async function sendMail(
  { id, message }: OutgoingMail,
  addresses: MailAddresses,
  changes: Changes,
  around: Sending,
): Promise<Outcome> {
  const envelope = envelopeOf(addresses);
  const text = message.toString('latin1');
  const content = { ...envelope, message: text, changes: { ...changes, positions: [...changes.positions] } };
  const made = newDelivery(KIND, envelope.to.join(', '), text, around.now(), JSON.stringify(content));
  // The Message-ID in it is of what it says, without its date.
  const delivery = { ...made, id };
  return send(delivery, changes, around);
}

/** Sends an interrupted mail again, just as it was. Null when that was tried too often, or it cannot be read any more. */
export async function sendAgain(delivery: Delivery, around: Sending): Promise<Outcome | null> {
  const content = contentOf(delivery.content);
  const changes = content === null ? null : storedChanges(content.changes);
  if (changes === null || delivery.attempts >= MAX_ATTEMPTS) {
    around.store.commit({ ...NO_CHANGES, records: [withoutDelivery(delivery.id)] });
    return null;
  }
  return send(delivery, changes, around);
}

export interface Sending {
  readonly store: StateStore;
  readonly found: Content;
  readonly way: MailWay;
  /** What this machine calls itself. */
  readonly host: string;
  now(): number;
}

const NO_CHANGES: Changes = { positions: new Map(), incidents: [], gone: [] };

async function send(delivery: Delivery, changes: Changes, { store, found, way, host, now }: Sending): Promise<Outcome> {
  const mayHaveArrived = delivery.attempts > 0;
  return deliver(
    delivery,
    transportOf(way, host),
    (begun) => store.commit({ ...NO_CHANGES, records: [deliveryRecord(begun)] }),
    ({ outcome, delivery: settled }) => {
      if (outcome.kind === 'accepted') {
        const outdated = outdatedDeliveries([...deliveriesIn(found.records), settled], KEPT).map(withoutDelivery);
        const records = [...(changes.records ?? []), ...outdated, deliveryRecord(settled)];
        store.commit({ ...changes, records });
      } else if (outcome.kind === 'refused' && !mayHaveArrived) {
        // Nobody has it, so that the next run may tell all of it in one.
        store.commit({ ...NO_CHANGES, records: [withoutDelivery(delivery.id)] });
      } else {
        store.commit({ ...NO_CHANGES, records: [deliveryRecord({ ...settled, state: 'sending' })] });
      }
    },
    now,
  );
}

function transportOf(way: MailWay, host: string): Transport {
  return {
    send: async (_, text) => {
      const content = contentOf(text);
      if (content === null) return { kind: 'refused', sentence: 'the mail that was kept cannot be read' };
      return handOver(content, Buffer.from(content.message, 'latin1'), way, host);
    },
  };
}

async function handOver(envelope: Envelope, message: Buffer, way: MailWay, host: string): Promise<Outcome> {
  return way.by === 'smtp'
    ? sendBySmtp(way.server, { from: envelope.from, to: envelope.to }, message, host)
    : sendBySendmail(way.program, message);
}

function envelopeOf({ from, to }: MailAddresses): { from: string; to: string[] } {
  return { from: from.address, to: to.map(({ address }) => address) };
}

function contentOf(text: string | null): v.InferOutput<typeof CONTENT> | null {
  if (text === null) return null;
  try {
    return v.parse(CONTENT, JSON.parse(text));
  } catch {
    return null;
  }
}
