import type { FileHandle } from 'node:fs/promises';

/** Large enough that the cost of a read is nothing beside its bytes, small enough to stay in the cache. */
const READ_BYTES = 1024 * 1024;
const SMALLEST_READ = 16 * 1024;

/**
 * The bytes of an open file (or fifo) from `start` to its present end, read one step ahead of the consumer into
 * two buffers that take turns: a chunk is valid until the next one is asked for. The handle stays the caller's.
 *
 * @param size expected length in bytes, to size the buffers by; 0 if unknown.
 * @param onBytes told the length of every chunk read.
 */
export async function* fileChunks(
  handle: FileHandle,
  start: number | null,
  size: number,
  onBytes?: (n: number) => void,
): AsyncGenerator<Buffer> {
  // One byte more than the file has, so that a small file is read in one go and its end seen in the next.
  const length = Math.min(READ_BYTES, Math.max(SMALLEST_READ, size + 1));
  let busy: Buffer = Buffer.allocUnsafeSlow(length);
  let idle: Buffer | null = null;
  let position = start;
  let pending = readInto(handle, busy, position);
  try {
    for (;;) {
      const n = await pending;
      if (n === 0) return;
      const full = busy;
      if (position !== null) position += n;
      busy = idle ?? Buffer.allocUnsafeSlow(length);
      idle = full;
      pending = readInto(handle, busy, position);
      onBytes?.(n);
      yield full.subarray(0, n);
    }
  } finally {
    await pending.catch(() => 0);
  }
}

function readInto(handle: FileHandle, buffer: Buffer, position: number | null): Promise<number> {
  const read = handle.read(buffer, 0, buffer.length, position).then((result) => result.bytesRead);
  // The read ahead may fail while nobody waits for it; whoever awaits it next still gets the error.
  read.catch(() => {});
  return read;
}

/** The bytes of a stream such as standard input. */
export async function* streamChunks(
  stream: NodeJS.ReadableStream,
  onBytes?: (n: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
    if (bytes.length === 0) continue;
    onBytes?.(bytes.length);
    yield bytes;
  }
}
