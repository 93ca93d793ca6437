/** An auth_request location that passes Upgrade on asks its backend for a WebSocket, and fails if it gets one. */
import { findLocation } from '../../nginx-conf/locations.ts';
import { resolveLocation } from '../../nginx-conf/resolve.ts';
import { note, ok, spot, unknown, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const authRequest: Check<LocationSubject> = {
  id: 'auth-request',
  title: 'auth_request asks without Upgrade',
  examine: ({ place, conf, version }) => {
    const { authRequest: setting, server } = place;
    if (setting.value === null) return null;
    if (!setting.value.startsWith('/') || setting.value.includes('$')) {
      return unknown(setting, `Which location answers auth_request ${setting.value} cannot be told.`);
    }
    const { match } = findLocation(server.directive, setting.value);
    const request = { server: null, host: null, port: null, path: setting.value };
    const asked = resolveLocation(conf, server, match?.directive ?? null, request, version);
    if (asked.proxyPass === null || asked.upgrade.forwarded !== true) {
      return ok(setting, `auth_request ${setting.value} does not pass Upgrade on.`);
    }
    const fix = write(
      `Clear the headers in location ${asked.pattern ?? setting.value}, which also keeps it from inheriting:`,
      'location',
      'proxy_set_header Upgrade "";\nproxy_set_header Connection "";\nproxy_pass_request_body off;\nproxy_set_header Content-Length "";',
    );
    const why = `auth_request ${setting.value} passes the handshake's Upgrade on to its own backend (${spot(asked.upgrade)})`;
    const own = new Set(place.proxyPass?.value.servers.map(({ address }) => address));
    if (asked.proxyPass.value.servers.some(({ address }) => own.has(address))) {
      return wrong(
        setting,
        `${why}, which speaks WebSocket: its 101 ends the client's connection without an answer.`,
        'auth-subrequest-failed',
        fix,
      );
    }
    return note(
      setting,
      `${why}; should that answer 101, the client's connection just ends.`,
      fix,
      'auth-subrequest-failed',
    );
  },
};
