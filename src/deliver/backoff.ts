/** How long to wait before another try. Pure. */

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;
/** A target may ask for more patience than that, within reason. */
const LONGEST_ASKED_MS = 60 * 60_000;

/**
 * Doubles with every try and is spread over the upper half, so that many machines whose tries failed together do not
 * come back together.
 *
 * @param attempts tries made so far, from 1.
 * @param random from 0 to 1.
 * @param askedMs what the target asked for; it is never asked sooner.
 * @returns ms.
 */
export function backoff(attempts: number, random: number, askedMs = 0): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(Math.max(full / 2 + (full / 2) * random, Math.min(askedMs, LONGEST_ASKED_MS)));
}

/**
 * What a `Retry-After` header asks for (RFC 9110: seconds, or a date), in ms; undefined for anything else.
 *
 * @param now ms since 1970.
 */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000;
  if (!/[A-Za-z]{3}/.test(header)) return undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
