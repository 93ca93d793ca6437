/** Draws frames on a terminal: only the lines that changed, in one write, shown at once. */
import { width } from '../report/layout.ts';

// The other buffer keeps what was on the screen before. Lines that a terminal finds wider than we do must not wrap.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const CLEAR = '\x1b[0m\x1b[2J';
// Terminals that know synchronised output show all of a frame or nothing; the others ignore it.
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const ERASE_TO_END = '\x1b[K';

export class TerminalScreen {
  readonly #write: (text: string) => void;
  #drawn: readonly string[] = [];
  #entered = false;

  /** @param write puts text on the terminal. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Switches to the other buffer, empty and without a cursor. */
  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#drawn = [];
    this.#write(`${ENTER}${CLEAR}`);
  }

  /** Gives the terminal back as it was. May be called at any time, and again. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#write(`${END}\x1b[0m${LEAVE}`);
  }

  /** Forgets what is on the screen, so that the next frame is drawn whole. */
  forget(): void {
    this.#drawn = [];
  }

  /** Shows these lines, the first at the top. `columns` is the terminal's width. */
  draw(lines: readonly string[], columns: number): void {
    if (!this.#entered) return;
    const anew = this.#drawn.length !== lines.length;
    const changes: string[] = anew ? [CLEAR] : [];
    lines.forEach((line, index) => {
      if (anew ? line === '' : line === this.#drawn[index]) return;
      // Erasing behind a full line would take its last character away.
      changes.push(`\x1b[${index + 1};1H${line}${width(line) < columns ? ERASE_TO_END : ''}`);
    });
    this.#drawn = [...lines];
    if (changes.length > 0) this.#write(BEGIN + changes.join('') + END);
  }
}
