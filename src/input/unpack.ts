import { gunzip } from './gunzip.ts';
import type { PackedInput } from './packed-input.ts';
import type { Packing } from './sniff.ts';

const MIB = 1024 * 1024;

/** No log of one day or week is this large; whoever sends it means harm. */
const MAX_OUTPUT_BYTES = 64 * 1024 * MIB;

/**
 * Expansion beyond any log's: an access log packs to a tenth, one line repeated with its time and numbers running
 * to about a hundredth. Judged only past the first 256 MiB, which cost less than a second.
 */
const MAX_RATIO = 500;
const RATIO_FREE_BYTES = 256 * MIB;

type Unpacker = (input: PackedInput) => AsyncGenerator<Buffer>;

/** What logs are seldom packed with is loaded only when it is needed. */
const UNPACKERS: Record<Exclude<Packing, 'none'>, () => Unpacker | Promise<Unpacker>> = {
  gzip: () => gunzip,
  zstd: async () => (await import('./unzstd.ts')).unzstd,
  bzip2: async () => (await import('./bunzip2.ts')).bunzip2,
  xz: async () => (await import('./unxz.ts')).unxz,
};

/**
 * The plain bytes of a packed input. Stops with a sentence when it expands like a decompression bomb.
 *
 * @param maxOutputBytes the total not to pass, in bytes.
 */
export async function* unpack(
  packing: Exclude<Packing, 'none'>,
  input: PackedInput,
  maxOutputBytes = MAX_OUTPUT_BYTES,
): AsyncGenerator<Buffer> {
  let total = 0;
  const unpacker = await UNPACKERS[packing]();
  for await (const bytes of unpacker(input)) {
    total += bytes.length;
    const ratio = total / Math.max(1, input.reader.position);
    if (total > maxOutputBytes || (total > RATIO_FREE_BYTES && ratio > MAX_RATIO)) {
      input.onProblem(
        `expands to more than ${Math.floor(total / MIB)} MiB (${Math.floor(ratio)} times its size), like a decompression bomb: ` +
          'reading stopped there; if it is a real log, decompress it and name the plain file',
      );
      return;
    }
    yield bytes;
  }
}
