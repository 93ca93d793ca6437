/** Starts a reading thread. */
import { Worker } from 'node:worker_threads';
import type { FromThread, Thread } from './messages.ts';

/** Mebibytes for short-lived objects: more would only be memory that is written to once. */
const YOUNG_MIB = 16;

export function startThread(): Thread {
  // The built file: threads cannot run the sources.
  const worker = new Worker(new URL('./thread.cjs', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  return {
    send: (message, memory = []) => worker.postMessage(message, memory),
    onMessage: (take) => {
      worker.on('message', (message: FromThread) => take(message));
    },
    onFailure: (take) => {
      worker.on('error', take);
      worker.on('exit', take);
    },
    stop: () => {
      void worker.terminate();
    },
  };
}
