/** The database of positions, incidents and what else is remembered, which change together or not at all. */
import { existsSync, renameSync, statSync } from 'node:fs';
import * as v from 'valibot';
import type { Position } from '../input/position.ts';
import type { ReportIncident } from '../report/document.ts';
import { codeOf, databaseIn, prepareFile, prepareFolder } from './folder.ts';
import { knownTo } from './known.ts';
import { lockFolder } from './lock.ts';
import { StateInUse, StateProblem } from './problem.ts';
import { otherReaders, READERS, type Reader } from './reader.ts';
import { incidentIn, positionsIn, readerOf, recordIn, type StoredRecord, sumOf } from './rows.ts';
import { type Connect, type Connection, loadSqlite } from './sqlite.ts';

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

/** `wsl` and a version of the file's kind: tells it from every other SQLite database. */
const APPLICATION_ID = 0x77736c01;
/** What brings the schema from each version to the next. */
const MIGRATIONS = [
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
const ROWS = '(SELECT count(*) FROM positions) + (SELECT count(*) FROM incidents) + (SELECT count(*) FROM records)';
/** Another reader's commit takes some milliseconds; on a slow disk more. */
const WAIT_MS = 5000;
/** The header of a database; of a shorter file SQLite thinks that it is new. */
const HEADER_BYTES = 512;

export class StateStore {
  /** What was there when it was opened. */
  readonly found: Content;
  /** A sentence when a database that was there could not be used, else null. */
  readonly setAside: string | null;
  readonly #reader: Reader;
  readonly #database: Connection;
  readonly #lock: { close(): void };

  private constructor(
    reader: Reader,
    lock: { close(): void },
    { database, found, setAside }: { database: Connection; found: Content; setAside: string | null },
  ) {
    this.#reader = reader;
    this.#database = database;
    this.#lock = lock;
    this.found = found;
    this.setAside = setAside;
  }

  /**
   * Opens the state of a folder for writing, and makes it if there is none. A database that is damaged, foreign or of
   * a later wslog is set aside. Other readers may have it open as well; each sees and changes only what is its own.
   *
   * @param pid this process.
   * @param now ms since 1970.
   * @throws StateInUse, or StateProblem when the folder cannot be used at all.
   */
  static async open(folder: string, pid: number, now: number, reader: Reader = 'watch'): Promise<StateStore> {
    const connect = await loadSqlite();
    prepareFolder(folder);
    let lock: { close(): void } | null = null;
    try {
      lock = lockFolder(folder, connect, pid, reader);
      return new StateStore(reader, lock, opened({ folder, connect, pid, now, reader }));
    } catch (error) {
      lock?.close();
      if (error instanceof StateInUse || error instanceof StateProblem) throw error;
      throw new StateProblem(`${folder} cannot be used to keep state in (${codeOf(error)})`, codeOf(error));
    }
  }

  /** Writes the changes, all or none; once it returns they survive a crash. @throws what the database says. */
  commit({ positions, incidents, gone, records = [] }: Changes): void {
    const database = this.#database;
    const reader = this.#reader;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const [path, held] of positions) put(database, 'positions', reader, path, JSON.stringify(held));
      for (const incident of incidents) put(database, 'incidents', reader, incident.id, JSON.stringify(incident));
      for (const id of gone) database.run('DELETE FROM incidents WHERE reader = ? AND key = ?', reader, id);
      for (const record of records) putRecord(database, reader, record);
      database.exec(`UPDATE total SET rows = ${ROWS}`);
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  /** What is there now: what was found, and what was committed since. */
  content(): Content {
    return inOneLook(this.#database, () => contentOf(this.#database, this.#reader));
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
 * The incidents that a folder's state knows, of all readers, while other processes may be writing; null when there is no
 * state.
 *
 * @throws StateProblem when it cannot be read.
 */
export async function readIncidents(folder: string): Promise<readonly ReportIncident[] | null> {
  return reading(folder, (database) => knownTo(READERS.map((reader) => contentOf(database, reader).incidents)));
}

/**
 * What one reader remembers, without a change of anything and without waiting for it to end; null when there is no
 * state.
 *
 * @throws StateProblem when it cannot be read.
 */
export async function readContent(folder: string, reader: Reader): Promise<Content | null> {
  return reading(folder, (database) => contentOf(database, reader));
}

async function reading<T>(folder: string, read: (database: Connection) => T): Promise<T | null> {
  const file = databaseIn(folder);
  if (!existsSync(file)) return null;
  let database: Connection | null = null;
  try {
    database = (await loadSqlite())(file, WAIT_MS);
    const version = versionOf(database);
    if (version === 0) return null;
    // What an earlier wslog wrote is read through the same eyes, in a transaction that is given up.
    database.exec(version === MIGRATIONS.length ? 'BEGIN' : 'BEGIN IMMEDIATE');
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql);
    return read(database);
  } catch (error) {
    if (error instanceof StateProblem) throw error;
    throw new StateProblem(`${file} cannot be read (${codeOf(error)})`);
  } finally {
    if (database !== null) rollBack(database);
    database?.close();
  }
}

interface Opening {
  readonly folder: string;
  readonly connect: Connect;
  readonly pid: number;
  readonly now: number;
  readonly reader: Reader;
}

function opened(opening: Opening): { database: Connection; found: Content; setAside: string | null } {
  const file = databaseIn(opening.folder);
  try {
    return { ...usable(file, opening), setAside: null };
  } catch (error) {
    if (!isContent(error)) throw error;
    return alone(opening, () => {
      const aside = `${file}.damaged-${new Date(opening.now).toISOString().replaceAll(':', '')}`;
      for (const part of ['-wal', '-shm', '']) if (existsSync(file + part)) renameSync(file + part, aside + part);
      const why = error instanceof StateProblem ? error.message : `is damaged (${codeOf(error)})`;
      const setAside = `${file} ${why}: it was set aside as ${aside}, and a new one begun; counts of earlier runs are in the old one`;
      return { ...usable(file, opening), setAside };
    });
  }
}

/** Does what pulls the rug from under every other reader, while there is none. @throws StateInUse when there is one. */
function alone<T>({ folder, connect, pid, reader }: Opening, act: () => T): T {
  const locks: { close(): void }[] = [];
  try {
    for (const other of otherReaders(reader)) locks.push(lockFolder(folder, connect, pid, other));
    return act();
  } finally {
    for (const lock of locks) lock.close();
  }
}

/** What the file holds is wrong; a full disk or a missing permission is no reason to give up what is stored. */
function isContent(error: unknown): boolean {
  if (error instanceof StateInUse) return false;
  // A changed byte of the header can also claim a format that this library only reads.
  return (
    error instanceof StateProblem || !/^(?:E[A-Z]+|SQLITE_(?:FULL|IOERR|CANTOPEN|PERM|BUSY).*)$/.test(codeOf(error))
  );
}

function usable(file: string, opening: Opening): { database: Connection; found: Content } {
  prepareFile(file);
  const { size } = statSync(file);
  if (size > 0 && size < HEADER_BYTES) throw new StateProblem('is cut short');
  const database = opening.connect(file, WAIT_MS);
  try {
    const version = versionOf(database);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;');
    // A reader that an earlier wslog began knows only the earlier schema.
    if (version === 0) migrate(database);
    else if (version < MIGRATIONS.length) alone(opening, () => migrate(database));
    // Pages that migrations gave up would hide that a file was cut there.
    if (version < MIGRATIONS.length) database.exec('VACUUM');
    const damage = firstValue(database.all('PRAGMA quick_check(1)'));
    if (damage !== 'ok') throw new StateProblem('is damaged');
    const found = inOneLook(database, () => contentOf(database, opening.reader));
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

function migrate(database: Connection): void {
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

/** Several queries see the database as it is at one moment. */
function inOneLook<T>(database: Connection, look: () => T): T {
  database.exec('BEGIN');
  try {
    return look();
  } finally {
    rollBack(database);
  }
}

/** @throws when rows are missing, or are not what was stored, whoever's they are. */
function contentOf(database: Connection, reader: Reader): Content {
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
