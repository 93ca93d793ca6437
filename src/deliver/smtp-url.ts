/** A mail server as one writes it down: `smtp://user@mail.example.com:587`, `smtps://mail.example.com`. */
import type { SmtpServer } from './smtp.ts';

const SUBMISSION = 587;
const SUBMISSIONS = 465;
const RELAY = 25;

/**
 * Without a port: 465 for smtps, 587 for smtp, and 25 on this machine itself.
 *
 * @returns a sentence, to be shown behind where it was given and without what was given, when it is no such address.
 */
export function parseSmtpUrl(text: string): SmtpServer | string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'that is no address of a mail server; write smtp://HOST or smtps://HOST';
  }
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    return `a mail server is reached by smtp:// or smtps://, not by ${url.protocol}//`;
  }
  if (url.hostname === '') return 'it names no host; write smtp://HOST or smtps://HOST';
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    return 'nothing is taken behind the host and the port';
  }
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const loopback = isLoopback(host);
  let user: string | null;
  let password: string | null;
  try {
    user = url.username === '' ? null : decodeURIComponent(url.username);
    password = url.password === '' ? null : decodeURIComponent(url.password);
  } catch {
    return 'a percent sign in the user or the password must be written as %25';
  }
  const usual = secure ? SUBMISSIONS : loopback ? RELAY : SUBMISSION;
  return { host, port: url.port === '' ? usual : Number(url.port), secure, loopback, user, password };
}

/** Addresses and the one name that can be nothing else; another name that leads here may lead elsewhere tomorrow. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
