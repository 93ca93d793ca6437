/** What alerting remembers over restarts, in terms of the state's records. */
import type { StoredRecord } from '../state/rows.ts';

export interface AlertMemory {
  /** What is there now. */
  readonly found: readonly StoredRecord[];
  /** What is kept is there after the end of this run. */
  readonly lasts: boolean;
  /** Writes records down, all or none; one whose value is `undefined` is taken out. Never throws. */
  keep(records: readonly StoredRecord[]): void;
}
