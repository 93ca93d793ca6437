/** What an analysis remembers, as records of the state: only what changed is written. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Memory, MemoryPart } from '../findings/memory.ts';
import type { StoredRecord } from '../state/rows.ts';

const KIND = 'memory';
/** Counts the forms in which memories were stored; one in another form is not taken up. */
const FORM = 1;
const FORM_KEY = 'form';

interface Stored {
  readonly revision: number | null;
  /** Of its content. */
  readonly sum: string;
}

export interface MemoryChanges {
  readonly records: readonly StoredRecord[];
  /** To be called once they are stored. */
  done(): void;
}

export class StoredMemory {
  /** What the state holds, by key. */
  #stored = new Map<string, Stored>();
  readonly #found: readonly StoredRecord[];

  /** @param records all that the state holds, of whatever kind. */
  constructor(records: readonly StoredRecord[]) {
    this.#found = records.filter(({ kind }) => kind === KIND);
    for (const { key, value } of this.#found) this.#stored.set(key, { revision: null, sum: sumOf(String(value)) });
  }

  /** What was stored, or null when there is nothing that could be taken up. @throws when it cannot be read. */
  read(): Memory | null {
    if (this.#found.find(({ key }) => key === FORM_KEY)?.value !== FORM) return null;
    const memory = new Map<string, unknown>();
    for (const { key, value } of this.#found) {
      if (key !== FORM_KEY && typeof value === 'string') memory.set(key, deserialize(Buffer.from(value, 'base64')));
    }
    return memory;
  }

  /** What to write so that the state holds these parts and nothing else. */
  changes(parts: Iterable<MemoryPart>): MemoryChanges {
    const records: StoredRecord[] = [];
    const next = new Map<string, Stored>();
    for (const { key, revision, content } of parts) {
      const stored = this.#stored.get(key);
      if (stored !== undefined && revision !== null && stored.revision === revision) {
        next.set(key, stored);
        continue;
      }
      const held = content();
      if (held === null) continue;
      const value = serialize(held).toString('base64');
      const sum = sumOf(value);
      next.set(key, { revision, sum });
      if (stored?.sum !== sum) records.push({ kind: KIND, key, value });
    }
    next.set(FORM_KEY, { revision: null, sum: sumOf(String(FORM)) });
    if (!this.#stored.has(FORM_KEY)) records.push({ kind: KIND, key: FORM_KEY, value: FORM });
    for (const key of this.#stored.keys()) {
      if (!next.has(key)) records.push({ kind: KIND, key, value: undefined });
    }
    return {
      records,
      done: () => {
        this.#stored = next;
      },
    };
  }

  /** The same memory in another analysis has revisions of its own. */
  forgetRevisions(): void {
    for (const [key, { sum }] of this.#stored) this.#stored.set(key, { revision: null, sum });
  }
}

/** A memory that is not that of its analysis any more: a copy, as if it had been stored and read. */
export function copied(parts: Iterable<MemoryPart>): Memory {
  const memory = new Map<string, unknown>();
  for (const { key, content } of parts) {
    const held = content();
    if (held !== null) memory.set(key, deserialize(serialize(held)));
  }
  return memory;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
