/** socket.io, SockJS and SignalR keep a session in one process over several requests. */
import { ok, write, wrong } from '../findings.ts';
import { sessionProtocol } from '../hints.ts';
import type { Check, LocationSubject } from '../types.ts';

export const stickySessions: Check<LocationSubject> = {
  id: 'sticky-sessions',
  title: 'A client stays with one backend',
  examine: ({ place, path, pathGiven }) => {
    const protocol = sessionProtocol(`${place.pattern ?? ''} ${pathGiven ? path : ''}`);
    const upstream = place.proxyPass?.value.upstream ?? null;
    if (protocol === null || upstream === null) return null;
    const sharing = upstream.servers.filter(({ backup, down }) => !backup && !down);
    if (sharing.length < 2) return ok(upstream.directive, `One server stands behind ${upstream.name}.`);
    if (upstream.affinity) return ok(upstream.directive, `${upstream.balancing} keeps a client with one server.`);
    return wrong(
      upstream.directive,
      `${protocol.name} keeps a session over several requests, and these ${sharing.length} servers take them in turn (${upstream.balancing}): the others answer 400 or 404 "session unknown".`,
      'sticky-session-missing',
      write(
        'Keep a client with one server (behind a load balancer: hash $http_x_forwarded_for consistent):',
        'upstream',
        'ip_hash;',
      ),
    );
  },
};
