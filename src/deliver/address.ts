/** The address of a webhook, whose path or user part often is the password. */
import { UsageError } from '../config/usage-error.ts';

export interface Address {
  readonly url: URL;
  /** `Basic …` from the user part, which must not be part of a request's URL. */
  readonly authorization: string | null;
  /** `https://hooks.slack.com/***`, for every message. */
  readonly shown: string;
}

/**
 * @param where how it was given, to name it.
 * @throws UsageError, which does not repeat the text.
 */
export function addressOf(text: string, where: string): Address {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`${where}: is no URL such as https://hooks.example.com/…`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UsageError(`${where}: is no URL that begins with https:// or http://`);
  }
  const { username, password } = url;
  const plain = [username, password].map((part) => decoded(part, where)).join(':');
  const authorization = plain === ':' ? null : `Basic ${Buffer.from(plain, 'utf8').toString('base64')}`;
  url.username = '';
  url.password = '';
  url.hash = '';
  const bare = url.pathname === '/' && url.search === '' && authorization === null;
  return { url, authorization, shown: bare ? url.origin : `${url.origin}/***` };
}

/** Another path below the same address. */
export function below(address: Address, path: string): Address {
  const url = new URL(address.url);
  if (!url.pathname.endsWith(path)) url.pathname = url.pathname.replace(/\/*$/, path);
  return { ...address, url };
}

/** Whether what is sent there could be read on its way. */
export function isInTheClear({ url }: Address): boolean {
  return url.protocol === 'http:' && !isLoopback(url);
}

/** Whether an address gives nothing away: it leads to this machine, or is no more than a host. */
export function isNoSecret(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const url = new URL(text);
  return isLoopback(url) || (url.username === '' && url.password === '' && url.search === '' && url.pathname === '/');
}

function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function decoded(part: string, where: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError(`${where}: the user part of the URL is not percent-encoded rightly`);
  }
}
