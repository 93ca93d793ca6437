/** A location that ends in a slash and proxies has nginx redirect the path without it. */
import { findLocation, patternOf } from '../../nginx-conf/locations.ts';
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
    const fix = write('Leave out the slash:', 'server', `location ${bare} { ... }`);
    const why = `A request for ${bare} is answered with a redirect to ${pattern.text}, which WebSocket clients do not follow`;
    if (place.autoRedirect) return wrong(block, `${why}.`, 'handshake-redirected', fix);
    const asked = findLocation(place.server.directive, bare).match;
    const redirects = asked?.autoRedirect === true && asked.directive === place.location;
    // Clients of these protocols write the slash, and so does whoever named the path.
    const written = sessionProtocol(pattern.text) !== null || (pathGiven && path?.startsWith(pattern.text) === true);
    if (!redirects || written) return ok(block, `${pattern.text} is asked for with its slash.`);
    return note(block, `${why}; one for ${pattern.text} is fine.`, fix, 'handshake-redirected');
  },
};
