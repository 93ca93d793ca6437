/** The tables of the database, and how those of an earlier wslog become these. */
import { StateProblem } from './problem.ts';
import type { Connection } from './sqlite.ts';
import { firstValue, rollBack } from './transactions.ts';

/** `wsl` and a version of the file's kind: tells it from every other SQLite database. */
const APPLICATION_ID = 0x77736c01;
/** What brings the schema from each version to the next. */
export const MIGRATIONS = [
  `CREATE TABLE positions (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE incidents (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE total (rows INTEGER NOT NULL);
   INSERT INTO total VALUES (0);`,
  // More than one reader, and things to remember that are neither positions nor incidents.
  `ALTER TABLE positions RENAME TO old_positions;
   ALTER TABLE incidents RENAME TO old_incidents;
   CREATE TABLE positions (reader TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, sum TEXT NOT NULL,
     PRIMARY KEY (reader, key)) WITHOUT ROWID;
   CREATE TABLE incidents (reader TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, sum TEXT NOT NULL,
     PRIMARY KEY (reader, key)) WITHOUT ROWID;
   CREATE TABLE records (reader TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
     sum TEXT NOT NULL, PRIMARY KEY (reader, kind, key)) WITHOUT ROWID;
   INSERT INTO positions SELECT 'watch', key, body, sum FROM old_positions;
   INSERT INTO incidents SELECT 'watch', key, body, sum FROM old_incidents;
   DROP TABLE old_positions;
   DROP TABLE old_incidents;`,
];

/** 0 for a database that nothing was written to. @throws StateProblem for one that is not ours. */
export function versionOf(database: Connection): number {
  const version = Number(firstValue(database.all('PRAGMA user_version')));
  const kind = Number(firstValue(database.all('PRAGMA application_id')));
  const tables = Number(firstValue(database.all('SELECT count(*) AS n FROM sqlite_schema')));
  if (kind === 0 && version === 0 && tables === 0) return 0;
  if (kind !== APPLICATION_ID) throw new StateProblem("is not wslog's");
  if (version < 1 || version > MIGRATIONS.length) throw new StateProblem('was written by a later wslog');
  return version;
}

/** Brings a database to the newest schema, whole or not at all. */
export function migrate(database: Connection): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another reader may have been faster.
    const version = versionOf(database);
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length};`);
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}
