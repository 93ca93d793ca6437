/** Opens the database for writing: migrated, checked, and set aside for a new one where it cannot be used. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { type Content, contentOf } from './content.ts';
import { codeOf, databaseIn, prepareFile } from './folder.ts';
import { lockFolder } from './lock.ts';
import { StateInUse, StateProblem } from './problem.ts';
import { otherReaders, type Reader } from './reader.ts';
import { MIGRATIONS, migrate, versionOf } from './schema.ts';
import type { Connect, Connection } from './sqlite.ts';
import { firstValue, inOneLook, WAIT_MS } from './transactions.ts';

/** The header of a database; of a shorter file SQLite thinks that it is new. */
const HEADER_BYTES = 512;

export interface Opening {
  readonly folder: string;
  readonly connect: Connect;
  readonly pid: number;
  readonly now: number;
  readonly reader: Reader;
}

export interface Opened {
  readonly database: Connection;
  /** What was there. */
  readonly found: Content;
  /** A sentence when a database that was there could not be used, else null. */
  readonly setAside: string | null;
}

/** @throws what the file system and the database say; StateInUse when another reader has what cannot be used. */
export function opened(opening: Opening): Opened {
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
