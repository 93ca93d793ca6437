/** What a run of wslog gets from its surroundings. `cli.ts` fills it from the process, tests fill it by hand. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
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
}
