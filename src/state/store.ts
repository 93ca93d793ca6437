/** The database of positions, incidents and what else is remembered, which change together or not at all. */
import { statSync } from 'node:fs';
import type { ReportIncident } from '../report/document.ts';
import { type Changes, type Content, change, contentOf } from './content.ts';
import { codeOf, databaseIn, prepareFolder } from './folder.ts';
import { knownTo } from './known.ts';
import { lockFolder } from './lock.ts';
import { type Opened, opened } from './opening.ts';
import { StateInUse, StateProblem } from './problem.ts';
import { READERS, type Reader } from './reader.ts';
import { MIGRATIONS, versionOf } from './schema.ts';
import { type Connection, loadSqlite } from './sqlite.ts';
import { inOneLook, rollBack, WAIT_MS } from './transactions.ts';

export class StateStore {
  /** What was there when it was opened. */
  readonly found: Content;
  /** A sentence when a database that was there could not be used, else null. */
  readonly setAside: string | null;
  readonly #reader: Reader;
  readonly #database: Connection;
  readonly #lock: { close(): void };

  private constructor(reader: Reader, lock: { close(): void }, { database, found, setAside }: Opened) {
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
  commit(changes: Changes): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      change(database, this.#reader, changes);
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
  let database: Connection | null = null;
  try {
    // Throws where the folder may not be looked into, which is not to hold nothing.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
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
