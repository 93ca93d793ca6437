/** A symptom's match, taken apart into clauses that can be tested, ranked and explained one by one. */
import { LEVELS } from '../nginx/record.ts';
import type { AccessFacts, ErrorFacts } from './facts.ts';
import type { AccessMatch, ErrorMatch, Symptom } from './types.ts';
import { compileText, type TextPattern } from './wildcard.ts';

export interface Clause<Facts> {
  readonly name: string;
  /** What the catalogue states, for people. */
  readonly wants: string;
  holds(facts: Facts): boolean;
  /** What the line has, for people. */
  has(facts: Facts): string;
}

export interface Candidate<Facts> {
  readonly symptom: Symptom;
  readonly clauses: readonly Clause<Facts>[];
  /** Higher wins: kind of text, then number of clauses, then literal characters, then severity of the stated level. */
  readonly rank: readonly [number, number, number, number];
  /** The text its message must match, or null when any message will do. */
  readonly message: TextPattern | null;
}

/** What a candidate is made of. Making one takes as long as looking at ten of these. */
export interface ErrorSketch {
  readonly symptom: Symptom;
  readonly match: ErrorMatch;
  /** The text its message must match, or null when any message will do. */
  readonly text: string | null;
}

/** One candidate for each message text that the match lists: each has its own length and its own first word. */
export function errorSketches(symptom: Symptom, match: ErrorMatch): ErrorSketch[] {
  if (match.message === undefined) return [{ symptom, match, text: null }];
  return list(match.message).map((text) => ({ symptom, match, text }));
}

export function errorCandidate({ symptom, match, text }: ErrorSketch): Candidate<ErrorFacts> {
  const clauses = errorClauses(match);
  const level =
    match.level === undefined ? 0 : LEVELS.length - Math.min(...list(match.level).map((l) => LEVELS.indexOf(l)));
  const foreign = match.context !== undefined && !list(match.context).includes('http');
  if (text === null) {
    const tier = foreign ? 3 : match.call === undefined ? 0 : 1;
    return { symptom, clauses, rank: [tier, clauses.length, 0, level], message: null };
  }
  const message = compileText(text);
  clauses.unshift(textClause('message', [message], (facts: ErrorFacts) => facts.message));
  // A text that opens with a wildcard may open with what a client wrote, so any text with a fixed opening wins.
  const tier = foreign ? 3 : message.head === '' ? 0 : 2;
  return { symptom, clauses, rank: [tier, clauses.length, message.literal, level], message };
}

export function accessCandidate(symptom: Symptom, match: AccessMatch): Candidate<AccessFacts> {
  const clauses: Clause<AccessFacts>[] = [valueClause('status', list(match.status), (facts) => facts.status)];
  if (match.answeredBy !== undefined) {
    clauses.push(valueClause('answeredBy', list(match.answeredBy), (facts) => facts.answeredBy));
  }
  if (match.bodyBytes !== undefined) {
    clauses.push(valueClause('bodyBytes', list(match.bodyBytes), (facts) => facts.bodyBytes));
  }
  if (match.tlsBytes !== undefined) clauses.push(valueClause('tlsBytes', [match.tlsBytes], (facts) => facts.tlsBytes));
  if (match.protocol !== undefined) {
    clauses.push(textClause('protocol', list(match.protocol).map(compileText), (facts) => facts.protocol));
  }
  if (match.any !== true) clauses.push(valueClause('handshake', [true], (facts: AccessFacts) => facts.handshake));
  // What the request line itself shows tells more than who answered it.
  const tier = match.tlsBytes === true ? 2 : match.protocol === undefined ? 0 : 1;
  return { symptom, clauses, rank: [tier, clauses.length, 0, 0], message: null };
}

/** Below zero when `a` is the better match. */
export function compareRank(a: Candidate<never>, b: Candidate<never>): number {
  for (let i = 0; i < a.rank.length; i++) {
    const difference = (b.rank[i] ?? 0) - (a.rank[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A total order, best first: by rank, then by id so that the outcome never depends on the order of files. */
export function compareCandidates(a: Candidate<never>, b: Candidate<never>): number {
  return compareRank(a, b) || (a.symptom.id < b.symptom.id ? -1 : a.symptom.id > b.symptom.id ? 1 : 0);
}

/**
 * The order for a line that lost its level: a stated level then proves nothing, so it does not make a candidate more
 * specific. Between candidates that differ in level only the more severe stays first: in a tunnel, the backend's side.
 */
export function compareWithoutLevel(a: Candidate<never>, b: Candidate<never>): number {
  const proved = (candidate: Candidate<never>) => candidate.rank[1] - (candidate.rank[3] > 0 ? 1 : 0);
  return b.rank[0] - a.rank[0] || proved(b) - proved(a) || compareCandidates(a, b);
}

export function holds<Facts>(candidate: Candidate<Facts>, facts: Facts): boolean {
  const clauses = candidate.clauses;
  for (let i = 0; i < clauses.length; i++) if (!clauses[i]?.holds(facts)) return false;
  return true;
}

function errorClauses(match: ErrorMatch): Clause<ErrorFacts>[] {
  const clauses: Clause<ErrorFacts>[] = [];
  const texts = (name: 'call' | 'phase' | 'protocol', value: string | readonly string[] | undefined) => {
    if (value !== undefined) clauses.push(textClause(name, list(value).map(compileText), (facts) => facts[name]));
  };
  texts('phase', match.phase);
  if (match.errno !== undefined) clauses.push(valueClause('errno', list(match.errno), (facts) => facts.errno));
  texts('call', match.call);
  if (match.level !== undefined) {
    const levels = new Set<string>(list(match.level));
    clauses.push({
      name: 'level',
      wants: [...levels].join(' or '),
      // A line pasted without its prefix has no level and contradicts none.
      holds: (facts) => facts.level === null || levels.has(facts.level),
      has: (facts) => facts.level ?? 'no level',
    });
  }
  if (match.context !== undefined) clauses.push(valueClause('context', list(match.context), (facts) => facts.context));
  if (match.subrequest !== undefined) {
    clauses.push(valueClause('subrequest', [match.subrequest], (facts) => facts.subrequest));
  }
  if (match.upstream !== undefined) clauses.push(valueClause('upstream', [match.upstream], (facts) => facts.upstream));
  if (match.scheme !== undefined) clauses.push(valueClause('scheme', [match.scheme], (facts) => facts.scheme));
  texts('protocol', match.protocol);
  if (match.tlsBytes !== undefined) clauses.push(valueClause('tlsBytes', [match.tlsBytes], (facts) => facts.tlsBytes));
  return clauses;
}

function textClause<Facts>(
  name: string,
  patterns: readonly TextPattern[],
  read: (facts: Facts) => string | null,
): Clause<Facts> {
  const wants = patterns.map((pattern) => pattern.source).join(' or ');
  const has = (facts: Facts) => read(facts) ?? 'none';
  const only = patterns.length === 1 ? patterns[0] : undefined;
  if (only !== undefined) {
    return { name, wants, has, holds: (facts) => matchesText(only, read(facts)) };
  }
  if (patterns.every((pattern) => pattern.exact)) {
    const values = new Set<string | null>(patterns.map((pattern) => pattern.source));
    return { name, wants, has, holds: (facts) => values.has(read(facts)) };
  }
  return { name, wants, has, holds: (facts) => patterns.some((pattern) => matchesText(pattern, read(facts))) };
}

function matchesText(pattern: TextPattern, text: string | null): boolean {
  return text !== null && pattern.matches(text);
}

function valueClause<Facts, Value extends string | number | boolean | null>(
  name: string,
  values: readonly Value[],
  read: (facts: Facts) => Value | null,
): Clause<Facts> {
  const set = new Set<Value | null>(values);
  return {
    name,
    wants: values.join(' or '),
    holds: (facts) => set.has(read(facts)),
    has: (facts) => String(read(facts) ?? 'none'),
  };
}

function list<T extends string | number | boolean>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'object' ? value : [value];
}
