import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import type { ByteReader } from './byte-reader.ts';
import type { PackedInput } from './packed-input.ts';

// The package lets one stream live at a time and makes others wait for its end, so two files read in turn would wait
// for each other for ever. Its decoder contexts are independent; what the lock saves is memory, which is bounded here
// by the dictionary limit.
Reflect.set(xz.XzReadableStream, '_contextMutex', { acquire: () => Promise.resolve(), release: () => {} });

const SLICE_BYTES = 16 * 1024;

/**
 * Unpacks xz, concatenated streams included. Where data is damaged, all that stands before the damage is kept;
 * everything behind it is lost, since an xz stream cannot be entered in its middle.
 */
export async function* unxz({ reader, reopen, onProblem }: PackedInput): AsyncGenerator<Buffer> {
  const progress = { sliceStart: 0, ended: false };
  let delivered = 0;
  try {
    for await (const bytes of decode(reader, Number.POSITIVE_INFINITY, progress)) {
      delivered += bytes.length;
      yield bytes;
    }
    return;
  } catch (error) {
    const code = decoderCode(error);
    if (code === null) throw error;
    if (!progress.ended && DAMAGE.has(code) && reopen !== null) {
      // The decoder hands out nothing of the step that fails, so those bytes are fed once more, singly.
      const again = await reopen(0);
      try {
        for await (const bytes of decode(again, progress.sliceStart, { sliceStart: 0, ended: false })) {
          const fresh = bytes.subarray(Math.min(delivered, bytes.length));
          delivered -= bytes.length - fresh.length;
          if (fresh.length > 0) yield fresh;
        }
      } catch (second) {
        if (decoderCode(second) === null) throw second;
      } finally {
        again.close();
      }
    }
    onProblem(sentenceFor(code, progress.sliceStart, progress.ended));
  }
}

/** Result codes of xz-embedded's `enum xz_ret` (linux/xz.h). */
const MEMORY_LIMIT = 4;
const UNSUPPORTED = 6;
const DAMAGE = new Set([5, 7, 8]);

function sentenceFor(code: number, at: number, ended: boolean): string {
  if (code === MEMORY_LIMIT) return 'needs a larger xz dictionary than is allowed: decompress it with xz -d first';
  if (code === UNSUPPORTED) return 'uses an xz check or filter that is not supported: decompress it with xz -d first';
  if (ended) return 'is cut off at its end: the lines before were read';
  return `is damaged near byte ${at}: the lines before were read, what follows is lost`;
}

async function* decode(
  reader: ByteReader,
  singlyFrom: number,
  progress: { sliceStart: number; ended: boolean },
): AsyncGenerator<Buffer> {
  const source = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const limit = reader.position < singlyFrom ? Math.min(SLICE_BYTES, singlyFrom - reader.position) : 1;
        const slice = await reader.next(limit);
        if (slice === null) {
          progress.ended = true;
          controller.close();
          return;
        }
        progress.sliceStart = reader.position - slice.length;
        controller.enqueue(slice);
      },
    },
    // Asked for only when the decoder wants it: the slice pulled last is then the one a failure is in.
    { highWaterMark: 0 },
  );
  for await (const bytes of new xz.XzReadableStream(source)) {
    if (bytes.length > 0) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

function decoderCode(error: unknown): number | null {
  const match = error instanceof Error ? /failed with error code (\d+)$/.exec(error.message) : null;
  return match === null ? null : Number(match[1]);
}
