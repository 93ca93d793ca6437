import { Decompress } from 'fzstd';
import type { ByteReader } from './byte-reader.ts';
import { CutOff, Damaged } from './packed-damage.ts';
import type { PackedInput } from './packed-input.ts';

/** What the zstd command itself accepts without `--long` or `--memory` (128 MiB); more would cost as much memory. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
/** RFC 8878 §3.1.1.2.3: no block holds or yields more. */
const MAX_BLOCK_BYTES = 128 * 1024;

/**
 * Unpacks zstd (RFC 8878), one block at a time: frames are walked here, so that memory is bounded before the decoder
 * allocates, several frames in a row are normal, and everything before a damaged block is kept. The content checksum
 * is not verified.
 */
export async function* unzstd({ reader, onProblem }: PackedInput): AsyncGenerator<Buffer> {
  for (;;) {
    const start = reader.position;
    const head = await reader.peek(18);
    if (head.length === 0) return;
    const magic = head.length >= 4 ? head.readUInt32LE(0) : 0;
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50 && head.length >= 8) {
      if (!(await reader.skip(8 + head.readUInt32LE(4)))) return onProblem(cutOff(reader));
      continue;
    }
    const frame = magic === 0xfd2fb528 ? frameHeader(head) : null;
    if (frame === null) {
      onProblem(`has bytes that are not zstd from byte ${start} on: the lines before were read`);
      return;
    }
    if (frame.dictionary) {
      onProblem('was compressed with a zstd dictionary: decompress it with zstd -d -D DICTIONARY first');
      return;
    }
    if (frame.windowBytes > MAX_WINDOW_BYTES) {
      const mib = Math.ceil(frame.windowBytes / 1024 / 1024);
      onProblem(
        `needs a zstd window of ${mib} MiB, more than the 128 MiB allowed: decompress it with zstd -d --long=31 first`,
      );
      return;
    }
    try {
      for await (const bytes of frameContent(reader, frame)) yield bytes;
    } catch (error) {
      if (error instanceof CutOff) onProblem(cutOff(reader));
      else if (error instanceof Damaged)
        onProblem(`is damaged near byte ${reader.position}: the lines before were read`);
      else throw error;
      return;
    }
  }
}

interface Frame {
  readonly headerBytes: number;
  readonly windowBytes: number;
  readonly dictionary: boolean;
  readonly checksumBytes: 0 | 4;
}

/** RFC 8878 §3.1.1.1; null when `head` is too short or uses a reserved bit. */
function frameHeader(head: Buffer): Frame | null {
  const flags = head[4];
  if (flags === undefined || (flags & 8) !== 0) return null;
  const single = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const sizeAt = 5 + (single ? 0 : 1) + dictionaryBytes;
  if (head.length < sizeAt + sizeBytes) return null;
  const descriptor = head[5] ?? 0;
  const base = 2 ** (10 + (descriptor >> 3));
  return {
    headerBytes: sizeAt + sizeBytes,
    windowBytes: single ? contentSize(head, sizeAt, sizeBytes) : base + (base / 8) * (descriptor & 7),
    dictionary: dictionaryBytes > 0,
    checksumBytes: (flags & 4) !== 0 ? 4 : 0,
  };
}

function contentSize(head: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return head.readUInt32LE(at) + head.readUInt32LE(at + 4) * 2 ** 32;
  return bytes === 0 ? 0 : head.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

async function* frameContent(reader: ByteReader, frame: Frame): AsyncGenerator<Buffer> {
  const out: Uint8Array[] = [];
  const decoder = new Decompress((data) => out.push(data));
  // Copied, because the decoder keeps what it is given until it has enough.
  let before = Buffer.from(await taken(reader, frame.headerBytes));
  for (let last = false; !last; ) {
    const blockHeader = (await reader.peek(3)).length === 3 ? (await reader.peek(3)).readUIntLE(0, 3) : null;
    if (blockHeader === null) throw new CutOff();
    last = (blockHeader & 1) !== 0;
    const type = (blockHeader >> 1) & 3;
    const size = blockHeader >> 3;
    if (type === 3 || size > MAX_BLOCK_BYTES) throw new Damaged();
    const block = await taken(reader, 3 + (type === 1 ? 1 : size) + (last ? frame.checksumBytes : 0));
    try {
      decoder.push(Buffer.concat([before, block]), last);
    } catch {
      throw new Damaged();
    }
    before = Buffer.alloc(0);
    for (const data of out.splice(0)) {
      if (data.length > 0) yield Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }
  }
}

async function taken(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.take(length);
  if (bytes === null) throw new CutOff();
  return bytes;
}

function cutOff(reader: ByteReader): string {
  return `is cut off near byte ${reader.position}: the lines before were read`;
}
