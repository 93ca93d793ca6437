/**
 * The fast way through an error log. Lines of a busy log differ in time, pid, connection and client; what is left, the
 * message and the context, recurs. Both pieces are looked up as they stand in the log's bytes, and found only if the
 * plain way has cut, parsed and stored the very same text before, so this way cannot see anything the plain way would
 * not. It takes 0.2 µs a line, reading included; the plain way 8 µs.
 */
import type { ErrorRecord } from '../nginx/record.ts';
import { AddressReader } from './address.ts';
import type { EncodedFeeds } from './encoded-feeds.ts';
import { PathFolder } from './endpoint.ts';
import { errorFormOf, MAX_FORMS } from './error-forms.ts';
import { type ErrorGist, requestHashOf } from './gists.ts';
import { KnownHour } from './known-hour.ts';
import { type Known, KnownTexts } from './known-texts.ts';
import { MetOnce } from './met-once.ts';
import { hashText } from './text.ts';
import type { TextWindow } from './text-window.ts';

/** nginx cuts an entry at 2048 bytes with its newline (NGX_MAX_ERROR_STR); a cut line is never taken from memory. */
const CUT_LENGTH = 2047;
const MAX_TAILS = 8192;
const MAX_MESSAGES = 2048;
const MAX_HEADS = 256;
/** Pairs of message and context that are remembered; a newer pair takes an older one's place. */
const PAIRS = 1 << 14;
/** When the store was filled anew so often without being of use, only every so many-th line is stored. */
const SELDOM = 16;
/** Digits of process and connection numbers that are read the fast way. */
const MAX_DIGITS = 15;

/** What is known of lines with a certain message and a certain context. */
interface KnownLine {
  readonly message: Message;
  readonly tail: Tail;
  /** Null when they are routine. */
  readonly gist: ErrorGist | null;
  readonly request: number;
}

/** A context (`, server: … ` to the end of the line). */
interface Tail {
  readonly number: number;
}

/** A message at one level. */
interface Message {
  readonly number: number;
  /** It quotes a decoded path, so the entry may go on where a client has sent an encoded line feed. */
  readonly quotes: boolean;
  /** What lines with it say, by the form of their context. */
  readonly forms: Map<string, ErrorGist | null>;
}

export class KnownErrors {
  /** Of the line matched last: epoch seconds, connection number, hash of the request, the client, where it ends. */
  time = Number.NaN;
  connection = -1;
  request = 0;
  /** As an IPv4 address, or -1: it stands between `clientStart` and `clientEnd`. */
  client = -1;
  clientStart = 0;
  clientEnd = 0;
  end = 0;
  /** What it says; null when it is routine. */
  gist: ErrorGist | null = null;
  readonly #levels = new KnownTexts<KnownTexts<Message>>();
  /** `error] 1234#1234: *`, and the messages of that level: a log has few processes. */
  readonly #heads = new KnownTexts<KnownTexts<Message>>();
  readonly #tails = new KnownTexts<Tail>();
  readonly #lines = new Array<KnownLine | null>(PAIRS).fill(null);
  readonly #hour: KnownHour;
  readonly #address = new AddressReader();
  /** Numbers given to messages and contexts. */
  #given = 0;
  #messages = 0;
  #forms = 0;
  readonly #folder = new PathFolder();
  readonly #metOnce = new MetOnce();
  /** Lines matched since the store was emptied. */
  #matched = 0;
  #learned = 0;
  #useless = false;
  readonly #feeds: EncodedFeeds;

  constructor(feeds: EncodedFeeds, offsetAt: (wall: number) => number) {
    this.#feeds = feeds;
    this.#hour = new KnownHour(offsetAt);
  }

  /** Whether the line at `start` is known; the plain way must read it when it is not. */
  match(window: TextWindow, start: number): boolean {
    const { bytes } = window;
    const time = this.#hour.timeAt(window, start);
    if (!(time >= 0)) return false;
    const head = this.#heads.get(window, start + 21) ?? this.#meetHead(window, start + 21);
    if (head === null) return false;
    let at = start + 21 + head.length;
    const from = at;
    let c = bytes[at]!;
    let connection = 0;
    while (c >= 48 && c <= 57) {
      connection = connection * 10 + c - 48;
      c = bytes[++at]!;
    }
    if (c !== 32 || at === from || at - from > MAX_DIGITS) return false;
    const message = head.value.get(window, at + 1);
    if (message === null || (message.value.quotes && this.#feeds.near(start))) return false;
    const client = at + 1 + message.length;
    at = this.#address.read(bytes, client);
    if (at === -1 || bytes[at] !== 44 || bytes[at + 1] !== 32) return false;
    const tail = this.#tails.get(window, at);
    const known = tail === null ? null : this.#lines[pairOf(message.value, tail.value)]!;
    if (tail !== null && known !== null && known.message === message.value && known.tail === tail.value) {
      this.end = at + tail.length - 1;
      this.gist = known.gist;
      this.request = known.request;
    } else if (!this.#matchForm(window, at, message.value)) return false;
    if (this.end - start >= CUT_LENGTH) return false;
    this.#matched++;
    this.time = time;
    this.connection = connection;
    this.client = this.#address.ipv4;
    this.clientStart = client;
    this.clientEnd = at;
    return true;
  }

  /** Stores the pieces of a line that the plain way has read, if it is one that `match` could meet again. */
  learn(record: ErrorRecord, gist: ErrorGist | null, window: TextWindow, start: number, line: string): void {
    if (record.forgeable || record.truncated || record.unfinished) return;
    const end = start + line.length;
    // A carriage return before the line feed is not part of what was read.
    if (record.client === null || record.connection === null || end >= window.end || window.bytes[end] !== 10) return;
    const level = line.indexOf('] ', 21) + 2;
    const connection = line.indexOf(': *');
    const message = line.indexOf(' ', connection + 3) + 1;
    const context = line.indexOf(', client: ', message);
    if (level < 22 || level > 30 || connection < level || connection > 60 || context === -1) return;
    const clientEnd = line.indexOf(', ', context + 10);
    if (clientEnd === -1 || line.slice(context + 10, clientEnd) !== record.client) return;
    this.#hour.learn(window, start, record.time);
    const stored = this.#levels.get(window, start + 21)?.value.get(window, start + message)?.value;
    if (stored !== undefined) this.#learnForm(stored, line.slice(clientEnd), gist);
    if (this.#useless && this.#learned++ % SELDOM !== 0) return;
    if (this.#tails.size >= MAX_TAILS || this.#messages >= MAX_MESSAGES) {
      this.#useless = this.#matched < MAX_TAILS;
      this.forget();
    }
    const said = this.#messageOf(window, start, level, message, context + 10);
    if (stored === undefined) this.#learnForm(said, line.slice(clientEnd), gist);
    this.#store(window, start + clientEnd, end, said, gist, requestHashOf(record));
  }

  /** Empties the store. */
  forget(): void {
    this.#matched = 0;
    this.#messages = 0;
    this.#forms = 0;
    this.#tails.clear();
    this.#levels.clear();
    this.#heads.clear();
    this.#lines.fill(null);
  }

  /** The head at `start`, of a process that was not met before at a level that was; null when it is none. */
  #meetHead(window: TextWindow, start: number): Known<KnownTexts<Message>> | null {
    const { bytes } = window;
    const level = this.#levels.get(window, start);
    if (level === null) return null;
    const pid = start + level.length;
    const hash = digitsEnd(bytes, pid);
    if (hash === -1 || bytes[hash] !== 35) return null;
    const colon = digitsEnd(bytes, hash + 1);
    if (colon === -1 || bytes[colon] !== 58 || bytes[colon + 1] !== 32 || bytes[colon + 2] !== 42) return null;
    const end = colon + 3;
    if (this.#heads.size < MAX_HEADS) return this.#heads.set(window, start, end, level.value);
    return { value: level.value, length: end - start };
  }

  /** Whether the context at `at` is one of a known form. */
  #matchForm(window: TextWindow, at: number, message: Message): boolean {
    if (message.forms.size === 0) return false;
    const end = window.lineEnd(at);
    if (end >= window.end || end - at >= CUT_LENGTH) return false;
    const form = errorFormOf(window.slice(at, end), this.#folder);
    const gist = form === null ? undefined : message.forms.get(form.text);
    if (form === null || gist === undefined) return false;
    this.end = end;
    this.gist = gist;
    this.request = hashText(form.request);
    if (this.#metOnce.again(window, at, end) && this.#tails.size < MAX_TAILS) {
      this.#store(window, at, end, message, gist, this.request);
    }
    return true;
  }

  #learnForm(message: Message, context: string, gist: ErrorGist | null): void {
    if (this.#forms >= MAX_FORMS) return;
    const form = errorFormOf(context, this.#folder);
    if (form === null || message.forms.has(form.text)) return;
    message.forms.set(form.text, gist);
    this.#forms++;
  }

  #store(window: TextWindow, at: number, end: number, message: Message, gist: ErrorGist | null, request: number): void {
    const tail = (this.#tails.get(window, at) ?? this.#tails.set(window, at, end + 1, { number: this.#given++ })).value;
    this.#lines[pairOf(message, tail)] = { message, tail, gist, request };
  }

  #messageOf(window: TextWindow, start: number, level: number, from: number, to: number): Message {
    const messages = (
      this.#levels.get(window, start + 21) ??
      this.#levels.set(window, start + 21, start + level, new KnownTexts<Message>())
    ).value;
    const known = messages.get(window, start + from);
    if (known !== null) return known.value;
    this.#messages++;
    const quotes = window.bytes.subarray(start + from, start + to).includes(34);
    return messages.set(window, start + from, start + to, {
      number: this.#given++,
      quotes,
      forms: new Map<string, ErrorGist | null>(),
    }).value;
  }
}

function pairOf(message: Message, tail: Tail): number {
  return (Math.imul(tail.number, 0x9e3779b1) + Math.imul(message.number, 0x85ebca6b)) & (PAIRS - 1);
}

/** Where the digits at a position end; -1 when there are none, or too many. */
function digitsEnd(bytes: Buffer, start: number): number {
  let at = start;
  for (let c = bytes[at]!; c >= 48 && c <= 57; c = bytes[++at]!);
  return at === start || at - start > MAX_DIGITS ? -1 : at;
}
