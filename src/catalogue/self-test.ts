/** Proves a catalogue by its own samples. */
import { detectAccessLine } from '../nginx/access-detect.ts';
import { parseErrorLine, parseErrorText } from '../nginx/error-line.ts';
import type { AccessRecord, LogRecord } from '../nginx/record.ts';
import { type Candidate, compareRank, holds } from './clauses.ts';
import { type AccessFacts, errorFacts, startsWithTls } from './facts.ts';
import { compileSymptoms, type SymptomMatcher } from './match.ts';
import type { Catalogue, Symptom, SymptomSample } from './types.ts';

export interface SelfTest {
  readonly ok: boolean;
  /** Sentences `symptom ID: sample N: what`. */
  readonly failures: readonly string[];
}

/**
 * Checks that every sample is a line of nginx's, that its own symptom and no other recognises it, that the fields it
 * promises are found, and that no near miss is recognised. Access samples are read as WebSocket handshakes.
 *
 * @param answeredBy tells who made the answer of an access line, as the analysis does
 */
export function selfTest(
  catalogue: Catalogue,
  answeredBy: (record: AccessRecord) => AccessFacts['answeredBy'],
): SelfTest {
  const matcher = compileSymptoms(catalogue);
  const failures: string[] = [];
  for (const symptom of catalogue.symptoms.values()) {
    // What many lines show together, no single line can prove.
    if ('log' in symptom.match && symptom.match.log === 'sessions') continue;
    const { match, 'no-match': noMatch } = symptom.samples;
    match.forEach((sample, i) => {
      const problem = provePositive(symptom, sample, matcher, answeredBy);
      if (problem !== null) failures.push(`symptom ${symptom.id}: sample ${i + 1}: ${problem}`);
    });
    noMatch.forEach(({ line, why }, i) => {
      const read = readLine(line);
      if (read !== null && rank(read, matcher, answeredBy)[0]?.symptom === symptom) {
        failures.push(`symptom ${symptom.id}: near miss ${i + 1}: is recognised, although it should not be: ${why}`);
      }
    });
  }
  return { ok: failures.length === 0, failures };
}

function provePositive(
  symptom: Symptom,
  sample: SymptomSample,
  matcher: SymptomMatcher,
  answeredBy: (record: AccessRecord) => AccessFacts['answeredBy'],
): string | null {
  const record = readLine(sample.line);
  if (record === null) return 'is not a line nginx writes';
  const ranked = rank(record, matcher, answeredBy);
  const [winner] = ranked;
  if (winner === undefined) return `nothing recognises it; ${howFar(symptom, record, matcher, answeredBy)}`;
  if (winner.symptom !== symptom) {
    const own = ranked.some((candidate) => candidate.symptom === symptom);
    if (own) return `${winner.symptom.id} recognises it first, being more specific`;
    return `${winner.symptom.id} recognises it instead; ${howFar(symptom, record, matcher, answeredBy)}`;
  }
  const rival = ranked.find((other) => other.symptom !== symptom && compareRank(winner, other) === 0);
  if (rival !== undefined) return `${rival.symptom.id} recognises it just as well; one of them must be more specific`;
  return unmetPromise(sample, record);
}

function readLine(line: string): LogRecord | null {
  return parseErrorLine(line) ?? detectAccessLine(line) ?? parseErrorText(line);
}

function rank(
  record: LogRecord,
  matcher: SymptomMatcher,
  answeredBy: (record: AccessRecord) => AccessFacts['answeredBy'],
): readonly Candidate<never>[] {
  if (record.kind === 'error') return matcher.rankError(errorFacts(record));
  return matcher.rankAccess(handshakeFacts(record, answeredBy(record)));
}

function handshakeFacts(record: AccessRecord, answeredBy: AccessFacts['answeredBy']): AccessFacts {
  return {
    status: record.status ?? -1,
    answeredBy,
    bodyBytes: record.bodyBytes,
    tlsBytes: startsWithTls(record.request),
    protocol: record.protocol,
    handshake: true,
  };
}

/** Which clause of the symptom's nearest match the record does not meet. */
function howFar(
  symptom: Symptom,
  record: LogRecord,
  matcher: SymptomMatcher,
  answeredBy: (record: AccessRecord) => AccessFacts['answeredBy'],
): string {
  const told =
    record.kind === 'error'
      ? nearest(symptom, matcher.errorCandidates, errorFacts(record))
      : nearest(symptom, matcher.accessCandidates, handshakeFacts(record, answeredBy(record)));
  return told ?? `${symptom.id} does not look at ${record.kind} lines`;
}

function nearest<Facts>(symptom: Symptom, candidates: readonly Candidate<Facts>[], facts: Facts): string | null {
  let best: { readonly candidate: Candidate<Facts>; readonly met: number } | null = null;
  for (const candidate of candidates) {
    if (candidate.symptom !== symptom || holds(candidate, facts)) continue;
    const met = candidate.clauses.filter((clause) => clause.holds(facts)).length;
    if (best === null || met > best.met) best = { candidate, met };
  }
  if (best === null) return null;
  const { candidate, met } = best;
  const failed = candidate.clauses
    .filter((clause) => !clause.holds(facts))
    .map((clause) => `${clause.name} wants "${clause.wants}" and the line has "${clause.has(facts)}"`);
  return `${met} of ${candidate.clauses.length} clauses hold: ${failed.join(', ')}`;
}

function unmetPromise(sample: SymptomSample, record: LogRecord): string | null {
  const fields = new Map<string, unknown>(Object.entries(record));
  for (const [name, wanted] of Object.entries(sample.expect ?? {})) {
    if (!fields.has(name)) return `expects the field "${name}", which lines of this log do not have`;
    const found = fields.get(name);
    if (found !== wanted) return `expects ${name} "${wanted}", but the line has "${String(found)}"`;
  }
  return null;
}
