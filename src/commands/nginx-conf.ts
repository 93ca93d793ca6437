/** The nginx configuration that applies to the logs: a given one, or this machine's own where it is theirs. */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { LogSet } from '../input/discover.ts';
import type { ConfSource } from '../nginx-conf/load.ts';
import type { Conf } from '../nginx-conf/tree.ts';
import type { Io } from './io.ts';
import { localConfPath, localNginx } from './local-nginx.ts';
import type { Messages } from './messages.ts';

export interface NginxConf {
  readonly conf: Conf;
  readonly view: ConfView;
  /** The log files it names, as it names them. */
  readonly logPaths: readonly string[];
  /** Version of the nginx that runs with it, where that is known. */
  readonly version: string | null;
}

const MAX_STDIN_BYTES = 16 * 1024 * 1024;

/**
 * The configuration given by `-c`, or null without one.
 *
 * @throws UsageError when it cannot be read.
 */
export async function confOf(settings: Settings, io: Io, messages: Messages): Promise<NginxConf | null> {
  const path = settings.text('nginxConf');
  if (path === null) return null;
  const where = settings.where('nginxConf');
  if (path === '-') {
    return opened({ text: await textOf(io.stdin, where), name: 'standard input' }, null, where, messages);
  }
  const { confPath, ask } = await localConfPath(io);
  const isLocal = realOf(path) === realOf(confPath);
  return opened({ path: resolve(path) }, isLocal ? (await ask()).version : null, where, messages);
}

/** This machine's own configuration, unless it is turned off or not readable. Says that it is used. */
export async function localConf(settings: Settings, io: Io, messages: Messages): Promise<NginxConf | null> {
  if (settings.off('nginxConf')) return null;
  const local = await localNginx(io);
  const readable = await readFile(local.confPath).then(
    () => true,
    () => false,
  );
  if (!readable) return null;
  const loaded = await load({ path: local.confPath });
  messages.notice(`using this machine's nginx configuration ${local.confPath} (--no-nginx-conf turns this off)`);
  return await viewed(loaded, local.version);
}

/**
 * This machine's own configuration if it is the one that wrote these logs: it names them, or their neighbours in the
 * same folder. Logs from elsewhere are not judged by it.
 */
export async function confNaming(
  sets: readonly LogSet[],
  settings: Settings,
  io: Io,
  messages: Messages,
): Promise<NginxConf | null> {
  if (settings.off('nginxConf') || sets.some((set) => set.name === '-')) return null;
  const { confPath, ask } = await localConfPath(io);
  if (!existsSync(confPath)) return null;
  const loaded = await load({ path: confPath });
  const { logPaths } = loaded;
  const folders = new Set(logPaths.map((path) => realOf(dirname(path))));
  const given = sets.map((set) => realOf(dirname(resolve(set.name))));
  const names = new Set(logPaths.map(placeOf));
  const named = sets.map((set) => names.has(placeOf(resolve(set.name))));
  if (!named.includes(true) || !given.every((folder) => folders.has(folder))) return null;
  messages.notice(`these logs are named by this machine's ${confPath}, which is used (--no-nginx-conf turns this off)`);
  return await viewed(loaded, (await ask()).version);
}

/** The log files a configuration names. A variable in a name stands for anything, as a glob. */
export function namedLogs({ logPaths }: NginxConf): string[] {
  return [...new Set(logPaths)].map((path) => path.replace(/\$(?:\{\w+\}|\w+)/g, '*'));
}

/** Reads a configuration. What reads it is loaded only then: most runs have none, or one that is not for their logs. */
async function load(source: ConfSource): Promise<Pick<NginxConf, 'conf' | 'logPaths'>> {
  const [{ loadConf }, { diskFs }, { logSettings }] = await Promise.all([
    import('../nginx-conf/load.ts'),
    import('../nginx-conf/disk.ts'),
    import('../nginx-conf/logs.ts'),
  ]);
  const conf = loadConf(source, diskFs);
  const { accessLogs, errorLogs } = logSettings(conf);
  const files = [...errorLogs, ...accessLogs].filter(
    (log) => log.kind === 'file' && log.path !== '/dev/null' && log.path !== '',
  );
  return { conf, logPaths: files.map((log) => log.path) };
}

async function viewed(loaded: Pick<NginxConf, 'conf' | 'logPaths'>, version: string | null): Promise<NginxConf> {
  const { confView } = await import('../analysis/conf.ts');
  return { ...loaded, view: confView(loaded.conf, version), version };
}

async function opened(
  source: ConfSource,
  version: string | null,
  where: string,
  messages: Messages,
): Promise<NginxConf> {
  const loaded = await load(source);
  const { conf } = loaded;
  if (conf.files.size === 0) {
    throw new UsageError(`${where}: ${conf.problems[0]?.sentence ?? 'the configuration cannot be read'}`);
  }
  for (const { kind, sentence } of conf.problems) {
    if (kind === 'error') messages.error(sentence);
    else messages.notice(sentence);
  }
  return await viewed(loaded, version);
}

async function textOf(stdin: NodeJS.ReadableStream, where: string): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stdin) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > MAX_STDIN_BYTES)
      throw new UsageError(`${where}: standard input is larger than 16 MiB, which no configuration is`);
    pieces.push(bytes);
  }
  if (size === 0)
    throw new UsageError(`${where}: standard input is empty; pipe nginx.conf or the output of nginx -T into it`);
  return Buffer.concat(pieces).toString('latin1');
}

/** A path with the links of its folder resolved: two names of one place become equal, also when the file is gone. */
function placeOf(path: string): string {
  return join(realOf(dirname(path)), basename(path));
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}
