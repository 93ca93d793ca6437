/** The files of a patch as they are on the disk, and what nginx says to them. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../config/usage-error.ts';
import type { FileChange } from '../fix/apply.ts';
import { withFiles } from '../fix/patch.ts';
import { tryConf } from '../fix/trial.ts';
import type { Fix } from '../fix/types.ts';
import { hasGlob, matchesGlob } from '../nginx-conf/glob.ts';
import { type Conf, everyDirective } from '../nginx-conf/tree.ts';
import type { Io } from './io.ts';
import { localNginx } from './local-nginx.ts';

export type Patch = Extract<Fix, { kind: 'patch' }>;

/** Name of a configuration that was piped in without the names of its files. */
const STDIN_NAME = 'standard input';

/**
 * The files behind the paths nginx uses: `patch` does not follow links, and a link must stay one.
 *
 * @throws UsageError when one file would need two different changes.
 */
export async function realFiles(conf: Conf, { files }: Patch, io: Io, isDisk: boolean): Promise<readonly FileChange[]> {
  const stamp = new Date(io.now()).toISOString().replace(/[-:]|\..*$/g, '');
  const byPath = new Map<string, FileChange>();
  for (const [name, after] of files) {
    const path = isDisk ? await realpath(name) : name === STDIN_NAME ? 'nginx.conf' : name;
    const other = byPath.get(path);
    if (other !== undefined && other.after !== after) {
      throw new UsageError(`${path} is included under two names and would need two changes; change it by hand`);
    }
    const backup = await backupOf(path, stamp, conf);
    byPath.set(path, { path, before: conf.files.get(name) ?? '', after, backup });
  }
  return [...byPath.values()];
}

/** Beside the file; hidden where an `include` would take the backup for a part of the configuration. */
async function backupOf(path: string, stamp: string, conf: Conf): Promise<string> {
  const name = `${basename(path)}.wslog-backup-${stamp}`;
  for (const { name: directive, args } of everyDirective(conf.directives)) {
    const pattern = args[0] ?? '';
    if (directive !== 'include' || !hasGlob(pattern) || !matchesGlob(basename(pattern), name)) continue;
    const folder = dirname(resolve(dirname(conf.path), pattern));
    const real = await realpath(folder).catch(() => folder);
    if (hasGlob(folder) || real === dirname(path)) return join(dirname(path), `.${name}`);
  }
  return join(dirname(path), name);
}

export interface Tested {
  /** `refused`: the change breaks the configuration; `unclear`: it could not be told; `absent`: no nginx to ask. */
  readonly verdict: 'passed' | 'refused' | 'unclear' | 'absent';
  readonly sentence: string;
}

export const UNTESTED: Tested = { verdict: 'absent', sentence: 'not tested: the files are not on this machine' };

/** Tests the patch on a copy, and the configuration as it is where the copy fails. */
export async function testPatch(conf: Conf, { files }: Patch, io: Io): Promise<Tested> {
  const { binary, version } = await localNginx(io);
  if (binary === null) return { verdict: 'absent', sentence: 'not tested: there is no nginx on this machine' };
  try {
    const after = await tryConf(binary, withFiles(conf, files));
    if (after.passed) return { verdict: 'passed', sentence: `nginx -t (${version ?? binary}) accepts the change` };
    const before = await tryConf(binary, conf);
    if (before.passed) return { verdict: 'refused', sentence: after.complaint };
    return {
      verdict: 'unclear',
      sentence: `not tested: nginx -t refuses the configuration with and without the change: ${after.complaint}`,
    };
  } catch (error) {
    return { verdict: 'unclear', sentence: `not tested: ${error instanceof Error ? error.message : String(error)}` };
  }
}
