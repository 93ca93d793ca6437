/** The bytes that arrive on a socket, asked for one after another, with a limit to every wait. */
import type { Socket } from 'node:net';

/** How long to wait, and what ends the wait early. */
export interface Patience {
  readonly ms: number;
  /** The user asked to end. */
  readonly signal: AbortSignal;
}

export type Arrival = Buffer | 'closed' | 'reset' | 'timeout' | 'stopped';

/** Bytes kept unread before the sender has to wait: a hostile peer may send without end. */
const MAX_QUEUED = 256 * 1024;

export class ByteStream {
  readonly socket: Socket;
  /** The transport's own words for its end, where it had any. */
  problem = '';
  #queued: Buffer[] = [];
  #bytes = 0;
  #ended: 'closed' | 'reset' | null = null;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#queued.push(bytes);
      this.#bytes += bytes.length;
      if (this.#bytes > MAX_QUEUED) socket.pause();
      this.#wake();
    });
    socket.on('end', () => this.#end('closed'));
    socket.on('close', () => this.#end('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.problem = error.message;
      this.#end(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'closed');
    });
  }

  /** What comes next. Bytes that arrived before the end are given first. */
  async next(patience: Patience): Promise<Arrival> {
    if (this.#queued.length === 0 && this.#ended === null) {
      const stopped = await this.#event(patience);
      if (stopped !== null && this.#queued.length === 0 && this.#ended === null) return stopped;
    }
    if (this.#queued.length > 0) {
      const bytes = Buffer.concat(this.#queued);
      this.#queued = [];
      this.#bytes = 0;
      this.socket.resume();
      return bytes;
    }
    return this.#ended ?? 'closed';
  }

  /** Gives bytes back, to be read again first. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#queued.unshift(bytes);
    this.#bytes += bytes.length;
  }

  write(bytes: string | Buffer): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(bytes, 'latin1');
  }

  destroy(): void {
    this.socket.destroy();
  }

  #end(how: 'closed' | 'reset'): void {
    this.#ended ??= how;
    this.#wake();
  }

  #event({ ms, signal }: Patience): Promise<'timeout' | 'stopped' | null> {
    if (signal.aborted) return Promise.resolve('stopped');
    return new Promise((resolve) => {
      const done = (outcome: 'timeout' | 'stopped' | null): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        this.#wake = () => undefined;
        resolve(outcome);
      };
      const stop = (): void => done('stopped');
      const timer = setTimeout(() => done('timeout'), Math.max(0, ms));
      signal.addEventListener('abort', stop, { once: true });
      this.#wake = () => done(null);
    });
  }
}
