/**
 * The fast way through an access log whose lines begin as combined does. Lines that can matter to nobody here, successes
 * and redirects of requests that are no WebSocket's, are told by a few positions: 0.13 µs a line, reading included. Of
 * the others, in combined itself, what a request with a certain status says is remembered as the plain way has read
 * it: 0.3 µs a line, against 5.
 */
import type { AccessFormat } from '../nginx/access-line.ts';
import type { AccessRecord } from '../nginx/record.ts';
import { AddressReader } from './address.ts';
import { isNginxAnswer } from './answered-by.ts';
import { combinedTail, isQuotedTail } from './combined-tail.ts';
import { type AccessGist, requestHashOf } from './gists.ts';
import { twoDigits } from './known-hour.ts';
import { type Known, KnownTexts } from './known-texts.ts';
import { hashText } from './text.ts';
import type { TextWindow } from './text-window.ts';

const MAX_REQUESTS = 8192;
const MAX_REQUEST = 2048;
/** Requests remembered as met once: only what comes again is stored, since many never do. */
const MET_ONCE = 4096;
/** How far into a line its time can stand. */
const MAX_HEAD = 512;
const MAX_DIGITS = 15;
/** Requests whose path may be a WebSocket's; the exact decision is PathFolder's, of which this must miss nothing. */
const MAYBE_WEBSOCKET =
  /ws|web-?socket|sock|cable|signalr|hub|realtime|subscriptions|engine\.io|mqtt|live|hmr|stomp|channels|primus|faye|janus|transport=/i;
const BACKSLASH = 92;
/** Positions from the opening bracket: `[22/Nov/2026:12:05:33 +0000] "`. */
const MINUTES = 16;
const SECONDS = 19;
const ZONE = 21;
const REQUEST = 30;
/** Four-byte words that cover hour and zone. */
const PLACES = [1, 5, 9, 12, ZONE, ZONE + 3] as const;

/** A request by its text. */
interface Request {
  /** It may be a WebSocket's. */
  readonly matters: boolean;
  /** What lines with it said, by status and whether nginx made the answer. */
  readonly outcomes: Map<number, Outcome>;
}

interface Outcome {
  /** Null: nothing. */
  readonly gist: AccessGist | null;
  readonly isRoutine: boolean;
  readonly request: number;
}

export class KnownAccess {
  /** Whether the expected lines are in a form that can be read this way. */
  readonly applies: boolean;
  /** Of the line matched last: epoch seconds, where it ends, what it says, and whether it counts as routine. */
  time = Number.NaN;
  end = 0;
  gist: AccessGist | null = null;
  isRoutine = true;
  /** If it says something: the client, as KnownErrors has it, bytes of body, hash of the request. */
  client = -1;
  clientStart = 0;
  clientEnd = 0;
  size = -1;
  request = 0;
  readonly #requests = new KnownTexts<Request>();
  readonly #logsUpgrade: boolean;
  /** Quoted values behind the size where the format is combined with nothing else; else -1. */
  readonly #tail: number;
  readonly #address = new AddressReader();
  /** `22/Nov/2026:12:` and ` +0000]`, and the epoch second at which that hour starts. */
  readonly #words = new Int32Array(PLACES.length);
  #start = Number.NaN;
  /** Hashes. */
  readonly #metOnce = new Uint32Array(MET_ONCE);

  constructor(formats: readonly AccessFormat[]) {
    this.applies = formats[0]?.isCombinedPrefix === true;
    this.#logsUpgrade = formats.some((f) => f.variables.includes('http_upgrade'));
    this.#tail = formats[0] === undefined ? -1 : combinedTail(formats[0]);
  }

  /** Whether the line at `start` is known; the plain way must read it when it is not. */
  match(window: TextWindow, start: number): boolean {
    const { bytes } = window;
    let bracket = start;
    for (let c = bytes[bracket]; c !== 91; c = bytes[++bracket]) {
      if (c === 10 || bracket - start > MAX_HEAD || bracket >= window.end) return false;
    }
    const time = this.#timeAt(window, bracket);
    const request = bracket + REQUEST;
    if (!(time >= 0) || bytes[request - 2] !== 32 || bytes[request - 1] !== 34) return false;
    const known = this.#requests.get(window, request) ?? this.#meet(window, request);
    if (known === null) return false;
    const at = request + known.length + 1;
    if (bytes[at - 1] !== 32 || bytes[at + 3] !== 32 || at + 4 > window.end) return false;
    const status = (bytes[at]! - 48) * 100 + twoDigits(bytes, at + 1);
    this.time = time;
    if (!known.value.matters && status >= 200 && status < 400) {
      this.end = window.lineEnd(at + 4);
      if (this.#logsUpgrade && /websocket/i.test(window.slice(at, this.end))) return false;
      this.gist = null;
      this.isRoutine = true;
      return true;
    }
    return this.#tail !== -1 && this.#matchOutcome(window, start, bracket, at, status, known.value);
  }

  /** Stores what a line says that the plain way has read; `gist` is null when that is nothing. */
  learn(
    record: AccessRecord,
    gist: AccessGist | null,
    isRoutine: boolean,
    window: TextWindow,
    start: number,
    line: string,
  ): void {
    const { time, status } = record;
    if (time === null || time.offset === null) return;
    const bracket = line.indexOf('[');
    if (bracket === -1 || bracket + REQUEST > line.length) return;
    for (let i = 0; i < PLACES.length; i++) {
      this.#words[i] = window.view.getInt32(start + bracket + PLACES[i]!, true);
    }
    this.#start = Math.floor(time.wall / 3_600_000) * 3600 - time.offset * 60;
    // Only what the expected format has read: another could have read more out of the same line.
    if (this.#tail === -1 || status === null || record.bodyBytes === null) return;
    const known = this.#requests.get(window, start + bracket + REQUEST);
    if (known === null || record.request === null || known.length !== record.request.length + 1) return;
    const outcome = { gist, isRoutine, request: requestHashOf(record) };
    known.value.outcomes.set(outcomeKey(status, record.bodyBytes), outcome);
  }

  /** Lets go of all gists. */
  forget(): void {
    this.#requests.clear();
  }

  #timeAt({ bytes, view }: TextWindow, bracket: number): number {
    const words = this.#words;
    for (let i = 0; i < PLACES.length; i++) {
      if (view.getInt32(bracket + PLACES[i]!, true) !== words[i]) return -1;
    }
    const minutes = twoDigits(bytes, bracket + MINUTES);
    const seconds = twoDigits(bytes, bracket + SECONDS);
    if (!(minutes < 60 && seconds < 61) || bytes[bracket + SECONDS - 1] !== 58) return -1;
    return this.#start + minutes * 60 + seconds;
  }

  #matchOutcome(
    window: TextWindow,
    start: number,
    bracket: number,
    status: number,
    code: number,
    { outcomes }: Request,
  ): boolean {
    const { bytes } = window;
    const client = this.#address.read(bytes, start);
    // `ADDRESS - - [`
    if (client === -1 || client + 5 !== bracket || bytes[client] !== 32 || bytes[client + 1] !== 45) return false;
    if (bytes[client + 2] !== 32 || bytes[client + 3] !== 45 || bytes[client + 4] !== 32) return false;
    let at = status + 4;
    let size = 0;
    for (let c = bytes[at]!; c >= 48 && c <= 57; c = bytes[++at]!) size = size * 10 + c - 48;
    if (at === status + 4 || at - status - 4 > MAX_DIGITS) return false;
    const end = window.lineEnd(at);
    const outcome = outcomes.get(outcomeKey(code, size));
    if (outcome === undefined || !isQuotedTail(bytes, at, end, this.#tail)) return false;
    this.end = end;
    this.gist = outcome.gist;
    this.isRoutine = outcome.isRoutine;
    this.request = outcome.request;
    this.client = this.#address.ipv4;
    this.clientStart = start;
    this.clientEnd = client;
    this.size = size;
    return true;
  }

  /** Looks at a request that was not met before; null when it has no end, or none in bounds. */
  #meet(window: TextWindow, start: number): Known<Request> | null {
    const { bytes } = window;
    if (bytes[start] === BACKSLASH) return null;
    let close = start;
    for (let c = bytes[close]; c !== 34; c = bytes[++close]) {
      if (c === 10 || close - start > MAX_REQUEST || close >= window.end) return null;
    }
    const request = window.slice(start, close);
    const value = { matters: MAYBE_WEBSOCKET.test(request), outcomes: new Map<number, Outcome>() };
    const hash = hashText(request);
    if (this.#metOnce[hash % MET_ONCE] !== hash) {
      this.#metOnce[hash % MET_ONCE] = hash;
      return { value, length: close + 1 - start };
    }
    if (this.#requests.size >= MAX_REQUESTS) this.forget();
    return this.#requests.set(window, start, close + 1, value);
  }
}

function outcomeKey(status: number, size: number): number {
  return status * 2 + (isNginxAnswer(status, size) ? 1 : 0);
}
