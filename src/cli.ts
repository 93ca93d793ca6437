/** The process edge: arguments, streams, signals and the exit code. Nothing else touches `process`. */
import { constants, fstatSync, readlinkSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Io, JobControl } from './commands/io.ts';
import { ownVersion } from './commands/version.ts';

const argv = process.argv.slice(2);
/** The standard streams that are terminals, as long as those are there. */
const terminals = [0, 1, 2].filter((fd) => isDevice(fd) && isatty(fd));

// Scripts ask for the version often, and it needs nothing of the rest.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${ownVersion()}\n`);
} else {
  void run();
}

async function run(): Promise<void> {
  const ending = new AbortController();
  surviveClosedPipes();
  listenForSignals(ending);
  const { main } = await import('./main.ts');
  const io: Io = {
    // Asked for only where it is read: Node takes 1 ms to look at it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    program: [process.execPath, process.argv[1] ?? 'wslog'],
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    get systemZone() {
      return systemZone();
    },
    now: Date.now,
    monotonic: () => performance.now(),
    signal: ending.signal,
    job: jobControl(),
  };
  const code = await main(argv, io);
  // What was written leaves the process before it ends; an open standard input must not keep it alive.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(code);
}

/** Whether it may be a terminal: only then is it asked, since what asks takes 2 ms to load. */
function isDevice(fd: number): boolean {
  try {
    const { mode, rdev } = fstatSync(fd);
    return (mode & constants.S_IFMT) === constants.S_IFCHR && rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/** A reader that has seen enough (`| head`) ends the program quietly: nobody is left to tell, and nothing is wrong. */
function surviveClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || (error.code === 'EIO' && terminals.some((fd) => !isatty(fd)))) process.exit(0);
    process.stderr.write(`wslog: cannot write the results (${error.code ?? 'unknown error'})\n`);
    process.exit(2);
  });
  // Without standard error there is nowhere to complain, but the results still have a reader.
  process.stderr.on('error', () => undefined);
}

/** The first signal asks the command to write what it has; the second ends the program on the spot. */
function listenForSignals(ending: AbortController): void {
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(code);
      ending.abort(name);
    });
  }
  // Node would open its debugger port on USR1, which log rotation scripts send to process groups at large.
  process.on('SIGUSR1', () => undefined);
}

/**
 * The name of the zone that clocks here show. Most servers keep UTC, which a link tells at once; Intl takes 15 ms for the
 * first question, a tenth of what a short run takes.
 */
function systemZone(): string {
  if (process.env.TZ === undefined && linkTo('/etc/localtime').endsWith('/zoneinfo/Etc/UTC')) return 'UTC';
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function linkTo(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function jobControl(): JobControl {
  const signals = { suspend: 'SIGTSTP', resume: 'SIGCONT', hangup: 'SIGHUP' } as const;
  // A stopped process does nothing for longer than this; one that goes on was not stopped.
  const stoppedByThenMs = 200;
  return {
    terminalIsGone: () => terminals.some((fd) => !isatty(fd)),
    suspend() {
      // Without a listener the signal stops us. It does not where no shell could let us go on, hence the timer.
      const listeners = process.listeners('SIGTSTP');
      process.removeAllListeners('SIGTSTP');
      process.kill(0, 'SIGTSTP');
      setTimeout(() => {
        for (const listener of listeners) process.on('SIGTSTP', listener);
        process.emit('SIGCONT', 'SIGCONT');
      }, stoppedByThenMs);
    },
    on(event, listener) {
      const names = event === 'exit' ? ['exit', 'uncaughtExceptionMonitor'] : [signals[event]];
      const call = () => listener();
      for (const name of names) process.on(name, call);
      return () => {
        for (const name of names) process.removeListener(name, call);
      };
    },
  };
}
