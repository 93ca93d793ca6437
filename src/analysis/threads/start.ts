/** Starts a reading thread. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FromThread, Thread } from './messages.ts';

/** Mebibytes for short-lived objects: more would only be memory that is written to once. */
const YOUNG_MIB = 16;

/**
 * How much larger a heap may become before V8 looks for garbage in all of it, in percent. Left to itself V8 lets it grow
 * fourfold, in each thread: logs in which hardly a line comes twice took 370 MB with two threads, and take 260 so. It
 * reads this whenever it has collected garbage, so that it may be set at any time.
 */
const GROWTH_PERCENT = 50;

export function startThread(): Thread {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
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
