/** Which texts were met lately, so that only those that come again are stored: many never do. */
import type { TextWindow } from './text-window.ts';

const PLACES = 4096;
/** As many bytes of a text are looked at, in steps of four, whatever its length. */
const LOOKS = 16;

export class MetOnce {
  readonly #marks = new Int32Array(PLACES);

  /** Whether the text seems to have been met before; it may be another, which costs but a place in the store. */
  again({ view }: TextWindow, start: number, end: number): boolean {
    const step = Math.max(4, Math.floor((end - start) / LOOKS));
    let mark = end - start;
    for (let at = start; at < end; at += step) mark = Math.imul(mark ^ view.getInt32(at, true), 0x9e3779b1);
    mark ^= mark >>> 15;
    const place = (mark >>> 3) & (PLACES - 1);
    if (this.#marks[place] === mark) return true;
    this.#marks[place] = mark;
    return false;
  }
}
