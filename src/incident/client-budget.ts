/** Clients are named one by one in each group; together the groups of a watch that runs for months name no more than this. */
import type { CorrelatorTables } from './correlator-tables.ts';
import type { Tally } from './tally.ts';

/** Some 50 bytes each. */
const MAX_NAMED_CLIENTS = 100_000;

/** Lets the groups that name most clients estimate them, until all together name few enough. */
export function keepClientsWithin(tables: CorrelatorTables, most = MAX_NAMED_CLIENTS): void {
  const tallies = [...talliesOf(tables)];
  let named = tallies.reduce((sum, { clients }) => sum + clients.named, 0);
  if (named <= most) return;
  for (const { clients } of tallies.sort((a, b) => b.clients.named - a.clients.named)) {
    if (named <= most) return;
    named -= clients.named;
    clients.estimate();
  }
}

function* talliesOf({ errors, access, sessions }: CorrelatorTables): Generator<Tally> {
  for (const { tally } of errors) yield tally;
  for (const { tally } of access) yield tally;
  for (const { tally, unexplainedTally, drained, returnsTally } of sessions.values()) {
    yield tally;
    yield unexplainedTally;
    yield drained;
    yield returnsTally;
  }
}
