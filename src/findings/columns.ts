/** The columns of a batch: what is a number in each finding. */

export interface Columns {
  /** Number of the gist. */
  readonly gist: Int32Array<ArrayBuffer>;
  /** Epoch seconds; NaN when the line has no readable time. */
  readonly time: Float64Array<ArrayBuffer>;
  /** An IPv4 address from 0 on; -1: none; below: a name by its place. */
  readonly client: Float64Array<ArrayBuffer>;
  /** nginx's connection serial, or -1. */
  readonly connection: Float64Array<ArrayBuffer>;
  /** Hash of the request line, which joins both lines of a request; 0 when there is none. */
  readonly request: Uint32Array<ArrayBuffer>;
  readonly line: Int32Array<ArrayBuffer>;
  /** Where the text stands. */
  readonly start: Int32Array<ArrayBuffer>;
  readonly end: Int32Array<ArrayBuffer>;
}

/** What only access lines have. */
export interface AccessColumns {
  /** Seconds of `$request_time`, or -1. */
  readonly seconds: Float64Array<ArrayBuffer>;
  /** Bytes of body, or -1. */
  readonly bytes: Float64Array<ArrayBuffer>;
}

export function newColumns(rows: number): Columns {
  return {
    gist: new Int32Array(rows),
    time: new Float64Array(rows),
    client: new Float64Array(rows),
    connection: new Float64Array(rows),
    request: new Uint32Array(rows),
    line: new Int32Array(rows),
    start: new Int32Array(rows),
    end: new Int32Array(rows),
  };
}

export function newAccessColumns(rows: number): AccessColumns {
  return { seconds: new Float64Array(rows), bytes: new Float64Array(rows) };
}

/** Rows there is room for at first. */
export const ROWS = 4096;

/** The same with room for more rows: twice as many, and no fewer than at first. */
export function widerColumns(old: Columns): Columns {
  const wider = newColumns(Math.max(ROWS, old.time.length * 2));
  wider.gist.set(old.gist);
  wider.time.set(old.time);
  wider.client.set(old.client);
  wider.connection.set(old.connection);
  wider.request.set(old.request);
  wider.line.set(old.line);
  wider.start.set(old.start);
  wider.end.set(old.end);
  return wider;
}

export function widerAccessColumns(old: AccessColumns): AccessColumns {
  const wider = newAccessColumns(Math.max(ROWS, old.seconds.length * 2));
  wider.seconds.fill(-1);
  wider.bytes.fill(-1);
  wider.seconds.set(old.seconds);
  wider.bytes.set(old.bytes);
  return wider;
}

/** A copy of the first rows, in memory of just that size. */
export function firstRows(columns: Columns, rows: number): Columns {
  return {
    gist: columns.gist.slice(0, rows),
    time: columns.time.slice(0, rows),
    client: columns.client.slice(0, rows),
    connection: columns.connection.slice(0, rows),
    request: columns.request.slice(0, rows),
    line: columns.line.slice(0, rows),
    start: columns.start.slice(0, rows),
    end: columns.end.slice(0, rows),
  };
}

export function firstAccessRows({ seconds, bytes }: AccessColumns, rows: number): AccessColumns {
  return { seconds: seconds.slice(0, rows), bytes: bytes.slice(0, rows) };
}

/** The memory of columns, to hand it on. */
export function memoryOf(columns: Columns, access: AccessColumns | null): ArrayBuffer[] {
  const { gist, time, client, connection, request, line, start, end } = columns;
  const all = [gist, time, client, connection, request, line, start, end].map(({ buffer }) => buffer);
  return access === null ? all : [...all, access.seconds.buffer, access.bytes.buffer];
}
