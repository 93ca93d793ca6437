/** What alerts remember, in the state of a watch or a summary. */
import type { AlertMemory } from '../deliver/memory.ts';
import type { StoredRecord } from '../state/rows.ts';
import type { StateStore } from '../state/store.ts';

/** Kinds of records that are alerts' own. */
const KINDS = new Set(['alert-group', 'alert-sent', 'delivery']);

export class StoredAlerts implements AlertMemory {
  readonly lasts: boolean;
  readonly #store: StateStore | null;
  readonly #failed: (error: unknown) => void;
  readonly #records: Map<string, StoredRecord>;
  /** What could not be written yet. */
  #unsaved = new Map<string, StoredRecord>();

  /**
   * @param store null: nothing outlasts this run.
   * @param records what is in it now.
   * @param failed is told why something could not be written; it is written with the next.
   */
  constructor(store: StateStore | null, records: readonly StoredRecord[], failed: (error: unknown) => void) {
    this.lasts = store !== null;
    this.#store = store;
    this.#failed = failed;
    const own = records.filter(({ kind }) => KINDS.has(kind));
    this.#records = new Map(own.map((record) => [nameOf(record), record]));
  }

  get found(): readonly StoredRecord[] {
    return [...this.#records.values()];
  }

  keep(changed: readonly StoredRecord[]): void {
    for (const record of changed) {
      if (record.value === undefined) this.#records.delete(nameOf(record));
      else this.#records.set(nameOf(record), record);
      this.#unsaved.set(nameOf(record), record);
    }
    try {
      this.#store?.commit({ positions: new Map(), incidents: [], gone: [], records: [...this.#unsaved.values()] });
      this.#unsaved = new Map();
    } catch (error) {
      this.#failed(error);
    }
  }
}

function nameOf({ kind, key }: StoredRecord): string {
  return `${kind}\n${key}`;
}
