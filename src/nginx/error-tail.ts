/** Where the message of an error-log entry ends and its context tail begins, and whether that can be known at all. */

export interface TailPosition {
  /** Where the tail starts (at its comma), or -1 when the entry has none. */
  readonly at: number;
  /** The message quotes text that others wrote, and more than one tail stands in the entry. */
  readonly forgeable: boolean;
  /** Where the last tail starts, in an entry that has several. */
  readonly last?: number;
}

const CLIENT = ', client: ';
const SERVER = ', server: ';
const NONE: TailPosition = { at: -1, forgeable: false };

// Quotes in these messages hold words of nginx or of its configuration, never text of a client or backend.
const FIXED_QUOTES = [
  'limiting connections',
  'limiting requests',
  'delaying request',
  'using uninitialized "',
  'no port in upstream "',
  'upstream sent more data than specified in "Content-Length" header',
  'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
  'upstream SSL certificate does not match "',
  'client sent HTTP/1.1 request without "Host" header',
  'client sent "',
  'client sent both "Content-Length" and "Transfer-Encoding" headers',
];

// Texts of applications and names that requests choose stand in these messages without quotes of nginx's own.
const FOREIGN_HEADS = ['[lua] ', 'stream [lua] ', 'lua ', 'js: ', 'js exception: ', 'ModSecurity', 'failed to run '];
const FOREIGN_WORDS = ['could not be resolved', 'no resolver defined to resolve ', 'stack traceback:'];

/** Whether the text before the first tail may quote what a client, a backend or an application wrote. */
export function quotesOthers(head: string): boolean {
  if (FOREIGN_HEADS.some((start) => head.startsWith(start)) || FOREIGN_WORDS.some((word) => head.includes(word))) {
    return true;
  }
  return head.includes('"') && !FIXED_QUOTES.some((start) => head.startsWith(start));
}

/**
 * Finds the tail of an entry's body.
 *
 * A message of fixed text cannot contain a tail, so the first one is nginx's. In a message that quotes others, a
 * single tail is nginx's, but of several any may be planted: before nginx's (in the quoted text) or after it (in a
 * referrer).
 */
export function findTail(body: string): TailPosition {
  const first = body.indexOf(CLIENT);
  if (first === -1) return findOtherTail(body);
  const head = body.slice(0, first);
  if (!quotesOthers(head)) return { at: withLuaContext(body, first), forgeable: false };
  const one = wellFormed(body, first);
  if (one === -1) return findOtherTail(body);
  let last = one;
  for (let next = one; next !== -1; next = wellFormed(body, next + CLIENT.length)) last = next;
  return { at: withLuaContext(body, one), forgeable: last !== one, last };
}

/** The next `, client: VALUE` followed by `, server: ` or by the end of the body. */
function wellFormed(body: string, from: number): number {
  for (let at = body.indexOf(CLIENT, from); at !== -1; at = body.indexOf(CLIENT, at + CLIENT.length)) {
    const comma = body.indexOf(',', at + CLIENT.length);
    if (comma === -1 || body.startsWith(SERVER, comma)) return at;
  }
  return -1;
}

const LUA_CONTEXT = /^(?:ngx\.timer|[a-z_]{1,40}_by_lua\*?)$/;

/** OpenResty's `, context: ngx.timer` may stand before the client. */
function withLuaContext(body: string, at: number): number {
  const context = body.lastIndexOf(', context: ', at);
  return context !== -1 && at - context < 60 && LUA_CONTEXT.test(body.slice(context + 11, at)) ? context : at;
}

// Tails without a client, each with the action that always stands before it.
const CLIENTLESS = [', udp client: ', ' while resolving, resolver: ', ' while logging to syslog, server: '];

function findOtherTail(body: string): TailPosition {
  for (const mark of CLIENTLESS) {
    const at = body.lastIndexOf(mark);
    if (at !== -1) return { at: at + mark.lastIndexOf(', '), forgeable: false };
  }
  const ocsp = body.lastIndexOf(' while requesting certificate status, ');
  if (ocsp !== -1) return { at: body.indexOf(', ', ocsp), forgeable: false };
  const context = body.lastIndexOf(', context: ');
  return context !== -1 && LUA_CONTEXT.test(body.slice(context + 11, context + 80))
    ? { at: context, forgeable: false }
    : NONE;
}
