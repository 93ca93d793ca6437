/** One POST, judged. Redirects are not followed: what is sent is meant for this address, and so are its secrets. */
import { showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import type { Address } from './address.ts';
import { retryAfter } from './backoff.ts';
import type { Outcome } from './outcome.ts';

/** Of an answer so much is read, to tell what is wrong. */
const MAX_ANSWER = 2048;
const MAX_SHOWN = 160;

export interface Post {
  readonly address: Address;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For connecting, sending and the answer together, ms. */
  readonly timeout: number;
  /** Ends the try at once. */
  readonly signal: AbortSignal;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

/** Answers that say "not now" rather than "no". */
const LATER = new Set([408, 425, 429]);

/** Why no connection came about; TLS is always verified. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOTFOUND', 'its name cannot be resolved'],
  ['EAI_AGAIN', 'its name cannot be resolved now'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is from an authority that is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is from an authority that is not trusted here'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

/** What may have been sent already when it broke; the target can know it. */
const MAY_HAVE_ARRIVED = /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_.*TIMEOUT)$/;

/** Sends it once. Never throws. */
export async function post({ address, headers, body, timeout, signal, now }: Post): Promise<Outcome> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const { authorization } = address;
  try {
    const answer = await fetch(address.url, {
      method: 'POST',
      headers: { ...headers, ...(authorization === null ? {} : { authorization }) },
      body,
      redirect: 'manual',
      signal: ending,
    });
    const said = answer.ok ? await discarded(answer) : await beginning(answer, address);
    return judged(answer, said, now());
  } catch (error) {
    if (signal.aborted) return { kind: 'unknown', sentence: 'it was given up: wslog ended' };
    if (ending.aborted) return { kind: 'unknown', sentence: `no answer within ${timeout / 1000} s` };
    const code = codeOf(error);
    const sentence = REASONS.get(code) ?? `the connection failed (${code})`;
    return MAY_HAVE_ARRIVED.test(code) ? { kind: 'unknown', sentence } : { kind: 'refused', sentence };
  }
}

function judged({ ok, status, headers }: Response, said: string, now: number): Outcome {
  if (ok) return { kind: 'accepted', notice: null };
  if (status >= 300 && status < 400) {
    const sentence = `it answers ${status}, a redirect, which is not followed: give the address it leads to`;
    return { kind: 'refused', sentence, final: true };
  }
  const sentence = `it answers ${status}${said === '' ? '' : `: ${said}`}`;
  if (!LATER.has(status) && status < 500) return { kind: 'refused', sentence, final: true };
  const retryAfterMs = retryAfter(headers.get('retry-after'), now);
  return { kind: 'refused', sentence, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** An answer that nobody reads would hold its connection. */
async function discarded(answer: Response): Promise<string> {
  await answer.body?.cancel();
  return '';
}

/** The first words of an answer, without what they may repeat of the address. */
async function beginning(answer: Response, { url }: Address): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = answer.body?.getReader();
  while (reader !== undefined && bytes < MAX_ANSWER) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
  }
  await reader?.cancel();
  let text = Buffer.concat(pieces).toString('utf8', 0, MAX_ANSWER);
  for (const secret of [url.search, ...url.pathname.split('/')]) {
    if (secret.length >= 6) text = text.replaceAll(secret, '***');
  }
  const words = text
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return showText(redact(words)).slice(0, MAX_SHOWN);
}

/** undici wraps what went wrong, sometimes twice. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string' && at.code !== '') return at.code;
    const [first]: unknown[] = at instanceof AggregateError ? at.errors : [];
    at = first ?? at.cause;
  }
  return 'unknown error';
}
