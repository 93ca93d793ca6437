/** WebSocket frames as RFC 6455, section 5 lays them out: enough to ping, to answer pings, to close, and to count. */

export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const CONTROL_LIMIT = 125;

export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  /** Length of the payload. */
  readonly length: number;
  /** The payload of control frames; of others nothing is kept. */
  readonly payload: Buffer;
}

/**
 * One frame as a client sends it: masked, in one piece.
 *
 * @param payload at most 125 bytes
 * @param mask 4 random bytes
 */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  if (payload.length > CONTROL_LIMIT) throw new RangeError('the probe sends short frames only');
  const frame = Buffer.alloc(6 + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | payload.length;
  mask.copy(frame, 2, 0, 4);
  payload.forEach((byte, index) => {
    frame[6 + index] = byte ^ (mask[index % 4] ?? 0);
  });
  return frame;
}

/** Payload of a close frame. */
export function closePayload(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return payload;
}

/** Code and reason (latin1) of a close frame; 1005 is the code for "none given". */
export function readClose(payload: Buffer): { readonly code: number; readonly reason: string } {
  if (payload.length < 2) return { code: 1005, reason: '' };
  return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString('latin1') };
}

/** Cuts a server's bytes into frames, whatever pieces they arrive in. Payloads of messages are skipped, not kept. */
export class FrameReader {
  #head = Buffer.alloc(0);
  /** Bytes of a message's payload still to come. */
  #skip = 0;
  #skipped: Omit<Frame, 'payload'> | null = null;
  #broken = false;

  /**
   * @returns the frames that these bytes complete; null once the bytes are no frames, and ever after
   */
  push(bytes: Buffer): Frame[] | null {
    if (this.#broken) return null;
    const frames: Frame[] = [];
    let rest = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    this.#head = Buffer.alloc(0);
    for (;;) {
      if (this.#skipped !== null) {
        const taken = Math.min(this.#skip, rest.length);
        this.#skip -= taken;
        rest = rest.subarray(taken);
        if (this.#skip > 0) return frames;
        frames.push({ ...this.#skipped, payload: Buffer.alloc(0) });
        this.#skipped = null;
      }
      const start = readStart(rest);
      if (start === 'broken') {
        this.#broken = true;
        return null;
      }
      const isControl = start !== 'more' && start.opcode >= 8;
      if (start === 'more' || (isControl && rest.length < start.headBytes + start.length)) {
        this.#head = Buffer.from(rest);
        return frames;
      }
      rest = rest.subarray(start.headBytes);
      const { opcode, fin, length } = start;
      if (isControl) {
        frames.push({ opcode, fin, length, payload: Buffer.from(rest.subarray(0, length)) });
        rest = rest.subarray(length);
      } else {
        this.#skipped = { opcode, fin, length };
        this.#skip = length;
      }
    }
  }
}

interface Start {
  readonly opcode: number;
  readonly fin: boolean;
  readonly length: number;
  readonly headBytes: number;
}

function readStart(bytes: Buffer): Start | 'more' | 'broken' {
  const [first, second] = bytes;
  if (first === undefined) return 'more';
  const opcode = first & 0x0f;
  const fin = (first & 0x80) !== 0;
  // No extension was agreed on that gives the reserved bits or opcodes a meaning.
  if ((first & 0x70) !== 0 || (opcode > 2 && opcode < 8) || opcode > 10) return 'broken';
  if (second === undefined) return 'more';
  const short = second & 0x7f;
  // A server never masks; a control frame is short and whole.
  if ((second & 0x80) !== 0 || (opcode >= 8 && (!fin || short > CONTROL_LIMIT))) return 'broken';
  if (short < 126) return { opcode, fin, length: short, headBytes: 2 };
  const headBytes = short === 126 ? 4 : 10;
  if (bytes.length < headBytes) return 'more';
  const length = short === 126 ? bytes.readUInt16BE(2) : bytes.readUInt32BE(2) * 2 ** 32 + bytes.readUInt32BE(6);
  return length > Number.MAX_SAFE_INTEGER ? 'broken' : { opcode, fin, length, headBytes };
}
