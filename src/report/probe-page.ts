/** The lines of a probe's page: rows with a mark in front (`ok`, `WRONG`), a name, and text that hangs below itself. */
import { width, wrap } from './layout.ts';
import { type Palette, palette } from './palette.ts';
import type { ProbeAttempt } from './probe-document.ts';

const NAME_WIDTH = 12;
const MARK_WIDTH = 6;
const INDENT = '  ';
/** Longer lines of prose are hard to read, however wide the terminal. */
const WIDEST = 110;
const BODY_SHOWN = 160;

export class ProbePage {
  readonly #lines: string[] = [];
  readonly #room: number;
  readonly #colours: Palette;

  constructor({ color, columns }: { readonly color: boolean; readonly columns: number }) {
    this.#room = Math.min(columns, WIDEST);
    this.#colours = palette(color);
  }

  title(text: string, id: string): void {
    const gap = this.#room - width(text) - width(id);
    if (gap >= 2 && id !== '') this.#lines.push(this.#colours.bold(text) + ' '.repeat(gap) + this.#colours.dim(id));
    else
      this.#lines.push(
        ...wrap(text, this.#room).map(this.#colours.bold),
        ...(id === '' ? [] : [this.#colours.dim(id)]),
      );
  }

  heading(text: string): void {
    this.gap();
    this.#lines.push(...wrap(text, this.#room).map(this.#colours.bold));
  }

  /** One way of the handshake, step by step. */
  way(heading: string, attempt: ProbeAttempt, remark: string | null): void {
    this.heading(`${heading}: ${attempt.url}`);
    if (remark !== null) this.row('', remark);
    for (const { name, state, text } of attempt.checks) this.named(state === 'wrong' ? 'WRONG' : state, name, text);
    const body = attempt.status === 101 || attempt.madeBy === 'nginx' ? '' : oneLine(attempt.body);
    if (body === '') return;
    const more = body.length > BODY_SHOWN ? ' ...' : '';
    this.named('', 'Body', `${body.slice(0, BODY_SHOWN)}${more} (${attempt.bodyBytes ?? 0} bytes)`);
  }

  row(mark: string, text: string): void {
    this.named(mark, '', text, 0);
  }

  /** @param nameWidth columns of the name; 0: there is no name */
  named(mark: string, name: string, text: string, nameWidth = NAME_WIDTH): void {
    const marks = Math.max(mark.length + 1, nameWidth === 0 && mark.length < 3 ? 3 : MARK_WIDTH);
    const names = nameWidth === 0 ? 0 : Math.max(nameWidth, width(name) + 1);
    const shown = mark === 'WRONG' ? this.#colours.severity('error', mark) : mark;
    const start = `${INDENT}${shown}${' '.repeat(marks - mark.length)}${this.#colours.dim(name.padEnd(names))}`;
    const below = INDENT + ' '.repeat(marks + names);
    wrap(text, Math.max(20, this.#room - width(below))).forEach((line, index) => {
      this.#lines.push((index === 0 ? start : below) + line);
    });
  }

  prose(text: string): void {
    for (const line of wrap(text, this.#room - INDENT.length)) this.#lines.push(INDENT + line);
  }

  /** Something to copy: every line stays whole. */
  command(text: string): void {
    for (const line of text.replace(/\n+$/, '').split('\n')) {
      this.#lines.push(`${INDENT.repeat(4)}${this.#colours.command(line)}`.trimEnd());
    }
  }

  gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** A page's source on one line: its line ends, which are shown as escapes, say nothing. */
function oneLine(body: string): string {
  return body
    .replace(/\\x0d|\\x0a|\\x09/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}
