/** This machine's own nginx: its version, and where it was told to find its configuration. */
import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
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

type Surroundings = Pick<Io, 'env'>;

const USUAL_CONF = '/etc/nginx/nginx.conf';
/** Where daemons live, also where a user's PATH leaves them out. */
const DAEMON_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin'];
const PATIENCE_MS = 2000;
/** No program is read that is larger; nginx with all of its modules built in has a tenth of that. */
const MAX_PROGRAM_BYTES = 32 * 1024 * 1024;
/** Read at once: larger pieces take longer, as memory that was never written to has to be given first. */
const PIECE_BYTES = 128 * 1024;
const ELF = Buffer.from('\x7fELF', 'latin1');
const BUILT_WITH = Buffer.from('configure arguments: ');

/** Asks the nginx of this machine (`nginx -V`), if there is one. */
export async function localNginx(io: Surroundings): Promise<LocalNginx> {
  return asked(findBinary(io));
}

/**
 * Where the nginx of this machine was told to find its configuration, and how to ask it for the rest. The answer stands
 * in the program as text, since `nginx -V` prints what it was built with: reading that takes 1 ms, where a process takes
 * 10 and delays the report of a short log by as much. What is no such program (a script around it, one that was built
 * without that option) is asked.
 */
export async function localConfPath(io: Surroundings): Promise<{ confPath: string; ask(): Promise<LocalNginx> }> {
  const binary = findBinary(io);
  const stated = binary === null ? USUAL_CONF : confPathIn(binary);
  if (stated !== null) return { confPath: stated, ask: () => asked(binary) };
  const told = await asked(binary);
  return { confPath: told.confPath, ask: async () => told };
}

async function asked(binary: string | null): Promise<LocalNginx> {
  if (binary === null) return { confPath: USUAL_CONF, version: null, binary };
  try {
    // Options and version go to standard error.
    const { stderr } = await promisify(execFile)(binary, ['-V'], { timeout: PATIENCE_MS, maxBuffer: 256 * 1024 });
    return {
      confPath: confPathOf(stderr) ?? USUAL_CONF,
      version: /nginx version: [^/\s]+\/(\d+\.\d+\.\d+)/.exec(stderr)?.[1] ?? null,
      binary,
    };
  } catch {
    return { confPath: USUAL_CONF, version: null, binary };
  }
}

function confPathOf(built: string): string | null {
  return /--conf-path=(\S+)/.exec(built)?.[1] ?? null;
}

/** The path as it stands in the program's text; null when the program has to be asked. */
function confPathIn(binary: string): string | null {
  let file = -1;
  try {
    file = openSync(binary, 'r');
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let at = 0; at < MAX_PROGRAM_BYTES; at += PIECE_BYTES - BUILT_WITH.length) {
      const text = piece.subarray(0, readSync(file, piece, 0, PIECE_BYTES, at));
      if (text.length <= BUILT_WITH.length || (at === 0 && !text.subarray(0, ELF.length).equals(ELF))) return null;
      const start = text.indexOf(BUILT_WITH);
      if (start === -1) continue;
      const options = piece.subarray(0, readSync(file, piece, 0, PIECE_BYTES, at + start));
      return confPathOf(options.toString('latin1', 0, Math.max(0, options.indexOf(0))));
    }
    return null;
  } catch {
    return null;
  } finally {
    if (file !== -1) closeSync(file);
  }
}

/** Each look at the disk is over before one that is waited for would have begun. */
function findBinary(io: Surroundings): string | null {
  const folders = (io.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of new Set([...folders, ...DAEMON_FOLDERS])) {
    const path = join(folder, 'nginx');
    const found = statOf(path);
    if (found?.isFile() === true && (found.mode & 0o111) !== 0) return path;
  }
  return null;
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
