/** A path that no location proxies is answered by nginx itself. */
import { act, ok, unknown, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const route: Check<LocationSubject> = {
  id: 'route',
  title: 'The path is proxied',
  examine: ({ place, block, path, pathGiven }) => {
    if (place.proxyPass !== null) return ok(place.proxyPass, `proxy_pass ${place.proxyPass.value.raw}`);
    if (!pathGiven || place.handler === 'return') return null;
    if (place.doubts.length > 0)
      return unknown(block, `Where ${path} leads cannot be told: ${place.doubts[0]}.`, null, 'route-not-proxied');
    if (place.handler !== 'static') {
      return unknown(
        block,
        `${path} is served by ${place.handler}, which this checklist does not cover.`,
        act('Use proxy_pass for WebSockets.'),
      );
    }
    const served = place.location === null ? 'no location takes it' : `location ${place.pattern} has no proxy_pass`;
    return wrong(
      block,
      `${path} is looked up as a file: ${served}.`,
      'route-not-proxied',
      write(
        'Give the path a location that proxies:',
        'server',
        `location ${path?.split('?', 1)[0]} {\n    proxy_pass http://127.0.0.1:8080;\n    proxy_http_version 1.1;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection "upgrade";\n    proxy_set_header Host $host;\n}`,
      ),
    );
  },
};
