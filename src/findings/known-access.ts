/**
 * The fast way through an access log whose lines begin as combined does. Lines that can matter to nobody here, successes
 * and redirects of requests that are no WebSocket's, are told by a few positions. Of the others, in combined itself,
 * what a request with a certain status says is remembered as the plain way has read it (src/findings/known-requests.ts).
 * Either way the whole line is looked at, so that a torn one is never taken for another.
 */
import type { AccessFormat } from '../nginx/access-line.ts';
import type { AccessRecord } from '../nginx/record.ts';
import { tailsOf } from './access-tails.ts';
import { AddressReader } from './address.ts';
import type { AccessGist } from './gists.ts';
import { twoDigits } from './known-hour.ts';
import { KnownRequests, type Outcome } from './known-requests.ts';
import type { TextWindow } from './text-window.ts';

/** How far into a line its time can stand. */
const MAX_HEAD = 512;
const MAX_DIGITS = 15;
/** Positions from the opening bracket: `[22/Nov/2026:12:05:33 +0000] "`. */
const MINUTES = 16;
const SECONDS = 19;
const ZONE = 21;
const REQUEST = 30;
/** Four-byte words that cover hour and zone. */
const PLACES = [1, 5, 9, 12, ZONE, ZONE + 3] as const;
/** ` - -` and ` [`, as numbers. */
const DASHES = 0x2d202d20;
const BRACKET = 0x5b20;
/** What addresses and user names are made of: nothing that ends one. */
const NAME_BYTES = Uint8Array.from({ length: 256 }, (_, c) => (/[\w.:@+-]/.test(String.fromCharCode(c)) ? 1 : 0));

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
  readonly #tails: ReturnType<typeof tailsOf>;
  readonly #requests = new KnownRequests();
  readonly #address = new AddressReader();
  /** `22/Nov/2026:12:` and ` +0000]`, and the epoch second at which that hour starts. */
  readonly #words = new Int32Array(PLACES.length);
  #start = Number.NaN;

  constructor(formats: readonly AccessFormat[]) {
    this.#tails = tailsOf(formats[0]);
    this.applies = this.#tails !== null;
  }

  /** Whether the line at `start` is known; the plain way must read it when it is not. */
  match(window: TextWindow, start: number): boolean {
    const { bytes } = window;
    const bracket = headEnd(window, start);
    if (bracket === -1) return false;
    const time = this.#timeAt(window, bracket);
    const request = bracket + REQUEST;
    if (!(time >= 0) || bytes[request - 2] !== 32 || bytes[request - 1] !== 34) return false;
    const known = this.#requests.at(window, request);
    if (known === null) return false;
    let at = request + known.length + 1;
    const status = (bytes[at]! - 48) * 100 + twoDigits(bytes, at + 1);
    if (bytes[at - 1] !== 32 || bytes[at + 3] !== 32 || !(status >= 100 && status < 600)) return false;
    at += 4;
    const from = at;
    let size = 0;
    for (let c = bytes[at]!; c >= 48 && c <= 57; c = bytes[++at]!) size = size * 10 + c - 48;
    if (at === from || at - from > MAX_DIGITS) return false;
    if (!known.value.matters && status >= 200 && status < 400) {
      const end = this.#tails!.end(window, at);
      if (end === -1) return false;
      this.time = time;
      this.end = end;
      this.gist = null;
      this.isRoutine = true;
      return true;
    }
    if (!this.#tails!.silent) return false;
    const client = this.#address.read(bytes, start);
    if (client === -1 || client + 5 !== bracket) return false;
    const outcome = this.#requests.outcome(known.value, status, size);
    if (outcome === null) return false;
    const end = this.#tails!.end(window, at);
    if (end === -1) return false;
    this.time = time;
    this.end = end;
    this.#says(outcome);
    this.client = this.#address.ipv4;
    this.clientStart = start;
    this.clientEnd = client;
    this.size = size;
    return true;
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
    const { time } = record;
    if (time === null || time.offset === null) return;
    const bracket = line.indexOf('[');
    if (bracket === -1 || bracket + REQUEST > line.length) return;
    for (let i = 0; i < PLACES.length; i++) {
      this.#words[i] = window.view.getInt32(start + bracket + PLACES[i]!, true);
    }
    this.#start = Math.floor(time.wall / 3_600_000) * 3600 - time.offset * 60;
    if (this.#tails?.silent === true) this.#requests.learn(record, gist, isRoutine, window, start + bracket + REQUEST);
  }

  /** Lets go of all gists. */
  forget(): void {
    this.#requests.clear();
  }

  #says({ gist, isRoutine, request }: Outcome): void {
    this.gist = gist;
    this.isRoutine = isRoutine;
    this.request = request;
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
}

/** The opening bracket behind `ADDRESS - USER `, or -1. */
function headEnd({ bytes, view, end }: TextWindow, start: number): number {
  const limit = Math.min(start + MAX_HEAD, end);
  let at = start;
  while (NAME_BYTES[bytes[at]!] === 1 && at < limit) at++;
  if (at === start) return -1;
  if (view.getInt32(at, true) === DASHES && view.getInt16(at + 4, true) === BRACKET) return at + 5;
  if (bytes[at] !== 32 || bytes[at + 1] !== 45 || bytes[at + 2] !== 32) return -1;
  const user = at + 3;
  at = user;
  while (NAME_BYTES[bytes[at]!] === 1 && at < limit) at++;
  return at > user && view.getInt16(at, true) === BRACKET ? at + 1 : -1;
}
