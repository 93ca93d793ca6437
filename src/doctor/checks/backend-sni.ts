/** TLS backends that serve several names need to be told which one is wanted (SNI), which nginx does not by default. */
import { note, ok, spot, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const backendSni: Check<LocationSubject> = {
  id: 'backend-sni',
  title: 'The TLS backend is told its name',
  examine: ({ place }) => {
    const { proxyPass, sslServerName, sslName } = place;
    if (proxyPass?.value.scheme !== 'https' || proxyPass.value.target === null) return null;
    const { target, upstream } = proxyPass.value;
    const name = sslName.default ? hostOf(target) : sslName.value;
    const cause = 'upstream-tls-name';
    if (sslServerName.value) {
      if (upstream === null || !sslName.default || name.includes('.')) {
        return ok(sslServerName, `The name ${name} is sent to the backend (${spot(sslServerName)}).`);
      }
      return wrong(
        proxyPass,
        `The name sent to the backend is "${name}", which is the upstream block's and no host's.`,
        cause,
        write('Say which name is meant:', 'location', 'proxy_ssl_name backend.example.com;'),
      );
    }
    const stated = sslName.default ? '' : `\nproxy_ssl_name ${name};`;
    const lines = write('Send the name:', 'location', `proxy_ssl_server_name on;${stated}`);
    if (!sslName.default && !place.sslVerify.value) {
      return wrong(sslName, `proxy_ssl_name ${name} is not sent: proxy_ssl_server_name is off.`, cause, lines);
    }
    if (upstream === null && name.includes('.') && !isAddress(name)) {
      return wrong(
        proxyPass,
        `The TLS handshake does not say that ${name} is wanted, and a host with several names refuses it or shows another certificate.`,
        cause,
        lines,
      );
    }
    return note(
      proxyPass,
      'The backend is not told which name is wanted (proxy_ssl_server_name is off); it matters if it serves several.',
      write(
        'If so, send it:',
        'location',
        `proxy_ssl_server_name on;\nproxy_ssl_name ${name.includes('.') && !isAddress(name) ? name : 'backend.example.com'};`,
      ),
      cause,
    );
  },
};

function hostOf(target: string): string {
  return target.replace(/:\d{1,5}$/, '');
}

export function isAddress(host: string): boolean {
  return host.startsWith('unix:') || host.startsWith('[') || host === 'localhost' || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
