/** The usual map sends `Connection: close` with ordinary requests, which defeats a stated keepalive of the upstream. */
import { httpDirectives, named } from '../../nginx-conf/tree.ts';
import { note, ok, write } from '../findings.ts';
import { variablesIn } from '../headers.ts';
import type { Check, LocationSubject } from '../types.ts';

export const connectionKeepalive: Check<LocationSubject> = {
  id: 'connection-keepalive',
  title: 'Connection and kept-alive backends',
  examine: ({ place, conf }) => {
    const upstream = place.proxyPass?.value.upstream ?? null;
    if (upstream === null || upstream.keepalive === null) return null;
    const { connection } = place;
    const used = new Set(variablesIn(connection.value.value));
    const map = named(httpDirectives(conf), 'map').find(({ args }) => used.has((args[1] ?? '').replace(/^\$/, '')));
    const ordinary = map?.block?.find(({ name }) => name === '');
    if (ordinary === undefined || ordinary.args[0]?.toLowerCase() !== 'close') {
      return ok(connection, `Ordinary requests can use the kept-alive connections of upstream ${upstream.name}.`);
    }
    return note(
      ordinary,
      `Ordinary requests get "Connection: close", so the ${upstream.keepalive} kept-alive connections of upstream ${upstream.name} are never reused. WebSockets work.`,
      write(
        'Send no Connection with them; in the map:',
        'http',
        `map $http_upgrade ${map?.args[1] ?? '$connection_upgrade'} {\n    default upgrade;\n    ''      '';\n}`,
      ),
    );
  },
};
