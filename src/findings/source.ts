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
import { EncodedFeeds, REACH } from './encoded-feeds.ts';
import { foldPath } from './endpoint.ts';
import { nginxEvent, startedVersion } from './events.ts';
import type { ErrorKey, EventKey } from './keys.ts';
import { KnownErrors } from './known-errors.ts';
import { type Registry, requestHashOf } from './registry.ts';
import { RoutineAccess } from './routine-access.ts';
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

/** Tries of every known format on lines that no stated format explains; bounds the cost of a file of junk. */
const MAX_GUESSES = 20_000;
/** Text of a split container line that is kept, bytes: several times what nginx can write. */
const MAX_PARTIAL = 16_384;

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
  readonly #feeds = new EncodedFeeds();
  readonly #known: KnownErrors;
  readonly #routine: RoutineAccess;
  #format: AccessFormat | null;
  #guesses = 0;
  /** Lines at the end of the block before, and the number of the first of them. */
  #waiting = '';
  #waitingLine = 1;
  /** Physical lines that the assembler holds. */
  readonly #heldLines: HeldLine[] = [];
  /** Text of a container line that its runtime has split (CRI's `P`). */
  #partial = '';

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#format = options.formats[0] ?? null;
    this.#known = new KnownErrors(this.#feeds, options.offsetAt);
    this.#routine = new RoutineAccess(options.formats);
  }

  /**
   * Lines are read once all that can belong to them is in sight, so a few wait for the next block.
   *
   * @param block whole lines as latin1; the last may lack its newline
   * @param firstLine number of the first line, from 1
   */
  read(block: string, firstLine: number, batch: Batch): void {
    const text = this.#waiting + block;
    this.#lines(text, this.#waiting === '' ? firstLine : this.#waitingLine, batch, text.length - REACH);
  }

  /** Ends the input, or what there is of it now: nothing waits any longer. */
  end(batch: Batch): void {
    this.#lines(this.#waiting, this.#waitingLine, batch, Number.POSITIVE_INFINITY);
    for (const entry of this.#assembler.flush()) this.#entry(entry, batch, false);
    this.#afterHeld(batch);
  }

  /** Reads the lines that start before `limit`; the others wait. */
  #lines(text: string, firstLine: number, batch: Batch, limit: number): void {
    batch.reset(text);
    this.#feeds.enter(text);
    const fast = this.#options.plain !== true;
    const length = text.length;
    let line = firstLine;
    let start = 0;
    for (; start < length && start <= limit; line++) {
      let end = text.indexOf('\n', start);
      if (end === -1) end = length;
      if (this.#assembler.pending || !fast || !this.#fast(text, start, end, line, batch)) {
        this.#plain(text, start, end, line, batch);
      }
      start = end + 1;
    }
    this.#waiting = text.slice(start);
    this.#waitingLine = line;
  }

  /** Reads a line by what is known already; false when the plain way must. */
  #fast(text: string, start: number, end: number, line: number, batch: Batch): boolean {
    // A slash and a bracket where an error line has them; else an access line of the expected format.
    const isError = text.charCodeAt(start + 4) === 47 && text.charCodeAt(start + 20) === 91;
    if (!isError && (this.#format?.isCombinedPrefix !== true || !this.#routine.tell(text, start, end))) return false;
    const { counts } = this;
    const known = isError ? this.#known.match(text, start, end) : null;
    if (isError && known === null) return false;
    const time = isError ? this.#known.time : this.#routine.time;
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside++;
      return true;
    }
    counts.lines++;
    this.#seen(time);
    if (known === null) {
      counts.accessLines++;
      counts.routine++;
      return true;
    }
    counts.errorLines++;
    if (known.symptom.role === 'routine') {
      counts.routine++;
      return true;
    }
    const client = text.substring(this.#known.clientStart, this.#known.clientEnd);
    batch.add(known, time, client, this.#known.connection, this.#known.request, -1, -1, line, start, end);
    return true;
  }

  #plain(text: string, start: number, end: number, line: number, batch: Batch): void {
    const last = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const whole = text.slice(start, last);
    if (this.#assembler.pending || (looksLikeHeader(whole) && !this.#standsAlone(whole, start))) {
      const wasPending = this.#assembler.pending;
      this.#heldLines.push({ line, start, end: last });
      for (const entry of this.#assembler.push(wasPending ? detach(whole) : whole))
        this.#entry(entry, batch, !wasPending);
      return;
    }
    this.#line({ text: whole, line, lines: 1, start, end: last, inBlock: true }, batch, null);
  }

  /**
   * Whether an entry that quotes a decoded path surely ends with its line: spares such entries, the commonest of all
   * (`open() … failed`), the wait for what follows.
   */
  #standsAlone(whole: string, start: number): boolean {
    const message = whole.indexOf(' ', whole.indexOf(': *') + 3) + 1;
    const quotesPath = whole.startsWith('open() "', message) || whole.startsWith('"/', message);
    return quotesPath && whole.includes(', request: "') && !this.#feeds.near(start);
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
      if (this.#partial.length < MAX_PARTIAL) this.#partial += wrapped.text;
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
    counts.unknown += at.lines;
    this.unknown.add(at.text, at.lines);
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
      this.unknown.add(record.message, at.lines);
      return;
    }
    if (symptom.role === 'event') {
      counts.routine += at.lines;
      return;
    }
    const key = this.#options.registry.errorKey(symptom, record);
    if (at.inBlock) this.#known.learn(record, key, batch.text, at.start, at.end);
    if (symptom.role === 'routine') {
      counts.routine += at.lines;
      return;
    }
    this.#emit(key, record, at, time, batch);
  }

  #emit(key: ErrorKey | EventKey, record: ErrorRecord, at: LineAt, time: number, batch: Batch): void {
    batch.add(
      key,
      time,
      record.client,
      record.connection ?? -1,
      requestHashOf(record),
      -1,
      -1,
      at.line,
      at.start,
      at.end,
    );
    this.#spanned(at, batch);
  }

  #spanned(at: LineAt, batch: Batch): void {
    batch.span[batch.length - 1] = at.lines;
    if (!at.inBlock) batch.texts.set(batch.length - 1, at.text);
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
    if (!Number.isNaN(time)) this.#seen(time);
    else counts.timeless++;
    if (at.inBlock && this.#format?.isCombinedPrefix === true)
      this.#routine.learn(record.time, batch.text, at.start, at.end);
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
      requestHashOf(record),
      record.requestTime ?? -1,
      record.bodyBytes ?? record.bytesSent ?? -1,
      at.line,
      at.start,
      at.end,
    );
    this.#spanned(at, batch);
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

function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 32 && c !== 9 && c !== 0 && c !== 13) return false;
  }
  return true;
}
