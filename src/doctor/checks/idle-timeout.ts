/** nginx cuts a tunnel in which no byte passes, in either direction, for proxy_read_timeout. */
import { ok, spot, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Seconds. Libraries that ping by themselves do so every 15 to 30 s; no timeout below that outlives a quiet moment. */
const SHORTEST_USUAL_PING = 15;

export const idleTimeout: Check<LocationSubject> = {
  id: 'idle-timeout',
  title: 'Quiet tunnels stay open',
  examine: ({ place, ping }) => {
    const { readTimeout } = place;
    const { value } = readTimeout;
    // Zero is no short timeout but a different fault.
    if (place.proxyPass === null || value === 0) return null;
    const fix = write('Let quiet tunnels live, and ping more often than that:', 'location', 'proxy_read_timeout 1h;');
    const where = `proxy_read_timeout, ${spot(readTimeout)}`;
    const here = readTimeout.default ? (place.location ?? place.server.directive) : readTimeout;
    if (ping !== null && value <= ping) {
      return wrong(
        here,
        `Tunnels silent for ${value} s are cut (${where}), and a ping every ${ping} s comes too late.`,
        'idle-timeout',
        fix,
      );
    }
    if (ping !== null)
      return ok(
        readTimeout,
        `A ping every ${ping} s keeps tunnels open: they are cut after ${value} s of silence (${where}).`,
      );
    if (value < SHORTEST_USUAL_PING) {
      return wrong(
        here,
        `Tunnels silent for ${value} s are cut, sooner than any usual ping comes.`,
        'idle-timeout',
        fix,
      );
    }
    return ok(
      readTimeout,
      `Tunnels silent for ${value} s are cut (${where}): fine if a ping comes more often; --ping 30s checks it.`,
    );
  },
};
