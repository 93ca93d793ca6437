/** What is remembered for receivers that are no more. */
import * as v from 'valibot';
import type { StoredRecord } from '../state/rows.ts';
import { ALERT, alertTarget } from './items.ts';

const OWNED = v.object({ receiver: v.string() });

/**
 * The records to take out.
 *
 * @param names the receivers there are.
 * @returns `lost`: how many of them are notifications that were never delivered.
 */
export function strayRecords(
  records: readonly StoredRecord[],
  names: ReadonlySet<string>,
): { gone: StoredRecord[]; lost: number } {
  const gone: StoredRecord[] = [];
  let lost = 0;
  for (const record of records) {
    const { kind, key, value } = record;
    const owner = kind.startsWith(`${ALERT}-`) ? ownerOf(value) : alertTarget(record);
    if (owner === null || names.has(owner)) continue;
    gone.push({ kind, key, value: undefined });
    if (!kind.startsWith(`${ALERT}-`)) lost++;
  }
  return { gone, lost };
}

function ownerOf(value: unknown): string | null {
  const parsed = v.safeParse(OWNED, value);
  return parsed.success ? parsed.output.receiver : null;
}
