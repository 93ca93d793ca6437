/** The first look at an input: what kind of log it is, and how it can be read. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { LineBlock } from '../input/line-block.ts';
import { readBlocks } from '../input/read.ts';
import { bomLength, packingOf, HEAD_BYTES as SIGN_BYTES, twoByteEncoding } from '../input/sniff.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { type Sniffed, sniff } from './sniff.ts';

/** Bytes of an input's head that are looked at before it is read. */
const HEAD_BYTES = 64 * 1024;

export interface Opened {
  readonly path: string;
  /** As it lies on disk. */
  readonly bytes: number;
  /** Its length now; 0 when it has none. */
  readonly size: number;
  /**
   * `parts`: plain text, which can be read from the middle. `packed`: which cannot. `odd`: a file that is neither, or
   * cannot be read. `pipe`: what can be read only once.
   */
  readonly way: 'parts' | 'packed' | 'odd' | 'pipe';
  readonly sniffed: Sniffed;
  readonly problems: string[];
  /** Of a pipe, what was looked at is kept and read on from there. */
  readonly rest: AsyncGenerator<LineBlock> | null;
}

/** Lines of one log, in its order, that somebody else reads. */
export interface LineStream {
  readonly path: string;
  readonly blocks: AsyncGenerator<LineBlock>;
}

/** @param blocksOf reads an input; told where to put sentences about what cannot be read */
export async function look(
  { path, bytes }: { readonly path: string; readonly bytes: number },
  known: readonly AccessFormat[],
  stated: AccessFormat | null,
  blocksOf: (problems: string[]) => AsyncGenerator<LineBlock>,
): Promise<Opened> {
  const problems: string[] = [];
  const { way, size } = path === '-' ? PIPE : await wayOf(path);
  if (way === 'pipe')
    return { ...(await lookInto({ path, blocks: blocksOf(problems) }, known, stated)), bytes, problems };
  const blocks = readBlocks(path, { onProblem: () => {}, blockBytes: HEAD_BYTES });
  const first = await blocks.next();
  await blocks.return(undefined);
  return { path, bytes, size, way, sniffed: sniff(headOf(first), known, stated), problems, rest: null };
}

/** Looks at the head of what can be read only once; what was looked at is kept for the reading. */
export async function lookInto(
  { path, blocks }: LineStream,
  known: readonly AccessFormat[],
  stated: AccessFormat | null,
): Promise<Opened> {
  const first = await blocks.next();
  const kept = first.done === true ? null : { ...first.value, bytes: Buffer.from(first.value.bytes) };
  const sniffed = sniff(headOf(first), known, stated);
  return { path, bytes: 0, size: 0, way: 'pipe', sniffed, problems: [], rest: resume(kept, blocks) };
}

function headOf(first: IteratorResult<LineBlock>): string {
  return first.done === true ? '' : first.value.bytes.toString('latin1', 0, HEAD_BYTES);
}

const PIPE = { way: 'pipe', size: 0 } as const;

/** How a file can be read; what cannot be read at all is left to those who say why. */
async function wayOf(path: string): Promise<{ way: Opened['way']; size: number }> {
  try {
    // Not opened when it is a fifo: its writer would begin, and lose what it writes when this reader goes.
    if (!(await stat(path)).isFile()) return PIPE;
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SIGN_BYTES), 0, SIGN_BYTES, 0);
      const head = buffer.subarray(0, bytesRead);
      if (packingOf(head) !== 'none') return { way: 'packed', size: status.size };
      const plain = bomLength(head) === 0 && twoByteEncoding(head) === null;
      return { way: plain ? 'parts' : 'odd', size: status.size };
    } finally {
      await file.close();
    }
  } catch {
    return { way: 'odd', size: 0 };
  }
}

async function* resume(first: LineBlock | null, rest: AsyncGenerator<LineBlock>): AsyncGenerator<LineBlock> {
  if (first !== null) yield first;
  yield* rest;
}
