/** A report written over what it is about would destroy the evidence. */
import { realpath } from 'node:fs/promises';
import { UsageError } from '../config/usage-error.ts';

/** @throws UsageError when the output is one of the files that are read. */
export async function refuseToOverwrite(output: string, read: readonly string[]): Promise<void> {
  const target = await realpath(output).catch(() => null);
  if (target === null) return;
  for (const path of read) {
    if ((await realpath(path).catch(() => null)) === target) {
      throw new UsageError(`--output ${output} is one of the logs to read; name another file`);
    }
  }
}
