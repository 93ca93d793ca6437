/** A timeout of 0 does not turn it off: nginx's timer runs out at once. */
import type { Setting } from '../../nginx-conf/settings.ts';
import { ok, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const zeroTimeout: Check<LocationSubject> = {
  id: 'zero-timeout',
  title: 'No timeout is 0',
  examine: ({ place }) => {
    if (place.proxyPass === null) return null;
    const atOnce = 'means at once, not never: every request gets 504';
    const whenBlocked = 'means at once, not never: the first write that has to wait ends the tunnel';
    const timeouts: readonly [string, Setting<number>, string, string, string][] = [
      ['proxy_read_timeout', place.readTimeout, atOnce, 'read-timeout-zero', '1h'],
      ['proxy_connect_timeout', place.connectTimeout, atOnce, 'read-timeout-zero', '5s'],
      ['proxy_send_timeout', place.sendTimeout, whenBlocked, 'idle-timeout', '60s'],
      ['send_timeout', place.clientSendTimeout, whenBlocked, 'client-not-reading', '60s'],
    ];
    const zero = timeouts.find(([, { value }]) => value === 0);
    if (zero === undefined) return ok(place.readTimeout, 'No timeout is 0.');
    const [name, setting, effect, cause, better] = zero;
    return wrong(
      setting,
      `${name} 0 ${effect}.`,
      cause,
      write('There is no "off"; write a long time:', 'location', `${name} ${better};`),
    );
  },
};
