/**
 * The fast way through an error log. Lines of a busy log differ in time, pid, connection and client; what is left, the
 * message and the context, recurs. Both pieces are looked up as they stand in the block, and found only if the plain
 * way has cut, parsed and stored the very same text before, so this way cannot see anything the plain way would not.
 */
import type { ErrorRecord, LineTime } from '../nginx/record.ts';
import { twoDigits } from './digits.ts';
import type { EncodedFeeds } from './encoded-feeds.ts';
import type { ErrorKey } from './keys.ts';
import { requestHashOf } from './registry.ts';
import { detach } from './text.ts';
import { TextCache } from './text-cache.ts';

/** nginx cuts an entry at 2048 bytes with its newline (NGX_MAX_ERROR_STR); a cut line is never taken from memory. */
const CUT_LENGTH = 2047;
const MAX_TAILS = 8192;
const MAX_MESSAGES = 2048;
const MAX_MESSAGES_PER_TAIL = 64;
/** When the store was filled anew so often without being of use, only every so many-th line is stored. */
const SELDOM = 16;
const LEVELS = 32;

interface Known {
  readonly key: ErrorKey;
  readonly request: number;
}

/** A context (`, server: … ` to the end of the line), and what is known with it, by message. */
type Tail = Map<Message, Known>;

/** A message at one level. */
interface Message {
  /** It quotes a decoded path, so the entry may go on where a client has sent an encoded line feed. */
  readonly quotes: boolean;
}

export class KnownErrors {
  /** Of the line matched last: epoch seconds, connection number, and where the client's address stands. */
  time = Number.NaN;
  connection = -1;
  request = 0;
  clientStart = 0;
  clientEnd = 0;
  readonly #tails = new TextCache<Tail>();
  readonly #messages = new Array<TextCache<Message> | undefined>(LEVELS).fill(undefined);
  /** Lines matched since the store was emptied. */
  #matched = 0;
  #learned = 0;
  #useless = false;
  readonly #feeds: EncodedFeeds;
  readonly #offsetAt: (wall: number) => number;
  /** `2026/11/22 12` and the epoch second at which that hour starts. */
  #hourText = '';
  #hourStart = 0;

  constructor(feeds: EncodedFeeds, offsetAt: (wall: number) => number) {
    this.#feeds = feeds;
    this.#offsetAt = offsetAt;
  }

  /** The key of the line at `start`, or null when the plain way must read it. */
  match(text: string, start: number, end: number): ErrorKey | null {
    if (end - start >= CUT_LENGTH || this.#hourText === '' || !text.startsWith(this.#hourText, start)) return null;
    const minutes = twoDigits(text, start + 14);
    const seconds = twoDigits(text, start + 17);
    if (!(minutes < 60 && seconds < 61)) return null;
    if (text.charCodeAt(start + 13) !== 58 || text.charCodeAt(start + 16) !== 58) return null;
    this.time = this.#hourStart + minutes * 60 + seconds;
    // After the level: " PID#TID: *CONNECTION ".
    let at = start + 24;
    let c = text.charCodeAt(at);
    while (c >= 97 && c <= 122) c = text.charCodeAt(++at);
    if (c !== 93) return null;
    at += 2;
    c = text.charCodeAt(at);
    while (c >= 48 && c <= 57) c = text.charCodeAt(++at);
    if (c !== 35) return null;
    c = text.charCodeAt(++at);
    while (c >= 48 && c <= 57) c = text.charCodeAt(++at);
    if (c !== 58 || text.charCodeAt(at + 1) !== 32 || text.charCodeAt(at + 2) !== 42) return null;
    at += 3;
    c = text.charCodeAt(at);
    let connection = 0;
    while (c >= 48 && c <= 57) {
      connection = connection * 10 + c - 48;
      c = text.charCodeAt(++at);
    }
    if (c !== 32) return null;
    const message = at + 1;
    const context = text.indexOf(', client: ', message);
    if (context === -1 || context >= end) return null;
    const client = context + 10;
    let clientEnd = client;
    // Addresses only: digits, hex letters, dots and colons. Anything else takes the plain way.
    for (c = text.charCodeAt(client); isAddressChar(c); c = text.charCodeAt(++clientEnd));
    if (c !== 44 || clientEnd === client || text.charCodeAt(clientEnd + 1) !== 32) return null;
    const said = this.#messages[levelIndex(text, start)]?.get(text, message, context);
    if (said === undefined || (said.quotes && this.#feeds.near(start))) return null;
    const known = this.#tails.get(text, clientEnd, end)?.get(said);
    if (known === undefined) return null;
    this.#matched++;
    this.connection = connection;
    this.request = known.request;
    this.clientStart = client;
    this.clientEnd = clientEnd;
    return known.key;
  }

  /** Stores the pieces of a line that the plain way has read, if it is one that `match` could meet again. */
  learn(record: ErrorRecord, key: ErrorKey, text: string, start: number, end: number): void {
    if (record.forgeable || record.truncated || record.unfinished) return;
    if (record.client === null || record.connection === null || text.charCodeAt(end) === 13) return;
    const connection = text.indexOf(': *', start);
    const message = text.indexOf(' ', connection + 3) + 1;
    const context = text.indexOf(', client: ', message);
    if (connection === -1 || connection > start + 60 || context === -1 || context >= end) return;
    const clientEnd = text.indexOf(', ', context + 10);
    if (clientEnd === -1 || clientEnd >= end || text.slice(context + 10, clientEnd) !== record.client) return;
    if (this.#useless && this.#learned++ % SELDOM !== 0) return;
    if (this.#tails.size >= MAX_TAILS) {
      this.#useless = this.#matched < MAX_TAILS;
      this.#matched = 0;
      this.#tails.clear();
    }
    const level = levelIndex(text, start);
    let messages = this.#messages[level];
    if (messages === undefined || messages.size >= MAX_MESSAGES) {
      messages = new TextCache();
      this.#messages[level] = messages;
    }
    let said = messages.get(text, message, context);
    if (said === undefined) {
      const messageText = text.slice(message, context);
      said = { quotes: messageText.includes('"') };
      messages.set(messageText, said);
    }
    let tail = this.#tails.get(text, clientEnd, end);
    if (tail === undefined) {
      tail = new Map();
      this.#tails.set(text.slice(clientEnd, end), tail);
    }
    if (tail.size >= MAX_MESSAGES_PER_TAIL) tail.clear();
    tail.set(said, { key, request: requestHashOf(record) });
    this.#learnHour(text.slice(start, start + 13), record.time);
  }

  #learnHour(text: string, time: LineTime | null): void {
    if (time === null || text === this.#hourText) return;
    const hour = Math.floor(time.wall / 3_600_000) * 3_600_000;
    const offset = this.#offsetAt(hour);
    // A zone may change its offset within the hour; such an hour takes the plain way.
    for (const later of [900_000, 1_800_000, 2_700_000, 3_599_000]) if (this.#offsetAt(hour + later) !== offset) return;
    this.#hourText = detach(text);
    this.#hourStart = hour / 1000 - offset * 60;
  }
}

/** `[error]` and the like by their letters: the second tells all levels apart but crit from error. */
function levelIndex(text: string, start: number): number {
  return text.charCodeAt(start + 21) === 99 ? LEVELS - 1 : (text.charCodeAt(start + 22) - 97) & 31;
}

function isAddressChar(c: number): boolean {
  return (c >= 48 && c <= 58) || c === 46 || (c >= 97 && c <= 102);
}
