/** What the tables hold of one reader: taken out and put in, each row with its sum. */
import type { Position } from '../input/position.ts';
import type { ReportIncident } from '../report/document.ts';
import { StateProblem } from './problem.ts';
import type { Reader } from './reader.ts';
import { incidentIn, positionsIn, readerOf, recordIn, type StoredRecord, sumOf } from './rows.ts';
import type { Connection } from './sqlite.ts';
import { firstValue } from './transactions.ts';

/** What one reader remembers. */
export interface Content {
  /** By followed path, oldest file first. */
  readonly positions: Map<string, readonly Position[]>;
  readonly incidents: readonly ReportIncident[];
  readonly records: readonly StoredRecord[];
}

/** What a commit changes. */
export interface Changes {
  readonly positions: ReadonlyMap<string, readonly Position[]>;
  readonly incidents: readonly ReportIncident[];
  /** Ids of incidents that are no more. */
  readonly gone: readonly string[];
  /** Put in place of what has the same kind and key; one whose value is `undefined` is taken out. */
  readonly records?: readonly StoredRecord[];
}

const ROWS = '(SELECT count(*) FROM positions) + (SELECT count(*) FROM incidents) + (SELECT count(*) FROM records)';

/** What a reader remembers. @throws when rows are missing, or are not what was stored, whoever's they are. */
export function contentOf(database: Connection, reader: Reader): Content {
  if (firstValue(database.all(`SELECT rows = ${ROWS} FROM total`)) !== 1) throw new StateProblem('is damaged');
  const rows = (sql: string) => database.all(sql).filter((row) => readerOf(row) === reader);
  const positions = new Map<string, readonly Position[]>();
  for (const row of rows('SELECT reader, key, body, sum FROM positions')) {
    const { path, positions: held } = positionsIn(row);
    positions.set(path, held);
  }
  return {
    positions,
    incidents: rows('SELECT reader, key, body, sum FROM incidents').map(incidentIn),
    records: rows('SELECT reader, kind, key, body, sum FROM records').map(recordIn),
  };
}

/** Puts changes in. To be called in a transaction. */
export function change(
  database: Connection,
  reader: Reader,
  { positions, incidents, gone, records = [] }: Changes,
): void {
  for (const [path, held] of positions) put(database, 'positions', reader, path, JSON.stringify(held));
  for (const incident of incidents) put(database, 'incidents', reader, incident.id, JSON.stringify(incident));
  for (const id of gone) database.run('DELETE FROM incidents WHERE reader = ? AND key = ?', reader, id);
  for (const record of records) putRecord(database, reader, record);
  database.exec(`UPDATE total SET rows = ${ROWS}`);
}

function put(database: Connection, table: 'positions' | 'incidents', reader: Reader, key: string, body: string): void {
  database.run(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`, reader, key, body, sumOf(reader, key, body));
}

function putRecord(database: Connection, reader: Reader, { kind, key, value }: StoredRecord): void {
  if (value === undefined) {
    database.run('DELETE FROM records WHERE reader = ? AND kind = ? AND key = ?', reader, kind, key);
    return;
  }
  const body = JSON.stringify(value);
  const sum = sumOf(reader, key, body, kind);
  database.run('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)', reader, kind, key, body, sum);
}
