/** Small things that are done with the database in several places. */
import * as v from 'valibot';
import type { Connection } from './sqlite.ts';

/** Another reader's commit takes some milliseconds; on a slow disk more. */
export const WAIT_MS = 5000;

/** Several queries see the database as it is at one moment. */
export function inOneLook<T>(database: Connection, look: () => T): T {
  database.exec('BEGIN');
  try {
    return look();
  } finally {
    rollBack(database);
  }
}

export function rollBack(database: Connection): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Some errors end the transaction by themselves.
  }
}

/** The first column of the first row. */
export function firstValue(rows: unknown[]): unknown {
  const row = v.safeParse(v.record(v.string(), v.unknown()), rows[0]);
  return row.success ? Object.values(row.output)[0] : undefined;
}
