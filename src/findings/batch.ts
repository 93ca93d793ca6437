/**
 * The findings of one stretch of log, column by column: reused from stretch to stretch, so that scanning allocates
 * little, and handed from thread to thread without a copy.
 */
import type { Client } from './client.ts';
import type { Gist } from './gists.ts';
import { TextWindow } from './text-window.ts';

const START = 4096;
/** Longest piece of a line that is kept as evidence: what nginx can have written plus some. */
const MAX_RAW = 4096;
/** In the column of clients: none. What is below stands for a name, by its place. */
const NO_CLIENT = -1;

export class Batch {
  length = 0;
  /** The text the findings were found in. */
  window = new TextWindow(0);
  /** By number. */
  gists: readonly Gist[] = [];
  columns = newColumns(START);
  /** Clients that are no IPv4 addresses. */
  names: string[] = [];
  /** Lines a finding stands for, where that is not one: nginx wrote the entry over several. */
  spans = new Map<number, number>();
  /** Texts that are no slice of the window: unwrapped or joined lines. */
  texts = new Map<number, string>();
  /** Number of the line that the column of lines calls 0. */
  firstLine = 0;

  reset(window: TextWindow, gists: readonly Gist[]): void {
    this.length = 0;
    this.window = window;
    this.gists = gists;
    if (this.names.length > 0) this.names = [];
    this.spans.clear();
    this.texts.clear();
  }

  /** @param client an IPv4 address from 0 on, or what `clientCode` gives */
  add(
    gist: Gist,
    time: number,
    client: number,
    connection: number,
    request: number,
    seconds: number,
    bytes: number,
    line: number,
    start: number,
    end: number,
  ): void {
    const i = this.length++;
    if (i >= this.columns.time.length) this.columns = grown(this.columns);
    const { columns } = this;
    columns.gist[i] = gist.number;
    columns.time[i] = time;
    columns.client[i] = client;
    columns.connection[i] = connection;
    columns.request[i] = request;
    columns.seconds[i] = seconds;
    columns.bytes[i] = bytes;
    columns.line[i] = line;
    columns.start[i] = start;
    columns.end[i] = end;
  }

  /** How a client stands in its column. */
  clientCode(client: Client): number {
    if (client === null) return NO_CLIENT;
    if (typeof client === 'number') return client >>> 0;
    return NO_CLIENT - this.names.push(client);
  }

  gist(i: number): Gist {
    return this.gists[this.columns.gist[i]!]!;
  }

  client(i: number): Client {
    const code = this.columns.client[i]!;
    if (code >= 0) return code | 0;
    return code === NO_CLIENT ? null : this.names[NO_CLIENT - 1 - code]!;
  }

  /** Lines the finding stands for. */
  span(i: number): number {
    return this.spans.size === 0 ? 1 : (this.spans.get(i) ?? 1);
  }

  /** Number of its first line. */
  line(i: number): number {
    return this.firstLine + this.columns.line[i]!;
  }

  /** The line's text as latin1. */
  raw(i: number): string {
    const text = this.texts.get(i);
    if (text !== undefined) return text.slice(0, MAX_RAW);
    const start = this.columns.start[i]!;
    return this.window.slice(start, Math.min(this.columns.end[i]!, start + MAX_RAW));
  }
}

export interface Columns {
  /** Number of the gist. */
  readonly gist: Int32Array<ArrayBuffer>;
  /** Epoch seconds; NaN when the line has no readable time. */
  readonly time: Float64Array<ArrayBuffer>;
  readonly client: Float64Array<ArrayBuffer>;
  /** nginx's connection serial, or -1. */
  readonly connection: Float64Array<ArrayBuffer>;
  /** Hash of the request line, which joins both lines of a request; 0 when there is none. */
  readonly request: Uint32Array<ArrayBuffer>;
  /** Seconds of `$request_time`, or -1. */
  readonly seconds: Float64Array<ArrayBuffer>;
  /** Bytes of body, or -1. */
  readonly bytes: Float64Array<ArrayBuffer>;
  readonly line: Int32Array<ArrayBuffer>;
  readonly start: Int32Array<ArrayBuffer>;
  readonly end: Int32Array<ArrayBuffer>;
}

function newColumns(size: number): Columns {
  return {
    gist: new Int32Array(size),
    time: new Float64Array(size),
    client: new Float64Array(size),
    connection: new Float64Array(size),
    request: new Uint32Array(size),
    seconds: new Float64Array(size),
    bytes: new Float64Array(size),
    line: new Int32Array(size),
    start: new Int32Array(size),
    end: new Int32Array(size),
  };
}

function grown(old: Columns): Columns {
  const columns = newColumns(old.time.length * 2);
  for (const name of COLUMN_NAMES) columns[name].set(old[name]);
  return columns;
}

const COLUMN_NAMES = [
  'gist',
  'time',
  'client',
  'connection',
  'request',
  'seconds',
  'bytes',
  'line',
  'start',
  'end',
] as const satisfies readonly (keyof Columns)[];
