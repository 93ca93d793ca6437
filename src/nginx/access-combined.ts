/**
 * Access lines that begin like nginx's combined format, whatever precedes the client or follows the user agent, and
 * such lines cut short by whoever pasted them.
 */
import { AccessFields, type AccessFormat, toAccessRecord } from './access-line.ts';
import { closingQuote, placeTail, readTail, type TailToken } from './access-tail.ts';
import { unescapeDefault } from './log-escapes.ts';
import type { AccessRecord } from './record.ts';
import { parseTimeLocal } from './time.ts';

const TIME_BYTES = 26;
const LONGEST_HEAD = 2048;

/** The format of such lines. */
export function combinedLikeFormat(variables: readonly string[], isCombinedPrefix: boolean): AccessFormat {
  return {
    name: 'combined-like',
    variables,
    isCombinedPrefix,
    recipe: { kind: 'combined-like', variables, isCombinedPrefix },
    parse: parseCombinedLike,
  };
}

/** The line's record; null when it has no `[time] … "request" status` in this order. */
export function parseCombinedLike(line: string): AccessRecord | null {
  const text = line.trimEnd();
  const quote = text.indexOf('"');
  const time = lastTimeBefore(text, quote < 0 ? text.length : quote);
  if (time < 0 || quote < 0) return null;
  const fields = new AccessFields();
  fields.timeLocal = text.slice(time + 1, time + 1 + TIME_BYTES);
  if (!placeHead(fields, text.slice(0, time))) return null;
  const between = readTail(text.slice(0, quote), time + TIME_BYTES + 2).map((token) => token.text);
  if (between.length > 6) return null;
  if (fields.client === null) fields.client = between.find(isAddress) ?? null;

  const close = closingQuote(text, quote + 1);
  fields.request = unescapeDefault(text.slice(quote + 1, close < 0 ? text.length : close));
  if (close < 0) return cutInRequest(fields);
  if (close === text.length - 1 && fields.client === null) return null;
  const tail = readTail(text, close + 1);
  if (tail.some(isForeign)) return null;
  const rest = placeStatus(fields, tail, between);
  if (rest === null) return null;
  placeTail(fields, placeQuoted(fields, rest));
  return toAccessRecord(fields, false);
}

/**
 * The opening bracket of the last `[22/Nov/2026:12:06:41 +0000]` before `end`, or -1. The last one, because a client
 * can write another into its user name, but no quote.
 */
function lastTimeBefore(text: string, end: number): number {
  let at = Math.min(end, LONGEST_HEAD) - 1;
  for (let tries = 0; tries < 8 && at >= 0; tries++) {
    at = text.lastIndexOf('[', at);
    if (at < 0) return -1;
    if (text[at + TIME_BYTES + 1] === ']' && parseTimeLocal(text.slice(at + 1, at + 1 + TIME_BYTES)) !== null)
      return at;
    at--;
  }
  return -1;
}

/** `client - user`, with a virtual host before it or ingress-nginx's second address in it. False: no such head. */
function placeHead(fields: AccessFields, head: string): boolean {
  const words = head
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  if (words.length > 24) return false;
  const dash = words.indexOf('-');
  const at = dash > 0 ? dash - 1 : Math.max(words.findIndex(isAddress), 0);
  const client = words[at]!;
  fields.client = client.endsWith(',') ? client.slice(0, -1) : client;
  const before = at === 1 ? words[0]! : '';
  if (isHostName(before)) fields.host = before.replace(/:\d{1,5}$/, '');
  return true;
}

/** Nothing behind the request is left: what precedes it is still worth reading when it is a request at all. */
function cutInRequest(fields: AccessFields): AccessRecord | null {
  const [method, target, ...more] = fields.request!.split(' ');
  if (method === undefined || !/^[A-Z]{3,16}$/.test(method) || !target?.startsWith('/')) return null;
  if (more.length <= 1) {
    fields.method = method;
    fields.target = target;
  }
  return toAccessRecord(fields, false);
}

/** Takes status and bytes off the tail; null when there is a tail but no status near the request. */
function placeStatus(
  fields: AccessFields,
  tail: readonly TailToken[],
  between: readonly string[],
): readonly TailToken[] | null {
  const at = tail.findIndex((token) => token.key === null && token.mark !== 'bracketed' && isStatusCode(token.text));
  if (at >= 0 && at <= 3) {
    fields.status = tail[at]!.text;
    const next = tail[at + 1];
    const isBytes =
      next !== undefined && next.key === null && next.mark === 'bare' && /^(?:\d{1,15}|-)$/.test(next.text);
    if (isBytes) fields.bodyBytes = next.text;
    return [...tail.slice(0, at), ...tail.slice(at + (isBytes ? 2 : 1))];
  }
  const keyed = tail.find((token) => token.key?.toLowerCase() === 'status' && isStatusCode(token.text));
  fields.status = keyed?.text ?? between.find(isStatusCode) ?? null;
  if (fields.status !== null) return tail;
  // Cut behind the request, or inside its status.
  return tail.length === 0 || (tail.length === 1 && /^\d{1,2}$/.test(tail[0]!.text)) ? [] : null;
}

/** Takes combined's referrer and user agent off the tail. */
function placeQuoted(fields: AccessFields, tail: readonly TailToken[]): readonly TailToken[] {
  const [referrer, agent] = tail;
  if (referrer?.mark !== 'quoted' || referrer.key !== null) return tail;
  fields.referrer = referrer.text;
  if (agent?.mark !== 'quoted' || agent.key !== null) return tail.slice(1);
  fields.userAgent = agent.text;
  return tail.slice(2);
}

/** Traefik ends combined lines with a duration in ms, Squid with its cache result. */
function isForeign(token: TailToken): boolean {
  if (token.mark !== 'bare') return false;
  return /^\d{1,12}ms$/.test(token.text) || /^(?:TCP|UDP|NONE)_[A-Z_]+:/.test(token.text);
}

function isStatusCode(text: string): boolean {
  return text.length === 3 && /^\d{3}$/.test(text);
}

function isAddress(text: string): boolean {
  const bare = text.replace(/^\[|\]$|,$/g, '');
  return (
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(bare) || /^[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,42}$/.test(bare) || bare === 'unix:'
  );
}

function isHostName(text: string): boolean {
  return text.length <= 260 && /^[A-Za-z0-9_*][A-Za-z0-9._-]*(?::\d{1,5})?$/.test(text) && /[A-Za-z_]/.test(text);
}
