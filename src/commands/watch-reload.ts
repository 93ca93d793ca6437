/** SIGHUP: everything that can be changed without a restart is read anew; if it is wrong, what was before stays. */
import { UsageError } from '../config/usage-error.ts';
import type { Invocation } from './invocation.ts';
import { type Plan, planOf } from './watch-plan.ts';

export class Reload {
  readonly #call: Invocation;
  readonly #stop: () => void;
  readonly #gone = new AbortController();
  #ready: AbortController = new AbortController();
  #plan: Plan | null = null;
  #reading = false;
  /** Asked again while the files were read. */
  #again = false;

  constructor(call: Invocation) {
    this.#call = call;
    const { job } = call.io;
    this.#stop =
      job?.on('hangup', () => {
        // The same signal says that the terminal has gone: then nobody is left to read what would be told.
        if (job.terminalIsGone()) this.#gone.abort('SIGHUP');
        else void this.#read();
      }) ?? (() => undefined);
  }

  /** Aborted when the terminal that the watch was started from has gone. */
  get terminalGone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Aborted when a new plan is there to be taken. */
  get ready(): AbortSignal {
    return this.#ready.signal;
  }

  /** The new plan; null when there is none. */
  take(): Plan | null {
    const plan = this.#plan;
    this.#plan = null;
    this.#ready = new AbortController();
    return plan;
  }

  close(): void {
    this.#stop();
  }

  async #read(): Promise<void> {
    this.#again = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    const { messages } = this.#call;
    try {
      this.#plan = await planOf(await this.#call.again());
      messages.event('configuration and patterns were read anew');
      this.#ready.abort('SIGHUP');
    } catch (error) {
      messages.event(`${sentenceOf(error)}; nothing was changed: the settings before stay in force`);
    }
    this.#reading = false;
    if (this.#again) await this.#read();
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return `the configuration cannot be read anew (${error instanceof Error ? error.message : String(error)})`;
}
