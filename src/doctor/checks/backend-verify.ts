/** Verifying the backend's certificate needs something to verify it by: trusted CAs, and the right name. */
import { effective } from '../../nginx-conf/settings.ts';
import { ok, spot, unknown, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';
import { isAddress } from './backend-sni.ts';

export const backendVerify: Check<LocationSubject> = {
  id: 'backend-verify',
  title: "The backend's certificate can be verified",
  examine: ({ place, conf, block }) => {
    const { proxyPass, sslVerify, sslName } = place;
    if (proxyPass?.value.scheme !== 'https') return null;
    if (!sslVerify.value) return ok(sslVerify, "The backend's certificate is not verified.");
    const trusted = effective(conf, block, 'proxy_ssl_trusted_certificate').at(-1);
    if (trusted === undefined) {
      return wrong(
        sslVerify,
        'proxy_ssl_verify is on and no CA is trusted: nginx does not start.',
        'upstream-tls-verify-failed',
        write('Name the CAs:', 'location', 'proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;'),
      );
    }
    const { target, upstream } = proxyPass.value;
    if (!sslName.default || target === null) return ok(sslVerify, `Verified by ${trusted.args[0]} (${spot(trusted)}).`);
    const name = target.replace(/:\d{1,5}$/, '');
    const fix = write('Say which name the certificate has:', 'location', 'proxy_ssl_name backend.example.com;');
    if (upstream !== null && !name.includes('.')) {
      return wrong(
        sslVerify,
        `The certificate has to be for "${name}", which is the upstream block's name and no host's.`,
        'upstream-tls-name',
        fix,
      );
    }
    if (isAddress(name)) {
      return unknown(
        sslVerify,
        `The certificate has to be for ${name}; nginx compares names only, so one with an address in it does not do.`,
        fix,
        'upstream-tls-name',
      );
    }
    return ok(sslVerify, `Verified by ${trusted.args[0]}, for ${name} (${spot(trusted)}).`);
  },
};
