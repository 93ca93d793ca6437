/**
 * Puts entries of several lines together again.
 *
 * nginx writes an entry with one write of at most 2048 bytes, but lets line feeds through: in decoded file names and
 * user names, in what FastCGI applications print, in Lua tracebacks. Whoever chooses such text can make a line of it
 * look like an entry of its own, and the lines around it look complete. An entry that quotes such text is therefore
 * held, with the lines that follow it, until nginx's limit is passed; what is in sight then tells where it ends. Lines
 * that turn out not to belong to it stand for themselves.
 */
import { isCutLength } from './error-entry.ts';
import { looksLikeHeader, parseHeader } from './error-header.ts';
import { findTail, quotesOthers } from './error-tail.ts';

export interface Entry {
  /** The entry's text, with line feeds where it had several lines. */
  readonly text: string;
  /** How many physical lines it had. */
  readonly lines: number;
  /** One of its further lines looks like the start of an entry: a client may have tried to forge it. */
  readonly swallowedHeader: boolean;
}

/** NGX_MAX_ERROR_STR, line feed included, and OpenResty's value of it. */
const ENTRY_LIMIT = 2048;
const LUA_ENTRY_LIMIT = 4096;

interface Line {
  readonly text: string;
  readonly state: State;
  readonly header: boolean;
  /** It closes a quote, or ends a tail, that it has not opened itself. */
  readonly stray: boolean;
  /** Encoded line feeds in it, which its request may have brought along. */
  readonly feeds: number;
}

interface Held {
  readonly lines: Line[];
  bytes: number;
  readonly limit: number;
}

const NOTHING: readonly Entry[] = [];

export class EntryAssembler {
  #held: Held | null = null;

  /** Whether lines are held. While none are, an entry that quotes nobody's text need not pass through here. */
  get pending(): boolean {
    return this.#held !== null;
  }

  /** Takes the next physical line, without its line feed; returns the entries that are complete now, in order. */
  push(text: string): readonly Entry[] {
    if (this.#held === null) {
      const state = stateOf(text);
      if (state === 'ended') return [{ text, lines: 1, swallowedHeader: false }];
      this.#held = hold(lineOf(text, state));
      return NOTHING;
    }
    add(this.#held, lineOf(text, stateOf(text)));
    return this.#held.bytes < this.#held.limit ? NOTHING : this.#release(false);
  }

  /** Ends what is held: at the end of the input, or when nothing has followed for a while. */
  flush(): readonly Entry[] {
    return this.#held === null ? NOTHING : this.#release(true);
  }

  #release(all: boolean): readonly Entry[] {
    const entries: Entry[] = [];
    let held = this.#held;
    while (held !== null && (all || held.bytes >= held.limit)) {
      const lines: readonly Line[] = held.lines;
      const count = entryLength(lines);
      entries.push(entryOf(lines.slice(0, count)));
      held = null;
      for (let i = count; i < lines.length; i++) {
        const line = lines[i]!;
        if (held !== null) add(held, line);
        else if (line.state === 'ended') entries.push(entryOf([line]));
        else held = hold(line);
      }
    }
    this.#held = held;
    return entries;
  }
}

function entryOf(lines: readonly Line[]): Entry {
  return {
    text: lines.map((line) => line.text).join('\n'),
    lines: lines.length,
    swallowedHeader: lines.some((line, i) => i > 0 && line.header),
  };
}

function lineOf(text: string, state: State): Line {
  const header = looksLikeHeader(text);
  return { text, state, header, stray: isStray(text, header), feeds: encodedFeeds(text) };
}

function hold(line: Line): Held {
  return { lines: [line], bytes: line.text.length + 1, limit: isLua(line.text) ? LUA_ENTRY_LIMIT : ENTRY_LIMIT };
}

function add(held: Held, line: Line): void {
  held.lines.push(line);
  held.bytes += line.text.length + 1;
}

type State = 'open' | 'complete' | 'ended';

/**
 * `open`: the entry must go on, since it has quotes or Lua text and no tail. `complete`: it has a tail, but quotes text
 * that may have planted it. `ended`: anything else, and whatever is no entry at all.
 */
function stateOf(line: string): State {
  if (!looksLikeHeader(line) || isCutLength(line.length)) return 'ended';
  const tail = line.indexOf(', client: ');
  // The commonest lines by far: a message without quotes, a tail behind it, nothing that goes on.
  const quote = line.indexOf('"');
  if (tail !== -1 && (quote === -1 || quote > tail) && line.indexOf('[lua]') === -1) {
    // The only value of a tail that may hold a line feed is the decoded URI of a subrequest.
    return !line.endsWith('"') && line.indexOf(', subrequest: "', tail) !== -1 ? 'open' : 'ended';
  }
  const header = parseHeader(line);
  if (header === null || header.level === 'debug') return 'ended';
  if (hasTail(line)) return mayHoldFeeds(line.slice(header.rest)) ? 'complete' : 'ended';
  if (quote === -1) return isLua(line) ? 'open' : 'ended';
  if (header.connection !== null) return header.level !== 'info' || isLua(line) ? 'open' : 'ended';
  return countQuotes(line, line.length) % 2 === 1 ? 'open' : 'ended';
}

/** Header lines, which these messages quote, never contain line feeds. */
function mayHoldFeeds(body: string): boolean {
  return quotesOthers(body) && !body.startsWith('client sent ') && !body.startsWith('upstream sent ');
}

function hasTail(line: string): boolean {
  return findTail(line).at !== -1;
}

/** Messages of OpenResty's modules, whose errors bring a traceback along. */
function isLua(line: string): boolean {
  return line.includes('[lua] ') || line.includes(' lua ') || line.includes('_by_lua');
}

/** How many of the held lines, from the first, are one entry. */
function entryLength(lines: readonly Line[]): number {
  const told = endByEncodedFeeds(lines);
  return told > 0 ? told : Math.max(1, endByLimit(lines), endByClosing(lines), endByTraceback(lines));
}

/**
 * A client writes a line feed into a path as `%0a`, and the tail shows the request as it was sent: a line that holds
 * as many of them as there are lines before it closes the entry that began so many lines ago. An entry that looks
 * complete in its first line needs more than the next line's own request to be told otherwise.
 */
function endByEncodedFeeds(lines: readonly Line[]): number {
  for (let i = lines.length - 1; i > 0; i--) {
    const { feeds, stray } = lines[i]!;
    if (feeds >= i && (lines[0]!.state === 'open' || i > 1 || stray)) return i + 1;
  }
  return 0;
}

function encodedFeeds(line: string): number {
  let count = 0;
  for (let at = line.indexOf('%0'); at !== -1; at = line.indexOf('%0', at + 2)) {
    const letter = line.charCodeAt(at + 2);
    if (letter === 65 || letter === 97) count++;
  }
  return count;
}

/** nginx cut the entry: its lines fill the limit to the byte, and the last one ends anywhere. */
function endByLimit(lines: readonly Line[]): number {
  let bytes = 0;
  for (let i = 0; i < lines.length; i++) {
    const { text, header } = lines[i]!;
    bytes += text.length + 1;
    const full = bytes === ENTRY_LIMIT || bytes === LUA_ENTRY_LIMIT;
    if (i > 0 && full && !(header && text.endsWith('"') && hasTail(text))) return i + 1;
  }
  return 0;
}

/**
 * The line on which the open quote closes and the tail follows. Text planted before it may pretend to be that line, so
 * the search goes on to the last such line, but not into another entry that is open itself.
 */
function endByClosing(lines: readonly Line[]): number {
  let end = lines[0]!.state === 'complete' ? 1 : 0;
  for (let i = 1; i < lines.length; i++) {
    const { stray, state } = lines[i]!;
    if (end > 0 && state === 'open') break;
    if (stray) end = i + 1;
  }
  return end;
}

const CLOSINGS = ['" failed (', '" while ', '", client: ', '" is ', '" was not ', '", upstream: "', '", host: "'];

function isStray(line: string, header: boolean): boolean {
  // A tail without a header ends the entry of a line before it.
  if (!header) return line.includes(', client: ') && hasTail(line);
  // After an even number of quotes this one has nothing on its own line to close.
  return CLOSINGS.some((closing) => {
    const at = line.indexOf(closing);
    return at !== -1 && countQuotes(line, at) % 2 === 0;
  });
}

/** The lines of a traceback that ends without a tail, as those of start-up do. */
function endByTraceback(lines: readonly Line[]): number {
  let end = 1;
  while (end < lines.length && /^(?:\t|stack traceback:|coroutine \d)/.test(lines[end]!.text)) end++;
  return end > 1 ? end : 0;
}

function countQuotes(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1 && at < end; at = text.indexOf('"', at + 1)) count++;
  return count;
}
