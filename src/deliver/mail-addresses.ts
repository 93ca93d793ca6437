/** Whom a mail is for and from: only what the operator gave, never anything from a log. */

export interface MailAddress {
  /** Empty where none was given. */
  readonly name: string;
  readonly address: string;
}

export interface MailAddresses {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
}

/** One mailbox: `ops@example.com`, or a user of this machine (`root`). */
const MAILBOX = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?:@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)?$/;
const MAX_RECIPIENTS = 100;

/**
 * Addresses with commas between them, as one writes them in a mail: `ops@example.com, Night Watch <night@example.com>`.
 *
 * @returns a sentence, to be shown behind where they were given, when one of them is none.
 */
export async function parseAddresses(text: string): Promise<MailAddress[] | string> {
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return 'an address holds a control character';
  const { default: addressParser } = await import('nodemailer/lib/addressparser');
  const addresses: MailAddress[] = [];
  for (const parsed of addressParser(text)) {
    if (parsed.group !== undefined) return 'groups of addresses are not taken; name each address';
    // Of a word alone the parser does not know whether it is a name or a user.
    const { name, address } = parsed.address === '' ? { name: '', address: parsed.name } : parsed;
    if (!MAILBOX.test(address)) return `"${address === '' ? text : address}" is not a mail address`;
    addresses.push({ name, address });
  }
  if (addresses.length === 0) return 'no mail address was given';
  if (addresses.length > MAX_RECIPIENTS) return `more than ${MAX_RECIPIENTS} recipients; send to a mailing list`;
  return addresses;
}

/** As it stands in a header or in a sentence. */
export function addressText({ name, address }: MailAddress): string {
  return name === '' ? address : `${name} <${address}>`;
}
