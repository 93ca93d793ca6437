/** A mail as the bytes that travel. */
import type { MailParts } from '../report/summary-mail.ts';
import type { MailAddresses } from './mail-addresses.ts';

/** What mail servers and programs take without a murmur; larger ones are cut down before they are sent. */
export const MAX_MAIL_BYTES = 256 * 1024;

export interface MailHead extends MailAddresses {
  /** Becomes the Message-ID: the same for the same mail, so that whoever gets it twice can tell. */
  readonly id: string;
  /** The machine that says it. */
  readonly host: string;
  /** ms since 1970. */
  readonly date: number;
}

/**
 * The whole message, with CRLF. All mails of one thread refer to one message that never was; that is enough for mail
 * programs to show them together.
 */
export async function mailMessage({ subject, text, html, thread }: MailParts, head: MailHead): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const host = idText(head.host);
  const root = `<${idText(thread)}@wslog.${host}>`;
  const message = new MailComposer({
    messageId: `<${head.id}@wslog.${host}>`,
    date: new Date(head.date),
    from: head.from,
    to: [...head.to],
    subject,
    text,
    html,
    inReplyTo: root,
    references: root,
    textEncoding: 'quoted-printable',
    baseBoundary: head.id,
    newline: 'windows',
    headers: {
      'Auto-Submitted': 'auto-generated',
      // Exchange answers other automatic mails with absence notes all the same.
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `wslog on ${host} <wslog.${host}>`,
    },
    // Nothing in a summary is meant to be fetched, from disk or elsewhere.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message.compile().build();
}

/** Of a text what may stand in a message id. */
function idText(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9.-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '')
      .slice(0, 200) || 'localhost'
  );
}
