/** One writer of each kind at a time: a summary may run beside a watch, but not beside another summary. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, prepareFile } from './folder.ts';
import { StateInUse } from './problem.ts';
import type { Reader } from './reader.ts';
import type { Connect, Connection } from './sqlite.ts';

/**
 * Holds the reader's part of the folder until `close`. The lock is one of the operating system's on a small database, which a process loses
 * with its life: none is ever left behind, and no process number given out anew is taken for its holder.
 *
 * @throws StateInUse naming the process that holds it.
 */
export function lockFolder(folder: string, connect: Connect, pid: number, reader: Reader): { close(): void } {
  const name = reader === 'watch' ? 'lock' : `lock-${reader}`;
  const file = join(folder, `${name}.db`);
  const holder = join(folder, `${name}.pid`);
  const lock = locked(file, connect, () => new StateInUse(folder, reader, pidIn(holder)));
  rmSync(holder, { force: true });
  writeFileSync(holder, `${pid}\n`, { mode: 0o600, flag: 'wx' });
  return {
    close: () => {
      try {
        rmSync(holder, { force: true });
      } catch {
        // It is only read while somebody holds the lock.
      }
      lock.close();
    },
  };
}

function locked(file: string, connect: Connect, inUse: () => StateInUse): Connection {
  for (let again = false; ; again = true) {
    prepareFile(file);
    const lock = connect(file);
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock.close();
      if (/^SQLITE_BUSY/.test(codeOf(error))) throw inUse();
      if (again) throw error;
      // It holds nothing, so whatever happened to it is over once it is made anew.
      rmSync(file, { force: true });
    }
  }
}

function pidIn(holder: string): number | null {
  try {
    const pid = Number(readFileSync(holder, 'latin1').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
