/** Starts a real nginx from a configuration in a folder of its own, and reads back what it logged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The parts of nginx.conf a scenario chooses; the rest is the same for all. */
export interface NginxConfig {
  /** Directives of the main context. */
  readonly main?: string;
  /** Directives of `events {}`; default `worker_connections 512;`. */
  readonly events?: string;
  /** Directives of `http {}` before the servers. */
  readonly http?: string;
  /** The `server {}` blocks. */
  readonly servers: string;
  /** Replaces the three access logs. */
  readonly accessLog?: string;
  /** Leaves out the usual map of `$connection_upgrade`. */
  readonly noMap?: boolean;
}

/** What one run left behind; text is latin1, one character a byte. */
export interface NginxLogs {
  readonly config: string;
  readonly error: string;
  readonly combined: string;
  readonly timed: string;
  readonly json: string;
}

export interface Nginx {
  /** Process id of the master. */
  readonly pid: number;
  /** Process ids of all workers ever started, oldest first. */
  workers(): number[];
  signal(name: NodeJS.Signals): void;
  /** Writes a new configuration (if given), reloads, and waits until nginx took or refused it. */
  reload(config?: NginxConfig): Promise<void>;
  /** Waits until the error log holds `text`. */
  logged(text: string, withinMs?: number): Promise<boolean>;
  /** Stops gracefully, by force after three seconds. */
  stop(): Promise<void>;
}

/** Makes the folder tree of one run: below it lie var/log/nginx, var/www/html, run and etc/nginx. */
export function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'wslog-lab-'));
  for (const folder of ['var/log/nginx', 'var/www/html', 'var/tmp', 'run', 'etc/nginx']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  // Workers run as www-data and have to reach sockets and files below a folder that belongs to root.
  chmodSync(root, 0o755);
  chmodSync(join(root, 'run'), 0o777);
  return root;
}

export function removeRoot(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

const TIMED =
  `'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ` +
  `rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" ` +
  `us="$upstream_status" ua="$upstream_addr" upg="$http_upgrade" cid=$connection'`;

const JSON_FORMAT =
  `'{"time":"$time_iso8601","remote_addr":"$remote_addr","host":"$host","request":"$request","status":$status,` +
  `"body_bytes_sent":$body_bytes_sent,"request_time":$request_time,"upstream_status":"$upstream_status",` +
  `"upstream_addr":"$upstream_addr","upstream_response_time":"$upstream_response_time","http_upgrade":"$http_upgrade",` +
  `"http_user_agent":"$http_user_agent","connection":$connection}'`;

/** The complete text of nginx.conf, paths below `root`. */
function configText(root: string, config: NginxConfig): string {
  const logs = `${root}/var/log/nginx`;
  const user = process.getuid?.() === 0 ? 'user www-data;\n' : '';
  const accessLog =
    config.accessLog ??
    `access_log ${logs}/access.log combined;\n  access_log ${logs}/access.timed.log timed;\n  access_log ${logs}/access.json.log fields;`;
  const map = config.noMap === true ? '' : "\n  map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
  return `${user}worker_processes 1;
daemon off;
pid ${root}/run/nginx.pid;
error_log ${logs}/error.log info;
${config.main === undefined ? '' : `${config.main}\n`}
events { ${config.events ?? 'worker_connections 512;'} }

http {
  log_format timed ${TIMED};
  log_format fields escape=json ${JSON_FORMAT};
  ${accessLog}
  client_body_temp_path ${root}/var/tmp/body;
  proxy_temp_path ${root}/var/tmp/proxy;
  fastcgi_temp_path ${root}/var/tmp/fastcgi;
  uwsgi_temp_path ${root}/var/tmp/uwsgi;
  scgi_temp_path ${root}/var/tmp/scgi;${map}
${config.http === undefined ? '' : `${indent(config.http)}\n`}
${indent(config.servers)}
}
`;
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** How nginx is started. */
export interface StartOptions {
  /** Path of the program. */
  readonly binary: string;
  /** Shell commands that set up a network namespace for nginx (needs root). */
  readonly isolate?: string | undefined;
  /** Called with the path of each configuration after it was written and before nginx reads it. */
  readonly prepare?: ((file: string) => Promise<void>) | undefined;
}

/** Starts nginx and waits until its worker runs (or until it refused the configuration). */
export async function startNginx(root: string, config: NginxConfig, options: StartOptions): Promise<Nginx> {
  const { binary, isolate, prepare } = options;
  const file = join(root, 'etc/nginx/nginx.conf');
  const errorLog = join(root, 'var/log/nginx/error.log');
  const write = async (text: string): Promise<void> => {
    writeFileSync(file, text);
    await prepare?.(file);
  };
  await write(configText(root, config));
  const command = [binary, '-c', file, '-e', errorLog];
  const child: ChildProcess =
    isolate === undefined
      ? spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'ignore'] })
      : spawn('unshare', ['-n', 'sh', '-c', `${isolate}\nexec "$@"`, 'sh', ...command], { stdio: 'ignore' });
  let ended = false;
  child.once('error', () => {
    ended = true;
  });
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      resolve();
    });
  });
  const count = (text: string): number => read(errorLog).split(text).length - 1;
  const until = async (done: () => boolean, withinMs: number): Promise<boolean> => {
    const end = Date.now() + withinMs;
    while (!done()) {
      if (Date.now() > end) return false;
      await sleep(15);
    }
    return true;
  };
  await until(() => ended || count('start worker process ') > 0, 5000);
  return {
    pid: child.pid ?? 0,
    workers: () => [...read(errorLog).matchAll(/start worker process (\d+)$/gm)].map((match) => Number(match[1])),
    signal: (name) => {
      child.kill(name);
    },
    reload: async (next) => {
      if (next !== undefined) await write(configText(root, next));
      const workers = count('start worker process ');
      const refusals = count('[emerg]');
      child.kill('SIGHUP');
      await until(() => count('start worker process ') > workers || count('[emerg]') > refusals, 3000);
    },
    logged: (text, withinMs = 3000) => until(() => count(text) > 0, withinMs),
    stop: async () => {
      if (!ended) child.kill('SIGQUIT');
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exit;
      clearTimeout(force);
    },
  };
}

/** Reads what the run logged, with the run's own folder cut from every path. */
export function readLogs(root: string): NginxLogs {
  const logs = join(root, 'var/log/nginx');
  const plain = (text: string): string => text.replaceAll(root, '');
  return {
    config: plain(read(join(root, 'etc/nginx/nginx.conf'))),
    error: plain(read(join(logs, 'error.log'))),
    combined: plain(read(join(logs, 'access.log'))),
    timed: plain(read(join(logs, 'access.timed.log'))),
    json: plain(read(join(logs, 'access.json.log'))),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
