import { once } from 'node:events';
import { crc32, createInflateRaw, type ZlibOptions } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { LF } from './line-block.ts';
import type { PackedInput } from './packed-input.ts';

/**
 * Unpacks gzip (RFC 1952) member by member. The framing is parsed here and only the deflate data goes to zlib,
 * because zlib's own gunzip loses good text when something that is not gzip follows a member in the same chunk.
 *
 * Concatenated members and NUL padding are normal. Where data is damaged, all that stands before the damage is
 * kept, and reading goes on with the next member if there is one.
 */
export async function* gunzip({ reader, reopen, onProblem }: PackedInput): AsyncGenerator<Buffer> {
  let damaged = false;
  const damage = (sentence: string): void => {
    if (!damaged) onProblem(sentence);
    damaged = true;
  };
  for (let member = 0; ; member++) {
    if (member > 0) await skipNuls(reader);
    const start = reader.position;
    const header = await readHeader(reader);
    if (header === 'end') return;
    if (header === 'foreign') {
      damage(
        `${member === 0 ? 'is not valid gzip' : 'has bytes that are not gzip'} from byte ${start} on: what stands before was read`,
      );
      if (await toNextMember(reader)) continue;
      return;
    }
    const state: MemberState = { sum: 0, length: 0, sliceStart: reader.position };
    const dataStart = reader.position;
    let endsLine = true;
    const note = (bytes: Buffer): Buffer => {
      state.sum = crc32(bytes, state.sum);
      state.length += bytes.length;
      endsLine = bytes[bytes.length - 1] === LF;
      return bytes;
    };
    try {
      for await (const bytes of inflate(reader, state)) yield note(bytes);
      const trailer = await reader.take(8);
      if (trailer === null) {
        damage('is cut off at its end: the lines before were read');
        return;
      }
      if (trailer.readUInt32LE(0) !== state.sum || trailer.readUInt32LE(4) !== state.length % 2 ** 32) {
        damage(
          `fails its checksum at byte ${reader.position}: some of the text between byte ${start} and there is damaged`,
        );
      }
    } catch (error) {
      const code = zlibCode(error);
      if (code === null) throw error;
      if (code === 'Z_BUF_ERROR') {
        damage(`is cut off at byte ${reader.position}: the lines before were read`);
        return;
      }
      if (reopen !== null) {
        // zlib hands out nothing of the call that fails, so the bytes before the damage are fed once more, in smaller
        // pieces from the failed one on, and at last singly.
        for (const step of REPLAY_STEPS) {
          const again = await reopen(dataStart);
          const replay: MemberState = { sum: 0, length: 0, sliceStart: dataStart };
          let toSkip = state.length;
          try {
            for await (const bytes of inflate(again, replay, { from: state.sliceStart, step })) {
              const fresh = bytes.subarray(Math.min(toSkip, bytes.length));
              toSkip -= bytes.length - fresh.length;
              if (fresh.length > 0) yield note(fresh);
            }
          } catch (second) {
            if (zlibCode(second) === null) throw second;
          } finally {
            again.close();
          }
          state.sliceStart = Math.max(state.sliceStart, replay.sliceStart);
        }
      }
      damage(
        `is damaged near byte ${state.sliceStart}: the lines before were read, those behind it as far as a next gzip member begins`,
      );
      if (!(await toNextMember(reader))) return;
      // The torn line must not run into the next member's first.
      if (!endsLine) yield Buffer.from('\n');
    }
  }
}

interface MemberState {
  sum: number;
  length: number;
  /** Offset in the file of the slice fed last. */
  sliceStart: number;
}

/**
 * Bytes given to zlib at a time, which are a megabyte of log or more. Each piece costs a change of threads and back, in
 * which zlib has nothing to do: with pieces of an eighth, unpacking 187 MB took 0.5 s instead of 0.26.
 */
const SLICE_BYTES = 128 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** What is unpacked ahead of the consumer. */
const AHEAD_BYTES = 4 * CHUNK_BYTES;
/** What is searched at a time for something. */
const LOOK_BYTES = 16 * 1024;
/** Bytes given to zlib at a time where a larger piece has failed. */
const REPLAY_STEPS = [512, 1];

/**
 * Inflates raw deflate data from the reader's position to the data's own end, which is where the reader is left.
 * Works in zlib's threads, ahead of the consumer.
 *
 * @param slowly offset from which `step` bytes are fed at a time, to get everything out up to a bad one.
 */
async function* inflate(
  reader: ByteReader,
  state: MemberState,
  slowly: { readonly from: number; readonly step: number } = { from: Number.POSITIVE_INFINITY, step: SLICE_BYTES },
): AsyncGenerator<Buffer> {
  const options: ZlibOptions & { readableHighWaterMark: number } = {
    chunkSize: CHUNK_BYTES,
    readableHighWaterMark: AHEAD_BYTES,
  };
  const stream = createInflateRaw(options);
  const closed = once(stream, 'close').catch(() => {});
  const feed = async (): Promise<void> => {
    for (;;) {
      const { position } = reader;
      const slice = await reader.next(
        position < slowly.from ? Math.min(SLICE_BYTES, slowly.from - position) : slowly.step,
      );
      if (stream.destroyed) return;
      if (slice === null) {
        stream.end();
        return;
      }
      state.sliceStart = reader.position - slice.length;
      const before = stream.bytesWritten;
      // zlib never calls back when the deflate data ends inside the slice; the stream then closes once it is drained.
      await Promise.race([new Promise<void>((resolve) => stream.write(slice, () => resolve())), closed]);
      const used = stream.bytesWritten - before;
      if (used < slice.length) {
        reader.unread(slice.subarray(used));
        return;
      }
    }
  };
  const fed = feed().catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    yield* stream;
  } catch (error) {
    // The feeder puts back what zlib refused; where it goes on is looked for from there.
    await fed;
    throw error;
  }
  await fed;
}

async function readHeader(reader: ByteReader): Promise<'member' | 'end' | 'foreign'> {
  const fixed = await reader.peek(10);
  if (fixed.length === 0) return 'end';
  if (fixed[0] !== 0x1f || fixed[1] !== 0x8b || (fixed.length > 2 && fixed[2] !== 8)) return 'foreign';
  const flags = fixed[3] ?? 0;
  if ((flags & 0xe0) !== 0) return 'foreign';
  await reader.skip(10);
  if ((flags & 4) !== 0) {
    const length = await reader.take(2);
    if (length !== null) await reader.skip(length.readUInt16LE(0));
  }
  if ((flags & 8) !== 0) await skipString(reader);
  if ((flags & 16) !== 0) await skipString(reader);
  if ((flags & 2) !== 0) await reader.skip(2);
  return 'member';
}

async function skipString(reader: ByteReader): Promise<void> {
  for (let bytes = await reader.next(); bytes !== null; bytes = await reader.next()) {
    const end = bytes.indexOf(0);
    if (end === -1) continue;
    reader.unread(bytes.subarray(end + 1));
    return;
  }
}

async function skipNuls(reader: ByteReader): Promise<void> {
  for (let bytes = await reader.next(LOOK_BYTES); bytes !== null; bytes = await reader.next(LOOK_BYTES)) {
    const end = bytes.findIndex((byte) => byte !== 0);
    if (end === -1) continue;
    reader.unread(bytes.subarray(end));
    return;
  }
}

/** Moves to the next place where a gzip member seems to begin; false when there is none. */
async function toNextMember(reader: ByteReader): Promise<boolean> {
  const magic = Buffer.from([0x1f, 0x8b, 0x08]);
  await reader.skip(1);
  for (;;) {
    const bytes = await reader.peek(LOOK_BYTES);
    if (bytes.length < 18) return false;
    const at = bytes.indexOf(magic);
    if (at === -1) {
      await reader.skip(bytes.length - 2);
      continue;
    }
    await reader.skip(at);
    const header = await reader.peek(10);
    // A true header has no reserved flag, and an operating system that exists; chance hits seldom do.
    const system = header[9] ?? 1;
    if (header.length === 10 && ((header[3] ?? 0) & 0xe0) === 0 && (system <= 13 || system === 255)) return true;
    await reader.skip(1);
  }
}

function zlibCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error.code.startsWith('Z_') ? error.code : null;
}
