/**
 * Reads the lines of one input file into findings. Two ways lead to the same findings: a plain one that parses a line
 * in full, and a fast one for the lines that repeat what was seen before but for their time, pid and client. The fast
 * way only uses pieces that the plain way has cut and stored, so both cannot differ.
 */
import type { SymptomMatcher } from '../catalogue/match.ts';
import { detectAccessLine } from '../nginx/access-detect.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { type Entry, EntryAssembler } from '../nginx/continuation.ts';
import { stripEnvelope } from '../nginx/envelope.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import { parseErrorLine, parseErrorText } from '../nginx/error-line.ts';
import type { AccessRecord, ErrorRecord, LineTime } from '../nginx/record.ts';
import { LEVELS } from '../nginx/record.ts';
import type { Batch } from './batch.ts';
import { foldPath } from './endpoint.ts';
import { nginxEvent, startedVersion } from './events.ts';
import type { ErrorKey, EventKey } from './keys.ts';
import type { Registry } from './registry.ts';
import { detach } from './text.ts';
import { UnknownLines } from './unknown.ts';
import { impliedZone } from './zone.ts';

export interface SourceOptions {
  readonly registry: Registry;
  readonly matcher: SymptomMatcher;
  /** Formats to try on access lines, likeliest first. */
  readonly formats: readonly AccessFormat[];
  /** Minutes east of UTC of a zone-less line whose wall clock reads `wall` ms. */
  readonly offsetAt: (wall: number) => number;
  /** Epoch seconds; lines before `since` or not before `until` are left out. */
  readonly since: number;
  readonly until: number;
  /** Turns the fast way off, for tests that compare both. */
  readonly plain?: boolean;
}

export interface SourceCounts {
  lines: number;
  routine: number;
  unknown: number;
  errorLines: number;
  accessLines: number;
  /** Lines left out because of `since` and `until`. */
  outside: number;
  /** Entries whose text shows that a client may have written log lines of its own. */
  forged: number;
  /** Entries that nginx cut at 2048 bytes. */
  cut: number;
  /** Lines longer than nginx writes them, or with unreadable times. */
  timeless: number;
  /** Epoch seconds. */
  firstTime: number;
  lastTime: number;
  /** Most verbose error-log level seen, as an index into LEVELS; -1 for none. */
  verbosity: number;
}

const MAX_CACHED = 8192;
const MAX_KEYS_PER_TAIL = 64;
/** nginx cuts an entry at 2048 bytes with its newline (NGX_MAX_ERROR_STR). */
const CUT_LENGTH = 2047;
/** Requests whose path may be a WebSocket's; the exact decision is foldPath's, of which this must miss nothing. */
const MAYBE_HINT =
  /ws|web-?socket|sock|cable|signalr|hub|realtime|subscriptions|engine\.io|mqtt|live|hmr|stomp|channels|primus|faye|janus|transport=/i;
/** Tries of every known format on lines that no stated format explains; bounds the cost of a file of junk. */
const MAX_GUESSES = 20_000;

/** Entries of more than one line fit into this many bytes. */
const ENTRY_REACH = 2 * 2048;

interface Tail {
  /** Error keys by level and message, for the same context. */
  readonly keys: Map<string, Learned>;
}

interface Learned {
  readonly key: ErrorKey;
  /** The message quotes a decoded path, so the entry may go on where a client has sent an encoded line feed. */
  readonly quotes: boolean;
}

export class SourceReader {
  readonly counts: SourceCounts = {
    lines: 0,
    routine: 0,
    unknown: 0,
    errorLines: 0,
    accessLines: 0,
    outside: 0,
    forged: 0,
    cut: 0,
    timeless: 0,
    firstTime: Number.POSITIVE_INFINITY,
    lastTime: Number.NEGATIVE_INFINITY,
    verbosity: -1,
  };
  readonly unknown = new UnknownLines();
  readonly #options: SourceOptions;
  readonly #assembler = new EntryAssembler();
  /** Contexts (`, server: … `) that the plain way has parsed. */
  readonly #tails = new Map<string, Tail>();
  readonly #requests = new Map<string, boolean>();
  #format: AccessFormat | null;
  readonly #logsUpgrade: boolean;
  #guesses = 0;
  /** What the entry before was: lines that only continue an entry share its fate. */
  #previous: 'none' | 'routine' | 'classified' | 'unknown' = 'none';
  /** `2026/11/22 12` and the epoch second at which that hour starts. */
  #hourText = '';
  #hourStart = 0;
  /** `22/Nov/2026:12:`, ` +0000]` and the epoch second at which that hour starts. */
  #stampHour = '';
  #stampZone = '';
  #stampStart = 0;
  /** Where the next encoded line feed stands in the block; its length when there is none; -1 when not looked for. */
  #nextFeed = -1;
  /** Physical lines that the assembler holds. */
  readonly #heldLines: HeldLine[] = [];
  /** Text of a container line that its runtime has split (CRI's `P`). */
  #partial = '';

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#format = options.formats[0] ?? null;
    this.#logsUpgrade = options.formats.some((f) => f.variables.includes('http_upgrade'));
  }

  /**
   * @param text whole lines as latin1; the last may lack its newline
   * @param firstLine number of the first line, from 1
   */
  read(text: string, firstLine: number, batch: Batch): void {
    batch.reset(text);
    this.#nextFeed = -1;
    const fast = this.#options.plain !== true;
    const length = text.length;
    let line = firstLine;
    for (let start = 0; start < length; line++) {
      let end = text.indexOf('\n', start);
      if (end === -1) end = length;
      if (this.#assembler.pending || !fast || !this.#fast(text, start, end, line, batch)) {
        this.#plain(text, start, end, line, batch);
      }
      start = end + 1;
    }
  }

  /** Ends the input: an entry that waited for its continuation is taken as it is. */
  end(batch: Batch): void {
    batch.reset('');
    for (const entry of this.#assembler.flush()) this.#entry(entry, batch, false);
    this.#afterHeld(batch);
  }

  #fast(text: string, start: number, end: number, line: number, batch: Batch): boolean {
    // A digit and a slash where an error line has them; an access line of the expected format otherwise.
    if (text.charCodeAt(start + 4) === 47 && text.charCodeAt(start + 20) === 91) {
      return this.#fastError(text, start, end, line, batch);
    }
    return this.#format?.isCombinedPrefix === true && this.#fastAccess(text, start, end);
  }

  #fastError(text: string, start: number, end: number, line: number, batch: Batch): boolean {
    if (end - start >= CUT_LENGTH) return false;
    const time = this.#errorTime(text, start);
    if (Number.isNaN(time)) return false;
    const levelEnd = text.indexOf(']', start + 21);
    // After the level: " PID#TID: ", then "*CONNECTION " where there is one.
    let at = levelEnd + 2;
    let c = text.charCodeAt(at);
    let pid = 0;
    while (c >= 48 && c <= 57) {
      pid = pid * 10 + c - 48;
      c = text.charCodeAt(++at);
    }
    if (c !== 35) return false;
    c = text.charCodeAt(++at);
    while (c >= 48 && c <= 57) c = text.charCodeAt(++at);
    if (c !== 58 || text.charCodeAt(at + 1) !== 32 || text.charCodeAt(at + 2) !== 42) return false;
    at += 3;
    c = text.charCodeAt(at);
    let connection = 0;
    while (c >= 48 && c <= 57) {
      connection = connection * 10 + c - 48;
      c = text.charCodeAt(++at);
    }
    if (c !== 32) return false;
    const message = at + 1;
    const context = text.indexOf(', client: ', message);
    if (context === -1 || context >= end) return false;
    const client = context + 10;
    const clientEnd = text.indexOf(', ', client);
    if (clientEnd === -1 || clientEnd >= end) return false;
    for (let i = client; i < clientEnd; i++) {
      const d = text.charCodeAt(i);
      // Addresses only: digits, hex letters, dots and colons. Anything else takes the plain way.
      if (!((d >= 46 && d <= 58 && d !== 47) || (d >= 97 && d <= 102))) return false;
    }
    const tail = this.#tails.get(text.substring(clientEnd, end));
    if (tail === undefined) return false;
    // From the level's bracket to the context, pid and connection left out: two substrings joined would cost more than
    // the level's first letters, which differ for all levels nginx writes with a request.
    const learned = tail.keys.get(text.substring(start + 20, start + 24) + text.substring(message, context));
    if (learned === undefined || (learned.quotes && this.#feedNear(text, start))) return false;
    const { key } = learned;
    const { counts } = this;
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside++;
      return true;
    }
    counts.lines++;
    counts.errorLines++;
    this.#seen(time);
    if (key.symptom.role === 'routine') {
      counts.routine++;
      this.#previous = 'routine';
      return true;
    }
    this.#previous = 'classified';
    batch.add(key, time, text.substring(client, clientEnd), connection, -1, -1, line, start, end);
    return true;
  }

  /** Epoch seconds of an error line's timestamp, or NaN: the hour is parsed once, minutes and seconds by their digits. */
  #errorTime(text: string, start: number): number {
    if (this.#hourText === '' || !text.startsWith(this.#hourText, start)) return Number.NaN;
    const m = digits(text, start + 14);
    const s = digits(text, start + 17);
    if (!(m < 60 && s < 61) || text.charCodeAt(start + 13) !== 58 || text.charCodeAt(start + 16) !== 58)
      return Number.NaN;
    return this.#hourStart + m * 60 + s;
  }

  #fastAccess(text: string, start: number, end: number): boolean {
    const bracket = text.indexOf('[', start);
    if (bracket === -1 || bracket + 40 > end || this.#stampHour === '') return false;
    if (!text.startsWith(this.#stampHour, bracket + 1) || !text.startsWith(this.#stampZone, bracket + 21)) return false;
    const m = digits(text, bracket + 16);
    const s = digits(text, bracket + 19);
    if (!(m < 60 && s < 61) || text.charCodeAt(bracket + 29) !== 34) return false;
    const request = bracket + 30;
    const requestEnd = text.indexOf('"', request);
    if (requestEnd === -1 || requestEnd + 5 > end || text.charCodeAt(requestEnd + 5) !== 32) return false;
    const status = (text.charCodeAt(requestEnd + 2) - 48) * 100 + digits(text, requestEnd + 3);
    // Only answers that can matter to nobody are left to this way: successes and redirects of other requests.
    if (!(status >= 200 && status < 400) || text.charCodeAt(request) === 92) return false;
    const asked = text.substring(request, requestEnd);
    let mayMatter = this.#requests.get(asked);
    if (mayMatter === undefined) {
      mayMatter = MAYBE_HINT.test(asked);
      if (this.#requests.size < MAX_CACHED) this.#requests.set(detach(asked), mayMatter);
    }
    if (mayMatter) return false;
    if (this.#logsUpgrade && /websocket/i.test(text.substring(requestEnd, end))) return false;
    const time = this.#stampStart + m * 60 + s;
    const { counts } = this;
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside++;
      return true;
    }
    counts.lines++;
    counts.accessLines++;
    counts.routine++;
    this.#seen(time);
    this.#previous = 'none';
    return true;
  }

  #plain(text: string, start: number, end: number, line: number, batch: Batch): void {
    const last = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const whole = text.slice(start, last);
    if (this.#assembler.pending || (looksLikeHeader(whole) && !this.#standsAlone(text, whole, start))) {
      const wasPending = this.#assembler.pending;
      this.#heldLines.push({ line, start, end: last });
      for (const entry of this.#assembler.push(wasPending ? detach(whole) : whole))
        this.#entry(entry, batch, !wasPending);
      return;
    }
    this.#line({ text: whole, line, lines: 1, start, end: last, inBlock: true }, batch, null);
  }

  /**
   * Whether an entry that quotes a decoded path surely ends with its line: a line feed can be in the path only if the
   * request holds an encoded one, which nginx writes at the entry's end, and none is within an entry's reach. Spares
   * such entries, the commonest of all (`open() … failed`), the wait for what follows.
   */
  #standsAlone(text: string, whole: string, start: number): boolean {
    const message = whole.indexOf(' ', whole.indexOf(': *') + 3) + 1;
    const quotesPath = whole.startsWith('open() "', message) || whole.startsWith('"/', message);
    return quotesPath && whole.includes(', request: "') && !this.#feedNear(text, start);
  }

  /** Whether an encoded line feed (`%0a`) stands within an entry's reach, or may stand there in the next block. */
  #feedNear(text: string, start: number): boolean {
    if (this.#nextFeed < start) {
      const lower = text.indexOf('%0a', start);
      const upper = text.indexOf('%0A', start);
      this.#nextFeed = lower === -1 ? upper : upper === -1 ? lower : Math.min(lower, upper);
      if (this.#nextFeed === -1) this.#nextFeed = text.length;
    }
    return this.#nextFeed < start + ENTRY_REACH;
  }

  /** An entry that is complete; its lines are the first of those held. */
  #entry(entry: Entry, batch: Batch, inBlock: boolean): void {
    const held = this.#heldLines.splice(0, entry.lines);
    const first = held[0]!;
    if (entry.swallowedHeader) this.counts.forged++;
    const simple = inBlock && entry.lines === 1;
    this.#line(
      { text: entry.text, line: first.line, lines: entry.lines, start: first.start, end: first.end, inBlock: simple },
      batch,
      null,
    );
  }

  #afterHeld(batch: Batch): void {
    if (this.#partial === '') return;
    const text = this.#partial;
    this.#partial = '';
    this.#line({ text, line: 0, lines: 0, start: 0, end: 0, inBlock: false }, batch, null);
  }

  #line(at: LineAt, batch: Batch, outer: LineTime | null): void {
    const { text } = at;
    if (looksLikeHeader(text)) {
      const record = parseErrorLine(text);
      if (record !== null) {
        this.#errorRecord(record, at, batch, outer);
        return;
      }
    }
    for (const format of this.#options.formats) {
      const record = format.parse(text);
      if (record !== null) {
        if (this.#format === null) this.#format = format;
        this.#accessRecord(record, at, batch, outer);
        return;
      }
    }
    if (isBlank(text)) {
      this.counts.lines += at.lines;
      this.counts.routine += at.lines;
      return;
    }
    if (outer === null) {
      const wrapped = stripEnvelope(text);
      if (wrapped !== null) {
        this.#unwrapped(wrapped, at, batch);
        return;
      }
    }
    this.#odd(at, batch, outer);
  }

  #unwrapped(wrapped: NonNullable<ReturnType<typeof stripEnvelope>>, at: LineAt, batch: Batch): void {
    if (wrapped.partial) {
      if (this.#partial.length < CUT_LENGTH * 8) this.#partial += wrapped.text;
      this.counts.lines += at.lines;
      this.counts.routine += at.lines;
      return;
    }
    const text = this.#partial + wrapped.text;
    this.#partial = '';
    const inner: LineAt = { ...at, text: text.endsWith('\r') ? text.slice(0, -1) : text, inBlock: false };
    this.#line(inner, batch, wrapped.time ?? NO_TIME);
  }

  /** A line in none of the expected forms. */
  #odd(at: LineAt, batch: Batch, outer: LineTime | null): void {
    if (this.#guesses < MAX_GUESSES) {
      this.#guesses++;
      const error = parseErrorText(at.text);
      if (error !== null) {
        this.#errorRecord(error, at, batch, outer);
        return;
      }
      const access = detectAccessLine(at.text);
      if (access !== null && access.status !== null) {
        this.#accessRecord(access, at, batch, outer);
        return;
      }
    }
    const { counts } = this;
    counts.lines += at.lines;
    // Lines without a header continue the error entry before them: tracebacks, an application's own output.
    if (this.#previous === 'routine') counts.routine += at.lines;
    else if (this.#previous !== 'classified') {
      counts.unknown += at.lines;
      this.unknown.add(at.text, at.lines);
    }
  }

  #errorRecord(record: ErrorRecord, at: LineAt, batch: Batch, outer: LineTime | null): void {
    const { counts } = this;
    const time = this.#timeOf(record.time, outer);
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside += at.lines;
      return;
    }
    counts.lines += at.lines;
    counts.errorLines += at.lines;
    if (!Number.isNaN(time)) this.#seen(time);
    else counts.timeless++;
    if (record.level !== null) {
      const verbosity = LEVELS.indexOf(record.level);
      if (verbosity > counts.verbosity) counts.verbosity = verbosity;
    }
    if (record.truncated) counts.cut++;
    if (record.forgeable) counts.forged++;
    const version = startedVersion(record.message);
    if (version !== null) this.#options.registry.versions.add(version);
    const symptom = this.#options.matcher.matchError(record);
    const event = nginxEvent(record);
    if (event !== null) {
      counts.routine += symptom?.role === 'root' ? 0 : at.lines;
      this.#previous = 'routine';
      this.#emit(
        this.#options.registry.eventKey(event.event, event.pid, symptom, record.message),
        record,
        at,
        time,
        batch,
      );
      return;
    }
    if (symptom === null) {
      counts.unknown += at.lines;
      this.#previous = 'unknown';
      this.unknown.add(record.message, at.lines);
      return;
    }
    if (symptom.role === 'event') {
      counts.routine += at.lines;
      this.#previous = 'routine';
      return;
    }
    const key = this.#options.registry.errorKey(symptom, record);
    if (at.inBlock) this.#learn(record, key, at, batch.text);
    if (symptom.role === 'routine') {
      counts.routine += at.lines;
      this.#previous = 'routine';
      return;
    }
    this.#previous = 'classified';
    this.#emit(key, record, at, time, batch);
  }

  #emit(key: ErrorKey | EventKey, record: ErrorRecord, at: LineAt, time: number, batch: Batch): void {
    batch.add(key, time, record.client, record.connection ?? -1, -1, -1, at.line, at.start, at.end);
    this.#spanned(at, batch);
  }

  #spanned(at: LineAt, batch: Batch): void {
    batch.span[batch.length - 1] = at.lines;
    if (!at.inBlock) batch.texts.set(batch.length - 1, at.text);
  }

  /** Stores the pieces of a line that the fast way may meet again. */
  #learn(record: ErrorRecord, key: ErrorKey, at: LineAt, block: string): void {
    if (
      record.forgeable ||
      record.truncated ||
      record.unfinished ||
      record.client === null ||
      record.connection === null
    )
      return;
    const { start, end } = at;
    const connection = block.indexOf(': *', start);
    const message = block.indexOf(' ', connection + 3) + 1;
    const context = block.indexOf(', client: ', message);
    if (connection === -1 || connection > start + 60 || context === -1 || context >= end) return;
    const clientEnd = block.indexOf(', ', context + 10);
    if (clientEnd === -1 || clientEnd >= end || block.slice(context + 10, clientEnd) !== record.client) return;
    if (block.charCodeAt(end) === 13) return;
    if (this.#tails.size >= MAX_CACHED) this.#tails.clear();
    const tailText = detach(block.slice(clientEnd, end));
    let tail = this.#tails.get(tailText);
    if (tail === undefined) {
      tail = { keys: new Map() };
      this.#tails.set(tailText, tail);
    }
    if (tail.keys.size >= MAX_KEYS_PER_TAIL) tail.keys.clear();
    const text = block.slice(message, context);
    tail.keys.set(detach(block.slice(start + 20, start + 24) + text), { key, quotes: text.includes('"') });
    this.#learnHour(block.slice(start, start + 13), record.time);
  }

  #learnHour(text: string, time: LineTime | null): void {
    if (time === null || text === this.#hourText) return;
    const hour = Math.floor(time.wall / 3_600_000) * 3_600_000;
    // A zone may change its offset within the hour; such an hour takes the plain way.
    const offset = this.#options.offsetAt(hour);
    if (this.#options.offsetAt(hour + 3_599_000) !== offset || this.#options.offsetAt(hour + 1_800_000) !== offset)
      return;
    this.#hourText = detach(text);
    this.#hourStart = hour / 1000 - offset * 60;
  }

  #accessRecord(record: AccessRecord, at: LineAt, batch: Batch, outer: LineTime | null): void {
    const { counts } = this;
    const time = this.#timeOf(record.time, outer);
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside += at.lines;
      return;
    }
    counts.lines += at.lines;
    counts.accessLines += at.lines;
    this.#previous = 'none';
    if (!Number.isNaN(time)) this.#seen(time);
    else counts.timeless++;
    if (at.inBlock && this.#format?.isCombinedPrefix === true) this.#learnStamp(at, record.time, batch.text);
    const status = record.status ?? -1;
    const { hint } = foldPath(record.path ?? record.request?.split(' ')[1] ?? '');
    const upgrade = record.upgrade !== null && /websocket/i.test(record.upgrade);
    const tunnel = status === 101;
    const failed = status >= 400 || (status < 200 && !tunnel);
    const named = hint === 'strong' || (hint === 'weak' && status >= 300);
    if (!tunnel && !failed && !upgrade && !(named && status !== 304)) {
      counts.routine += at.lines;
      return;
    }
    // Failures of other requests are looked at, since they may belong to an error line, but are none of our business.
    if (failed && status < 500 && status >= 400 && hint === null && !upgrade) counts.routine += at.lines;
    const key = this.#options.registry.accessKey(record);
    batch.add(
      key,
      time,
      record.client,
      record.connection ?? -1,
      record.requestTime ?? -1,
      record.bodyBytes ?? record.bytesSent ?? -1,
      at.line,
      at.start,
      at.end,
    );
    this.#spanned(at, batch);
  }

  #learnStamp(at: LineAt, time: LineTime | null, block: string): void {
    if (time === null || time.offset === null) return;
    const bracket = block.indexOf('[', at.start);
    if (bracket === -1 || bracket + 30 > at.end) return;
    const hour = block.slice(bracket + 1, bracket + 16);
    if (hour === this.#stampHour) return;
    this.#stampHour = detach(hour);
    this.#stampZone = detach(block.slice(bracket + 21, bracket + 28));
    this.#stampStart = Math.floor(time.wall / 3_600_000) * 3600 - time.offset * 60;
  }

  /** Epoch seconds; NaN when neither the line nor its wrapper has a readable time. */
  #timeOf(time: LineTime | null, outer: LineTime | null): number {
    if (time === null)
      return outer === null || outer === NO_TIME
        ? Number.NaN
        : outer.wall / 1000 - (outer.offset ?? this.#options.offsetAt(outer.wall)) * 60;
    const offset = time.offset ?? impliedZone(time.wall, outer) ?? this.#options.offsetAt(time.wall);
    return time.wall / 1000 - offset * 60;
  }

  #seen(time: number): void {
    const { counts } = this;
    if (time < counts.firstTime) counts.firstTime = time;
    if (time > counts.lastTime) counts.lastTime = time;
  }
}

interface HeldLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Where a text stands: its first line, how many it has, and its place in the block if it is a slice of it. */
interface LineAt {
  readonly text: string;
  readonly line: number;
  readonly lines: number;
  readonly start: number;
  readonly end: number;
  readonly inBlock: boolean;
}

/** A wrapper that carries no time; told apart from no wrapper, since wrappers are not unwrapped twice here. */
const NO_TIME: LineTime = { wall: Number.NaN, offset: null };

function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 32 && c !== 9 && c !== 0 && c !== 13) return false;
  }
  return true;
}
