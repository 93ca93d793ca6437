/**
 * Remembers something for texts that recur in blocks of log. Looking a text up in a Map costs hashing all of it, four
 * times what comparing it costs (220 against 57 ns for 110 bytes), so a few of its characters pick the candidate and a
 * comparison decides; the Map stands behind for those that share a place.
 */
import { detach } from './text.ts';

const PLACES = 2048;
const SAMPLES = 8;

export class TextCache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #texts = new Array<string>(PLACES).fill('');
  readonly #found = new Array<Value | undefined>(PLACES).fill(undefined);

  get size(): number {
    return this.#values.size;
  }

  /** What is remembered for the text from `start` to `end` of a block. */
  get(block: string, start: number, end: number): Value | undefined {
    const place = placeOf(block, start, end);
    const text = block.substring(start, end);
    if (this.#texts[place] === text) return this.#found[place];
    const value = this.#values.get(text);
    if (value !== undefined) {
      this.#texts[place] = detach(text);
      this.#found[place] = value;
    }
    return value;
  }

  set(text: string, value: Value): void {
    const kept = detach(text);
    this.#values.set(kept, value);
    const place = placeOf(kept, 0, kept.length);
    this.#texts[place] = kept;
    this.#found[place] = value;
  }

  clear(): void {
    this.#values.clear();
    this.#texts.fill('');
    this.#found.fill(undefined);
  }
}

/** A place by the length and some characters spread over the text. */
function placeOf(block: string, start: number, end: number): number {
  const length = end - start;
  const step = (length >> 3) | 1;
  let hash = length;
  let at = end - 1;
  for (let i = 0; i < SAMPLES && at >= start; i++) {
    hash = (Math.imul(hash, 31) + block.charCodeAt(at)) | 0;
    at -= step;
  }
  return (hash ^ (hash >>> 11)) & (PLACES - 1);
}
