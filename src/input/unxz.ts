import { crc32 } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { LzmaDecoder } from './lzma.ts';
import { CutOff, Damaged } from './packed-damage.ts';
import type { PackedInput } from './packed-input.ts';
import { CHECK_BYTES, type XzCheck, xzCheck } from './xz-check.ts';

const STREAM_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const LZMA2 = 0x21;
/** `xz -9` uses 64 MiB; more would cost as much memory. */
const MAX_DICTIONARY_BYTES = 128 * 1024 * 1024;

/** Valid xz that is not read here; the message says why. */
class Unsupported extends Error {}

/**
 * Unpacks xz (file format 1.1): any number of streams and blocks, LZMA2. Where data is damaged, all that stands
 * before the damage is kept; what follows is lost, since an xz block cannot be entered in its middle.
 *
 * Written here because the package for it serves one stream at a time: two logs read in turn would wait for each
 * other for ever. It also gives up the text of the step that fails, and knows neither SHA-256 nor the damage's place.
 */
export async function* unxz({ reader, onProblem }: PackedInput): AsyncGenerator<Buffer> {
  try {
    for (let stream = 0; ; stream++) {
      if (stream > 0) await skipPadding(reader);
      const header = await reader.peek(12);
      if (header.length === 0) return;
      if (!header.subarray(0, 6).equals(STREAM_MAGIC.subarray(0, header.length))) {
        onProblem(`has bytes that are not xz from byte ${reader.position} on: the lines before were read`);
        return;
      }
      yield* streamContent(reader);
    }
  } catch (error) {
    const place = `near byte ${reader.position}`;
    if (error instanceof CutOff) onProblem(`is cut off ${place}: the lines before were read`);
    else if (error instanceof Damaged)
      onProblem(`is damaged ${place}: the lines before were read, what follows is lost`);
    else if (error instanceof Unsupported) onProblem(`${error.message}: decompress it with xz -d first`);
    else throw error;
  }
}

async function* streamContent(reader: ByteReader): AsyncGenerator<Buffer> {
  const header = await taken(reader, 12);
  if (header.readUInt32LE(8) !== crc32(header.subarray(6, 8)) || header[6] !== 0 || header[7]! > 15)
    throw new Damaged();
  const kind = header[7]!;
  let lzma: LzmaDecoder | null = null;
  for (;;) {
    const size = (await peeked(reader, 1))[0]!;
    if (size === 0) break;
    const blockHeader = Buffer.from(await taken(reader, (size + 1) * 4));
    const dictionary = dictionaryOf(blockHeader);
    lzma = lzmaDecoder(lzma, dictionary);
    const check = xzCheck(kind);
    const start = reader.position;
    yield* blockContent(reader, lzma, check);
    await taken(reader, -(reader.position - start) & 3);
    const stored = await taken(reader, CHECK_BYTES[kind]!);
    if (!check.equals(stored)) throw new Damaged();
  }
  await skipIndex(reader);
  const footer = await taken(reader, 12);
  if (footer.toString('latin1', 10) !== 'YZ') throw new Damaged();
}

/** The decoder of the last block serves the next one too, if it is large enough: blocks may be many and small. */
function lzmaDecoder(last: LzmaDecoder | null, dictionary: number): LzmaDecoder {
  return last !== null && last.dictionary >= dictionary ? last : new LzmaDecoder(dictionary);
}

/** Size of the dictionary that the block's one filter needs; a block with other filters is not supported. */
function dictionaryOf(header: Buffer): number {
  const end = header.length - 4;
  if (header.readUInt32LE(end) !== crc32(header.subarray(0, end))) throw new Damaged();
  const flags = header[1]!;
  let at = 2;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; at < end; factor *= 128) {
      const byte = header[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new Damaged();
  };
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  if ((flags & 3) !== 0 || number() !== LZMA2) throw new Unsupported('uses an xz filter that is not supported');
  if (number() !== 1) throw new Damaged();
  const code = header[at]!;
  const size = code >= 40 ? 2 ** 32 : (2 | (code & 1)) * 2 ** ((code >> 1) + 11);
  if (size > MAX_DICTIONARY_BYTES) {
    throw new Unsupported(
      `needs an xz dictionary of ${Math.ceil(size / 1024 / 1024)} MiB, more than the 128 MiB allowed`,
    );
  }
  return size;
}

/** The chunks of LZMA2 data (LZMA SDK, `Lzma2Dec.c`) up to the end mark. */
async function* blockContent(reader: ByteReader, lzma: LzmaDecoder, check: XzCheck): AsyncGenerator<Buffer> {
  let needs: 'dictionary' | 'properties' | 'nothing' = 'dictionary';
  for (;;) {
    const control = (await taken(reader, 1))[0]!;
    if (control === 0) return;
    if (control === 1 || control >= 0xe0) {
      lzma.resetDictionary();
      needs = 'properties';
    }
    if (needs === 'dictionary' || (control > 2 && control < 0x80)) throw new Damaged();
    if (control <= 2) {
      const length = (await taken(reader, 2)).readUInt16BE(0) + 1;
      const packed = await reader.peek(length);
      const text = lzma.copy(packed);
      check.add(text);
      yield text;
      await taken(reader, length);
      continue;
    }
    const sizes = Buffer.from(await taken(reader, 4));
    const length = ((control & 0x1f) << 16) + sizes.readUInt16BE(0) + 1;
    const packedLength = sizes.readUInt16BE(2) + 1;
    if (control >= 0xc0) {
      lzma.setProperties((await taken(reader, 1))[0]!);
      needs = 'nothing';
    } else if (needs === 'properties') throw new Damaged();
    if (control >= 0xa0) lzma.resetState();
    const packed = await reader.peek(packedLength);
    const { text, failure } = lzma.decode(packed, length);
    check.add(text);
    if (text.length > 0) yield text;
    // Running out of bytes within a complete chunk is damage; only a chunk that is not all there is cut off.
    if (packed.length < packedLength) throw new CutOff();
    if (failure !== null) throw new Damaged();
    await reader.skip(packedLength);
  }
}

/** The index repeats the sizes of the blocks, for those who jump in the file. */
async function skipIndex(reader: ByteReader): Promise<void> {
  const start = reader.position;
  await taken(reader, 1);
  const records = await number(reader);
  for (let i = 0; i < records * 2; i++) await number(reader);
  await taken(reader, (-(reader.position - start) & 3) + 4);
}

async function number(reader: ByteReader): Promise<number> {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = (await taken(reader, 1))[0]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    if (factor > 2 ** 56) throw new Damaged();
  }
}

async function skipPadding(reader: ByteReader): Promise<void> {
  for (
    let bytes = await reader.peek(4);
    bytes.length > 0 && bytes.every((byte) => byte === 0);
    bytes = await reader.peek(4)
  ) {
    await reader.skip(bytes.length);
  }
}

async function taken(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.take(length);
  if (bytes === null) throw new CutOff();
  return bytes;
}

async function peeked(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.peek(length);
  if (bytes.length < length) throw new CutOff();
  return bytes;
}
