/**
 * Hands a notification to a command on its standard input. The command is the operator's, run by a shell; nothing from
 * a log is among its arguments or in its environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { kill } from 'node:process';
import { showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import type { Outcome, Transport } from './outcome.ts';

export interface ExecSettings {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** `EX_TEMPFAIL` of sysexits.h: the command asks to be run again later. */
const TRY_AGAIN = 75;
/** Of what the command prints so much is kept, to tell why it failed. */
const MAX_OUTPUT = 2048;
const MAX_SHOWN = 160;
/** A command that was asked to end has so long to do it, ms. */
const GRACE_MS = 500;
/** Its last words can arrive after its end, ms. */
const LATE_OUTPUT_MS = 100;

export class Exec implements Transport {
  readonly #settings: ExecSettings;

  constructor(settings: ExecSettings) {
    this.#settings = settings;
  }

  send(id: string, content: string): Promise<Outcome> {
    const { command, cwd, env, timeout, signal } = this.#settings;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'refused', sentence: 'it was not started: wslog ended' });
      const child = spawn('/bin/sh', ['-c', command], {
        cwd,
        env: { ...withoutOurs(env), WSLOG_DELIVERY: id },
        stdio: ['pipe', 'pipe', 'pipe'],
        // A group of its own, so that what the shell started ends with it.
        detached: true,
      });
      const output = collected(child);
      let why: string | null = null;
      const stop = (reason: string) => {
        why ??= reason;
        killGroup(child, 'SIGTERM');
        setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS).unref();
      };
      const ended = () => stop('it was ended: wslog ends');
      const timer = setTimeout(() => stop(`it was ended: it ran for more than ${timeout / 1000} s`), timeout);
      signal.addEventListener('abort', ended, { once: true });
      const done = (outcome: Outcome) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', ended);
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(outcome);
      };
      child.on('error', (error) => done({ kind: 'refused', sentence: `it cannot be started (${codeOf(error)})` }));
      const exited = (code: number | null, killer: string | null) => done(judged(code, killer, why, output()));
      child.on('close', exited);
      // What it left in the background may hold its output open for ever.
      child.on('exit', (code, killer) => void setTimeout(() => exited(code, killer), LATE_OUTPUT_MS));
      // A command that does not read its input is not at fault for that.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(content);
    });
  }
}

function judged(code: number | null, killer: string | null, why: string | null, said: string): Outcome {
  if (code === 0) return { kind: 'accepted', notice: null };
  const output = said === '' ? '' : `: ${said}`;
  if (why !== null) return { kind: 'unknown', sentence: `${why}${output}` };
  if (code === null) return { kind: 'unknown', sentence: `it was ended by ${killer ?? 'a signal'}${output}` };
  if (code === TRY_AGAIN) return { kind: 'refused', sentence: `it exits with ${code}${output}` };
  return { kind: 'refused', sentence: `it exits with ${code}${output}`, final: true };
}

/** wslog's own settings may hold secrets that are none of the command's business. */
function withoutOurs(env: ExecSettings['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('WSLOG_')));
}

/** The last line of what the command prints, made visible. */
function collected(child: ChildProcess): () => string {
  let text = '';
  const take = (piece: Buffer) => {
    text = (text + piece.toString('latin1')).slice(-MAX_OUTPUT);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => {
    const line = Buffer.from(text, 'latin1').toString('utf8').trim().split('\n').at(-1) ?? '';
    return showText(redact(line.trim())).slice(0, MAX_SHOWN);
  };
}

/** The shell may have ended while what it started goes on. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}
