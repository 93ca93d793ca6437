/** This machine's own nginx: its version, and where it was told to find its configuration. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Io } from './io.ts';

export interface LocalNginx {
  /** Compiled-in path of nginx.conf, or the usual one. */
  readonly confPath: string;
  /** `1.22.1`, or null when there is no nginx to ask. */
  readonly version: string | null;
  /** Path of the program, or null when there is none. */
  readonly binary: string | null;
}

const USUAL_CONF = '/etc/nginx/nginx.conf';
/** Where daemons live, also where a user's PATH leaves them out. */
const DAEMON_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin'];
const PATIENCE_MS = 2000;

/** Asks the nginx of this machine (`nginx -V`), if there is one. */
export async function localNginx(io: Io): Promise<LocalNginx> {
  const binary = await findBinary(io);
  if (binary === null) return { confPath: USUAL_CONF, version: null, binary };
  try {
    // Options and version go to standard error.
    const { stderr } = await promisify(execFile)(binary, ['-V'], { timeout: PATIENCE_MS, maxBuffer: 256 * 1024 });
    return {
      confPath: /--conf-path=(\S+)/.exec(stderr)?.[1] ?? USUAL_CONF,
      version: /nginx version: [^/\s]+\/(\d+\.\d+\.\d+)/.exec(stderr)?.[1] ?? null,
      binary,
    };
  } catch {
    return { confPath: USUAL_CONF, version: null, binary };
  }
}

async function findBinary(io: Io): Promise<string | null> {
  const folders = (io.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of new Set([...folders, ...DAEMON_FOLDERS])) {
    const path = join(folder, 'nginx');
    const found = await stat(path).catch(() => null);
    if (found?.isFile() === true && (found.mode & 0o111) !== 0) return path;
  }
  return null;
}
