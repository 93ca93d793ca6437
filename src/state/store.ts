/** The database of positions and incidents, which change together or not at all. */
import { existsSync, renameSync, statSync } from 'node:fs';
import * as v from 'valibot';
import type { Position } from '../input/position.ts';
import type { ReportIncident } from '../report/document.ts';
import { codeOf, databaseIn, prepareFile, prepareFolder } from './folder.ts';
import { lockFolder } from './lock.ts';
import { StateInUse, StateProblem } from './problem.ts';
import { incidentIn, positionsIn, sumOf } from './rows.ts';
import { type Connect, type Connection, loadSqlite } from './sqlite.ts';

export interface Content {
  /** By followed path, oldest file first. */
  readonly positions: Map<string, readonly Position[]>;
  readonly incidents: readonly ReportIncident[];
}

/** What a commit changes. */
export interface Changes {
  readonly positions: ReadonlyMap<string, readonly Position[]>;
  readonly incidents: readonly ReportIncident[];
  /** Ids of incidents that are no more. */
  readonly gone: readonly string[];
}

/** `wsl` and a version of the file's kind: tells it from every other SQLite database. */
const APPLICATION_ID = 0x77736c01;
/** What brings the schema from each version to the next. */
const MIGRATIONS = [
  `CREATE TABLE positions (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE incidents (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE total (rows INTEGER NOT NULL);
   INSERT INTO total VALUES (0);`,
];
const ROWS = '(SELECT count(*) FROM positions) + (SELECT count(*) FROM incidents)';
/** The header of a database; of a shorter file SQLite thinks that it is new. */
const HEADER_BYTES = 512;

export class StateStore {
  /** What was there when it was opened. */
  readonly found: Content;
  /** A sentence when a database that was there could not be used, else null. */
  readonly setAside: string | null;
  readonly #database: Connection;
  readonly #lock: { close(): void };

  private constructor(
    database: Connection,
    lock: { close(): void },
    { found, setAside }: { found: Content; setAside: string | null },
  ) {
    this.#database = database;
    this.#lock = lock;
    this.found = found;
    this.setAside = setAside;
  }

  /**
   * Opens the state of a folder for writing, and makes it if there is none. A database that is damaged, foreign or of
   * a later wslog is set aside.
   *
   * @param pid this process.
   * @param now ms since 1970.
   * @throws StateInUse, or StateProblem when the folder cannot be used at all.
   */
  static async open(folder: string, pid: number, now: number): Promise<StateStore> {
    const connect = await loadSqlite();
    prepareFolder(folder);
    let lock: { close(): void } | null = null;
    try {
      lock = lockFolder(folder, connect, pid);
      const { database, ...rest } = opened(databaseIn(folder), connect, now);
      return new StateStore(database, lock, rest);
    } catch (error) {
      lock?.close();
      if (error instanceof StateInUse || error instanceof StateProblem) throw error;
      throw new StateProblem(`${folder} cannot be used to keep state in (${codeOf(error)})`);
    }
  }

  /** Writes the changes, all or none; once it returns they survive a crash. @throws what the database says. */
  commit({ positions, incidents, gone }: Changes): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const [path, held] of positions) put(database, 'positions', path, JSON.stringify(held));
      for (const incident of incidents) put(database, 'incidents', incident.id, JSON.stringify(incident));
      for (const id of gone) database.run('DELETE FROM incidents WHERE key = ?', id);
      database.exec(`UPDATE total SET rows = ${ROWS}`);
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  close(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Then the next start does it; nothing that was committed depends on it.
    }
    this.#database.close();
    this.#lock.close();
  }
}

/**
 * The incidents that a folder's state knows, while another process may be writing; null when there is no state.
 *
 * @throws StateProblem when it cannot be read.
 */
export async function readIncidents(folder: string): Promise<readonly ReportIncident[] | null> {
  const file = databaseIn(folder);
  if (!existsSync(file)) return null;
  let database: Connection | null = null;
  try {
    database = (await loadSqlite())(file);
    const version = versionOf(database);
    return version === 0 ? null : contentOf(database).incidents;
  } catch (error) {
    if (error instanceof StateProblem) throw error;
    throw new StateProblem(`${file} cannot be read (${codeOf(error)})`);
  } finally {
    database?.close();
  }
}

function opened(
  file: string,
  connect: Connect,
  now: number,
): { database: Connection; found: Content; setAside: string | null } {
  try {
    return { ...usable(file, connect), setAside: null };
  } catch (error) {
    if (!isContent(error)) throw error;
    const aside = `${file}.damaged-${new Date(now).toISOString().replaceAll(':', '')}`;
    for (const part of ['-wal', '-shm', '']) if (existsSync(file + part)) renameSync(file + part, aside + part);
    const why = error instanceof StateProblem ? error.message : `is damaged (${codeOf(error)})`;
    const setAside = `${file} ${why}: it was set aside as ${aside}, and a new one begun; counts of earlier runs are in the old one`;
    return { ...usable(file, connect), setAside };
  }
}

/** What the file holds is wrong; a full disk or a missing permission is no reason to give up what is stored. */
function isContent(error: unknown): boolean {
  // A changed byte of the header can also claim a format that this library only reads.
  return (
    error instanceof StateProblem || !/^(?:E[A-Z]+|SQLITE_(?:FULL|IOERR|CANTOPEN|PERM|BUSY).*)$/.test(codeOf(error))
  );
}

function usable(file: string, connect: Connect): { database: Connection; found: Content } {
  prepareFile(file);
  const { size } = statSync(file);
  if (size > 0 && size < HEADER_BYTES) throw new StateProblem('is cut short');
  const database = connect(file);
  try {
    const version = versionOf(database);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;');
    migrate(database, version);
    const damage = firstValue(database.all('PRAGMA quick_check(1)'));
    if (damage !== 'ok') throw new StateProblem('is damaged');
    const found = contentOf(database);
    // A changed header can make it one that is only read.
    database.exec('UPDATE total SET rows = rows');
    return { database, found };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** 0 for a database that nothing was written to. @throws StateProblem for one that is not ours. */
function versionOf(database: Connection): number {
  const version = Number(firstValue(database.all('PRAGMA user_version')));
  const kind = Number(firstValue(database.all('PRAGMA application_id')));
  const tables = Number(firstValue(database.all('SELECT count(*) AS n FROM sqlite_schema')));
  if (kind === 0 && version === 0 && tables === 0) return 0;
  if (kind !== APPLICATION_ID) throw new StateProblem("is not wslog's");
  if (version < 1 || version > MIGRATIONS.length) throw new StateProblem('was written by a later wslog');
  return version;
}

function migrate(database: Connection, version: number): void {
  if (version === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length};`);
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** @throws when rows are missing, or are not what was stored. */
function contentOf(database: Connection): Content {
  if (firstValue(database.all(`SELECT rows = ${ROWS} FROM total`)) !== 1) throw new StateProblem('is damaged');
  const positions = new Map<string, readonly Position[]>();
  for (const row of database.all('SELECT key, body, sum FROM positions')) {
    const { path, positions: held } = positionsIn(row);
    positions.set(path, held);
  }
  return { positions, incidents: database.all('SELECT key, body, sum FROM incidents').map(incidentIn) };
}

function put(database: Connection, table: 'positions' | 'incidents', key: string, body: string): void {
  database.run(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`, key, body, sumOf(key, body));
}

function rollBack(database: Connection): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Some errors end the transaction by themselves.
  }
}

/** The first column of the first row. */
function firstValue(rows: unknown[]): unknown {
  const row = v.safeParse(v.record(v.string(), v.unknown()), rows[0]);
  return row.success ? Object.values(row.output)[0] : undefined;
}
