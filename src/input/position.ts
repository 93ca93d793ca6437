/** How far a followed file was read, in a form that finds the place again after a restart, whatever became of its name. */
import { createHash } from 'node:crypto';

/** Some bytes of a file, known by their hash: log text itself is not kept. */
export interface ContentMark {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Position {
  /** The name that is followed. */
  readonly path: string;
  readonly dev: string;
  readonly ino: string;
  /** In bytes, behind an LF; of a packed file in bytes of its unpacked text. */
  readonly offset: number;
  /** How large the file was when it was last looked at, in the same bytes: what is behind `offset` was not handed on. */
  readonly size: number;
  /** The file's first bytes: up to 1024, growing with the file, none of them behind `offset`. */
  readonly head: ContentMark;
  /** The last bytes before `offset`, at most 64: a file that was truncated and filled again has others there. */
  readonly marker: ContentMark;
  /** The file's last change, ms since 1970. */
  readonly changed: number;
  /** The name had left the file. */
  readonly rotated: boolean;
}

/** A head longer than this would tell no more files apart. */
export const HEAD_MARK_BYTES = 1024;
export const MARKER_BYTES = 64;

export function markOf(bytes: Buffer): ContentMark {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function sameMark(a: ContentMark, b: ContentMark): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}
