/** The findings of one block of log, column by column: reused from block to block, so that scanning allocates little. */
import type { FindingKey } from './keys.ts';

const START = 4096;

export class Batch {
  length = 0;
  /** The block the findings were found in. */
  text = '';
  /** Epoch seconds; NaN when the line has no readable time. */
  time = new Float64Array(START);
  keys: FindingKey[] = [];
  clients: (string | null)[] = [];
  /** nginx's connection serial, or -1. */
  connection = new Float64Array(START);
  /** Hash of the request line, which joins both lines of a request; 0 when there is none. */
  request = new Float64Array(START);
  /** Seconds of `$request_time`, or -1. */
  seconds = new Float64Array(START);
  /** Bytes of body, or -1. */
  bytes = new Float64Array(START);
  /** 1-based line number. */
  line = new Float64Array(START);
  start = new Int32Array(START);
  end = new Int32Array(START);
  /** Lines the finding stands for: more than one for an entry that nginx wrote over several lines. */
  span = new Int32Array(START);
  /** Texts that are not a slice of the block: unwrapped or joined lines. */
  readonly texts = new Map<number, string>();

  reset(text: string): void {
    this.length = 0;
    this.text = text;
    this.keys.length = 0;
    this.clients.length = 0;
    this.texts.clear();
  }

  add(
    key: FindingKey,
    time: number,
    client: string | null,
    connection: number,
    request: number,
    seconds: number,
    bytes: number,
    line: number,
    start: number,
    end: number,
  ): void {
    const i = this.length++;
    if (i >= this.time.length) this.#grow();
    this.keys.push(key);
    this.clients.push(client);
    this.time[i] = time;
    this.connection[i] = connection;
    this.request[i] = request;
    this.seconds[i] = seconds;
    this.bytes[i] = bytes;
    this.line[i] = line;
    this.start[i] = start;
    this.end[i] = end;
    this.span[i] = 1;
  }

  /** The line's text as latin1, cut to what nginx can have written plus some. */
  raw(i: number): string {
    const text = this.texts.get(i) ?? this.text.slice(this.start[i], this.end[i]);
    return text.length > 4096 ? text.slice(0, 4096) : text;
  }

  #grow(): void {
    const size = this.time.length * 2;
    const wider = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(size);
      grown.set(old);
      return grown;
    };
    const widerInt = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    };
    this.time = wider(this.time);
    this.connection = wider(this.connection);
    this.request = wider(this.request);
    this.seconds = wider(this.seconds);
    this.bytes = wider(this.bytes);
    this.line = wider(this.line);
    this.start = widerInt(this.start);
    this.end = widerInt(this.end);
    this.span = widerInt(this.span);
  }
}
