/** Lines that nothing recognised, folded into templates so that a reader sees kinds of lines, not a flood. */
import { detach } from './text.ts';

const MAX_TEMPLATES = 200;
const MAX_LENGTH = 160;
/** The template that stands for all others beyond the bound. */
const OTHER = '(other lines)';
/** Templates a part of an input may bring along. */
const MAX_OF_PART = 1000;

export class UnknownLines {
  readonly templates = new Map<string, { count: number; example: string }>();
  /** A part met more templates than it may bring along, so that it cannot be added to the whole. */
  overflowed = false;
  readonly #limit: number;
  /** The only templates to keep; null while there is room for new ones. */
  readonly #known: ReadonlySet<string> | null;
  readonly #isPart: boolean;

  constructor(part: { readonly known: readonly string[] | null } | null = null) {
    this.#isPart = part !== null;
    this.#limit = part === null ? MAX_TEMPLATES : MAX_OF_PART;
    this.#known = part?.known == null ? null : new Set(part.known);
  }

  /** The templates, once there is no room for others; null before. */
  get known(): readonly string[] | null {
    return this.templates.size < MAX_TEMPLATES ? null : [...this.templates.keys()];
  }

  add(line: string, count = 1): void {
    this.#count(templateOf(line), count, line);
  }

  copy(): UnknownLines {
    const copy = new UnknownLines();
    copy.merge(this.templates);
    return copy;
  }

  /** Adds the unknown lines of the next part of the same input: the same as if their lines had come one by one. */
  merge(part: Iterable<readonly [template: string, seen: { count: number; example: string }]>): void {
    for (const [template, { count, example }] of part) this.#count(template, count, example);
  }

  #count(template: string, count: number, example: string): void {
    let name = template;
    let seen = this.templates.get(name);
    if (seen === undefined && !this.#hasRoom(name)) {
      if (this.#isPart && this.#known === null) this.overflowed = true;
      name = OTHER;
      seen = this.templates.get(name);
    }
    if (seen !== undefined) seen.count += count;
    else this.templates.set(name, { count, example: detach(example.slice(0, 512)) });
  }

  #hasRoom(template: string): boolean {
    return this.#known === null ? this.templates.size < this.#limit : this.#known.has(template);
  }
}
/** What stays of a line when everything that varies is taken out: quoted text, numbers, hex, addresses. */
function templateOf(line: string): string {
  const head = line.slice(0, 400);
  let out = '';
  for (let i = 0; i < head.length && out.length < MAX_LENGTH; i++) {
    const c = head.charCodeAt(i);
    if (c === 34) {
      const close = head.indexOf('"', i + 1);
      out += '"…"';
      i = close === -1 ? head.length : close;
    } else if (c >= 48 && c <= 57) {
      out += '#';
      while (i + 1 < head.length && /[\w.:-]/.test(head[i + 1]!)) i++;
    } else out += head[i];
  }
  return out.trim();
}
