/**
 * Ranks causes by weighed evidence. Weights are log-odds and add up; the confidence of a cause is its share among the
 * candidates and the possibility that it is none of them.
 */
import type { Catalogue, Cause, EvidenceRule } from '../catalogue/types.ts';
import type { LineRef } from '../incident/tally.ts';
import type { Fact, Facts, FactValue } from './fact.ts';

export interface WeighedEvidence {
  readonly text: string;
  readonly weight: number;
  readonly fact: string;
  readonly ref: LineRef | null;
}

export interface RankedCause {
  readonly cause: Cause;
  readonly score: number;
  readonly confidence: number;
  readonly evidence: readonly WeighedEvidence[];
}

/** Log-odds of "something else": what a cause must outweigh to be believed. */
const SOMETHING_ELSE = 0;
/** A symptom names its causes likeliest first; each place down the list costs this much. */
const PLACE = 0.7;
const FIRST_PLACE = 1.5;
const LAST_PLACE = -0.6;

/** @param candidates cause ids, each with its best place in a symptom's list of causes */
export function rankCauses(candidates: ReadonlyMap<string, number>, facts: Facts, catalogue: Catalogue): RankedCause[] {
  const scored: { cause: Cause; score: number; evidence: WeighedEvidence[] }[] = [];
  for (const [id, place] of candidates) {
    const cause = catalogue.causes.get(id);
    if (cause === undefined) continue;
    const evidence: WeighedEvidence[] = [];
    let score = (cause.prior ?? 0) + Math.max(LAST_PLACE, FIRST_PLACE - PLACE * place);
    for (const [rules, sign] of [
      [cause.evidence.for, 1],
      [cause.evidence.against, -1],
    ] as const) {
      for (const rule of rules) {
        const held = holds(rule, facts.get(rule.fact));
        if (held === null) continue;
        const weight = sign * Math.abs(rule.weight);
        score += weight;
        evidence.push({ text: sentence(rule, held.fact, held.value), weight, fact: rule.fact, ref: held.fact.ref });
      }
    }
    evidence.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    scored.push({ cause, score, evidence });
  }
  scored.sort((a, b) => b.score - a.score || (a.cause.id < b.cause.id ? -1 : 1));
  const top = Math.max(SOMETHING_ELSE, scored[0]?.score ?? 0);
  let sum = Math.exp(SOMETHING_ELSE - top);
  for (const { score } of scored) sum += Math.exp(score - top);
  return scored.map((s) => ({ ...s, confidence: Math.exp(s.score - top) / sum }));
}

function holds(rule: EvidenceRule, fact: Fact | undefined): { fact: Fact; value: FactValue } | null {
  if (fact === undefined) return null;
  for (const value of fact.values) {
    if (rule.is !== undefined) {
      const wanted: readonly FactValue[] = Array.isArray(rule.is) ? rule.is : [rule.is as FactValue];
      if (wanted.some((w) => String(w) === String(value))) return { fact, value };
    } else if (typeof value === 'number') {
      if ((rule.min === undefined || value >= rule.min) && (rule.max === undefined || value <= rule.max))
        return { fact, value };
    } else if (rule.min === undefined && rule.max === undefined) return { fact, value };
  }
  return null;
}

function sentence(rule: EvidenceRule, fact: Fact, value: FactValue): string {
  return rule.text === undefined ? fact.text(value) : rule.text.replaceAll('{value}', () => String(value));
}
