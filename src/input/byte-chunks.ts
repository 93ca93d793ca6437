import { constants, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

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

/**
 * The bytes of a stream such as standard input.
 *
 * @param signal ends the stream where it stands: who writes to a pipe may be silent for ever.
 */
export async function* streamChunks(
  stream: Readable,
  onBytes?: (n: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const stop = () => stream.destroy();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
      if (bytes.length === 0) continue;
      onBytes?.(bytes.length);
      yield bytes;
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * A fifo as a stream, before it has a writer too. Opened as a file is, it would hold a thread until somebody writes to
 * it, and the process could not even be ended before.
 */
export async function fifoStream(path: string): Promise<Readable> {
  const { Socket } = await import('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
