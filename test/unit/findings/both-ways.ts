/** Reads a text as a reader of logs does, the fast way and the plain way, and writes down what was found. */
import { compileSymptoms } from '../../../src/catalogue/match.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import { Batch } from '../../../src/findings/batch.ts';
import { SourceReader } from '../../../src/findings/source.ts';
import { TextWindow } from '../../../src/findings/text-window.ts';
import type { AccessFormat } from '../../../src/nginx/access-line.ts';

const matcher = compileSymptoms(await shippedCatalogue());

export interface Reading {
  readonly formats?: readonly AccessFormat[];
  readonly since?: number;
  readonly until?: number;
  readonly offsetAt?: (wall: number) => number;
}

/** Everything a reader finds and counts. */
export function found(text: string, plain: boolean, reading: Reading = {}): unknown {
  const { formats = [], since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = reading;
  const reader = new SourceReader({ matcher, formats, offsetAt: reading.offsetAt ?? (() => 0), since, until, plain });
  const window = new TextWindow(text.length);
  window.bytes.write(text, 'latin1');
  window.end = text.length;
  const batch = new Batch();
  reader.open(window, batch);
  reader.scan(window, 0, window.end, 1, batch);
  reader.end(batch);
  const rows = Array.from({ length: batch.length }, (_, i) => ({
    gist: { ...batch.gist(i), number: 0 },
    time: batch.columns.time[i],
    client: batch.client(i),
    connection: batch.columns.connection[i],
    request: batch.columns.request[i],
    line: batch.line(i),
    span: batch.span(i),
    raw: batch.raw(i),
    seconds: batch.seconds(i),
    size: batch.size(i),
  }));
  return { rows, counts: reader.counts, unknown: [...reader.unknown.templates] };
}
