/** The upgrade on its way to the backend: both headers, and HTTP/1.1 to carry them. */
import { hasToken, sentHeader } from '../../nginx-conf/proxying.ts';
import { effective, settingOf } from '../../nginx-conf/settings.ts';
import { type Conf, type Directive, named } from '../../nginx-conf/tree.ts';
import { isAtLeast } from '../../nginx-conf/values.ts';
import { Draft } from '../draft.ts';
import { areCopied, BESIDE_PROXY, copyHeader, type Header, setHeader } from '../headers.ts';
import { nameOf, type Place } from '../places.ts';
import { type FixRequest, type Mending, nothing, type Remedy } from '../types.ts';

/** The release in which HTTP/1.1 to backends became the default. */
const HTTP11_SINCE = '1.29.7';

export const upgradeHeaders: Remedy = { at: 'place', reach: 'websocket', mend: forwardUpgrade };

export const httpVersion: Remedy = {
  at: 'place',
  reach: 'websocket',
  mend(conf, place, request) {
    const version = versionTo(conf, place, request);
    if (version === '1.1') return nothing(`${nameOf(place)} speaks HTTP/1.1 to the backend already`);
    const draft = new Draft(conf, place.location, BESIDE_PROXY);
    speakHttp11(draft, version);
    return draft.mending();
  },
};

function forwardUpgrade(conf: Conf, place: Place, request: FixRequest): Mending {
  const { location, variables } = place;
  const upgrade = sentHeader(conf, location, 'upgrade', '', variables).value.sent;
  const connection = sentHeader(conf, location, 'connection', 'close', variables).value.sent;
  const version = versionTo(conf, place, request);
  const missing = missingHeaders(upgrade, connection, place);
  if (missing.length === 0 && version === '1.1') {
    return nothing(
      upgrade === null || connection === null
        ? `${nameOf(place)} sets the headers with a variable whose value the configuration does not tell`
        : `${nameOf(place)} forwards Upgrade and Connection over HTTP/1.1 already`,
    );
  }
  const inner = new Draft(conf, location, BESIDE_PROXY);
  if (version !== '1.1') speakHttp11(inner, version);
  const own = named(location.block, 'proxy_set_header');
  const inherited = own.length > 0 || missing.length === 0 ? [] : effective(conf, location, 'proxy_set_header');
  const level = inherited[0]?.parent ?? null;
  if (level !== null && !areCopied(conf, place, inherited, level)) {
    return both(completeSet(conf, level, inherited, missing), inner.mending());
  }
  for (const line of inherited) copyHeader(conf, inner, line, missing);
  for (const header of missing) setHeader(conf, inner, header, own);
  return inner.mending();
}

/** A header that cannot be worked out is taken to be right: it is not known to be wrong. */
function missingHeaders(upgrade: string | null, connection: string | null, place: Place): readonly Header[] {
  const missing: Header[] = [];
  if (upgrade !== null && upgrade.toLowerCase() !== 'websocket') {
    const why = 'without it the backend sees an ordinary request';
    missing.push({ name: 'Upgrade', value: '$http_upgrade', why });
  }
  if (hasToken(connection, 'upgrade') === false) {
    const why = 'without it the backend has to ignore Upgrade';
    missing.push({ name: 'Connection', value: connectionValue(place), why });
  }
  return missing;
}

/** Adds headers where the inherited ones are set. */
function completeSet(
  conf: Conf,
  level: Directive,
  inherited: readonly Directive[],
  missing: readonly Header[],
): Mending {
  const draft = new Draft(conf, level, ['proxy_set_header']);
  for (const header of missing) setHeader(conf, draft, header, inherited);
  draft.note('the headers go where the inherited ones are set: a line in the location would hide those');
  return draft.mending();
}

/** The usual map's variable where there is a map that gives what is needed, else the plain word. */
function connectionValue({ variables }: Place): string {
  const mapped = variables.evaluate('$connection_upgrade');
  return mapped?.toLowerCase() === 'upgrade' ? '$connection_upgrade' : '"upgrade"';
}

function versionTo(conf: Conf, { location }: Place, { version }: FixRequest): string {
  const byDefault = version !== null && isAtLeast(version, HTTP11_SINCE) ? '1.1' : '1.0';
  return settingOf(conf, location, 'proxy_http_version', byDefault, ([text]) => text ?? null).value;
}

function speakHttp11(draft: Draft, version: string): void {
  draft.set('proxy_http_version', '1.1', `an upgrade cannot travel over HTTP/${version}`);
}

function both(first: Mending, second: Mending): Mending {
  return {
    edits: [...first.edits, ...second.edits],
    changes: [...first.changes, ...second.changes],
    notes: [...first.notes, ...second.notes],
  };
}
