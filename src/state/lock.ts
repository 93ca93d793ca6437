/** One writer at a time. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, prepareFile } from './folder.ts';
import { StateInUse } from './problem.ts';
import type { Connect, Connection } from './sqlite.ts';

/**
 * Holds the folder until `close`. The lock is one of the operating system's on a small database, which a process loses
 * with its life: none is ever left behind, and no process number given out anew is taken for its holder.
 *
 * @throws StateInUse naming the process that holds it.
 */
export function lockFolder(folder: string, connect: Connect, pid: number): { close(): void } {
  const file = join(folder, 'lock.db');
  const holder = join(folder, 'lock.pid');
  const lock = locked(folder, file, holder, connect);
  rmSync(holder, { force: true });
  writeFileSync(holder, `${pid}\n`, { mode: 0o600, flag: 'wx' });
  return {
    close: () => {
      rmSync(holder, { force: true });
      lock.close();
    },
  };
}

function locked(folder: string, file: string, holder: string, connect: Connect): Connection {
  for (let again = false; ; again = true) {
    prepareFile(file);
    const lock = connect(file);
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock.close();
      if (/^SQLITE_BUSY/.test(codeOf(error))) throw new StateInUse(folder, pidIn(holder));
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
