/** Whom mails are for and how they get there, from the options. Everything wrong is said before anything is read. */
import { stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { type MailAddress, type MailAddresses, parseAddresses } from '../deliver/mail-addresses.ts';
import { readSecret } from '../deliver/secret.ts';
import type { SmtpServer } from '../deliver/smtp.ts';
import { parseSmtpUrl } from '../deliver/smtp-url.ts';
import type { Io } from './io.ts';

/** How mails leave this machine. */
export type MailWay =
  | { readonly by: 'sendmail'; readonly program: string }
  | { readonly by: 'smtp'; readonly server: SmtpServer };

const SENDMAIL_FOLDERS = ['/usr/sbin', '/usr/lib', '/usr/local/sbin', '/usr/bin'];

/**
 * Null when no mail is wanted.
 *
 * @param host this machine's name.
 * @throws UsageError for addresses that are none.
 */
export async function mailAddresses(settings: Settings, host: string): Promise<MailAddresses | null> {
  const to = settings.text('mailTo');
  if (to === null) return null;
  const recipients = await addressesOf(to, settings.where('mailTo'));
  const given = settings.text('mailFrom');
  if (given === null) return { to: recipients, from: { name: `wslog on ${host}`, address: `wslog@${host}` } };
  const [from, ...more] = await addressesOf(given, settings.where('mailFrom'));
  if (from === undefined || more.length > 0)
    throw new UsageError(`${settings.where('mailFrom')}: one address is wanted`);
  return { to: recipients, from: from.name === '' ? { ...from, name: `wslog on ${host}` } : from };
}

async function addressesOf(text: string, where: string): Promise<MailAddress[]> {
  const parsed = await parseAddresses(text);
  if (typeof parsed === 'string') throw new UsageError(`${where}: ${parsed}`);
  return parsed;
}

/** @throws UsageError when there is no way, or secrets are where others can read them. */
export async function mailWay(settings: Settings, io: Io): Promise<MailWay> {
  const url = settings.text('smtpUrl');
  if (url === null) return { by: 'sendmail', program: await sendmailProgram(settings, io) };
  const where = settings.where('smtpUrl');
  const server = parseSmtpUrl(url);
  if (typeof server === 'string') throw new UsageError(`${where}: ${server}`);
  if (server.password !== null) secretOf('smtpUrl', 'inline', settings, io);
  const password = passwordOf(settings, io) ?? server.password;
  if (password !== null && server.user === null) {
    throw new UsageError(`${where}: there is a password, but no user; write smtp://USER@HOST`);
  }
  if (server.user !== null && password === null) {
    throw new UsageError(
      `${where}: the user needs a password: name a file with it as mail.passwordFile, or set WSLOG_MAIL_PASSWORD`,
    );
  }
  return { by: 'smtp', server: { ...server, password } };
}

function passwordOf(settings: Settings, io: Io): string | null {
  return secretOf('mailPasswordFile', 'file', settings, io) ?? secretOf('mailPassword', 'inline', settings, io);
}

/** A file, or a config file with the secret in it, must not be readable by everybody. */
function secretOf(
  key: 'smtpUrl' | 'mailPassword' | 'mailPasswordFile',
  kind: 'file' | 'inline',
  settings: Settings,
  io: Io,
): string | null {
  const text = settings.text(key);
  if (text === null) return null;
  const source = { kind, text, where: settings.where(key), configFile: settings.file(key) };
  return readSecret(source, { cwd: io.cwd, env: io.env }, () => false);
}

async function sendmailProgram(settings: Settings, io: Io): Promise<string> {
  const given = settings.text('sendmail');
  if (given !== null) {
    const program = isAbsolute(given) ? given : resolve(io.cwd, given);
    if (await isProgram(program)) return program;
    throw new UsageError(`${settings.where('sendmail')}: ${given} is not a program that can be started`);
  }
  const folders = (io.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of new Set([...SENDMAIL_FOLDERS, ...folders])) {
    const program = join(folder, 'sendmail');
    if (await isProgram(program)) return program;
  }
  throw new UsageError(
    'there is no sendmail program here: install a mail system (postfix, msmtp-mta), name the program with --sendmail, or a server with WSLOG_SMTP_URL',
  );
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true && (found.mode & 0o111) !== 0;
}
