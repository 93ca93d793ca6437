/** Names the symptom a record shows: at most one, the most specific. */
import type { ErrorRecord } from '../nginx/record.ts';
import {
  accessCandidate,
  type Candidate,
  compareCandidates,
  compareWithoutLevel,
  type ErrorSketch,
  errorSketches,
  holds,
} from './clauses.ts';
import { type AccessFacts, type ErrorFacts, errorFacts } from './facts.ts';
import { MessageIndex } from './message-index.ts';
import type { AccessMatch, Catalogue, ErrorMatch, Symptom } from './types.ts';

export interface SymptomMatcher {
  /**
   * The symptom of an error line, or null when the catalogue has none for it. Depends only on the message, call,
   * errno, phase, level, context, presence of subrequest and upstream, the upstream's scheme, the protocol and whether
   * the request starts with TLS bytes, so a caller may remember the answer by those. A line without a level is read as the backend's side of a tunnel.
   */
  matchError(record: ErrorRecord): Symptom | null;
  /** The symptom of an access line, or null for a request that went well or is of no interest. */
  matchAccess(facts: AccessFacts): Symptom | null;
  /** Everything that matches, best first: one winner, unless the catalogue is ambiguous. */
  rankError(facts: ErrorFacts): readonly Candidate<ErrorFacts>[];
  rankAccess(facts: AccessFacts): readonly Candidate<AccessFacts>[];
  readonly errorCandidates: readonly Candidate<ErrorFacts>[];
  /** The error candidates whose message text, wildcards and all, passes a test; in no order. */
  errorCandidatesWith(passes: (text: string) => boolean): readonly Candidate<ErrorFacts>[];
  readonly accessCandidates: readonly Candidate<AccessFacts>[];
}

export function compileSymptoms(catalogue: Catalogue): SymptomMatcher {
  const errors: ErrorSketch[] = [];
  const accesses: [Symptom, AccessMatch][] = [];
  for (const symptom of catalogue.symptoms.values()) {
    for (const match of matches(symptom)) {
      if (match.log === 'error') errors.push(...errorSketches(symptom, match));
      else accesses.push([symptom, match]);
    }
  }
  const index = new MessageIndex(errors);
  // A run that meets no access line needs none of these.
  let sorted: Candidate<AccessFacts>[] | null = null;
  const access = () => {
    sorted ??= accesses.map(([symptom, match]) => accessCandidate(symptom, match)).sort(compareCandidates);
    return sorted;
  };
  const rankError = (facts: ErrorFacts): readonly Candidate<ErrorFacts>[] => {
    const matching = index.candidatesFor(facts.message).filter((candidate) => holds(candidate, facts));
    return facts.level === null ? matching.sort(compareWithoutLevel) : matching;
  };
  return {
    matchError(record) {
      const facts = errorFacts(record);
      return facts.level === null
        ? (rankError(facts)[0]?.symptom ?? null)
        : firstThatHolds(index.candidatesFor(facts.message), facts);
    },
    matchAccess: (facts) => firstThatHolds(access(), facts),
    rankError,
    rankAccess: (facts) => access().filter((candidate) => holds(candidate, facts)),
    get errorCandidates() {
      return index.all();
    },
    errorCandidatesWith: (passes) => index.withText(passes),
    get accessCandidates() {
      return access();
    },
  };
}

function matches(symptom: Symptom): readonly (ErrorMatch | AccessMatch)[] {
  if (!('log' in symptom.match)) return symptom.match;
  return symptom.match.log === 'sessions' ? [] : [symptom.match];
}

function firstThatHolds<Facts>(candidates: readonly Candidate<Facts>[], facts: Facts): Symptom | null {
  for (const candidate of candidates) if (holds(candidate, facts)) return candidate.symptom;
  return null;
}
