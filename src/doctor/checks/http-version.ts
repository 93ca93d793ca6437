/** Backends may ignore Upgrade on HTTP/1.0, which nginx speaks unless told otherwise, until 1.29.7. */
import { isAtLeast } from '../../nginx-conf/values.ts';
import { ok, spot, unknown, wrong } from '../findings.ts';
import { handshakeFix, speaksHttp11, unreadInclude } from '../headers.ts';
import type { Check, LocationSubject } from '../types.ts';

export const httpVersion: Check<LocationSubject> = {
  id: 'http-version',
  title: 'HTTP/1.1 to the backend',
  examine: (subject) => {
    const { place, version, block } = subject;
    if (place.proxyPass === null) return null;
    const { httpVersion: setting } = place;
    if (speaksHttp11(setting.value)) {
      const since = setting.default ? `nginx ${version} speaks HTTP/1.1 by default` : `HTTP/1.1 (${spot(setting)})`;
      return ok(setting, since);
    }
    const here = setting.default ? block : setting;
    const fix = handshakeFix(subject);
    if (setting.value === '2') {
      return wrong(here, 'HTTP/2 to the backend cannot carry an Upgrade.', 'proxy-http-version', fix);
    }
    const unread = setting.default ? unreadInclude(subject) : null;
    if (unread !== null) {
      return unknown(
        unread,
        `proxy_http_version may be set in ${unread.args[0]}, which was not read.`,
        fix,
        'proxy-http-version',
      );
    }
    return wrong(here, reason(setting.default, version), 'proxy-http-version', fix);
  },
};

function reason(byDefault: boolean, version: string | null): string {
  const refusal = 'many backends refuse to upgrade on it';
  if (!byDefault) return `The backend is asked in HTTP/1.0; ${refusal}.`;
  if (version === null) {
    return `No proxy_http_version: before nginx 1.29.7 the backend is asked in HTTP/1.0, and ${refusal} (--nginx-version tells which nginx it is).`;
  }
  const name = isAtLeast(version, '1.29.7') ? 'nginx' : `nginx ${version}`;
  return `No proxy_http_version: ${name} asks the backend in HTTP/1.0, and ${refusal}.`;
}
