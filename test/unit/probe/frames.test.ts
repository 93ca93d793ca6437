import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closePayload, encodeFrame, FrameReader, OPCODES, readClose } from '../../../src/probe/frames.ts';

/** A frame as a server sends it: not masked. */
function served(opcode: number, payload: Buffer, fin = true): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([(fin ? 0x80 : 0) | opcode, length])
      : length < 65_536
        ? Buffer.from([(fin ? 0x80 : 0) | opcode, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

describe('encodeFrame', () => {
  it("writes the RFC's own masked example", () => {
    const frame = encodeFrame(OPCODES.text, Buffer.from('Hello'), Buffer.from('37fa213d', 'hex'));
    expect(frame.toString('hex')).toBe('818537fa213d7f9f4d5158');
  });

  it('refuses what does not fit a short frame', () => {
    expect(() => encodeFrame(OPCODES.ping, Buffer.alloc(126), Buffer.alloc(4))).toThrow(RangeError);
  });
});

describe('FrameReader', () => {
  it('finds the same frames in whatever pieces they arrive', () => {
    const frame = fc.oneof(
      fc.record({ opcode: fc.constantFrom(1, 2, 0), length: fc.constantFrom(0, 1, 125, 126, 300, 65_535, 65_536) }),
      fc.record({ opcode: fc.constantFrom(8, 9, 10), length: fc.integer({ min: 0, max: 125 }) }),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 5000 })), (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(({ opcode, length }) => served(opcode, Buffer.alloc(length, 0x61))));
        const reader = new FrameReader();
        const found: { opcode: number; length: number; kept: number }[] = [];
        let at = 0;
        for (let turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % Math.max(1, sizes.length)] ?? bytes.length;
          for (const { opcode, length, payload } of reader.push(bytes.subarray(at, at + size)) ?? [])
            found.push({ opcode, length, kept: payload.length });
          at += size;
        }
        expect(found).toEqual(frames.map(({ opcode, length }) => ({ opcode, length, kept: opcode >= 8 ? length : 0 })));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a masked frame', '8180000000000'],
    ['a reserved bit', 'c100'],
    ['a reserved opcode', '8300'],
    ['a control frame in pieces', '0900'],
    ['a long control frame', '897e0100'],
    ['text that is no frame at all', Buffer.from('HTTP/1.1 200 OK').toString('hex')],
    ['an absurd length', '827fffffffffffffffff'],
  ])('knows that %s is none of a server', (_, hex) => {
    const reader = new FrameReader();
    expect(reader.push(Buffer.from(hex, 'hex'))).toBeNull();
    expect(reader.push(served(1, Buffer.from('x')))).toBeNull();
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => new FrameReader().push(Buffer.from(bytes))).not.toThrow();
      }),
    );
  });

  it('keeps no payload of messages, however long they say they are', () => {
    const reader = new FrameReader();
    expect(reader.push(Buffer.from('827f0000100000000000', 'hex'))).toEqual([]);
    for (let i = 0; i < 50; i++) expect(reader.push(Buffer.alloc(64 * 1024))).toEqual([]);
  });
});

it('reads close frames', () => {
  expect(readClose(closePayload(1001))).toEqual({ code: 1001, reason: '' });
  expect(readClose(Buffer.concat([closePayload(4401), Buffer.from('who?')]))).toEqual({ code: 4401, reason: 'who?' });
  expect(readClose(Buffer.alloc(0))).toEqual({ code: 1005, reason: '' });
});
