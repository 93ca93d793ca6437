/** Sends a mail by SMTP. */
import { Readable } from 'node:stream';
import { showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import type { Outcome } from './outcome.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps). */
  readonly secure: boolean;
  /** The server is this machine itself, and nobody stands in between. */
  readonly loopback: boolean;
  readonly user: string | null;
  readonly password: string | null;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

const CONNECT_MS = 20_000;
const SILENCE_MS = 60_000;
const MAX_SAID = 300;

/**
 * Without TLS, mail and password would pass through the network for all to read; so it is required, but for this
 * machine itself, whose certificate nobody signed. Certificates are verified.
 *
 * @param name what this machine calls itself to the server.
 */
export async function sendBySmtp(
  server: SmtpServer,
  envelope: Envelope,
  message: Buffer,
  name: string,
): Promise<Outcome> {
  const { createTransport } = await import('nodemailer');
  const { host, port, secure, loopback, user, password } = server;
  const transport = createTransport({
    host,
    port,
    secure,
    name,
    ...(loopback ? { ignoreTLS: true } : { requireTLS: true }),
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let begun = false;
  const raw = Readable.from(
    (function* () {
      // Asked for only once the server wants the message.
      begun = true;
      yield message;
    })(),
  );
  try {
    const { rejected } = await transport.sendMail({ envelope: { from: envelope.from, to: [...envelope.to] }, raw });
    const refused = showText(rejected.join(', '));
    return { kind: 'accepted', notice: refused === '' ? null : `${host} took the mail, but not for ${refused}` };
  } catch (error) {
    const sentence = `${host}:${port} ${sentenceOf(error, server)}`;
    // Without an answer to the message nobody knows whether the server keeps it.
    return begun && answerOf(error) === null ? { kind: 'unknown', sentence } : { kind: 'refused', sentence };
  } finally {
    transport.close();
  }
}

/** The code of the server's last answer; null when there was none. */
function answerOf(error: unknown): number | null {
  return error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number'
    ? error.responseCode
    : null;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'cannot be reached: nothing listens there'],
  ['EDNS', 'cannot be reached: the name does not resolve'],
  ['ENOTFOUND', 'cannot be reached: the name does not resolve'],
  ['ETIMEDOUT', 'did not answer in time'],
  ['ETLS', 'cannot be spoken to over TLS'],
]);

function sentenceOf(error: unknown, { loopback, user, password }: SmtpServer): string {
  if (!(error instanceof Error)) return 'failed for an unknown reason';
  const answer = 'response' in error && typeof error.response === 'string' ? error.response : null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const refused = error.message.includes('ECONNREFUSED') ? 'ECONNREFUSED' : code;
  const words = WORDS.get(refused) ?? (code === 'EAUTH' ? 'refused the user or the password' : 'did not take the mail');
  const said = answer ?? (WORDS.has(refused) && refused !== 'ETLS' ? '' : error.message);
  const hint = !loopback && /STARTTLS/.test(error.message) ? '; it must offer STARTTLS, or be used with smtps://' : '';
  return `${words}${hint}${said === '' ? '' : `: ${masked(said, [user, password])}`}`;
}

/** What a server says may hold what it was sent. */
function masked(said: string, secrets: readonly (string | null)[]): string {
  let text = said;
  for (const secret of secrets) {
    if (secret === null || secret.length < 3) continue;
    for (const form of [secret, Buffer.from(secret).toString('base64')]) text = text.replaceAll(form, '***');
  }
  return redact(showText(text.slice(0, MAX_SAID).trim().replace(/\s+/g, ' ')));
}
