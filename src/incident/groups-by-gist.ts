/** Remembers which group the lines of a gist belong to, as the counter wants it told: see error-counter.ts. */
import type { Gist } from '../findings/gists.ts';

/** It is not known, or more is wanted of such lines. */
export const UNKNOWN = -1;

export class GroupsByGist {
  /** By the gists of a source: their numbers are places in these. */
  readonly #known = new WeakMap<readonly Gist[], KnownGroups>();

  /** What is known of these gists, with room for all that there are now. */
  of(gists: readonly Gist[], epoch: number): KnownGroups {
    let known = this.#known.get(gists);
    if (known === undefined) {
      known = new KnownGroups();
      this.#known.set(gists, known);
    }
    known.keepWith(epoch);
    known.reach(gists.length);
    return known;
  }
}

class KnownGroups {
  /** By gist: its group, doubled, and one more where the client may have been forged; or `UNKNOWN`. */
  #codes = new Int32Array(0);
  #epoch = -1;

  /** Forgets all of another epoch of the registry: gists may have other keys since. */
  keepWith(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#codes.fill(UNKNOWN);
  }

  set(gist: number, code: number): void {
    this.#codes[gist] = code;
  }

  /**
   * Writes the codes of gists one behind the other, from one place to another or up to the first that is not known.
   * Nothing but a loop: V8 compiles it in a millisecond, and took 60 for one with all that is done of the unknown.
   *
   * @returns how many it has written
   */
  codesOf(gists: Int32Array, from: number, to: number, into: Int32Array, at: number): number {
    const codes = this.#codes;
    let i = from;
    for (let n = at; i < to; i++, n++) {
      const code = codes[gists[i]!]!;
      if (code === UNKNOWN) break;
      into[n] = code;
    }
    return i - from;
  }

  reach(gists: number): void {
    if (gists <= this.#codes.length) return;
    const old = this.#codes;
    this.#codes = new Int32Array(Math.max(gists, 2 * old.length)).fill(UNKNOWN);
    this.#codes.set(old);
  }
}

export type { KnownGroups };
