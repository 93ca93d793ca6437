/** Who made an answer: nginx itself or the backend. */
import type { AccessRecord } from '../nginx/record.ts';
import type { AnsweredBy } from './keys.ts';

/**
 * Bytes of nginx's built-in error pages with `nginx/1.NN.N` in the footer; `server_tokens off` takes seven bytes off,
 * a longer or shorter version shifts by its length, and browsers that claim to be Chrome or MSIE get 402 bytes of
 * padding (4xx and 5xx). Measured on nginx 1.22.1.
 */
const PAGE_BYTES: ReadonlyMap<number, readonly number[]> = new Map([
  [301, [169]],
  [302, [145]],
  [307, [171]],
  [308, [171]],
  [400, [157, 255, 233, 237, 226, 215, 221]],
  [401, [179]],
  [403, [153]],
  [404, [153]],
  [405, [157]],
  [413, [183]],
  [414, [177]],
  [500, [177]],
  [502, [157]],
  [503, [197]],
  [504, [167]],
]);
const TOKENS_OFF = 7;
const PADDING = 402;

const PAGE_SIZES: ReadonlyMap<number, readonly number[]> = new Map(
  Array.from(PAGE_BYTES, ([status, pages]) => {
    const bare = pages.flatMap((size) => [size - TOKENS_OFF, size - 1, size, size + 1]);
    return [status, [...bare, ...bare.map((size) => size + PADDING)]];
  }),
);

/** Whether nginx has a page of its own for a status. */
export function hasNginxPage(status: number): boolean {
  return PAGE_BYTES.has(status);
}

/** The lengths that nginx's own page for a status can have, in bytes; none when it has no page for it. */
export function nginxPageSizes(status: number): readonly number[] {
  return PAGE_SIZES.get(status) ?? [];
}

/** True when a body of `bytes` is as long as nginx's own page for `status`. */
export function isNginxPage(status: number, bytes: number): boolean {
  return nginxPageSizes(status).includes(bytes);
}

/**
 * Told by `$upstream_status` and `$upstream_header_time` where they are logged, else by the size of nginx's own error
 * pages; `unknown` when neither tells.
 */
export function answeredBy(record: AccessRecord): AnsweredBy {
  const status = record.status ?? -1;
  if (record.upstreamStatus !== null) {
    const last = record.upstreamStatus.at(-1) ?? '-';
    if (last === '-' || last === '') return 'nginx';
    if (Number(last) !== status) return 'nginx';
    const header = record.upstreamHeaderTime?.at(-1);
    // nginx stores the 502 or 504 it is going to send as the attempt's status; no header ever arrived then.
    if ((status === 502 || status === 504) && header !== undefined)
      return header === '-' || header === '' ? 'nginx' : 'backend';
    if (status === 502 || status === 504) return 'nginx';
    return 'backend';
  }
  return isNginxAnswer(status, record.bodyBytes) ? 'nginx' : 'unknown';
}

/** Whether the status and the size of an answer alone show that nginx made it. */
export function isNginxAnswer(status: number, bytes: number | null): boolean {
  if (status === 499 || status === 444 || status === 494 || status === 495 || status === 496 || status === 497)
    return true;
  return bytes !== null && isNginxPage(status, bytes);
}
