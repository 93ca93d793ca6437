/** Reads the times of error lines within the hour that was read last, from the positions of four digits. */
import type { LineTime } from '../nginx/record.ts';
import type { TextWindow } from './text-window.ts';

export class KnownHour {
  /** `2026/11/22 12`, as four-byte words at 0, 4, 8 and 9. */
  readonly #words = new Int32Array(4);
  /** Epoch second at which the hour starts; NaN when none is known. */
  #start = Number.NaN;
  readonly #offsetAt: (wall: number) => number;

  constructor(offsetAt: (wall: number) => number) {
    this.#offsetAt = offsetAt;
  }

  /** Epoch second of the line at `at`, or -1 when it is of another hour or has no such time and ` [` behind it. */
  timeAt({ bytes, view }: TextWindow, at: number): number {
    const words = this.#words;
    if (view.getInt32(at + 9, true) !== words[3] || view.getInt32(at + 8, true) !== words[2]) return -1;
    if (view.getInt32(at, true) !== words[0] || view.getInt32(at + 4, true) !== words[1]) return -1;
    if (bytes[at + 13] !== 58 || bytes[at + 16] !== 58 || bytes[at + 19] !== 32 || bytes[at + 20] !== 91) return -1;
    const minutes = twoDigits(bytes, at + 14);
    const seconds = twoDigits(bytes, at + 17);
    return minutes < 60 && seconds < 61 ? this.#start + minutes * 60 + seconds : -1;
  }

  /** Remembers the hour of a line that the plain way has read. */
  learn({ view }: TextWindow, at: number, time: LineTime | null): void {
    if (time === null) return;
    const words = [0, 4, 8, 9].map((place) => view.getInt32(at + place, true));
    if (words.every((word, i) => word === this.#words[i])) return;
    const hour = Math.floor(time.wall / 3_600_000) * 3_600_000;
    const offset = this.#offsetAt(hour);
    // A zone may change its offset within the hour; such an hour takes the plain way.
    for (const later of [900_000, 1_800_000, 2_700_000, 3_599_000]) if (this.#offsetAt(hour + later) !== offset) return;
    this.#words.set(words);
    this.#start = hour / 1000 - offset * 60;
  }
}

/** The number that two decimal digits make; anything else gives at least 100. */
export function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}
