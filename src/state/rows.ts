/** What the database's rows hold, checked when they are read: a file on disk may hold anything. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Position } from '../input/position.ts';
import type { ReportIncident } from '../report/document.ts';
import { READERS, type Reader } from './reader.ts';

const text = v.string();
const count = v.number();
const textOrNull = v.nullable(v.string());

const MARK = v.object({ bytes: count, sha256: text });

const POSITIONS: v.GenericSchema<unknown, Position[]> = v.array(
  v.object({
    path: text,
    dev: text,
    ino: text,
    offset: count,
    size: count,
    head: MARK,
    marker: MARK,
    changed: count,
    rotated: v.boolean(),
  }),
);

const COUNTED = v.array(v.object({ address: text, count }));

const CAUSE = v.object({
  id: text,
  title: text,
  confidence: v.number(),
  evidence: v.array(v.object({ text, weight: v.number(), file: textOrNull, line: v.nullable(count) })),
  directive: v.nullable(
    v.object({
      name: text,
      value: textOrNull,
      file: textOrNull,
      line: v.nullable(count),
      default: v.boolean(),
      // Rows of earlier versions have none.
      excerpt: v.optional(v.nullable(v.object({ file: text, from: count, lines: v.array(text) })), null),
    }),
  ),
  fix: v.object({
    summary: text,
    steps: v.array(v.object({ do: text, why: textOrNull, nginx: textOrNull, run: textOrNull })),
    patch: textOrNull,
    verify: v.array(v.object({ run: text, expect: text })),
  }),
});

const INCIDENT: v.GenericSchema<unknown, ReportIncident> = v.object({
  id: text,
  title: text,
  severity: v.picklist(['info', 'warning', 'error', 'critical']),
  status: v.picklist(['open', 'ended']),
  websocket: v.picklist(['yes', 'likely', 'no', 'unknown']),
  firstSeen: textOrNull,
  lastSeen: textOrNull,
  endpoint: v.object({ server: textOrNull, host: textOrNull, path: textOrNull }),
  upstreams: COUNTED,
  clients: v.object({ distinct: count, exact: v.boolean(), top: COUNTED }),
  count,
  lines: count,
  symptoms: v.array(v.object({ id: text, count })),
  statuses: v.record(text, count),
  timeline: v.object({ from: textOrNull, bucketSeconds: count, counts: v.array(count) }),
  causes: v.array(CAUSE),
  ruledOut: v.array(v.object({ id: text, why: text })),
  undecided: textOrNull,
  evidence: v.array(v.object({ file: text, line: count, raw: text })),
});

const ROW = v.object({ reader: v.picklist(READERS), key: text, body: text, sum: text });
const KINDED_ROW = v.object({ ...ROW.entries, kind: text });

/** One thing that a reader remembers beside positions and incidents: `value` is whatever JSON can hold. */
export interface StoredRecord {
  /** What sort of thing: `delivery`, for instance. The code that writes a kind checks its values when it reads them. */
  readonly kind: string;
  readonly key: string;
  readonly value: unknown;
}

/** A row as it is stored: the sum finds what a disk changed on its own. */
export function sumOf(reader: Reader, key: string, body: string, kind = ''): string {
  const hash = createHash('sha256');
  // Rows of the first schema had neither reader nor kind, and were all of the watch's.
  if (reader !== 'watch' || kind !== '') hash.update(reader).update('\0').update(kind).update('\0');
  return hash.update(key).update('\0').update(body).digest('hex');
}

/** The positions of one path. @throws when the row is not what was stored. */
export function positionsIn(row: unknown): { path: string; positions: Position[] } {
  const { key, content } = contentOf(v.parse(ROW, row));
  return { path: key, positions: v.parse(POSITIONS, content) };
}

/** @throws when the row is not what was stored. */
export function incidentIn(row: unknown): ReportIncident {
  return v.parse(INCIDENT, contentOf(v.parse(ROW, row)).content);
}

/** An incident that a record holds. @throws when it is none. */
export function checkedIncident(value: unknown): ReportIncident {
  return v.parse(INCIDENT, value);
}

const CHANGES = v.object({
  positions: v.array(v.tuple([text, POSITIONS])),
  incidents: v.array(INCIDENT),
  gone: v.array(text),
  records: v.optional(v.array(v.object({ kind: text, key: text, value: v.optional(v.unknown()) })), []),
});

/** Changes that were kept inside a record, to be made later; null when they are not what was stored. */
export function storedChanges(value: unknown): {
  positions: Map<string, Position[]>;
  incidents: ReportIncident[];
  gone: string[];
  records: StoredRecord[];
} | null {
  const parsed = v.safeParse(CHANGES, value);
  if (!parsed.success) return null;
  const { positions, records, ...rest } = parsed.output;
  return {
    ...rest,
    positions: new Map(positions),
    records: records.map(({ kind, key, value: content }) => ({ kind, key, value: content })),
  };
}

/** @throws when the row is not what was stored. */
export function recordIn(row: unknown): StoredRecord {
  const parsed = v.parse(KINDED_ROW, row);
  return { kind: parsed.kind, key: parsed.key, value: contentOf(parsed, parsed.kind).content };
}

/** Whose row it is. @throws when it is nobody's that is known. */
export function readerOf(row: unknown): Reader {
  return v.parse(v.object({ reader: v.picklist(READERS) }), row).reader;
}

function contentOf(
  { reader, key, body, sum }: v.InferOutput<typeof ROW>,
  kind = '',
): { key: string; content: unknown } {
  if (sum !== sumOf(reader, key, body, kind)) throw new Error('a row of the database was changed');
  return { key, content: JSON.parse(body) };
}
