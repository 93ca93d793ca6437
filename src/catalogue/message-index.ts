/** Finds, for a message, the few candidates that can match it, without trying all of them. */
import { type Candidate, compareRank } from './clauses.ts';
import type { ErrorFacts } from './facts.ts';

type Candidates = readonly Candidate<ErrorFacts>[];

/**
 * Indexes candidates that are sorted best first, and returns the look-up, whose answers keep that order.
 *
 * Most messages open with a fixed word that few candidates share. A candidate whose text opens with part of a word is
 * tried for the words that begin so, and one whose text opens with a wildcard for every message. Messages that a
 * candidate states in full are the commonest in a log and are looked up whole.
 */
export function indexByMessage(candidates: Candidates): (message: string) => Candidates {
  const byFirstWord = new Map<string, Candidate<ErrorFacts>[]>();
  const byPartOfWord: Candidate<ErrorFacts>[] = [];
  const forAny: Candidate<ErrorFacts>[] = [];
  for (const candidate of candidates) {
    const word = candidate.firstWord;
    if (word !== null) byFirstWord.set(word, [...(byFirstWord.get(word) ?? []), candidate]);
    else if (candidate.message === null || candidate.message.head === '') forAny.push(candidate);
    else byPartOfWord.push(candidate);
  }
  const byFirstCharacter = new Map<string, Candidate<ErrorFacts>[]>();
  for (const candidate of byPartOfWord) {
    const character = candidate.message?.head[0] ?? '';
    if (byFirstCharacter.has(character)) continue;
    const sharing = byPartOfWord.filter((other) => other.message?.head[0] === character);
    byFirstCharacter.set(character, [...sharing, ...forAny].sort(compareRank));
  }
  for (const [word, own] of byFirstWord) {
    const partly = byPartOfWord.filter((other) => word.startsWith(other.message?.head ?? ''));
    byFirstWord.set(word, [...own, ...partly, ...forAny].sort(compareRank));
  }
  const byOpening = (message: string): Candidates => {
    const space = message.indexOf(' ');
    return (
      byFirstWord.get(space > 0 ? message.slice(0, space) : message) ?? byFirstCharacter.get(message[0] ?? '') ?? forAny
    );
  };
  const whole = new Map<string, Candidates>();
  for (const { message } of candidates) {
    if (message?.exact !== true || whole.has(message.source)) continue;
    const possible = byOpening(message.source);
    whole.set(
      message.source,
      possible.filter((other) => other.message === null || other.message.matches(message.source)),
    );
  }
  return (message) => whole.get(message) ?? byOpening(message);
}
