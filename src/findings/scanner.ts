/**
 * The fast way: hands pieces of log to the scanner (src/scanner, WebAssembly), which counts the lines that are known
 * and puts what they say into rows; and teaches it what the plain way has read of those that are not. A known line
 * costs 0.1 µs, the plain way 8 µs.
 */

import { freeTextOf } from '../catalogue/free-text.ts';
import type { SymptomMatcher } from '../catalogue/match.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import type { AccessRecord, ErrorRecord } from '../nginx/record.ts';
import { LEVELS } from '../nginx/record.ts';
import type { Batch } from './batch.ts';
import { clientOf } from './client.ts';
import type { SourceCounts } from './counts.ts';
import { REACH } from './encoded-feeds.ts';
import { type AccessGist, type ErrorGist, requestHashOf } from './gists.ts';
import { type ScannerFormat, scannerFormatOf } from './scanner-format.ts';
import { scannerFormatOfJson, scannerFormatOfKeyed } from './scanner-guess.ts';
import { memoryFor, type ScannerMemory, touch } from './scanner-memory.ts';
import type { TextWindow } from './text-window.ts';

/** Bytes of a time from its minutes on: five, and a zone of at most eight. */
const HOUR_REST = 13;

/** Lines in another format than the one found out, after which theirs is taken. */
const MOST_STRAYS = 1000;
/** Lines from which a format is to be found out at first. */
const MOST_TRIES = 100;

export interface ScannerOptions {
  readonly matcher: SymptomMatcher;
  readonly formats: readonly AccessFormat[];
  readonly offsetAt: (wall: number) => number;
  readonly since: number;
  readonly until: number;
}

export class Scanner {
  /** After `scan`: where the next line starts that is not read yet, and its number. */
  at = 0;
  line = 1;
  readonly #options: ScannerOptions;
  /** Finds the format out from a line, where none is known. */
  readonly #guess: ((line: string) => ScannerFormat | null) | null;
  #format: ScannerFormat | null;
  #memory: ScannerMemory | null = null;
  /** The piece of the window that the scanner has: from where, how long, and up to where its lines can be read. */
  #base = 0;
  #length = 0;
  #readable = 0;
  /** The line it has stopped at; -1 when what it knows of that is gone. */
  #askedAt = -1;
  #strays = 0;
  #tries = 0;

  constructor(options: ScannerOptions) {
    this.#options = options;
    const [expected] = options.formats;
    this.#format = expected === undefined ? null : scannerFormatOf(expected);
    const kind = expected?.recipe?.kind;
    this.#guess =
      kind === 'json'
        ? scannerFormatOfJson
        : kind === 'combined-like' && expected?.isCombinedPrefix === true
          ? scannerFormatOfKeyed
          : null;
  }

  /** Tells that the window's text is another now. */
  enter(): void {
    this.#length = 0;
    this.#askedAt = -1;
  }

  /**
   * Reads lines as long as they are known: from `from`, where line number `line` starts, up to those that start at
   * `stop`.
   */
  scan(window: TextWindow, from: number, stop: number, line: number, batch: Batch, counts: SourceCounts): void {
    this.at = from;
    this.line = line;
    this.#askedAt = -1;
    const memory = this.#owned();
    if (memory === null) return;
    while (this.at < stop) {
      if (this.at < this.#base || this.at >= this.#base + this.#readable) this.#load(memory, window);
      const { code, codes, result } = memory;
      const limit = Math.min(stop - this.#base, this.#readable);
      const before = this.at;
      const end = code.scan(before - this.#base, limit, this.#length, this.line, this.#base);
      this.at = this.#base + result.nextAt;
      this.line = result.nextLine;
      result.addTo(counts);
      if (result.rows > 0) this.#take(memory, window, batch);
      if (end === codes.notKnown) {
        this.#askedAt = this.at;
        return;
      }
      if (end === codes.notWhole) {
        // A line longer than the memory, or the last one, which lacks its line feed.
        if (this.at === this.#base || this.#base + this.#length === window.end) return;
        this.#length = 0;
        this.#readable = 0;
      } else if (end === codes.done && this.at === before && this.at < stop && limit === this.#readable) {
        this.#readable = 0;
      }
    }
  }

  /** Stores what a line says that the plain way has read; `gist` is null when it is routine. */
  learnError(record: ErrorRecord, gist: ErrorGist | null, window: TextWindow, start: number, time: number): void {
    const memory = this.#memory;
    if (memory === null || memory.owner !== this || start < this.#base) return;
    const { code, result } = memory;
    const question = this.#askedAt === start ? result.question : null;
    if (question !== 'error' && question !== 'bare') {
      this.#learnHour(memory, record, start);
      return;
    }
    if (record.forgeable || record.truncated || record.unfinished || record.level === null) return;
    this.#askedAt = -1;
    if (!freeTextOf(this.#options.matcher).isFree(record)) return;
    const value = gist === null ? 0 : gist.number * 2 + 1;
    const level = LEVELS.indexOf(record.level);
    if (question === 'bare') {
      const isSame =
        result.time === time &&
        result.connection === record.connection &&
        record.client === null &&
        record.request === null;
      if (isSame && code.learnBareLine(value, level) === 0) code.forgetErrors();
      return;
    }
    const request = requestHashOf(record);
    const isSame =
      result.time === time &&
      result.connection === record.connection &&
      this.#isClient(memory, window, record.client) &&
      (result.request === 0 || result.request === request);
    if (!isSame) return;
    if (code.learnErrorLine(value, request, level) === 0) code.forgetErrors();
  }

  /** The same for a line of the expected access format; `gist` is null when it says nothing. */
  learnAccess(
    record: AccessRecord,
    gist: AccessGist | null,
    isRoutine: boolean,
    window: TextWindow,
    start: number,
    text: string,
    time: number,
  ): void {
    const memory = this.#memory;
    if (memory === null || memory.owner !== this || start < this.#base) return;
    const { code, result } = memory;
    if (this.#guess !== null) this.#adapt(memory, this.#guess, text);
    if (this.#askedAt !== start) return;
    this.#askedAt = -1;
    const { question } = result;
    if (question === 'time') this.#learnAccessHour(memory, record, window, time);
    if (question !== 'access') return;
    this.#strays = 0;
    const isSame =
      result.time === time &&
      result.connection === (record.connection ?? -1) &&
      result.seconds === (record.requestTime ?? -1) &&
      result.size === (record.bodyBytes ?? record.bytesSent ?? -1) &&
      result.request === requestHashOf(record) &&
      this.#isClient(memory, window, record.client);
    if (!isSame) return;
    const value = (isRoutine ? 2 : 0) + (gist === null ? 0 : gist.number * 4 + 1);
    if (code.learnAccessLine(value) === 0) code.forgetAccess();
  }

  /** Nothing is to be learned of the line that it has stopped at. */
  dismiss(): void {
    this.#askedAt = -1;
  }

  /** Lets go of all gists. */
  forget(): void {
    const memory = this.#memory;
    if (memory?.owner !== this) return;
    memory.code.forgetErrors();
    memory.code.forgetAccess();
  }

  /** The memory of a scanner, made ready for this input. */
  #owned(): ScannerMemory | null {
    if (this.#memory?.owner === this) {
      touch(this.#memory);
      return this.#memory;
    }
    const memory = memoryFor(this);
    this.#memory = memory;
    this.#length = 0;
    this.#readable = 0;
    if (memory === null) return null;
    memory.code.setRange(this.#options.since, this.#options.until);
    memory.setFormat(this.#format);
    return memory;
  }

  #load({ code, text }: ScannerMemory, window: TextWindow): void {
    const length = Math.min(text.length, window.end - this.at);
    text.set(window.bytes.subarray(this.at, this.at + length));
    this.#base = this.at;
    this.#length = length;
    // Behind a line must be in sight what can belong to it.
    this.#readable = this.at + length === window.end ? length : length - REACH;
    code.enter(length);
  }

  /** Adds the rows to the batch. */
  #take({ rows, result, names, codes: { named } }: ScannerMemory, window: TextWindow, batch: Batch): void {
    const count = result.rows;
    if (result.named > 0) {
      for (let i = 0; i < count; i++) {
        if (rows.client[i] === named) rows.client[i] = batch.clientCode(window.slice(names.start[i]!, names.end[i]!));
      }
    }
    batch.addRows(rows, count, result.ofAccess > 0);
  }

  /** Whether the client that the scanner has found is the one that the plain way has. */
  #isClient({ result, codes }: ScannerMemory, window: TextWindow, text: string | null): boolean {
    const client = clientOf(text);
    if (client === null) return result.client === -1;
    if (typeof client === 'number') return result.client === client >>> 0;
    return result.client === codes.named && window.slice(result.name, result.nameEnd) === client;
  }

  /** Remembers the hour of an error line that the plain way has read. */
  #learnHour({ code, textAt }: ScannerMemory, { time }: ErrorRecord, start: number): void {
    if (time === null || start + 20 > this.#base + this.#length) return;
    const hour = Math.floor(time.wall / 3_600_000) * 3_600_000;
    const offset = this.#options.offsetAt(hour);
    // A zone may change its offset within the hour; such an hour takes the plain way.
    for (const later of [900_000, 1_800_000, 2_700_000, 3_599_000]) {
      if (this.#options.offsetAt(hour + later) !== offset) return;
    }
    code.learnErrorHour(textAt + start - this.#base, hour / 1000 - offset * 60);
  }

  #learnAccessHour(memory: ScannerMemory, { time }: AccessRecord, window: TextWindow, seconds: number): void {
    const { result } = memory;
    const text = window.slice(result.name, result.nameEnd);
    // `22/Nov/2026:12:05:33 +0000`, `2026-11-22T12:05:33+00:00`: no fraction, and a zone.
    const minutesAt = text[2] === '/' ? 15 : 14;
    if (time === null || time.offset === null || !/^.{13,14}:\d\d:\d\d[^.,]/.test(text)) return;
    const start = Math.floor(time.wall / 3_600_000) * 3600 - time.offset * 60;
    const within = Number(text.slice(minutesAt, minutesAt + 2)) * 60 + Number(text.slice(minutesAt + 3, minutesAt + 5));
    if (start + within !== seconds || text[minutesAt - 1] !== ':' || text.length > minutesAt + HOUR_REST) return;
    memory.setHour(text, minutesAt, start);
  }

  /** Takes the format of a line that the plain way has read, when none is known or none of the last was in it. */
  #adapt(memory: ScannerMemory, guess: (line: string) => ScannerFormat | null, text: string): void {
    if (this.#tries >= MOST_TRIES && ++this.#strays < MOST_STRAYS) return;
    this.#tries++;
    this.#strays = 0;
    const format = guess(text);
    if (format === null) return;
    this.#tries = MOST_TRIES;
    this.#format = format;
    memory.setFormat(format);
    this.#askedAt = -1;
  }
}
