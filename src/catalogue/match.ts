/** Names the symptom a record shows: at most one, the most specific. */
import type { ErrorRecord } from '../nginx/record.ts';
import { accessCandidate, type Candidate, compareRank, errorCandidates, holds } from './clauses.ts';
import { type AccessFacts, type ErrorFacts, errorFacts } from './facts.ts';
import { indexByMessage } from './message-index.ts';
import type { AccessMatch, Catalogue, ErrorMatch, Symptom } from './types.ts';

export interface SymptomMatcher {
  /**
   * The symptom of an error line, or null when the catalogue has none for it. Depends only on the message, call,
   * errno, phase, level, context, presence of subrequest and upstream, the upstream's scheme and the protocol, so a
   * caller may remember the answer by those. A line without a level is read as the backend's side of a tunnel.
   */
  matchError(record: ErrorRecord): Symptom | null;
  /** The symptom of an access line, or null for a request that went well or is of no interest. */
  matchAccess(facts: AccessFacts): Symptom | null;
  /** Everything that matches, best first: one winner, unless the catalogue is ambiguous. */
  rankError(facts: ErrorFacts): readonly Candidate<ErrorFacts>[];
  rankAccess(facts: AccessFacts): readonly Candidate<AccessFacts>[];
  readonly errorCandidates: readonly Candidate<ErrorFacts>[];
  readonly accessCandidates: readonly Candidate<AccessFacts>[];
}

export function compileSymptoms(catalogue: Catalogue): SymptomMatcher {
  const errors: Candidate<ErrorFacts>[] = [];
  const access: Candidate<AccessFacts>[] = [];
  for (const symptom of catalogue.symptoms.values()) {
    for (const match of matches(symptom)) {
      if (match.log === 'error') errors.push(...errorCandidates(symptom, match));
      else access.push(accessCandidate(symptom, match));
    }
  }
  errors.sort(byRankThenId);
  access.sort(byRankThenId);

  const candidatesFor = indexByMessage(errors);
  return {
    matchError(record) {
      const facts = errorFacts(record);
      return firstThatHolds(candidatesFor(facts.message), facts);
    },
    matchAccess: (facts) => firstThatHolds(access, facts),
    rankError: (facts) => candidatesFor(facts.message).filter((candidate) => holds(candidate, facts)),
    rankAccess: (facts) => access.filter((candidate) => holds(candidate, facts)),
    errorCandidates: errors,
    accessCandidates: access,
  };
}

function matches(symptom: Symptom): readonly (ErrorMatch | AccessMatch)[] {
  if (!('log' in symptom.match)) return symptom.match;
  return symptom.match.log === 'sessions' ? [] : [symptom.match];
}

function byRankThenId(a: Candidate<never>, b: Candidate<never>): number {
  return compareRank(a, b) || (a.symptom.id < b.symptom.id ? -1 : 1);
}

function firstThatHolds<Facts>(candidates: readonly Candidate<Facts>[], facts: Facts): Symptom | null {
  for (const candidate of candidates) if (holds(candidate, facts)) return candidate.symptom;
  return null;
}
