/**
 * What requests with a certain status say, remembered as the plain way has read them: by the request's text where it
 * recurs (0.3 µs a line, against 5), else by what is left of it once identifiers are folded (1 µs): sessions carry an
 * identifier in their query that never comes again.
 */
import type { AccessRecord } from '../nginx/record.ts';
import { splitRequestLine } from '../nginx/request-line.ts';
import { isNginxAnswer } from './answered-by.ts';
import { PathFolder } from './endpoint.ts';
import { type AccessGist, requestHashOf } from './gists.ts';
import { type Known, KnownTexts } from './known-texts.ts';
import { hashText } from './text.ts';
import type { TextWindow } from './text-window.ts';

const MAX_REQUESTS = 8192;
const MAX_REQUEST = 2048;
const MAX_FORMS = 4096;
/** Requests remembered as met once: only what comes again is stored, since many never do. */
const MET_ONCE = 4096;
/** Requests whose path may be a WebSocket's; the exact decision is PathFolder's, of which this must miss nothing. */
const MAYBE_WEBSOCKET =
  /ws|web-?socket|sock|cable|signalr|hub|realtime|subscriptions|engine\.io|mqtt|live|hmr|stomp|channels|primus|faye|janus|transport=/i;
const BACKSLASH = 92;
/** Statuses times two: whether nginx made the answer. */
const OUTCOMES = 2;

/** A request by its text. */
export interface Request {
  readonly text: string;
  /** It may be a WebSocket's. */
  readonly matters: boolean;
  /** What lines with it said, by status and whether nginx made the answer; null for one met once. */
  readonly outcomes: Map<number, Outcome> | null;
}

export interface Outcome {
  /** Null: nothing. */
  readonly gist: AccessGist | null;
  readonly isRoutine: boolean;
  /** Hash. */
  readonly request: number;
}

export class KnownRequests {
  readonly #texts = new KnownTexts<Request>();
  /** By form, then as in a request. */
  readonly #forms = new Map<string, Map<number, Outcome>>();
  readonly #folder = new PathFolder();
  /** Hashes. */
  readonly #metOnce = new Uint32Array(MET_ONCE);

  /** The request that stands behind the quote, whose length counts the closing one; null when it has no end in bounds. */
  at(window: TextWindow, start: number): Known<Request> | null {
    return this.#texts.get(window, start) ?? this.#meet(window, start);
  }

  /** What a line with this request, status and size says; null when that is not known yet. */
  outcome({ text, outcomes }: Request, status: number, size: number): Outcome | null {
    const key = outcomeKey(status, size);
    const known = outcomes?.get(key);
    if (known !== undefined) return known;
    const form = this.#formOf(text);
    const outcome = form === null ? undefined : this.#forms.get(form)?.get(key);
    if (outcome === undefined) return null;
    const own = { ...outcome, request: hashText(text) };
    outcomes?.set(key, own);
    return own;
  }

  /** Stores what a line says that the plain way has read; the request stands at `start`. */
  learn(record: AccessRecord, gist: AccessGist | null, isRoutine: boolean, window: TextWindow, start: number): void {
    const { request, status, bodyBytes } = record;
    if (request === null || status === null || bodyBytes === null) return;
    const outcome = { gist, isRoutine, request: requestHashOf(record) };
    const key = outcomeKey(status, bodyBytes);
    const known = this.#texts.get(window, start);
    if (known !== null && known.value.text === request) known.value.outcomes?.set(key, outcome);
    const form = this.#formOf(request);
    if (form === null) return;
    if (this.#forms.size >= MAX_FORMS) this.#forms.clear();
    const outcomes = this.#forms.get(form) ?? new Map<number, Outcome>();
    outcomes.set(key, outcome);
    this.#forms.set(form, outcomes);
  }

  clear(): void {
    this.#texts.clear();
    this.#forms.clear();
  }

  /** All of a request that a gist tells, in one text; null when it is not in the form of one. */
  #formOf(text: string): string | null {
    const line = splitRequestLine(text);
    if (line === null) return null;
    const { path, hint, kind, sid } = this.#folder.fold(line.path);
    return `${line.method} ${line.protocol} ${hint ?? ''} ${kind} ${sid ? 1 : 0} ${path}`;
  }

  #meet(window: TextWindow, start: number): Known<Request> | null {
    const { bytes } = window;
    if (bytes[start] === BACKSLASH) return null;
    let close = start;
    for (let c = bytes[close]; c !== 34; c = bytes[++close]) {
      if (c === 10 || c === BACKSLASH || close - start > MAX_REQUEST || close >= window.end) return null;
    }
    const text = window.slice(start, close);
    const matters = MAYBE_WEBSOCKET.test(text);
    const hash = hashText(text);
    if (this.#metOnce[hash % MET_ONCE] !== hash) {
      this.#metOnce[hash % MET_ONCE] = hash;
      return { value: { text, matters, outcomes: null }, length: close + 1 - start };
    }
    if (this.#texts.size >= MAX_REQUESTS) this.clear();
    return this.#texts.set(window, start, close + 1, { text, matters, outcomes: new Map<number, Outcome>() });
  }
}

function outcomeKey(status: number, size: number): number {
  return status * OUTCOMES + (isNginxAnswer(status, size) ? 1 : 0);
}
