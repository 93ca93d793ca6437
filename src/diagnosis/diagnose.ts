/** Cluster by cluster: facts, ranked causes, what was ruled out and what would settle a doubt. */
import type { Catalogue } from '../catalogue/types.ts';
import type { Cluster } from '../incident/cluster.ts';
import type { Facts, Surroundings } from './fact.ts';
import { factsOf } from './facts.ts';
import { undecided } from './undecided.ts';
import { type RankedCause, rankCauses } from './weigh.ts';

export interface Diagnosis {
  readonly cluster: Cluster;
  readonly facts: Facts;
  /** The causes worth showing, likeliest first. */
  readonly causes: readonly RankedCause[];
  readonly ruledOut: readonly { readonly id: string; readonly why: string }[];
  /** What would tell the first two causes apart; null when the first is clear. */
  readonly undecided: string | null;
}

/** A cause below this confidence is not shown beside a better one. */
const WORTH_SHOWING = 0.05;
const MOST_SHOWN = 4;
/** Evidence against, in log-odds, that rules a candidate out and is worth saying. */
const RULES_OUT = -2;

export function diagnose(cluster: Cluster, around: Surroundings, catalogue: Catalogue): Diagnosis {
  const facts = factsOf(cluster, around);
  const candidates = new Map<string, number>();
  for (const { symptom } of cluster.symptoms.values()) {
    for (const [place, id] of symptom.causes.entries()) {
      const seen = candidates.get(id);
      if (seen === undefined || place < seen) candidates.set(id, place);
    }
  }
  const ranked = rankCauses(candidates, facts, catalogue);
  const causes = ranked.filter((c, i) => i === 0 || c.confidence >= WORTH_SHOWING).slice(0, MOST_SHOWN);
  const ruledOut: { id: string; why: string }[] = [];
  for (const candidate of ranked) {
    if (causes.includes(candidate)) continue;
    const against = candidate.evidence.find((e) => e.weight <= RULES_OUT);
    if (against !== undefined) ruledOut.push({ id: candidate.cause.id, why: against.text });
  }
  return { cluster, facts, causes, ruledOut, undecided: undecided(causes, facts) };
}
