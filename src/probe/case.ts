/** What speaks for which cause. Weights are log-odds and add up, so that every verdict can be read back line by line. */

export interface Evidence {
  readonly text: string;
  readonly weight: number;
}

export interface Suspect {
  readonly cause: string;
  /** Between 0 and 1. */
  readonly confidence: number;
  /** Strongest first; negative weights speak against it. */
  readonly evidence: readonly Evidence[];
}

/** Nothing a probe sees from outside is beyond doubt. */
const MOST_SURE = 0.99;

export class Case {
  readonly #found = new Map<string, Evidence[]>();

  /** Notes that something seen makes a cause more (or less, below 0) likely. A sentence counts once for a cause. */
  speak(cause: string, weight: number, text: string): void {
    const evidence = this.#found.get(cause) ?? [];
    if (evidence.some((each) => each.text === text)) return;
    evidence.push({ text, weight });
    this.#found.set(cause, evidence);
  }

  /** True when nothing speaks for any cause yet. */
  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** All suspects, likeliest first; each one's confidence is its share beside the others and "something else". */
  suspects(): Suspect[] {
    const scored = [...this.#found].map(([cause, evidence]) => ({
      cause,
      evidence: [...evidence].sort((a, b) => b.weight - a.weight),
      score: evidence.reduce((sum, { weight }) => sum + weight, 0),
    }));
    const total = scored.reduce((sum, { score }) => sum + Math.exp(score), 1);
    return scored
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.cause < b.cause ? -1 : 1))
      .map(({ cause, evidence, score }) => ({
        cause,
        evidence,
        confidence: Math.min(MOST_SURE, Math.round((Math.exp(score) / total) * 1000) / 1000),
      }));
  }
}
