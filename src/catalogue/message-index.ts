/** Finds, for a message, the few candidates that can match it, without trying, or even making, all of them. */
import { type Candidate, compareCandidates, type ErrorSketch, errorCandidate } from './clauses.ts';
import type { ErrorFacts } from './facts.ts';
import { headOf } from './wildcard.ts';

type Candidates = readonly Candidate<ErrorFacts>[];

/** A candidate to be, and the literal text that every message it matches opens with. */
interface Opening {
  readonly head: string;
  readonly sketch: ErrorSketch;
}

/**
 * Most messages open with a fixed word that few candidates share. A candidate whose text opens with part of a word is
 * tried for the words that begin so, and one whose text opens with a wildcard for every message. Messages that a
 * candidate states in full are the commonest in a log and are looked up whole. Candidates and lists of them are made
 * when first asked for: a log shows few of the messages that the catalogue knows, and making its 900 candidates took
 * 6 ms of each run.
 */
export class MessageIndex {
  readonly #sketches: readonly ErrorSketch[];
  readonly #made = new Map<ErrorSketch, Candidate<ErrorFacts>>();
  readonly #byFirstWord = new Map<string, ErrorSketch[]>();
  readonly #byPartOfWord: Opening[] = [];
  readonly #forAny: ErrorSketch[] = [];
  readonly #stated = new Set<string>();
  // Keyed by what the catalogue has, never by what only a log has, so these stay small.
  readonly #openings = new Map<string, Candidates>();
  readonly #whole = new Map<string, Candidates>();
  #tried: Candidates | null = null;

  constructor(sketches: readonly ErrorSketch[]) {
    this.#sketches = sketches;
    for (const sketch of sketches) this.#add(sketch);
  }

  /** The candidates that can match a message, best first. */
  candidatesFor(message: string): Candidates {
    if (!this.#stated.has(message)) return this.#byOpening(message);
    const known = this.#whole.get(message);
    if (known !== undefined) return known;
    const found = this.#byOpening(message).filter((other) => other.message === null || other.message.matches(message));
    this.#whole.set(message, found);
    return found;
  }

  /** All candidates, best first. */
  all(): Candidates {
    return this.#sorted(this.#sketches);
  }

  /** Those whose text passes, in no order. */
  withText(passes: (text: string) => boolean): Candidates {
    const passing = this.#sketches.filter(({ text }) => text !== null && passes(text));
    return passing.map((sketch) => this.#candidate(sketch));
  }

  #add(sketch: ErrorSketch): void {
    const { text } = sketch;
    const head = text === null ? '' : headOf(text);
    if (head === '') {
      this.#forAny.push(sketch);
      return;
    }
    const isExact = head === text;
    if (isExact) this.#stated.add(head);
    const space = head.indexOf(' ');
    if (space <= 0 && !isExact) {
      this.#byPartOfWord.push({ head, sketch });
      return;
    }
    const word = space > 0 ? head.slice(0, space) : head;
    const sharing = this.#byFirstWord.get(word);
    if (sharing === undefined) this.#byFirstWord.set(word, [sketch]);
    else sharing.push(sketch);
  }

  #byOpening(message: string): Candidates {
    const space = message.indexOf(' ');
    const word = space > 0 ? message.slice(0, space) : message;
    const own = this.#byFirstWord.get(word);
    // An unknown word may still begin as a candidate does: `setsockopt(` and what follows.
    const key = own === undefined ? `${message[0] ?? ''}*` : word;
    const known = this.#openings.get(key);
    if (known !== undefined) return known;
    const partly = this.#byPartOfWord.filter(({ head }) =>
      own === undefined ? head[0] === message[0] : word.startsWith(head),
    );
    if (own === undefined && partly.length === 0) {
      this.#tried ??= this.#sorted(this.#forAny);
      return this.#tried;
    }
    const found = this.#sorted([...(own ?? []), ...partly.map(({ sketch }) => sketch), ...this.#forAny]);
    this.#openings.set(key, found);
    return found;
  }

  #sorted(sketches: readonly ErrorSketch[]): Candidates {
    return sketches.map((sketch) => this.#candidate(sketch)).sort(compareCandidates);
  }

  #candidate(sketch: ErrorSketch): Candidate<ErrorFacts> {
    let made = this.#made.get(sketch);
    if (made === undefined) {
      made = errorCandidate(sketch);
      this.#made.set(sketch, made);
    }
    return made;
  }
}
