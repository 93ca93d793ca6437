/**
 * Folds what no rule can: where one place in the paths has taken more different names than services have, the names
 * are identifiers, whatever they look like.
 */

/** Different names at one place before they count as identifiers. */
const MANY_NAMES = 64;
/** Places that are watched; beyond them nothing new is learned. */
const MAX_PLACES = 4000;

export class PathTree {
  /** By the folded path up to it: the names seen next; null once they are taken for identifiers. */
  readonly places = new Map<string, Set<string> | null>();

  /** The path with identifiers folded, as far as is known now. */
  learn(path: string): string {
    return this.#walk(path, (place, name) => {
      let names = this.places.get(place);
      if (names === undefined) {
        if (this.places.size >= MAX_PLACES) return name;
        names = new Set();
        this.places.set(place, names);
      }
      if (names === null) return '{id}';
      names.add(name);
      if (names.size <= MANY_NAMES) return name;
      this.places.set(place, null);
      return '{id}';
    });
  }

  /** The same for a path that was learned before: what was taken for a name then may be an identifier now. */
  settle(path: string): string {
    return this.#walk(path, (place, name) => (this.places.get(place) === null ? '{id}' : name));
  }

  #walk(path: string, nameAt: (place: string, name: string) => string): string {
    let folded = '';
    for (const name of path.split('/').slice(1)) {
      folded += `/${name === '' || name.startsWith('{') ? name : nameAt(folded, name)}`;
    }
    return folded === '' ? path : folded;
  }
}
