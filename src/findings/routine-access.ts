/**
 * The fast way through an access log: lines that can matter to nobody here, successes and redirects of requests that
 * are no WebSocket's, are told by a few positions and never become records.
 */
import type { AccessFormat } from '../nginx/access-line.ts';
import type { LineTime } from '../nginx/record.ts';
import { twoDigits } from './digits.ts';
import { detach } from './text.ts';

const MAX_REQUESTS = 8192;
/** Requests whose path may be a WebSocket's; the exact decision is foldPath's, of which this must miss nothing. */
const MAYBE_WEBSOCKET =
  /ws|web-?socket|sock|cable|signalr|hub|realtime|subscriptions|engine\.io|mqtt|live|hmr|stomp|channels|primus|faye|janus|transport=/i;
const BACKSLASH = 92;

export class RoutineAccess {
  /** Of the line told last: epoch seconds. */
  time = Number.NaN;
  /** Whether a request may be a WebSocket's, by its text. */
  readonly #requests = new Map<string, boolean>();
  readonly #logsUpgrade: boolean;
  /** `22/Nov/2026:12:`, ` +0000]` and the epoch second at which that hour starts. */
  #hour = '';
  #zone = '';
  #start = 0;

  constructor(formats: readonly AccessFormat[]) {
    this.#logsUpgrade = formats.some((f) => f.variables.includes('http_upgrade'));
  }

  /** Whether the line at `start`, in a format that begins like combined, is surely routine. */
  tell(text: string, start: number, end: number): boolean {
    const bracket = text.indexOf('[', start);
    if (bracket === -1 || bracket + 40 > end || this.#hour === '') return false;
    if (!text.startsWith(this.#hour, bracket + 1) || !text.startsWith(this.#zone, bracket + 21)) return false;
    const minutes = twoDigits(text, bracket + 16);
    const seconds = twoDigits(text, bracket + 19);
    if (!(minutes < 60 && seconds < 61) || text.charCodeAt(bracket + 29) !== 34) return false;
    const request = bracket + 30;
    const requestEnd = text.indexOf('"', request);
    if (requestEnd === -1 || requestEnd + 5 > end || text.charCodeAt(requestEnd + 5) !== 32) return false;
    const status = (text.charCodeAt(requestEnd + 2) - 48) * 100 + twoDigits(text, requestEnd + 3);
    if (!(status >= 200 && status < 400) || text.charCodeAt(request) === BACKSLASH) return false;
    if (this.#mayMatter(text.substring(request, requestEnd))) return false;
    if (this.#logsUpgrade && /websocket/i.test(text.substring(requestEnd, end))) return false;
    this.time = this.#start + minutes * 60 + seconds;
    return true;
  }

  /** Remembers the hour of a line that the plain way has read. */
  learn(time: LineTime | null, text: string, start: number, end: number): void {
    if (time === null || time.offset === null) return;
    const bracket = text.indexOf('[', start);
    if (bracket === -1 || bracket + 30 > end) return;
    const hour = text.slice(bracket + 1, bracket + 16);
    const zone = text.slice(bracket + 21, bracket + 28);
    if (hour === this.#hour && zone === this.#zone) return;
    this.#hour = detach(hour);
    this.#zone = detach(zone);
    this.#start = Math.floor(time.wall / 3_600_000) * 3600 - time.offset * 60;
  }

  #mayMatter(request: string): boolean {
    let may = this.#requests.get(request);
    if (may === undefined) {
      may = MAYBE_WEBSOCKET.test(request);
      if (this.#requests.size < MAX_REQUESTS) this.#requests.set(detach(request), may);
    }
    return may;
  }
}
