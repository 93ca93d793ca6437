/** An open WebSocket, watched: what arrives is counted, pings are answered, and its end is told apart by kind. */
import { randomBytes } from 'node:crypto';
import type { TunnelEnd } from './attempt.ts';
import type { ByteStream } from './byte-stream.ts';
import { closePayload, encodeFrame, type Frame, FrameReader, OPCODES, readClose } from './frames.ts';

const FAREWELL_MS = 300;

export class Tunnel {
  messages = 0;
  /** Pings that the server sent. */
  serverPings = 0;
  pongs = 0;
  readonly #stream: ByteStream;
  readonly #clock: () => number;
  readonly #reader = new FrameReader();
  readonly #opened: number;
  #lastTraffic: number;

  /** @param clock ms, never jumping */
  constructor(stream: ByteStream, clock: () => number) {
    this.#stream = stream;
    this.#clock = clock;
    this.#opened = clock();
    this.#lastTraffic = this.#opened;
  }

  /** Seconds since the 101. */
  get age(): number {
    return (this.#clock() - this.#opened) / 1000;
  }

  /**
   * Watches for `ms`, or until `enough` holds.
   *
   * @returns how the tunnel ended; null while it is open; `stopped` when the user asked to end
   */
  async watch(
    ms: number,
    signal: AbortSignal,
    enough: () => boolean = () => false,
  ): Promise<TunnelEnd | null | 'stopped'> {
    const deadline = this.#clock() + ms;
    while (!enough()) {
      const left = deadline - this.#clock();
      if (left <= 0) return null;
      const arrived = await this.#stream.next({ ms: left, signal });
      if (arrived === 'stopped') return 'stopped';
      if (arrived === 'timeout') return null;
      if (arrived === 'closed') return this.#ended('fin');
      if (arrived === 'reset') return this.#ended('reset');
      const frames = this.#reader.push(arrived);
      if (frames === null) return this.#ended('not-frames');
      const close = this.#take(frames);
      if (close !== null) return close;
      this.#lastTraffic = this.#clock();
    }
    return null;
  }

  ping(): void {
    this.#send(OPCODES.ping, Buffer.from('wslog'));
  }

  /** Says goodbye as the protocol wants it and lets the connection go; resolves when it is gone. */
  async close(): Promise<void> {
    this.#send(OPCODES.close, closePayload(1000));
    const { socket } = this.#stream;
    if (!socket.closed) {
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        // Whoever does not answer the farewell is not waited for.
        setTimeout(() => this.#stream.destroy(), FAREWELL_MS);
        socket.end();
      });
    }
  }

  #take(frames: readonly Frame[]): TunnelEnd | null {
    for (const frame of frames) {
      if (frame.opcode === OPCODES.close) {
        const { code, reason } = readClose(frame.payload);
        return { ...this.#ended('close-frame'), code, reason };
      }
      if (frame.opcode === OPCODES.pong) this.pongs++;
      else if (frame.opcode === OPCODES.ping) {
        this.serverPings++;
        this.#send(OPCODES.pong, frame.payload);
      } else if (frame.fin) this.messages++;
    }
    return null;
  }

  #send(opcode: number, payload: Buffer): void {
    this.#stream.write(encodeFrame(opcode, payload, randomBytes(4)));
    this.#lastTraffic = this.#clock();
  }

  #ended(how: TunnelEnd['how']): TunnelEnd {
    const silent = (this.#clock() - this.#lastTraffic) / 1000;
    this.#stream.destroy();
    return { how, code: null, reason: '', after: this.age, silent };
  }
}
