/** Settings that guides recommend for WebSockets and that a tunnel never looks at. */

import { patternOf } from '../../nginx-conf/locations.ts';
import { named } from '../../nginx-conf/tree.ts';
import { note, ok } from '../findings.ts';
import { sessionProtocol } from '../hints.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Why each does nothing once the connection is upgraded. */
const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  ['proxy_buffering', 'a tunnel is never buffered'],
  ['proxy_request_buffering', 'a handshake has no body'],
  ['proxy_buffers', 'a tunnel uses two buffers of proxy_buffer_size'],
  ['proxy_max_temp_file_size', 'a tunnel writes no files'],
  ['client_max_body_size', 'messages in a tunnel are no request body'],
  ['client_body_buffer_size', 'a handshake has no body'],
  ['client_body_timeout', 'a handshake has no body'],
  ['keepalive_timeout', 'it counts between requests, and a tunnel is one request'],
  ['proxy_cache_bypass', 'a 101 is never cached'],
  ['proxy_no_cache', 'a 101 is never cached'],
  ['gzip', 'a tunnel is not compressed'],
  ['proxy_limit_rate', 'a tunnel is not slowed'],
  ['limit_rate', 'a tunnel is not slowed'],
]);

export const noEffect: Check<LocationSubject> = {
  id: 'no-effect',
  title: 'Settings that do nothing for a tunnel',
  examine: ({ place, block }) => {
    if (place.proxyPass === null || place.location === null || servesMore(place.location)) return null;
    const idle = (place.location.block ?? []).filter(({ name }) => WITHOUT_EFFECT.has(name));
    const [first] = idle;
    if (first === undefined) return ok(block, 'Every setting of the location has a meaning.');
    const names = [...new Set(idle.map(({ name }) => name))];
    const reasons = names.map((name) => `${name} (${WITHOUT_EFFECT.get(name)})`).join(', ');
    return note(first, `Harmless and without effect on a WebSocket: ${reasons}.`);
  },
};

/** Ordinary requests come here too, by the path or by the protocol's fallbacks; the settings may be for them. */
function servesMore(location: NonNullable<LocationSubject['place']['location']>): boolean {
  const { kind, text } = patternOf(location);
  return (
    kind === 'named' || text === '/' || sessionProtocol(text) !== null || named(location.block, 'try_files').length > 0
  );
}
