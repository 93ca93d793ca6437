/** Keeps the heaps of this process from growing far beyond what they hold. */
import { setFlagsFromString } from 'node:v8';

/**
 * How much larger a heap may become before V8 looks for garbage in all of it, in percent. Left to itself V8 lets it grow
 * fourfold, in each thread: logs in which hardly a line comes twice took 370 MB with two threads, and take 260 so.
 */
const GROWTH_PERCENT = 50;

/**
 * V8 reads this whenever it has collected garbage, so that it may be set at any time. From then on it refuses code that
 * was compiled before, with other flags: what is loaded later costs some milliseconds more.
 */
export function holdBackHeaps(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
