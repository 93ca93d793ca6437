/**
 * Folds what no rule can: where one place in the paths has taken more different names than services have, the names
 * are identifiers, whatever they look like.
 */
import { detach } from './text.ts';

/** Different names at one place before they count as identifiers. */
const MANY_NAMES = 64;
/** Places that are watched; beyond them nothing new is learned. */
const MAX_PLACES = 4000;

export class PathTree {
  /** By the folded path up to it: the names seen next; null once they are taken for identifiers. */
  readonly places = new Map<string, Set<string> | null>();
  /** How many places are known to have identifiers: what a learned path folds to changes only with this number. */
  known = 0;

  /** The path with identifiers folded, as far as is known now. */
  learn(path: string): string {
    return walk(path, (place, name) => {
      const names = this.places.get(place);
      if (names === null) return '{id}';
      if (names === undefined) {
        if (this.places.size < MAX_PLACES) this.places.set(detach(place), new Set([detach(name)]));
        return name;
      }
      if (names.has(name)) return name;
      names.add(detach(name));
      if (names.size <= MANY_NAMES) return name;
      this.places.set(place, null);
      this.known++;
      return '{id}';
    });
  }

  /** The same for a path that was learned before: what was taken for a name then may be an identifier now. */
  settle(path: string): string {
    return walk(path, (place, name) => (this.places.get(place) === null ? '{id}' : name));
  }
}

function walk(path: string, nameAt: (place: string, name: string) => string): string {
  let folded = '';
  for (let slash = path.indexOf('/'); slash !== -1; ) {
    const next = path.indexOf('/', slash + 1);
    const name = path.slice(slash + 1, next === -1 ? path.length : next);
    folded += `/${name === '' || name.startsWith('{') ? name : nameAt(folded, name)}`;
    slash = next;
  }
  return folded === '' ? path : folded;
}
