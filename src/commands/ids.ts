/** Looking up a cause or symptom by the id somebody typed. */
import type { Catalogue, Cause, Symptom } from '../catalogue/types.ts';
import { noSuch } from '../config/nearest.ts';
import { UsageError } from '../config/usage-error.ts';

export type Entry =
  | { readonly kind: 'cause'; readonly cause: Cause }
  | { readonly kind: 'symptom'; readonly symptom: Symptom };

/**
 * The entry of an id. Some ids are both a cause and a symptom (`no-live-upstreams`): the cause is meant, since it is
 * what a report names.
 *
 * @throws UsageError with the nearest id when there is none.
 */
export function entryOf(catalogue: Catalogue, id: string): Entry {
  const cause = catalogue.causes.get(id);
  if (cause !== undefined) return { kind: 'cause', cause };
  const symptom = catalogue.symptoms.get(id);
  if (symptom !== undefined) return { kind: 'symptom', symptom };
  const ids = [...catalogue.causes.keys(), ...catalogue.symptoms.keys()];
  throw new UsageError(noSuch('cause or symptom', id, ids, 'wslog patterns list'));
}
