/** The message of an error-log entry: `connect() failed (111: Connection refused) while connecting to upstream`. */
import { ACTIONS, completeAction } from './actions.ts';

export interface ErrorMessage {
  /** Without errno part and action. */
  readonly message: string;
  readonly call: string | null;
  readonly errno: number | null;
  readonly errorText: string | null;
  readonly phase: string | null;
}

const WHILE = ' while ';

/**
 * Splits a message, without its context tail, into its parts.
 * @param cut the text may end in the middle: a beginning of an action or of an errno part at the end is understood too.
 */
export function parseMessage(text: string, cut = false): ErrorMessage {
  let body = text;
  let phase: string | null = null;
  // Messages may contain " while " themselves, and client text too: only a known action at the very end is one.
  const at = text.lastIndexOf(WHILE);
  if (at !== -1) {
    const action = text.slice(at + WHILE.length);
    if (ACTIONS.has(action)) phase = action;
    const completed = cut && phase === null ? completeAction(action) : null;
    if (completed !== null && completed !== 'unclear') phase = completed.action;
    if (phase !== null || completed === 'unclear') body = text.slice(0, at);
  }
  const error = errnoPart(body, cut && body === text);
  const message = error ? error.before + error.after : body;
  return { message, call: callOf(message), errno: error?.errno ?? null, errorText: error?.text ?? null, phase };
}

interface ErrnoPart {
  readonly before: string;
  readonly errno: number;
  readonly text: string;
  /** What follows the part: only ` in FILE:LINE` of a configuration error. */
  readonly after: string;
}

/** ` (104: Connection reset by peer)` in its place at the end; ` in FILE:LINE` of configuration errors may follow. */
function errnoPart(body: string, cut: boolean): ErrnoPart | null {
  const open = body.lastIndexOf(' (');
  if (open === -1) return null;
  const match = /^ \((\d{1,6}): /.exec(body.slice(open, open + 12));
  if (!match) return null;
  const textStart = open + match[0].length;
  const close = body.endsWith(')') ? body.length - 1 : body.indexOf(') in ', textStart);
  const before = body.slice(0, open);
  if (isOwnCode(before)) return null;
  const errno = Number(match[1]);
  if (close >= textStart) return { before, errno, text: body.slice(textStart, close), after: body.slice(close + 1) };
  return cut && !body.includes(')', textStart) ? { before, errno, text: body.slice(textStart), after: '' } : null;
}

/** Codes of the resolver and of OCSP stand in the same brackets; they are not errors of the system. */
function isOwnCode(before: string): boolean {
  return before.endsWith('could not be resolved') || before.startsWith('OCSP response not successful');
}

/** The system or library call a message names: `connect()`, `epoll_ctl()` of `epoll_ctl(1, 3) failed`. */
function callOf(message: string): string | null {
  // BSD reports another call's failure through kevent(): the call that failed is the one to name.
  const reported = /^kevent\(\) reported that ([a-z0-9_]+\(\)) failed/.exec(message);
  if (reported) return reported[1]!;
  const leading = /^([A-Za-z_][A-Za-z0-9_]{1,63})\(/.exec(message);
  if (leading) {
    const close = message.indexOf(')', leading[0].length);
    const next = message[close + 1];
    return close !== -1 && (next === ' ' || next === ':' || next === undefined) ? `${leading[1]}()` : null;
  }
  // `cannot load certificate "/a.pem": BIO_new_file() failed (SSL: …)`: the call stands after the quoted file.
  if (!message.startsWith('cannot load ')) return null;
  const inner = /": ([A-Za-z_][A-Za-z0-9_]{1,63}\(\)) failed/.exec(message);
  return inner ? inner[1]! : null;
}
