/** Webhooks, signed as https://www.standardwebhooks.com has it, so that receivers can use a library to verify them. */
import { createHmac } from 'node:crypto';
import { UsageError } from '../config/usage-error.ts';
import type { Address } from './address.ts';
import { post } from './http.ts';
import type { Outcome, Transport } from './outcome.ts';

export interface WebhookSettings {
  readonly address: Address;
  /** Null: bodies are not signed. */
  readonly key: Buffer | null;
  readonly version: string;
  /** For one try, ms. */
  readonly timeout: number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const SHORTEST_KEY = 16;

/**
 * The bytes of a key: `whsec_` and base64, or any other text as it is.
 *
 * @throws UsageError for one that could be guessed; it does not repeat the key.
 */
export function signingKey(text: string, where: string): Buffer {
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text, 'utf8');
  if (key.length >= SHORTEST_KEY) return key;
  throw new UsageError(`${where}: a key needs at least ${SHORTEST_KEY} bytes; make one with: openssl rand -base64 32`);
}

/** `v1,` and the base64 of HMAC-SHA-256 over id, time and body with dots between. @param seconds since 1970. */
export function signature(key: Buffer, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

export class Webhook implements Transport {
  readonly #settings: WebhookSettings;

  constructor(settings: WebhookSettings) {
    this.#settings = settings;
  }

  send(id: string, content: string): Promise<Outcome> {
    const { address, key, version, timeout, now, signal } = this.#settings;
    const seconds = Math.floor(now() / 1000);
    return post({
      address,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': `wslog/${version}`,
        'idempotency-key': id,
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        ...(key === null ? {} : { 'webhook-signature': signature(key, id, seconds, content) }),
      },
      body: content,
      timeout,
      now,
      signal,
    });
  }
}
