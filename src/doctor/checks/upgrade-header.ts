/** Upgrade is a hop-by-hop header: nginx drops it unless a line puts it back. */
import { nameOf, ok, spot, unknown, wrong } from '../findings.ts';
import { handshakeFix, hiddenHeader, unreadInclude } from '../headers.ts';
import type { Check, LocationSubject } from '../types.ts';

export const upgradeHeader: Check<LocationSubject> = {
  id: 'upgrade-header',
  title: 'Upgrade is passed on',
  examine: (subject) => {
    const { place, block } = subject;
    if (place.proxyPass === null) return null;
    const { upgrade } = place;
    if (upgrade.forwarded === true) return ok(upgrade, `Upgrade is passed on (${spot(upgrade)}).`);
    const fix = handshakeFix(subject);
    if (upgrade.forwarded === null) {
      return unknown(upgrade, `What "${upgrade.value.value}" is for a handshake cannot be told from here.`);
    }
    if (!upgrade.default) {
      const sent = upgrade.value.sent === '' ? 'removes Upgrade' : `sends Upgrade: ${upgrade.value.sent}`;
      return wrong(upgrade, `This line ${sent}; the backend needs "websocket".`, 'upgrade-headers-missing', fix);
    }
    const lost = hiddenHeader(block, 'upgrade');
    if (lost !== null) {
      return wrong(
        lost.by,
        `This proxy_set_header makes nginx drop all those of ${nameOf(lost.hidden.parent ?? block)}, Upgrade at ${spot(lost.hidden)} among them.`,
        'upgrade-headers-missing',
        fix,
      );
    }
    const unread = unreadInclude(subject);
    if (unread !== null) {
      return unknown(
        unread,
        `Upgrade may be set in ${unread.args[0]}, which was not read.`,
        fix,
        'upgrade-headers-missing',
      );
    }
    const only = subject.lastResort ? ', and neither does any other location' : '';
    return wrong(block, `Upgrade is not passed on to the backend here${only}.`, 'upgrade-headers-missing', fix);
  },
};
