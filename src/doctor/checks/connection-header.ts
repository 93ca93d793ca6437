/** The backend sees an upgrade only where Connection says so, and nginx sends a Connection of its own. */
import { nameOf, ok, spot, unknown, wrong } from '../findings.ts';
import { definedVariables, handshakeFix, hiddenHeader, unreadInclude, variablesIn } from '../headers.ts';
import type { Check, LocationSubject } from '../types.ts';

export const connectionHeader: Check<LocationSubject> = {
  id: 'connection-header',
  title: 'Connection: upgrade is sent',
  examine: (subject) => {
    const { place, block, conf } = subject;
    if (place.proxyPass === null) return null;
    const { connection } = place;
    const { value, sent } = connection.value;
    if (connection.forwarded === true) return ok(connection, `Connection: ${sent} is sent (${spot(connection)}).`);
    const fix = handshakeFix(subject);
    if (connection.forwarded === null) {
      const defined = definedVariables(conf);
      // A variable that nobody defines has a check of its own.
      if (variablesIn(value).some((name) => name.startsWith('connection_') && !defined.has(name))) return null;
      return unknown(connection, `What "${value}" is for a handshake cannot be told from here.`);
    }
    const lost = connection.default ? hiddenHeader(block, 'connection') : null;
    if (lost !== null) {
      return wrong(
        lost.by,
        `This proxy_set_header makes nginx drop all those of ${nameOf(lost.hidden.parent ?? block)}, Connection at ${spot(lost.hidden)} among them.`,
        'upgrade-headers-missing',
        fix,
      );
    }
    const unread = connection.default ? unreadInclude(subject) : null;
    if (unread !== null) {
      return unknown(
        unread,
        `Connection may be set in ${unread.args[0]}, which was not read.`,
        fix,
        'upgrade-headers-missing',
      );
    }
    const says =
      sent === '' ? 'No Connection header is sent to the backend' : `Connection: ${sent} is sent to the backend`;
    return wrong(
      connection.default ? block : connection,
      `${says}${connection.default ? ' by default' : ''}; it needs "upgrade".`,
      'upgrade-headers-missing',
      fix,
    );
  },
};
