/** Runs the built program as its users do. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
if (!existsSync(CLI)) throw new Error('there is no build to test; run: npm run build');

/** As help lists them and completion offers them. Users' scripts have these names in them: none goes away. */
export const COMMANDS = [
  'analyze',
  'diff',
  'watch',
  'summary',
  'incidents',
  'alerts',
  'explain',
  'doctor',
  'fix',
  'probe',
  'patterns',
  'completion',
  'help',
];

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Record<string, string>;

/** Nothing of the tester's own settings reaches the program. */
const CLEAN: Environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  WSLOG_STATE: 'false',
};

/** Runs wslog to its end. */
export function wslog(
  args: readonly string[],
  options: { input?: string; env?: Environment; cwd?: string } = {},
): Outcome {
  const run = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...CLEAN, ...options.env },
    maxBuffer: 1 << 28,
    timeout: 30_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The same while this process goes on, as the servers of tests in it must. `begun` is given the process. */
export async function wslogBeside(
  args: readonly string[],
  options: { env?: Environment; cwd?: string; begun?: (child: ChildProcess) => void } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...CLEAN, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  options.begun?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => {
    stdout += String(piece);
  });
  child.stderr.on('data', (piece) => {
    stderr += String(piece);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
  return { code, stdout, stderr };
}

/** Runs a bash script in which `wslog` is the built program. */
export function bash(script: string, env: Environment = {}): Outcome {
  const run = spawnSync('bash', ['-c', `wslog() { '${process.execPath}' '${CLI}' "$@"; }\n${script}`], {
    encoding: 'utf8',
    env: { ...CLEAN, ...env },
    timeout: 30_000,
    maxBuffer: 1 << 28,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A wslog that goes on running, with what it has printed so far. */
export class Running {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  /** @param before what a shell does first, such as setting a limit. */
  constructor(args: readonly string[], env: Environment = {}, before = '') {
    const program = [process.execPath, CLI, ...args];
    const [name = '', ...rest] = before === '' ? program : ['bash', '-c', `${before}; exec "$@"`, 'bash', ...program];
    this.#child = spawn(name, rest, {
      env: { ...CLEAN, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (piece) => {
      this.stdout += String(piece);
    });
    this.#child.stderr?.on('data', (piece) => {
      this.stderr += String(piece);
    });
    this.#ended = new Promise((resolve) => this.#child.on('close', (code) => resolve(code)));
  }

  /** Waits until what was printed holds the text. */
  async until(stream: 'stdout' | 'stderr', text: string, patienceMs = 15_000): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!this[stream].includes(text)) {
      if (Date.now() > deadline) {
        this.#child.kill('SIGKILL');
        throw new Error(
          `no "${text}" on ${stream} in ${patienceMs} ms; it holds: ${this[stream].slice(-2000)} ${this.stderr.slice(-500)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }
}

/** A folder for one test file. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'wslog-cli-'));

  write(name: string, content: string | Buffer): string {
    const path = join(this.path, name);
    writeFileSync(path, content, typeof content === 'string' ? 'latin1' : null);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A line of an error log: nothing listens at the backend. */
export function refused(serial: number, second = serial % 60): string {
  const time = `2026/11/22 12:00:${String(second).padStart(2, '0')}`;
  return `${time} [error] 7#7: *${serial} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.${1 + (serial % 200)}, server: chat.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:8080/ws", host: "chat.test"\n`;
}

/** The access line of the same request. */
export function refusedAccess(serial: number, second = serial % 60): string {
  const time = `22/Nov/2026:12:00:${String(second).padStart(2, '0')} +0000`;
  return `192.0.2.${1 + (serial % 200)} - - [${time}] "GET /ws HTTP/1.1" 502 157 "-" "Mozilla/5.0"\n`;
}

export function many(count: number, line: (serial: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index + 1)).join('');
}
