import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc64 } from './crc64.ts';

/** The checksum of a block's text, of the kind the stream's header names. */
export interface XzCheck {
  add(bytes: Uint8Array): void;
  /** Whether it equals what the file holds. */
  equals(stored: Buffer): boolean;
}

/** Bytes each kind takes in the file, by its number (xz file format 1.1, §2.1.1.2). */
export const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** Kinds that no xz command writes are not verified, as the format demands. */
export function xzCheck(kind: number): XzCheck {
  if (kind === 1) {
    let sum = 0;
    return {
      add: (bytes) => {
        sum = crc32(bytes, sum);
      },
      equals: (stored) => stored.readUInt32LE(0) === sum,
    };
  }
  if (kind === 4) {
    const sum = new Crc64();
    return { add: (bytes) => sum.add(bytes), equals: (stored) => stored.equals(sum.digest()) };
  }
  if (kind === 10) {
    const sum = createHash('sha256');
    return { add: (bytes) => sum.update(bytes), equals: (stored) => stored.equals(sum.digest()) };
  }
  return { add: () => {}, equals: () => true };
}
