/** Lines of a page of text at a width. Texts are made visible here, since catalogue files may be anybody's. */
import { showText } from '../safe/display.ts';
import { width, wrap } from './layout.ts';
import { type Palette, palette } from './palette.ts';

const INDENT = '  ';
/** Longer lines of prose are hard to read, however wide the terminal. */
const PROSE_LIMIT = 96;
const NARROWEST = 40;

export class Page {
  readonly #lines: string[] = [];
  readonly #columns: number;
  readonly #prose: number;
  readonly #palette: Palette;

  constructor(color: boolean, columns: number) {
    this.#columns = Number.isFinite(columns) ? Math.max(NARROWEST, Math.floor(columns)) : PROSE_LIMIT;
    this.#prose = Math.min(this.#columns, PROSE_LIMIT);
    this.#palette = palette(color);
  }

  title(text: string, id: string): void {
    const shown = showText(text);
    const gap = this.#prose - width(shown) - width(id);
    if (gap >= 2) this.#lines.push(this.#palette.bold(shown) + ' '.repeat(gap) + this.#palette.dim(id));
    else this.#lines.push(...wrap(shown, this.#prose).map(this.#palette.bold), this.#palette.dim(id));
    this.gap();
  }

  heading(text: string): void {
    this.gap();
    this.#lines.push(this.#palette.bold(text));
  }

  field(label: string, text: string): void {
    this.#hanging(INDENT + label.padEnd(12), text, this.#palette.dim);
  }

  /** Paragraphs, told apart by empty lines. */
  prose(text: string): void {
    for (const [index, paragraph] of text
      .trim()
      .split(/\n[ \t]*\n/)
      .entries()) {
      if (index > 0) this.gap();
      for (const line of wrap(oneLine(paragraph), this.#prose - width(INDENT))) this.#lines.push(INDENT + line);
    }
  }

  /** A text behind a mark, its further lines below its first. */
  item(mark: string, text: string): void {
    this.#hanging(`${INDENT}${mark} `, text, (same) => same);
  }

  /** Two sentences, the second below the first. */
  pair(first: string, second: string): void {
    this.item('-', first);
    this.item(' ', second);
  }

  /** A remark that belongs to the item above. */
  below(text: string): void {
    this.#hanging(' '.repeat(5), text, (same) => same);
  }

  /** Something to copy: every line stays whole. */
  command(text: string): void {
    for (const line of text.replace(/\n+$/, '').split('\n')) {
      this.#lines.push(`${INDENT.repeat(3)}${this.#palette.command(showText(line))}`.trimEnd());
    }
  }

  /** One line to copy or compare. */
  copied(text: string): void {
    this.#lines.push(INDENT + showText(text));
  }

  gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
  }

  text(): string {
    return `${this.#lines.join('\n').trimEnd()}\n`;
  }

  #hanging(start: string, text: string, style: (text: string) => string): void {
    const room = Math.max(10, this.#prose - width(start));
    wrap(oneLine(text), room).forEach((line, index) => {
      this.#lines.push((index === 0 ? style(start) : ' '.repeat(width(start))) + line);
    });
  }
}

function oneLine(text: string): string {
  return showText(text.trim().replace(/\s*\n\s*/g, ' '));
}
