/**
 * The plain way: reads one line in full, whatever it is: an entry of the error log, an access line, either of them in a
 * wrapper, or none of these. Counts it, and adds what it says to the findings.
 */
import type { SymptomMatcher } from '../catalogue/match.ts';
import { detectAccessLine } from '../nginx/access-detect.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { stripEnvelope } from '../nginx/envelope.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import { parseErrorLine, parseErrorText } from '../nginx/error-line.ts';
import type { AccessRecord, ErrorRecord, LineTime } from '../nginx/record.ts';
import { LEVELS } from '../nginx/record.ts';
import type { Batch } from './batch.ts';
import { clientOf } from './client.ts';
import { newCounts, noteStart } from './counts.ts';
import { PathFolder } from './endpoint.ts';
import { nginxEvent, startedVersion } from './events.ts';
import { GistRoom } from './gist-room.ts';
import { foldOf, type Gist, Gists, isWebSocket, requestHashOf } from './gists.ts';
import type { Scanner } from './scanner.ts';
import { TextWindow } from './text-window.ts';
import { UnknownLines } from './unknown.ts';
import { impliedZone } from './zone.ts';

export interface ReaderOptions {
  readonly matcher: SymptomMatcher;
  /** Formats to try on access lines, likeliest first. */
  readonly formats: readonly AccessFormat[];
  /** Minutes east of UTC of a zone-less line whose wall clock reads `wall` ms. */
  readonly offsetAt: (wall: number) => number;
  /** Epoch seconds; lines before `since` or not before `until` are left out. */
  readonly since: number;
  readonly until: number;
  /** It reads for months beside others, and had better remember little. */
  readonly lasting?: boolean;
  /** Turns the fast way off, for tests that compare both. */
  readonly plain?: boolean;
}

/** Where a text stands: its first line, how many it has, and its place in the window if it is a slice of it. */
export interface LineAt {
  readonly text: string;
  readonly line: number;
  readonly lines: number;
  readonly start: number;
  readonly end: number;
  readonly inWindow: boolean;
}

/** Tries of every known format on lines that no stated format explains; bounds the cost of a file of junk. */
export const MAX_GUESSES = 20_000;
/** Text of a split container line that is kept, bytes: several times what nginx can write. */
const MAX_PARTIAL = 16_384;

export class LineReader {
  counts = newCounts();
  unknown = new UnknownLines();
  readonly gists: Gists;
  /** Tries left, and tries made. */
  guessesLeft = MAX_GUESSES;
  guessed = 0;
  /** Where the lines stand. */
  window = new TextWindow(0);
  /** Text of a container line that its runtime has split (CRI's `P`). */
  partial = '';
  readonly #options: ReaderOptions;
  /** Told what lines say, so that it knows them when they come again. */
  readonly #scanner: Scanner | null;
  readonly #folder = new PathFolder();

  constructor(options: ReaderOptions, scanner: Scanner | null) {
    this.gists = new Gists(new GistRoom(options.lasting === true));
    this.#options = options;
    this.#scanner = scanner;
  }

  /** @param outer time of the wrapper the text was taken out of; null when there was none */
  read(at: LineAt, batch: Batch, outer: LineTime | null = null): void {
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
        this.#accessRecord(record, at, batch, outer, format === this.#options.formats[0]);
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

  /** Reads what is left of a split container line at the end of the input. */
  end(batch: Batch): void {
    if (this.partial === '') return;
    const text = this.partial;
    this.partial = '';
    this.read({ text, line: 0, lines: 0, start: 0, end: 0, inWindow: false }, batch);
  }

  #unwrapped(wrapped: NonNullable<ReturnType<typeof stripEnvelope>>, at: LineAt, batch: Batch): void {
    if (wrapped.partial) {
      if (this.partial.length < MAX_PARTIAL) this.partial += wrapped.text;
      this.counts.lines += at.lines;
      this.counts.routine += at.lines;
      return;
    }
    const text = this.partial + wrapped.text;
    this.partial = '';
    const inner: LineAt = { ...at, text: text.endsWith('\r') ? text.slice(0, -1) : text, inWindow: false };
    this.read(inner, batch, wrapped.time ?? NO_TIME);
  }

  /** A line in none of the expected forms. */
  #odd(at: LineAt, batch: Batch, outer: LineTime | null): void {
    if (this.guessed < this.guessesLeft) {
      this.guessed++;
      const error = parseErrorText(at.text);
      if (error !== null) {
        this.#errorRecord(error, at, batch, outer);
        return;
      }
      const access = detectAccessLine(at.text);
      if (access !== null && access.status !== null) {
        this.#accessRecord(access, at, batch, outer, false);
        return;
      }
    }
    const { counts } = this;
    counts.lines += at.lines;
    counts.unknown += at.lines;
    this.unknown.add(at.text, at.lines);
  }

  #errorRecord(record: ErrorRecord, at: LineAt, batch: Batch, outer: LineTime | null): void {
    const { counts, gists } = this;
    const time = this.#timeOf(record.time, outer);
    if (!this.#counted(time, at)) return;
    counts.errorLines += at.lines;
    if (record.level !== null) {
      const verbosity = LEVELS.indexOf(record.level);
      if (verbosity > counts.verbosity) counts.verbosity = verbosity;
    }
    if (record.truncated) counts.cut++;
    if (record.forgeable) counts.forged++;
    const version = startedVersion(record.message);
    if (version !== null) noteStart(counts, version, time);
    const symptom = this.#options.matcher.matchError(record);
    const event = nginxEvent(record);
    if (event !== null) {
      counts.routine += symptom?.role === 'root' ? 0 : at.lines;
      this.#emit(gists.event(event.event, event.pid, symptom, record.message), record, at, time, batch);
      return;
    }
    if (symptom === null) {
      counts.unknown += at.lines;
      this.unknown.add(record.message, at.lines);
      return;
    }
    const isRoutine = symptom.role === 'routine' || symptom.role === 'event';
    const gist = isRoutine ? null : gists.error(symptom, record, foldOf(record, this.#folder));
    if (at.inWindow) this.#scanner?.learnError(record, gist, this.window, at.start, time);
    if (gist === null) counts.routine += at.lines;
    else this.#emit(gist, record, at, time, batch);
  }

  /** @param expected it is in the format that lines of this input are expected in */
  #accessRecord(record: AccessRecord, at: LineAt, batch: Batch, outer: LineTime | null, expected: boolean): void {
    const { counts } = this;
    const time = this.#timeOf(record.time, outer);
    if (!this.#counted(time, at)) return;
    counts.accessLines += at.lines;
    const status = record.status ?? -1;
    const fold = foldOf(record, this.#folder);
    const hint = fold?.hint ?? null;
    const upgrade = record.upgrade !== null && isWebSocket(record.upgrade);
    const tunnel = status === 101;
    const failed = status >= 400 || (status < 200 && !tunnel);
    const named = hint === 'strong' || (hint === 'weak' && status >= 300);
    const says = tunnel || failed || upgrade || (named && status !== 304);
    // Failures of other requests are looked at, since they may belong to an error line, but are none of our business.
    const isRoutine = !says || (failed && status < 500 && status >= 400 && hint === null && !upgrade);
    if (isRoutine) counts.routine += at.lines;
    const gist = says ? this.gists.access(record, fold) : null;
    if (at.inWindow && expected)
      this.#scanner?.learnAccess(record, gist, isRoutine, this.window, at.start, at.text, time);
    if (gist !== null) this.#emit(gist, record, at, time, batch);
  }

  #emit(gist: Gist, record: ErrorRecord | AccessRecord, at: LineAt, time: number, batch: Batch): void {
    const i = batch.length;
    batch.add(
      gist,
      time,
      batch.clientCode(clientOf(record.client)),
      record.connection ?? -1,
      requestHashOf(record),
      at.line,
      at.start,
      at.end,
    );
    if (record.kind === 'access') batch.addAccess(record.requestTime ?? -1, record.bodyBytes ?? record.bytesSent ?? -1);
    if (at.lines !== 1) batch.spans.set(i, at.lines);
    if (!at.inWindow) batch.texts.set(i, at.text);
  }

  /** Counts a line of a log; false when it is outside of the time asked for. */
  #counted(time: number, at: LineAt): boolean {
    const { counts } = this;
    if (time < this.#options.since || time >= this.#options.until) {
      counts.outside += at.lines;
      return false;
    }
    counts.lines += at.lines;
    if (Number.isNaN(time)) counts.timeless++;
    if (time < counts.firstTime) counts.firstTime = time;
    if (time > counts.lastTime) counts.lastTime = time;
    return true;
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
