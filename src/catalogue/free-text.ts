/**
 * Which pieces of nginx's messages no symptom looks at: paths, amounts, addresses. Lines that differ only there are of
 * one kind, and need not be read in full each time.
 */
import type { ErrorRecord } from '../nginx/record.ts';
import type { Candidate } from './clauses.ts';
import { type ErrorFacts, errorFacts } from './facts.ts';
import type { SymptomMatcher } from './match.ts';
import { headOf } from './wildcard.ts';

interface Place {
  /** What messages open with, up to the place. */
  readonly opening: string;
  /** A character that can stand in the place. */
  readonly inside: RegExp;
  /** The characters that end it, none of which can stand in it. */
  readonly ends: string;
}

const PATH = { inside: /[^"]/, ends: '"' } as const;
const AMOUNT = { inside: /[\d.]/, ends: ' ,' } as const;
const ADDRESS = { inside: /[\da-f:.]/, ends: ' ' } as const;

/** The places that src/scanner/error-line.ts leaves out. */
const PLACES: readonly Place[] = [
  { opening: 'open() "', ...PATH },
  { opening: '"/', ...PATH },
  { opening: 'limiting requests, excess: ', ...AMOUNT },
  { opening: 'limiting requests, dry run, excess: ', ...AMOUNT },
  { opening: 'delaying request, excess: ', ...AMOUNT },
  { opening: 'delaying request, dry run, excess: ', ...AMOUNT },
  { opening: 'client ', ...ADDRESS },
];
/** First words of messages that may be shortened: as much as the scanner asks for in some. */
const FIRST_WORDS = [...new Set(PLACES.map(({ opening }) => opening.slice(0, opening.indexOf(' ') + 1) || opening))];

const known = new WeakMap<SymptomMatcher, FreeText>();

/** One for all inputs that are read with the same symptoms. */
export function freeTextOf(matcher: SymptomMatcher): FreeText {
  const made = known.get(matcher) ?? new FreeText(matcher);
  known.set(matcher, made);
  return made;
}

/** Tells of records whether lines that differ from theirs in such a place only have the same symptom. */
class FreeText {
  readonly #matcher: SymptomMatcher;
  /** For each place the candidates that look at it. */
  readonly #looking = new Map<Place, readonly Candidate<ErrorFacts>[]>();

  constructor(matcher: SymptomMatcher) {
    this.#matcher = matcher;
  }

  /** True as well when the message has no such place. */
  isFree(record: ErrorRecord): boolean {
    const { message } = record;
    if (!FIRST_WORDS.some((words) => message.startsWith(words))) return true;
    const facts = errorFacts(record);
    // A symptom whose text opens fixed goes before all whose text opens with a wildcard.
    if ((this.#matcher.rankError(facts)[0]?.message?.head ?? '') === '') return false;
    return PLACES.every(
      (place) =>
        !message.startsWith(place.opening) ||
        this.#lookingAt(place).every(({ clauses }) =>
          clauses.some((clause) => clause.name !== 'message' && !clause.holds(facts)),
        ),
    );
  }

  #lookingAt(place: Place): readonly Candidate<ErrorFacts>[] {
    let found = this.#looking.get(place);
    if (found === undefined) {
      found = this.#matcher.errorCandidatesWith((text) => looksAt(text, place));
      this.#looking.set(place, found);
    }
    return found;
  }
}

/** Whether it may make a difference to a candidate of this message text what stands in a place. */
function looksAt(text: string, { opening, inside, ends }: Place): boolean {
  const head = headOf(text);
  const isExact = head.length === text.length;
  if (!isExact && head.length <= opening.length) {
    if (head === '' || !opening.startsWith(head)) return false;
    // The wildcard takes the place in; what follows it must not stand inside.
    return !ends.includes(text[head.length + 1] ?? ends);
  }
  if (!head.startsWith(opening)) return false;
  // Text that reaches into the place matches nothing that stands there if it leaves it otherwise than the place ends.
  let at = opening.length;
  while (at < head.length && inside.test(head[at]!)) at++;
  return at === head.length || ends.includes(head[at]!);
}
