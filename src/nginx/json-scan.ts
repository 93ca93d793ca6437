/**
 * Reads one log line that looks like a JSON object, valid or not. nginx can write invalid ones: bare values that are
 * empty or lists (`"urt":0.001, 0.002`), bytes that are not UTF-8, `\xHH` escapes.
 */
import { unescapeJson } from './log-escapes.ts';

const DEEPEST = 4;
/** More members than any log format has: a bound on what one hostile line can make us keep. */
const MOST_MEMBERS = 512;

export interface JsonMembers {
  /** Values by their own key, of every depth; the outermost and first of equal keys wins. */
  readonly leaves: ReadonlyMap<string, string>;
  /** Keys of the outermost object. */
  readonly top: ReadonlySet<string>;
}

/** The members of a line that is one object from `{` to `}`, or null. `null` values are left out. */
export function scanJsonLine(line: string): JsonMembers | null {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  const scanner = new Scanner(text);
  if (!scanner.object(1) || !scanner.atEnd()) return null;
  return { leaves: scanner.leaves, top: scanner.top };
}

class Scanner {
  readonly leaves = new Map<string, string>();
  readonly top = new Set<string>();
  readonly #depthOf = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Reads an object that starts here. */
  object(depth: number): boolean {
    this.#at++;
    for (let first = true; ; first = false) {
      this.#skipBlanks();
      if (this.#take('}')) return true;
      if (!first && !this.#take(',')) return false;
      this.#skipBlanks();
      // A comma before the closing brace is what hand-written formats often end with.
      if (this.#take('}')) return true;
      const key = this.#string();
      if (key === null) return false;
      this.#skipBlanks();
      if (!this.#take(':')) return false;
      this.#skipBlanks();
      if (depth === 1) this.top.add(key);
      if (this.leaves.size > MOST_MEMBERS || !this.#value(key, depth)) return false;
    }
  }

  #value(key: string, depth: number): boolean {
    const mark = this.#text[this.#at];
    if (mark === '{') return depth < DEEPEST && this.object(depth + 1);
    if (mark === '[') return this.#array(key, depth);
    const value = mark === '"' ? this.#string() : this.#bare();
    if (value === null) return false;
    if (mark === '"' || value !== 'null') this.#keep(key, value, depth);
    return true;
  }

  /** Elements become a list as nginx would write it; nested arrays and objects are not a log format's. */
  #array(key: string, depth: number): boolean {
    this.#at++;
    const values: string[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#take(']')) break;
      if (values.length > 0 && !this.#take(',')) return false;
      this.#skipBlanks();
      const mark = this.#text[this.#at];
      if (mark === '{' || mark === '[') return false;
      const value = mark === '"' ? this.#string() : this.#element();
      if (value === null || values.length > MOST_MEMBERS) return false;
      values.push(value);
    }
    this.#keep(key, values.join(', '), depth);
    return true;
  }

  #keep(key: string, value: string, depth: number): void {
    const known = this.#depthOf.get(key);
    if (known !== undefined && known <= depth) return;
    this.leaves.set(key, value);
    this.#depthOf.set(key, depth);
  }

  #string(): string | null {
    if (this.#text[this.#at] !== '"') return null;
    const start = this.#at + 1;
    let at = start;
    for (; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 92) at++;
      else if (code === 34) break;
    }
    if (at >= this.#text.length) return null;
    this.#at = at + 1;
    return unescapeJson(this.#text.substring(start, at));
  }

  /** A value without quotes ends at the object's end or at the comma before the next key. */
  #bare(): string {
    const start = this.#at;
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 125 || (code === 44 && this.#keyFollows())) break;
      this.#at++;
    }
    return this.#text.substring(start, this.#at).trim();
  }

  #element(): string | null {
    const start = this.#at;
    while (this.#at < this.#text.length && !',]}'.includes(this.#text[this.#at]!)) this.#at++;
    return this.#at === start ? null : this.#text.substring(start, this.#at).trim();
  }

  #keyFollows(): boolean {
    let at = this.#at + 1;
    while (this.#text[at] === ' ') at++;
    return this.#text[at] === '"' || this.#text[at] === '}';
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }
}
