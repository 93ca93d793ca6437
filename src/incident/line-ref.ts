/** A line of a batch, kept as evidence. */
import type { Batch } from '../findings/batch.ts';
import type { LineRef } from './tally.ts';

/** @param file index of its input */
export function refTo(log: 'error' | 'access', batch: Batch, i: number, file: number): LineRef {
  return { log, file, line: batch.line(i), time: batch.columns.time[i]!, raw: batch.raw(i) };
}
