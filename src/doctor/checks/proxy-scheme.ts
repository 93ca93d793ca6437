/** proxy_pass speaks http or https: a WebSocket is HTTP until the backend upgrades it. */
import { ok, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const proxyScheme: Check<LocationSubject> = {
  id: 'proxy-scheme',
  title: 'proxy_pass says http or https',
  examine: ({ place }) => {
    if (place.proxyPass === null) return null;
    const { raw } = place.proxyPass.value;
    const scheme = /^(wss?):\/\//i.exec(raw)?.[1]?.toLowerCase();
    if (scheme === undefined) return ok(place.proxyPass, `proxy_pass ${raw}`);
    const better = raw.replace(/^ws/i, 'http');
    return wrong(
      place.proxyPass,
      `nginx knows no ${scheme}:// and refuses this; a WebSocket begins as HTTP.`,
      'config-invalid',
      write('Write:', 'location', `proxy_pass ${better};`),
    );
  },
};
