/** The embedded database, loaded only when state is kept or read. */
import { StateProblem } from './problem.ts';

export interface Connection {
  exec(sql: string): void;
  all(sql: string): unknown[];
  run(sql: string, ...values: string[]): void;
  close(): void;
}

/** Opens a database file. `waitMs`: how long each statement waits for another process's lock; not at all unless given. */
export type Connect = (file: string, waitMs?: number) => Connection;

/** @throws StateProblem where the package has no build for this machine. */
export async function loadSqlite(): Promise<Connect> {
  let Database: typeof import('libsql');
  try {
    Database = (await import('libsql')).default;
  } catch {
    throw new StateProblem('the package libsql, which keeps state, is not installed or has no build for this machine');
  }
  return (file, waitMs = 0) => {
    const database = new Database(file, { timeout: waitMs });
    return {
      exec: (sql) => void database.exec(sql),
      all: (sql) => database.prepare(sql).all(),
      run: (sql, ...values) => void database.prepare(sql).run(...values),
      close: () => void database.close(),
    };
  };
}
