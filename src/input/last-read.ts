/**
 * How long a reader that was asked to end reads on. What is left then is a backlog, and stays for the next run; what is
 * read takes the place where nobody waits for it.
 */
import { cpuUsage } from 'node:process';

/** Work of this process (ms): on an idle machine it ends within two seconds, with what came in until then. */
const WORK_MS = 1500;
/** Beside other work the same takes longer. Service managers kill after 10 s (Docker) or more. */
const LONGEST_MS = 4000;

export class LastRead {
  readonly #before = cpuUsage();
  readonly #began = performance.now();

  /** Whether reading should stop where it stands. */
  get isOver(): boolean {
    const { user, system } = cpuUsage(this.#before);
    return (user + system) / 1000 > WORK_MS || performance.now() - this.#began > LONGEST_MS;
  }
}
