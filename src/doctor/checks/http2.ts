/** A WebSocket needs HTTP/1.1 from the client to nginx: nginx has no extended CONNECT (RFC 8441). */
import { isAtLeast } from '../../nginx-conf/values.ts';
import { NOWHERE, note, ok, unknown, write, wrong } from '../findings.ts';
import { socketsOf } from '../sockets.ts';
import type { Check, ServerSubject } from '../types.ts';

/** Since then a plain port with http2 understands HTTP/1.1 as well. */
const BOTH_ON_PLAIN_SINCE = '1.25.1';
/** Since then Upgrade in HTTP/2 is refused in so many words. */
const REFUSED_SINCE = '1.31.0';

export const http2: Check<ServerSubject> = {
  id: 'http2',
  title: 'Clients can speak HTTP/1.1',
  examine: ({ conf, server, version }) => {
    const sockets = socketsOf(conf, server);
    const socket = sockets.find((each) => each.http2 && !each.ssl) ?? sockets.find((each) => each.http2);
    if (socket === undefined) return ok(sockets[0] ?? NOWHERE, 'HTTP/2 is off.');
    const cause = 'upgrade-over-http2';
    if (!socket.ssl && (version === null || !isAtLeast(version, BOTH_ON_PLAIN_SINCE))) {
      const fix = write('Leave http2 to sockets with TLS:', 'server', `listen ${socket.port ?? 80};`);
      const why = `A plain port with http2 speaks nothing else before nginx ${BOTH_ON_PLAIN_SINCE}: no WebSocket client gets in.`;
      return version === null ? unknown(socket, why, fix, cause) : wrong(socket, why, cause, fix);
    }
    const then =
      version === null
        ? `400 since nginx ${REFUSED_SINCE}, a broken stream before`
        : isAtLeast(version, REFUSED_SINCE)
          ? '400'
          : 'a broken stream (an [alert] line)';
    return note(
      socket,
      `HTTP/2 is on. Browsers open WebSockets over HTTP/1.1 all the same; a client or proxy that sends Upgrade over HTTP/2 gets ${then}.`,
      null,
      cause,
    );
  },
};
