/**
 * What follows the size in an access line that begins as combined does, told by its bytes: whether it is surely what the
 * format writes there, so that the plain way would read the line with this format, and no WebSocket's upgrade in it.
 */
import type { AccessFormat } from '../nginx/access-line.ts';
import type { Slot } from '../nginx/format-matcher.ts';
import { KnownTexts } from './known-texts.ts';
import { MetOnce } from './met-once.ts';
import type { TextWindow } from './text-window.ts';

/** Values of combined's prefix, up to the size. */
const PREFIX_SLOTS = 6;
/** Values that say nothing here, wherever they are logged. */
const SILENT: ReadonlySet<string> = new Set(['http_referer', 'http_user_agent', 'http_x_forwarded_for']);
/** Values of the prefix that one in the tail could contradict. */
const DECIDING: ReadonlySet<string> = new Set(['time_local', 'msec', 'request', 'status', 'remote_addr']);
/** In a tail whose form is only guessed: an upgrade, an exact time, and marks of other servers' logs. */
const TELLING = /websocket|msec|\dms\b|TCP_|UDP_|NONE_/i;
const MAX_TAILS = 4096;
const LF = 10;
const QUOTE = 34;
const BACKSLASH = 92;

export interface AccessTails {
  /** Nothing in them matters, so that lines differ in what they say by their prefix alone. */
  readonly silent: boolean;
  /** Where the line ends whose size ends at `at`; -1 when the tail is not surely as it should be. */
  end(window: TextWindow, at: number): number;
}

/** Null for formats whose tails can only be told by parsing them. */
export function tailsOf(format: AccessFormat | undefined): AccessTails | null {
  if (format?.isCombinedPrefix !== true) return null;
  const { slots } = format;
  if (slots === undefined) return format.recipe?.kind === 'combined-like' ? new GuessedTails() : null;
  const behind = slots.slice(PREFIX_SLOTS);
  const variables = behind.flatMap((slot) => slot.variables);
  if (behind.some(({ shape }) => shape === 'time') || variables.some((name) => DECIDING.has(name))) return null;
  if (behind.some((slot) => slot.variables.length > 1 && slot.variables.includes('http_upgrade'))) return null;
  const tails = new WrittenTails(slots);
  return tails.silent ? new RecurringTails(tails) : tails;
}

/** Of a format that is known: literals as they stand, and between them what cannot hold the literal that ends it. */
class WrittenTails implements AccessTails {
  readonly silent: boolean;
  readonly #values: readonly { kind: 'size' | 'quoted' | 'number' | 'word' | 'text'; upgrade: boolean }[];
  readonly #literals: readonly Uint8Array[];

  constructor(slots: readonly Slot[]) {
    const behind = slots.slice(PREFIX_SLOTS);
    this.silent = behind.every(({ quoted, variables }) => quoted && variables.every((name) => SILENT.has(name)));
    this.#literals = slots.slice(PREFIX_SLOTS - 1).map(({ after }) => Buffer.from(after, 'latin1'));
    this.#values = behind.map(({ quoted, shape, variables }) => ({
      kind: quoted ? 'quoted' : shape === 'number' ? 'number' : shape === 'text' ? 'text' : 'word',
      upgrade: variables.includes('http_upgrade'),
    }));
  }

  end({ bytes, end }: TextWindow, from: number): number {
    const literals = this.#literals;
    let at = from;
    for (let i = 0; ; i++) {
      const literal = literals[i]!;
      for (let j = 0; j < literal.length; j++) if (bytes[at + j] !== literal[j]) return -1;
      at += literal.length;
      const value = this.#values[i];
      if (value === undefined) break;
      const start = at;
      const stop = literals[i + 1]![0] ?? LF;
      let c = bytes[at]!;
      if (value.kind === 'number') {
        if (c === 45) at++;
        else while ((c >= 48 && c <= 57) || c === 46) c = bytes[++at]!;
      } else {
        const blank = value.kind === 'word' ? 32 : LF;
        const quote = value.kind === 'word' ? QUOTE : LF;
        while (c !== stop && c !== LF && c !== blank && c !== quote && at < end) c = bytes[++at]!;
        if (value.kind === 'quoted' && bytes[at - 1] === BACKSLASH) return -1;
      }
      if (value.upgrade && at !== start && !(at === start + 1 && bytes[start] === 45)) return -1;
    }
    return at === end || (at < end && bytes[at] === LF) ? at : -1;
  }
}

/**
 * The same where tails are few, as quoted referrers and user agents are: those that came twice are compared as a whole,
 * which takes half of the time.
 */
class RecurringTails implements AccessTails {
  readonly silent: boolean;
  readonly #tails: WrittenTails;
  readonly #known = new KnownTexts<null>();
  readonly #metOnce = new MetOnce();

  constructor(tails: WrittenTails) {
    this.silent = tails.silent;
    this.#tails = tails;
  }

  end(window: TextWindow, at: number): number {
    const known = this.#known.get(window, at);
    if (known !== null) return at + known.length - 1;
    const end = this.#tails.end(window, at);
    if (end === -1 || end >= window.end) return end;
    if (this.#metOnce.again(window, at, end)) {
      if (this.#known.size >= MAX_TAILS) this.#known.clear();
      this.#known.set(window, at, end + 1, null);
    }
    return end;
  }
}

/** Of lines whose format is guessed from line to line: nothing that could give them another meaning. */
class GuessedTails implements AccessTails {
  readonly silent = false;

  end(window: TextWindow, at: number): number {
    if (window.bytes[at] !== 32) return -1;
    const end = window.lineEnd(at);
    return TELLING.test(window.slice(at, end)) ? -1 : end;
  }
}
