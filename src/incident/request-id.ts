import type { Client } from '../findings/client.ts';
import { hashText, mix } from '../findings/text.ts';

/** Both parts of a request's identity in one unsigned 32-bit number, exact enough for a table of 65 536 places. */
export function requestId(client: NonNullable<Client>, requestHash: number): number {
  const who = typeof client === 'number' ? mix(client) : hashText(client);
  return (who ^ Math.imul(requestHash, 0x85ebca6b)) >>> 0;
}
