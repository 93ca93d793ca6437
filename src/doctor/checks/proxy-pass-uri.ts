/** A path in proxy_pass replaces the location's own part of the request's path. */
import { patternOf } from '../../nginx-conf/locations.ts';
import { note, ok, spot, write, wrong } from '../findings.ts';
import { sessionProtocol } from '../hints.ts';
import type { Check, LocationSubject } from '../types.ts';

export const proxyPassUri: Check<LocationSubject> = {
  id: 'proxy-pass-uri',
  title: 'The backend gets the path it expects',
  examine: ({ place, path, pathGiven }) => {
    const { proxyPass } = place;
    if (proxyPass === null || place.location === null) return null;
    const { uri, raw } = proxyPass.value;
    const pattern = patternOf(place.location);
    // With a variable the path in proxy_pass is sent as it is.
    if (uri === null || raw.includes('$') || (pattern.kind !== 'prefix' && pattern.kind !== 'exact')) {
      return ok(proxyPass, 'The path is passed on as it came.');
    }
    const sent = (asked: string): string => uri + asked.slice(pattern.text.length);
    const fix = write(
      'Pass the path on as it came:',
      'location',
      `proxy_pass ${raw.slice(0, raw.length - uri.length)};`,
    );
    const cause = 'backend-rejected-handshake';
    const protocol = sessionProtocol(pattern.text);
    if (protocol !== null && !protocol.path.test(uri)) {
      return wrong(
        proxyPass,
        `The backend gets ${sent(pattern.text)} instead of ${pattern.text}, and ${protocol.name} answers only at its own path.`,
        cause,
        fix,
      );
    }
    const deeper = `${pattern.text.replace(/\/$/, '')}/x`;
    const asked = pathGiven && path?.startsWith(pattern.text) ? path : deeper;
    if (pattern.kind === 'prefix' && pattern.text.endsWith('/') && !uri.endsWith('/')) {
      return wrong(
        proxyPass,
        `The location ends in a slash and this path does not, so the backend gets ${sent(asked)} for ${asked}.`,
        cause,
        write('End both in a slash, or none:', 'location', `proxy_pass ${raw}/;`),
      );
    }
    if (pattern.kind === 'prefix' && !pattern.text.endsWith('/') && uri.endsWith('/')) {
      const doubled = `The backend gets ${sent(asked)} for ${asked}: this path ends in a slash and the location does not`;
      if (pathGiven && sent(asked).includes('//')) return wrong(proxyPass, `${doubled}.`, cause, fix);
      if (!pathGiven) return note(proxyPass, `${doubled}; ${pattern.text} itself is fine.`, fix, cause);
    }
    return ok(
      proxyPass,
      `The backend gets ${sent(path ?? pattern.text)} for ${path ?? pattern.text} (${spot(proxyPass)}).`,
    );
  },
};
