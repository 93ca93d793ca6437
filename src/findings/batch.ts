/**
 * The findings of one stretch of log, column by column: reused from stretch to stretch, so that scanning allocates
 * little, and handed from thread to thread without a copy of each.
 */
import type { Client } from './client.ts';
import {
  type AccessColumns,
  type Columns,
  newAccessColumns,
  newColumns,
  ROWS,
  widerAccessColumns,
  widerColumns,
} from './columns.ts';
import type { Gist } from './gists.ts';
import { keptTexts, MAX_RAW } from './kept-texts.ts';
import { packGists, unpackGists } from './packed-gists.ts';

/** As many gists take more than a megabyte as objects. */
const MANY_GISTS = 1024;
/** In the column of clients. */
const NO_CLIENT = -1;

export class Batch {
  length = 0;
  /** The first finding that counts. */
  first = 0;
  columns: Columns;
  /** Null as long as no finding has any. */
  access: AccessColumns | null = null;
  /** Makes the gists that came packed; null when they are there. */
  #open: (() => void) | null = null;
  /** The same memory, from when it was needed last. */
  #spare: AccessColumns | null = null;
  /** By number. */
  gists: readonly Gist[] = [];
  /** Where the texts of the findings stand. */
  bytes: Buffer = Buffer.alloc(0);
  /** Clients that are no IPv4 addresses. */
  names: string[] = [];
  /** Lines a finding stands for, where that is not one: nginx wrote the entry over several. */
  spans = new Map<number, number>();
  /** Texts that do not stand in the bytes: unwrapped or joined lines. */
  texts = new Map<number, string>();
  /** Number of the line that the column of lines calls 0. */
  firstLine = 0;

  constructor(columns = newColumns(ROWS)) {
    this.columns = columns;
  }

  /**
   * Makes its gists, if they came packed from another thread. Called once its turn has come, so that those of batches
   * that wait take no memory.
   */
  open(): void {
    this.#open?.();
    this.#open = null;
  }

  /** Packs its gists when they are many, for the time until its turn comes. */
  close(): void {
    if (this.gists.length < MANY_GISTS) return;
    const packed = packGists(this.gists, 0);
    const gists: Gist[] = [];
    this.gists = gists;
    this.#open = () => unpackGists(packed, gists);
  }

  /** Empties it for findings in these bytes; `open` makes the gists that are not there yet. */
  reset(bytes: Buffer, gists: readonly Gist[], open: (() => void) | null = null): void {
    this.#open = open;
    this.length = 0;
    this.first = 0;
    this.firstLine = 0;
    this.access = null;
    this.bytes = bytes;
    this.gists = gists;
    if (this.names.length > 0) this.names = [];
    if (this.spans.size > 0) this.spans = new Map();
    if (this.texts.size > 0) this.texts = new Map();
  }

  /** @param client an IPv4 address from 0 on, or what `clientCode` gives */
  add(
    gist: Gist,
    time: number,
    client: number,
    connection: number,
    request: number,
    line: number,
    start: number,
    end: number,
  ): void {
    const i = this.length++;
    if (i >= this.columns.time.length) this.#grow();
    const { columns } = this;
    columns.gist[i] = gist.number;
    columns.time[i] = time;
    columns.client[i] = client;
    columns.connection[i] = connection;
    columns.request[i] = request;
    columns.line[i] = line;
    columns.start[i] = start;
    columns.end[i] = end;
    if (this.access === null) return;
    this.access.seconds[i] = -1;
    this.access.bytes[i] = -1;
  }

  /** Adds the first `count` of these findings. */
  addRows(rows: Columns & AccessColumns, count: number, ofAccess: boolean): void {
    const { length } = this;
    while (length + count > this.columns.time.length) this.#grow();
    const { columns } = this;
    columns.gist.set(rows.gist.subarray(0, count), length);
    columns.time.set(rows.time.subarray(0, count), length);
    columns.client.set(rows.client.subarray(0, count), length);
    columns.connection.set(rows.connection.subarray(0, count), length);
    columns.request.set(rows.request.subarray(0, count), length);
    columns.line.set(rows.line.subarray(0, count), length);
    columns.start.set(rows.start.subarray(0, count), length);
    columns.end.set(rows.end.subarray(0, count), length);
    this.length += count;
    if (!ofAccess && this.access === null) return;
    this.access ??= this.#accessColumns();
    this.access.seconds.set(rows.seconds.subarray(0, count), length);
    this.access.bytes.set(rows.bytes.subarray(0, count), length);
  }

  /** Says of the finding added last what only access lines tell. */
  addAccess(seconds: number, bytes: number): void {
    this.access ??= this.#accessColumns();
    this.access.seconds[this.length - 1] = seconds;
    this.access.bytes[this.length - 1] = bytes;
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

  seconds(i: number): number {
    return this.access === null ? -1 : this.access.seconds[i]!;
  }

  /** Bytes of body, or -1. */
  size(i: number): number {
    return this.access === null ? -1 : this.access.bytes[i]!;
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
    return this.bytes.toString('latin1', start, Math.min(this.columns.end[i]!, start + MAX_RAW));
  }

  /** Takes along what may be asked for of the findings' texts, so that the memory they stand in can be used for others. */
  keepTexts(): void {
    this.bytes = keptTexts(this);
  }

  #accessColumns(): AccessColumns {
    const rows = this.columns.time.length;
    if (this.#spare === null || this.#spare.seconds.length < rows) this.#spare = newAccessColumns(rows);
    this.#spare.seconds.fill(-1, 0, this.length);
    this.#spare.bytes.fill(-1, 0, this.length);
    return this.#spare;
  }

  #grow(): void {
    this.columns = widerColumns(this.columns);
    if (this.access !== null) {
      this.access = widerAccessColumns(this.access);
      this.#spare = this.access;
    }
  }
}
