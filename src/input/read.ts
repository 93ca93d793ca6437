import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { accessProblem } from './access-problem.ts';
import { fifoStream, fileChunks, streamChunks } from './byte-chunks.ts';
import { ByteReader } from './byte-reader.ts';
import { LineAssembler } from './line-assembler.ts';
import type { LineBlock } from './line-block.ts';
import { hygieneSentences, LineHygiene } from './line-hygiene.ts';
import { bomLength, HEAD_BYTES, packingOf, twoByteEncoding } from './sniff.ts';
import { unpack } from './unpack.ts';

export interface ReadOptions {
  /** Where `-` reads from. */
  readonly stdin?: Readable;
  /** Told, in one sentence to show behind the path, what could not be read or was left out. */
  onProblem(sentence: string): void;
  /** Told how many bytes of the file were read since the last call (packed bytes, for a packed file). */
  onBytes?(n: number): void;
  /** Ends standard input and a fifo where they stand, as if nothing followed. */
  readonly signal?: AbortSignal;
  /** Largest block in bytes, unless a single line is longer. */
  readonly blockBytes?: number;
  /** Most bytes a packed file may expand to; 64 GiB unless given. */
  readonly maxOutputBytes?: number;
}

/**
 * All lines of a file, fifo or (`-`) standard input, in order, as blocks of whole lines; unpacked if its first bytes
 * say it is gzip, zstd, bzip2 or xz. Reads to the end as it is when reached: growth after that is not waited for.
 *
 * Never throws for what an input is or holds: what cannot be read is told to `onProblem`, and what stands before a
 * damage is kept. An empty input gives no block and no problem. Memory stays bounded whatever the content.
 *
 * split2 is not used here: one event and one string a line cost several times the reading itself (2 million lines,
 * 500 MB: about 0.9 s against 0.15 s), and its limit on the length of a line drops the line. The follower of
 * growing files, where lines trickle, uses it.
 */
export async function* readBlocks(path: string, options: ReadOptions): AsyncGenerator<LineBlock> {
  let handle: FileHandle | null = null;
  let reader: ByteReader | null = null;
  let fifo: Readable | null = null;
  const onBytes = (n: number): void => options.onBytes?.(n);
  try {
    if (path === '-') {
      if (options.stdin === undefined) {
        options.onProblem('standard input is not available: name a file, or pipe a log into the command');
        return;
      }
      reader = new ByteReader(streamChunks(options.stdin, onBytes, options.signal));
      yield* linesOf(reader, null, options);
    } else if ((await stat(path)).isFIFO()) {
      fifo = await fifoStream(path);
      reader = new ByteReader(streamChunks(fifo, onBytes, options.signal));
      yield* linesOf(reader, null, options);
    } else {
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      handle = file;
      const status = await file.stat();
      const start = status.isFile() ? 0 : null;
      reader = new ByteReader(fileChunks(file, start, status.size, onBytes));
      const reopen = async (position: number): Promise<ByteReader> =>
        new ByteReader(fileChunks(file, position, status.size), position);
      yield* linesOf(reader, status.isFile() ? reopen : null, options);
    }
  } catch (error) {
    if (path !== '-') options.onProblem(await accessProblem(path, error));
    else options.onProblem(stdinProblem(error));
  } finally {
    reader?.close();
    fifo?.destroy();
    await handle?.close();
  }
}

async function* linesOf(
  reader: ByteReader,
  reopen: ((position: number) => Promise<ByteReader>) | null,
  options: ReadOptions,
): AsyncGenerator<LineBlock> {
  const packing = packingOf(await reader.peek(HEAD_BYTES));
  const onProblem = (sentence: string): void => options.onProblem(sentence);
  const text =
    packing === 'none'
      ? reader
      : new ByteReader(unpack(packing, { reader, reopen, onProblem }, options.maxOutputBytes));
  try {
    const head = await text.peek(HEAD_BYTES);
    const encoding = twoByteEncoding(head);
    if (encoding !== null) {
      onProblem(
        `is ${encoding} text, which nginx never writes: convert it with  iconv -f ${encoding} -t UTF-8 FILE > FILE.utf8`,
      );
      return;
    }
    await text.skip(bomLength(head));
    const hygiene = new LineHygiene();
    const assembler = new LineAssembler(options.blockBytes);
    for (let chunk = await text.next(); chunk !== null; chunk = await text.next()) {
      yield* assembler.push(hygiene.clean(chunk));
    }
    yield* assembler.end();
    for (const sentence of hygieneSentences(hygiene)) onProblem(sentence);
  } finally {
    if (text !== reader) text.close();
  }
}

function stdinProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code !== 'string') throw error;
  return `standard input cannot be read (${code}): pipe a log into the command, or name a file`;
}
