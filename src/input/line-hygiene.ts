import { LF } from './line-block.ts';

/** A longer line is no log line: its head is kept, its rest dropped, so that memory stays bounded. */
const MAX_LINE_BYTES = 1024 * 1024;

/** nginx never writes an entry of this length, so as many NULs inside a line are a hole in the file. */
const HOLE_BYTES = 4096;
/** Compared with, to pass over holes of gigabytes at memory speed. */
const ZEROS = Buffer.alloc(64 * 1024);

/**
 * Takes out of chunks, cut at any byte, what would cost memory without being log text.
 *
 * Holes: NULs at the start of a line, and runs of 4096 or more inside one, which a writer without O_APPEND leaves
 * after a copytruncate. Any other NUL is what a client sent, and stays. Overlong lines lose what passes the limit.
 */
export class LineHygiene {
  /** NUL bytes left out so far. */
  holeBytes = 0;
  /** Lines of which only the head was handed on. */
  cutLines = 0;

  readonly #maxLine: number;
  /** Bytes of the unfinished line handed on so far. */
  #open = 0;
  /** Inside the dropped rest of a line that was cut. */
  #dropping = false;

  constructor(maxLine = MAX_LINE_BYTES) {
    this.#maxLine = maxLine;
  }

  /** The chunk itself when nothing is wrong with it, which is found out at memory speed; else a cleaned copy. */
  clean(chunk: Buffer): Buffer {
    const first = chunk.indexOf(LF);
    const toFirst = first === -1 ? chunk.length : first;
    if (
      this.#dropping ||
      this.#open + toFirst > this.#maxLine ||
      chunk.length > this.#maxLine ||
      chunk.indexOf(0) !== -1
    ) {
      return this.#rewrite(chunk);
    }
    this.#open = first === -1 ? this.#open + chunk.length : chunk.length - chunk.lastIndexOf(LF) - 1;
    return chunk;
  }

  #rewrite(chunk: Buffer): Buffer {
    if (this.#open === 0 && !this.#dropping && endOfZeros(chunk, 0) === chunk.length) {
      this.holeBytes += chunk.length;
      return chunk.subarray(0, 0);
    }
    const out = Buffer.allocUnsafe(chunk.length);
    let kept = 0;
    const keep = (from: number, to: number): void => {
      if (this.#dropping) return;
      const room = this.#maxLine - this.#open;
      const end = Math.min(to, from + room);
      kept += chunk.copy(out, kept, from, end);
      this.#open += end - from;
      if (end === to) return;
      this.#dropping = true;
      this.cutLines++;
    };
    const endLine = (): void => {
      out[kept++] = LF;
      this.#open = 0;
      this.#dropping = false;
    };
    let nul = chunk.indexOf(0);
    for (let at = 0; at < chunk.length; ) {
      const lf = chunk.indexOf(LF, at);
      const end = lf === -1 ? chunk.length : lf;
      while (nul !== -1 && nul < end) {
        const after = endOfZeros(chunk, nul);
        const startsLine = this.#open === 0 && !this.#dropping && nul === at;
        if (startsLine) {
          this.holeBytes += after - nul;
        } else if (after - nul >= HOLE_BYTES) {
          // What stands before a hole and what stands behind it are two lines.
          keep(at, nul);
          endLine();
          this.holeBytes += after - nul;
        } else {
          keep(at, after);
        }
        at = after;
        nul = chunk.indexOf(0, after);
      }
      keep(at, end);
      if (lf !== -1) endLine();
      at = end + 1;
    }
    return out.subarray(0, kept);
  }
}

/** What to tell about an input whose chunks went through `hygiene`, to show behind its path; empty for a clean one. */
export function hygieneSentences(hygiene: LineHygiene): string[] {
  const sentences: string[] = [];
  if (hygiene.holeBytes > 0) {
    const bytes = hygiene.holeBytes === 1 ? 'one NUL byte' : `${hygiene.holeBytes} NUL bytes`;
    sentences.push(
      `has ${bytes} where lines should be, skipped here: its writer kept its old position ` +
        'after a copytruncate; rotate by rename, or open the log in append mode',
    );
  }
  if (hygiene.cutLines > 0) {
    const which = hygiene.cutLines === 1 ? 'one line' : `${hygiene.cutLines} lines`;
    sentences.push(`has ${which} longer than 1 MiB: the first 1 MiB was kept, the rest dropped`);
  }
  return sentences;
}

/** Index after the run of NULs that starts at `from`. */
function endOfZeros(bytes: Buffer, from: number): number {
  let at = from;
  for (const step of [ZEROS.length, 256]) {
    while (at + step <= bytes.length && bytes.compare(ZEROS, 0, step, at, at + step) === 0) at += step;
  }
  while (bytes[at] === 0) at++;
  return at;
}
