/** Error-log entries as records: whole lines, and texts that have lost their header. */
import { buildErrorRecord, type EntryPrefix, isCutLength, NO_PREFIX } from './error-entry.ts';
import { levelOf, parseConnection, parseHeader, parseProcess } from './error-header.ts';
import { beginsTellingMessage, knownMessage } from './known-messages.ts';
import type { ErrorRecord } from './record.ts';

/**
 * Parses an error-log entry with its header. The entry may contain line feeds where nginx wrote them.
 * @returns null when the text does not start with the header of an entry.
 */
export function parseErrorLine(line: string): ErrorRecord | null {
  const header = parseHeader(line);
  if (header === null) return null;
  const end = line.charCodeAt(line.length - 1) === 13 ? line.length - 1 : line.length;
  return buildErrorRecord(line.slice(header.rest, end), {
    prefix: {
      time: header.wall === null ? null : { wall: header.wall, offset: null },
      level: header.level,
      pid: header.pid,
      tid: header.tid,
      connection: header.connection,
    },
    cut: isCutLength(end) ? 'nginx' : null,
  });
}

export interface ErrorTextOptions {
  /** Whoever pasted the text cut its end. */
  readonly cut?: boolean;
  /** Time and the like that stood before the text. */
  readonly prefix?: Partial<EntryPrefix>;
  /** Where the context tail starts, when it lacks the field that it is told by. */
  readonly tail?: number;
}

/**
 * Parses a text that starts somewhere inside the header, or with the message. Only text that is recognisably nginx's
 * gives a record: it has nginx's process number (`29#29: `), nginx's tail, or a message known to be nginx's.
 */
export function parseErrorText(text: string, options: ErrorTextOptions = {}): ErrorRecord | null {
  const head = readPrefix(text.endsWith('\r') ? text.slice(0, -1) : text);
  if (head.body.trim() === '') return null;
  const prefix: EntryPrefix = { ...NO_PREFIX, ...options.prefix, ...head.prefix };
  const tail = options.tail === undefined ? {} : { tail: Math.max(0, options.tail - (text.length - head.body.length)) };
  const record = buildErrorRecord(head.body, { prefix, cut: options.cut ? 'person' : null, ...tail });
  const known = head.certain || isNginx(record, options.cut ?? false);
  return known ? { ...record, unfinished: false } : null;
}

interface Prefix {
  readonly body: string;
  readonly prefix: Partial<EntryPrefix>;
  /** Only nginx writes such a prefix. */
  readonly certain: boolean;
}

/** Takes what is left of a header off the text: `nginx: [emerg] `, `[error] 29#29: *1 `, `29#29: *1 `, `*1 `. */
function readPrefix(text: string): Prefix {
  const console = /^nginx: (?=\[[a-z]{4,6}\] |(?:the )?configuration file )/.exec(text);
  let at = console ? console[0].length : 0;
  const stated = /^\[?([a-z]{4,6})\]:? +/.exec(text.slice(at, at + 12));
  const level = stated ? levelOf(stated[1]!) : null;
  if (stated && level) at += stated[0].length;
  const process = parseProcess(text, at);
  const { connection, rest } = process ?? parseConnection(text, at);
  return {
    body: text.slice(rest),
    prefix: {
      ...(level && { level }),
      ...(process && { pid: process.pid, tid: process.tid }),
      ...(connection !== null && { connection }),
    },
    certain: console !== null || (process !== null && (level !== null || connection !== null)),
  };
}

/** Whether a record made of bare text says things as only nginx does. */
function isNginx(record: ErrorRecord, cut: boolean): boolean {
  const known = knownMessage(record.message);
  if (known === 'telling') return true;
  const hasTail = record.forgeable || (record.client !== null && record.server !== null);
  if (known === 'weak') return hasTail || record.phase !== null || record.errno !== null;
  const told = record.request !== null || record.upstream !== null || record.host !== null || record.phase !== null;
  if (record.forgeable || (hasTail && told)) return true;
  // What is left of a tail that has lost its beginning: a request and the backend it went to.
  if (record.method !== null && (record.server !== null || record.upstream?.includes('://'))) return true;
  return cut && record.phase === null && beginsTellingMessage(record.message);
}
