/** Finds, for a message, the few candidates that can match it, without trying all of them. */
import { type Candidate, compareCandidates } from './clauses.ts';
import type { ErrorFacts } from './facts.ts';

type Candidates = readonly Candidate<ErrorFacts>[];

/**
 * Indexes candidates that are sorted best first, and returns the look-up, whose answers keep that order.
 *
 * Most messages open with a fixed word that few candidates share. A candidate whose text opens with part of a word is
 * tried for the words that begin so, and one whose text opens with a wildcard for every message. Messages that a
 * candidate states in full are the commonest in a log and are looked up whole. Lists are put together when first
 * asked for: a log shows few of the messages that the catalogue knows.
 */
export function indexByMessage(candidates: Candidates): (message: string) => Candidates {
  const byFirstWord = new Map<string, Candidate<ErrorFacts>[]>();
  const byPartOfWord: Candidate<ErrorFacts>[] = [];
  const forAny: Candidate<ErrorFacts>[] = [];
  const stated = new Set<string>();
  for (const candidate of candidates) {
    const { firstWord, message } = candidate;
    if (message?.exact === true) stated.add(message.source);
    if (firstWord !== null) {
      const sharing = byFirstWord.get(firstWord);
      if (sharing === undefined) byFirstWord.set(firstWord, [candidate]);
      else sharing.push(candidate);
    } else if (message === null || message.head === '') forAny.push(candidate);
    else byPartOfWord.push(candidate);
  }

  // Keyed by what the catalogue has, never by what only a log has, so these stay small.
  const openings = new Map<string, Candidates>();
  const whole = new Map<string, Candidates>();

  const byOpening = (message: string): Candidates => {
    const space = message.indexOf(' ');
    const word = space > 0 ? message.slice(0, space) : message;
    const own = byFirstWord.get(word);
    // An unknown word may still begin as a candidate does: `setsockopt(` and what follows.
    const key = own === undefined ? `${message[0] ?? ''}*` : word;
    const known = openings.get(key);
    if (known !== undefined) return known;
    const partly = byPartOfWord.filter(({ message: text }) =>
      own === undefined ? text?.head[0] === message[0] : word.startsWith(text?.head ?? ''),
    );
    if (own === undefined && partly.length === 0) return forAny;
    const found = [...(own ?? []), ...partly, ...forAny].sort(compareCandidates);
    openings.set(key, found);
    return found;
  };

  return (message) => {
    if (!stated.has(message)) return byOpening(message);
    const known = whole.get(message);
    if (known !== undefined) return known;
    const found = byOpening(message).filter((other) => other.message === null || other.message.matches(message));
    whole.set(message, found);
    return found;
  };
}
