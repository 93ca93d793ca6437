/** A location that ends in a slash and proxies has nginx redirect the path without it. */
import { patternOf } from '../../nginx-conf/locations.ts';
import { type Directive, named } from '../../nginx-conf/tree.ts';
import { note, ok, write, wrong } from '../findings.ts';
import { sessionProtocol } from '../hints.ts';
import type { Check, LocationSubject } from '../types.ts';

export const trailingSlash: Check<LocationSubject> = {
  id: 'trailing-slash',
  title: 'The path needs no slash added',
  examine: ({ place, block, path, pathGiven }) => {
    if (place.proxyPass === null || place.location === null) return null;
    const pattern = patternOf(place.location);
    if ((pattern.kind !== 'prefix' && pattern.kind !== 'exact') || !pattern.text.endsWith('/') || pattern.text === '/')
      return null;
    const bare = pattern.text.slice(0, -1);
    const fix = write('Leave out the slash:', 'server', `location ${bare} {\n    # as it is now\n}`);
    const why = `A request for ${bare} is answered with a redirect to ${pattern.text}, which WebSocket clients do not follow`;
    if (place.autoRedirect) return wrong(block, `${why}.`, 'handshake-redirected', fix);
    // nginx redirects unless some location beside it takes the path as it is.
    const redirects = !staticTexts(place.location.parent?.block ?? []).has(bare);
    // Clients of these protocols write the slash, and so does whoever named the path.
    const written = sessionProtocol(pattern.text) !== null || (pathGiven && path?.startsWith(pattern.text) === true);
    if (!redirects || written) return ok(block, `${pattern.text} is asked for with its slash.`);
    return note(block, `${why}; one for ${pattern.text} is fine.`, fix, 'handshake-redirected');
  },
};

const known = new WeakMap<readonly Directive[], ReadonlySet<string>>();

/** Paths of the locations of a block that match by text. */
function staticTexts(block: readonly Directive[]): ReadonlySet<string> {
  const before = known.get(block);
  if (before !== undefined) return before;
  const patterns = named(block, 'location').map(patternOf);
  const texts = new Set(patterns.filter(({ kind }) => kind === 'prefix' || kind === 'exact').map(({ text }) => text));
  known.set(block, texts);
  return texts;
}
