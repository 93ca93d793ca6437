import { constants } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';
import { accessProblem } from './access-problem.ts';
import { HEAD_BYTES, packingOf, twoByteEncoding } from './sniff.ts';

/** A file worth reading. */
export interface Finding {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Device and inode: two names of one file have the same. */
  readonly identity: string;
  /** The path is a symbolic link. */
  readonly link: boolean;
}

/**
 * Looks at one path. A file that was named is taken whatever it holds; one that was only found in a directory or by
 * a glob must be regular and must not be binary.
 *
 * @returns null when a found path is left out without a word, or the sentence saying why it cannot be read.
 */
export async function examine(path: string, how: 'named' | 'found'): Promise<Finding | string | null> {
  try {
    const [status, exact] = await Promise.all([stat(path), stat(path, { bigint: true })]);
    const finding: Finding = {
      path,
      bytes: status.isFile() ? status.size : 0,
      mtimeMs: status.mtimeMs,
      // Inode numbers of some file systems pass 2^53.
      identity: `${exact.dev}:${exact.ino}`,
      link: (await lstat(path)).isSymbolicLink(),
    };
    if (!status.isFile()) {
      if (how === 'found') return null;
      if (status.isDirectory()) return 'is a directory, not a file';
      if (status.isSocket()) return 'is a socket, not a log';
      if (status.isBlockDevice()) return 'is a disk, not a log';
      // A fifo is not opened here, as that would take its first bytes; of character devices /dev/null is harmless.
      if (status.isCharacterDevice() && !(await endsAtOnce(path))) return 'is a device, not a log';
      return finding;
    }
    const head = await headOf(path);
    return how === 'found' && isBinary(head) ? null : finding;
  } catch (error) {
    return accessProblem(path, error);
  }
}

async function endsAtOnce(path: string): Promise<boolean> {
  const [device, nothing] = await Promise.all([stat(path), stat('/dev/null')]);
  return device.rdev === nothing.rdev;
}

/** Opening it is also the test whether it may be read at all. */
async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * A log begins with text, after a hole at most. Only the first bytes count: further on, even nginx's first line can
 * hold whatever bytes a client sent. A packed file or UTF-16 text is left to the reader.
 */
function isBinary(head: Buffer): boolean {
  if (packingOf(head) !== 'none' || twoByteEncoding(head) !== null) return false;
  const start = head.findIndex((byte) => byte !== 0);
  if (start === -1) return false;
  return head.subarray(start, start + 16).some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte));
}

/** TAB, LF, CR, and the ESC that begins a colour. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0d, 0x1b]);
