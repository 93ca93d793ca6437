import type { Readable } from 'node:stream';

/** Stopping and continuing, for what must hand the terminal back meanwhile. */
export interface JobControl {
  /** Stops the whole job as the terminal's suspend key does. `resume` is told when it goes on. */
  suspend(): void;
  /**
   * Calls back when the job is asked to stop (it does not by itself then), when it goes on, on SIGHUP, and when the
   * process ends in whatever way. Returns what ends the listening.
   */
  on(event: 'suspend' | 'resume' | 'hangup' | 'exit', listener: () => void): () => void;
  /** Whether a terminal that a standard stream was connected to has gone. */
  terminalIsGone(): boolean;
}

/** What a run of wslog gets from its surroundings. `cli.ts` fills it from the process, tests fill it by hand. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What starts wslog itself, as absolute paths; absent where it is not a process of its own. */
  readonly program?: readonly string[];
  /** Width of the terminal that standard output is, or null when it is none. */
  readonly columns: number | null;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** The system's time zone by name. */
  readonly systemZone: string;
  /** Wall clock: ms since 1970. */
  now(): number;
  /** A clock that never jumps, in ms. */
  monotonic(): number;
  /** Aborted, with the signal's name as reason, when the user or the system asks wslog to end. */
  readonly signal: AbortSignal;
  /** Absent where the program is not a process of its own. */
  readonly job?: JobControl;
}
