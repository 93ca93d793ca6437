/** TLS or not towards the backend has to be what the backend speaks. */
import type { Conf } from '../../nginx-conf/tree.ts';
import { ok, write, wrong } from '../findings.ts';
import { spokenAt } from '../sockets.ts';
import type { Check, LocationSubject } from '../types.ts';

const TLS_PORTS: ReadonlySet<number> = new Set([443, 8443]);

export const backendScheme: Check<LocationSubject> = {
  id: 'backend-scheme',
  title: 'http or https as the backend speaks it',
  examine: ({ place, conf }) => {
    const { proxyPass } = place;
    if (proxyPass === null || proxyPass.value.scheme === null) return null;
    const { scheme, raw } = proxyPass.value;
    for (const { address, file, line } of proxyPass.value.servers) {
      const port = portOf(address, scheme, proxyPass.value.upstream !== null);
      const speaks = ownSpeech(conf, address, port) ?? usualSpeech(port);
      if (speaks === null || speaks === scheme) continue;
      const better = raw.replace(/^https?/i, speaks);
      return wrong(
        proxyPass,
        `proxy_pass speaks ${scheme} to ${address}, but port ${port} speaks ${speaks} (${file}:${line}).`,
        'upstream-tls-mismatch',
        write('Speak what the backend speaks:', 'location', `proxy_pass ${better};`),
      );
    }
    return ok(proxyPass, `proxy_pass speaks ${scheme}.`);
  },
};

/** Within an upstream block a server without a port is at 80, whatever the scheme. */
function portOf(address: string, scheme: 'http' | 'https', inUpstream: boolean): number | null {
  if (address.startsWith('unix:')) return null;
  const stated = /:(\d{1,5})$/.exec(address)?.[1];
  return stated === undefined ? (inUpstream || scheme === 'http' ? 80 : 443) : Number(stated);
}

function usualSpeech(port: number | null): 'http' | 'https' | null {
  if (port === null) return null;
  return TLS_PORTS.has(port) ? 'https' : port === 80 ? 'http' : null;
}

/** What this nginx itself speaks at a loopback port; null when it does not listen there. */
function ownSpeech(conf: Conf, address: string, port: number | null): 'http' | 'https' | null {
  if (port === null || !/^(?:127\.0\.0\.1|localhost|\[::1\])(?::|$)/.test(address)) return null;
  return spokenAt(conf, port);
}
