/** What answers `auth_request` or `mirror` must not get the client's Upgrade: a subrequest cannot be upgraded. */
import { hasToken, sentHeader } from '../../nginx-conf/proxying.ts';
import { effective } from '../../nginx-conf/settings.ts';
import { type Conf, named } from '../../nginx-conf/tree.ts';
import { Draft } from '../draft.ts';
import { BESIDE_PROXY, copyHeader, type Header, setHeader } from '../headers.ts';
import { nameOf, type Place, placesOf } from '../places.ts';
import { nothing, type Remedy } from '../types.ts';

const CLEARED: readonly Header[] = ['Upgrade', 'Connection'].map((name) => ({
  name,
  value: '""',
  why: 'an empty header is not sent, so the service asked sees an ordinary request',
}));

function passesUpgrade(conf: Conf, { location, variables }: Place): boolean {
  const upgrade = sentHeader(conf, location, 'upgrade', '', variables).value.sent;
  const connection = sentHeader(conf, location, 'connection', 'close', variables).value.sent;
  return upgrade !== '' || hasToken(connection, 'upgrade') !== false;
}

export const authSubrequest: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const uris = ['auth_request', 'mirror']
      .flatMap((name) => effective(conf, place.location, name).map((line) => line.args[0] ?? 'off'))
      .filter((uri) => uri !== 'off');
    if (uris.length === 0) return nothing(`${nameOf(place)} uses no auth_request`);
    const all = placesOf(conf, [place.server]);
    const targets = all.filter(({ location }) => uris.includes(location.args.at(-1) ?? ''));
    if (targets.length === 0)
      return nothing(`no location of the server proxies ${uris[0]}, the target of auth_request`);
    const target = targets.find((each) => passesUpgrade(conf, each));
    if (target === undefined) {
      return nothing(`${nameOf(targets[0]!)} passes no Upgrade on: it is the auth service itself that fails`);
    }
    const { location } = target;
    const draft = new Draft(conf, location, BESIDE_PROXY);
    const own = named(location.block, 'proxy_set_header');
    if (own.length === 0) {
      for (const line of effective(conf, location, 'proxy_set_header')) copyHeader(conf, draft, line, CLEARED);
    }
    for (const header of CLEARED) {
      const isSet = own.some((line) => line.args[0]?.toLowerCase() === header.name.toLowerCase());
      if (own.length === 0 || isSet) setHeader(conf, draft, header, own);
    }
    return draft.mending();
  },
};
