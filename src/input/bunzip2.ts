import { BitSource } from './bit-source.ts';
import type { ByteReader } from './byte-reader.ts';
import { Bzip2Block } from './bzip2-block.ts';
import { CutOff, Damaged } from './packed-damage.ts';
import type { PackedInput } from './packed-input.ts';

/** More than any block takes packed: 900 000 symbols of 20 bits, 32 767 selectors of 6, six tables. */
const BLOCK_BYTES = 2_300_000;
const PIECE_BYTES = 64 * 1024;
/** A block's text is handed out once its checksum is found right, unless it expands beyond this. */
const HELD_PIECES = 64;

/**
 * Unpacks bzip2, concatenated streams included, block by block. What stands in intact blocks before a damage is kept.
 *
 * Written here because the decoders on npm for a stream collect a block's whole text byte by byte in an array: a file
 * of 250 bytes can make them take gigabytes.
 */
export async function* bunzip2({ reader, onProblem }: PackedInput): AsyncGenerator<Buffer> {
  for (;;) {
    const start = reader.position;
    const header = await reader.peek(4);
    if (header.length === 0) return;
    const level = (header[3] ?? 0) - 0x30;
    if (header.toString('latin1', 0, 3) !== 'BZh' || level < 1 || level > 9) {
      onProblem(`has bytes that are not bzip2 from byte ${start} on: the lines before were read`);
      return;
    }
    await reader.skip(4);
    try {
      yield* streamContent(reader, new Bzip2Block(level));
    } catch (error) {
      if (error instanceof CutOff) onProblem('is cut off at its end: the lines before were read');
      else if (error instanceof Damaged) {
        onProblem(`is damaged near byte ${reader.position}: the lines before were read, what follows is lost`);
      } else throw error;
      return;
    }
  }
}

/** The blocks of one stream; leaves the reader behind its end. */
async function* streamContent(reader: ByteReader, block: Bzip2Block): AsyncGenerator<Buffer> {
  // Blocks follow each other without regard to bytes, so the byte two of them share is looked at twice.
  for (let usedBits = 0; ; ) {
    const bits = new BitSource(await reader.peek(BLOCK_BYTES));
    bits.take(usedBits);
    const magic = bits.take(24) * 2 ** 24 + bits.take(24);
    if (magic === 0x177245385090) {
      // The checksum of the whole stream says no more than those of the blocks did.
      bits.take32();
      await reader.skip(bits.align());
      return;
    }
    if (magic !== 0x314159265359) throw new Damaged();
    block.decode(bits);
    yield* checked(block);
    await reader.skip(bits.place.byte);
    usedBits = bits.place.bits;
  }
}

function* checked(block: Bzip2Block): Generator<Buffer> {
  const held: Buffer[] = [];
  for (;;) {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    const length = block.fill(piece);
    if (length === 0) break;
    held.push(piece.subarray(0, length));
    if (held.length > HELD_PIECES) yield* held.splice(0, 1);
  }
  if (!block.intact) throw new Damaged();
  yield* held;
}
