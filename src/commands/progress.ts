/** The progress bar on a terminal's standard error, for work that lasts longer than a second. */

const FIRST_AFTER_MS = 1000;
const REDRAW_MS = 120;
const BAR_CELLS = 24;

export class Progress {
  readonly #stream: NodeJS.WritableStream;
  readonly #total: number | null;
  readonly #monotonic: () => number;
  readonly #began: number;
  #done = 0;
  #drawn = Number.NEGATIVE_INFINITY;

  /**
   * @param total bytes to be read, or null when that is not known (standard input).
   * @param monotonic a clock in ms that never jumps.
   */
  constructor(stream: NodeJS.WritableStream, total: number | null, monotonic: () => number) {
    this.#stream = stream;
    this.#total = total;
    this.#monotonic = monotonic;
    this.#began = monotonic();
  }

  /** Counts bytes read, and redraws from time to time. */
  add(bytes: number): void {
    this.#done += bytes;
    const now = this.#monotonic();
    if (now - this.#began < FIRST_AFTER_MS || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#stream.write(`\r${progressLine(this.#done, this.#total, now - this.#began)}\x1b[K`);
  }

  /** Takes the bar off the screen. */
  clear(): void {
    if (this.#drawn > Number.NEGATIVE_INFINITY) this.#stream.write('\r\x1b[K');
    this.#drawn = Number.NEGATIVE_INFINITY;
  }
}

/** One state of the bar: share, bytes, rate and time left, in at most 79 columns. */
export function progressLine(done: number, total: number | null, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const speed = `${bytesText(rate)}/s`;
  if (total === null || total <= 0) return `reading  ${bytesText(done)}  ${speed}`;
  const share = Math.min(1, done / total);
  const cells = Math.round(share * BAR_CELLS);
  const left = rate > 0 ? Math.ceil(Math.max(0, total - done) / rate) : 0;
  const bar = `[${'#'.repeat(cells)}${'-'.repeat(BAR_CELLS - cells)}]`;
  return `reading ${bar} ${Math.floor(share * 100)}%  ${bytesText(done)} of ${bytesText(total)}  ${speed}  ${left} s left`;
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
