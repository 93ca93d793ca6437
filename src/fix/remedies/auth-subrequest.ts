/** The location that answers `auth_request` must not pass the client's Upgrade on: a subrequest cannot be upgraded. */
import { hasToken, sentHeader } from '../../nginx-conf/proxying.ts';
import { effective } from '../../nginx-conf/settings.ts';
import { named } from '../../nginx-conf/tree.ts';
import { Draft } from '../draft.ts';
import { BESIDE_PROXY, copyHeader, type Header, setHeader } from '../headers.ts';
import { nameOf, placesOf } from '../places.ts';
import { nothing, type Remedy } from '../types.ts';

const CLEARED: readonly Header[] = ['Upgrade', 'Connection'].map((name) => ({
  name,
  value: '""',
  why: 'an empty header is not sent, so the auth service sees an ordinary request',
}));

export const authSubrequest: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const uri = effective(conf, place.location, 'auth_request').at(-1)?.args[0] ?? 'off';
    if (uri === 'off') return nothing(`${nameOf(place)} uses no auth_request`);
    const target = placesOf(conf, [place.server]).find(({ location }) => location.args.at(-1) === uri);
    if (target === undefined) return nothing(`no location of the server proxies ${uri}, the target of auth_request`);
    const { location, variables } = target;
    const upgrade = sentHeader(conf, location, 'upgrade', '', variables).value.sent;
    const connection = sentHeader(conf, location, 'connection', 'close', variables).value.sent;
    if (upgrade === '' && hasToken(connection, 'upgrade') === false) {
      return nothing(`${nameOf(target)} passes no Upgrade on: it is the auth service itself that fails`);
    }
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
