/**
 * Finds where a format's values lie in a line: literal by literal, left to right, stepping back only where a value
 * could hold the literal that ends it.
 */
import type { LogEscape } from './log-escapes.ts';

/** How a value is bounded, from what nginx can write for its variable. */
export type Shape =
  /** `22/Nov/2026:12:06:41 +0000`: always 26 bytes. */
  | 'time'
  /** Digits and one point, or a lone `-`. */
  | 'number'
  /** One word or several, joined by `, ` and ` : `. */
  | 'list'
  /** No blank inside. */
  | 'word'
  | 'text';

export interface Slot {
  /** Usually one; several when no literal stands between them. */
  readonly variables: readonly string[];
  readonly shape: Shape;
  /** The value stands in quotes that its own escaping protects. */
  readonly quoted: boolean;
  /** Literal that follows the value; empty only at the end of the format. */
  readonly after: string;
}

/** Where a line's values lie, for one format. Positions are reused from line to line. */
export class FormatMatcher {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #lead: string;
  readonly #slots: readonly Slot[];
  readonly #escaping: LogEscape;
  #line = '';
  /** Bytes that may still be looked at: bounds what stepping back can cost on hostile lines. */
  #budget = 0;

  constructor(lead: string, slots: readonly Slot[], escaping: LogEscape) {
    this.starts = new Int32Array(slots.length);
    this.ends = new Int32Array(slots.length);
    this.#lead = lead;
    this.#slots = slots;
    this.#escaping = escaping;
  }

  match(line: string): boolean {
    if (!line.startsWith(this.#lead)) return false;
    this.#line = line;
    this.#budget = 16 * line.length + 4096;
    return this.#from(0, this.#lead.length);
  }

  value(index: number): string {
    return this.#line.substring(this.starts[index]!, this.ends[index]!);
  }

  #from(index: number, start: number): boolean {
    const slot = this.#slots[index];
    if (slot === undefined) return start === this.#line.length;
    this.starts[index] = start;
    if (slot.quoted) {
      const end = this.#closingQuote(start);
      return this.#spend(start, end) && this.#end(index, start, end);
    }
    switch (slot.shape) {
      case 'time':
        return this.#end(index, start, start + 26);
      case 'number':
        return this.#end(index, start, this.#numberEnd(start));
      case 'list':
        return this.#list(index, start);
      default:
        return this.#search(index, start, slot.shape === 'word');
    }
  }

  /** Takes the value to end at `end` (-1: it has none), and goes on behind the literal that must follow. */
  #end(index: number, start: number, end: number): boolean {
    if (end < start || end > this.#line.length) return false;
    const { after } = this.#slots[index]!;
    const last = index === this.#slots.length - 1;
    this.ends[index] = end;
    if (this.#line.startsWith(after, end)) return this.#from(index + 1, end + after.length);
    // Shippers and editors trim the blanks that some formats end with.
    return last && end === this.#line.length && after.trim() === '';
  }

  #spend(start: number, end: number): boolean {
    this.#budget -= 1 + (end < 0 ? this.#line.length : end) - start;
    return this.#budget >= 0;
  }

  #closingQuote(start: number): number {
    let at = this.#line.indexOf('"', start);
    if (this.#escaping === 'json') {
      while (at > start && isEscaped(this.#line, at, start)) at = this.#line.indexOf('"', at + 1);
      return at;
    }
    // nginx never writes \" itself; servers that share the combined format do.
    while (at > start && this.#line.charCodeAt(at - 1) === 92) at = this.#line.indexOf('"', at + 1);
    return at;
  }

  #numberEnd(start: number): number {
    if (this.#line[start] === '-') return start + 1;
    let at = start;
    while (isNumeric(this.#line.charCodeAt(at))) at++;
    return at;
  }

  /** The longest run of words joined by list separators that lets the rest of the line match. */
  #list(index: number, start: number): boolean {
    const ends: number[] = [];
    const { after } = this.#slots[index]!;
    let at = start;
    for (;;) {
      at = this.#wordEnd(at, after);
      ends.push(at);
      if (this.#line.startsWith(', ', at)) at += 2;
      else if (this.#line.startsWith(' : ', at)) at += 3;
      else break;
    }
    if (!this.#spend(start, at)) return false;
    while (ends.length > 0 && this.#budget >= 0) {
      if (this.#end(index, start, ends.pop()!)) return true;
    }
    return false;
  }

  #wordEnd(start: number, after: string): number {
    let at = start;
    for (; at < this.#line.length; at++) {
      const code = this.#line.charCodeAt(at);
      if (code === 32 || code === 34) break;
      if (code === 44 && this.#line.charCodeAt(at + 1) === 32) break;
      if (after !== '' && code === after.charCodeAt(0) && this.#line.startsWith(after, at)) break;
    }
    return at;
  }

  /** Every place where the following literal stands may end the value; the first that fits wins. */
  #search(index: number, start: number, word: boolean): boolean {
    const { after } = this.#slots[index]!;
    if (after === '')
      return !(word && this.#hasBlank(start, this.#line.length)) && this.#end(index, start, this.#line.length);
    let end = this.#line.indexOf(after, start);
    if (end < 0 && index === this.#slots.length - 1) end = this.#line.length;
    let from = start;
    while (this.#spend(from, end) && end >= 0) {
      if (word && this.#hasBlank(from, end)) return false;
      if (this.#end(index, start, end)) return true;
      from = end;
      end = this.#line.indexOf(after, end + 1);
    }
    return false;
  }

  #hasBlank(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#line.charCodeAt(at) === 32) return true;
    return false;
  }
}

function isEscaped(line: string, quote: number, start: number): boolean {
  let slashes = 0;
  while (quote - slashes > start && line.charCodeAt(quote - slashes - 1) === 92) slashes++;
  return slashes % 2 === 1;
}

function isNumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
}
