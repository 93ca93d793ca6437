/** TLS towards the backend: whether to speak it at all, and to whom. */
import { readProxyPass } from '../../nginx-conf/proxying.ts';
import { effective, settingOf } from '../../nginx-conf/settings.ts';
import type { Conf } from '../../nginx-conf/tree.ts';
import type { UpstreamServer } from '../../nginx-conf/upstreams.ts';
import { parseFlag } from '../../nginx-conf/values.ts';
import { Draft, effectiveLine } from '../draft.ts';
import { nameOf, type Place } from '../places.ts';
import { type FixRequest, type Mending, nothing, type Remedy } from '../types.ts';

type Scheme = 'http' | 'https';

const SCHEME = /^(https?|wss?)(?=:\/\/)/i;
const BESIDE = ['proxy_ssl_server_name', 'proxy_ssl_name', 'proxy_ssl_verify', 'proxy_pass'];

export const tlsScheme: Remedy = { at: 'place', reach: 'fault', mend: correctScheme };

function correctScheme(conf: Conf, place: Place, { scheme: spoken }: FixRequest): Mending {
  const { value: pass } = readProxyPass(conf, place.pass, place.variables);
  const written = SCHEME.exec(pass.raw)?.[1]?.toLowerCase();
  if (written === undefined) {
    return nothing(`${placeOfPass(place)}: the scheme comes from a variable; correct it where the variable is set`);
  }
  const port = commonPort(pass.servers, pass.upstream !== null);
  const wanted = spoken ?? (port === null ? null : schemeOf(port));
  if (wanted === null) {
    return nothing(
      `${placeOfPass(place)}: what the backend speaks cannot be told from ${pass.raw}; say --scheme http or --scheme https`,
    );
  }
  if (wanted === written) {
    return nothing(
      `${placeOfPass(place)}: proxy_pass says ${written}:// already${spoken === null ? ', as the port suggests; if the backend speaks the other, say so with --scheme' : ''}`,
    );
  }
  const draft = new Draft(conf, place.location, BESIDE);
  const why =
    wanted === 'http'
      ? `the backend${port === null ? '' : `'s port ${port}`} speaks plain HTTP, not TLS`
      : `the backend${port === null ? '' : `'s port ${port}`} speaks TLS`;
  draft.change(place.pass, pass.raw.replace(SCHEME, wanted), why);
  if (port === null) draft.note(`without a port in ${pass.raw} the port changes with the scheme (80, 443)`);
  return draft.mending();
}

/** Ports that end in 443 are TLS by custom; nothing else tells without asking the port. */
function schemeOf(port: number): Scheme {
  return port % 1000 === 443 ? 'https' : 'http';
}

/** The port of all servers, where it is stated and the same; inside `upstream {}` the default is 80 for any scheme. */
function commonPort(servers: readonly UpstreamServer[], isUpstream: boolean): number | null {
  const ports = new Set(
    servers.map(({ address }) => {
      const stated = address.startsWith('unix:') ? undefined : /:(\d{1,5})$/.exec(address)?.[1];
      if (stated !== undefined) return Number(stated);
      return isUpstream && !address.startsWith('unix:') ? 80 : null;
    }),
  );
  const [only = null] = ports;
  return ports.size === 1 ? only : null;
}

/** `proxy_pass ws://…`: nginx knows http and https only; the upgrade makes a WebSocket of them. */
export const webSocketScheme: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const raw = place.pass.args[0] ?? '';
    const scheme = /^(wss?):\/\//i.exec(raw)?.[1]?.toLowerCase();
    if (scheme === undefined) {
      return nothing(
        'every proxy_pass has a scheme nginx knows, and no directive stands twice; nginx -t says what it refuses',
      );
    }
    const draft = new Draft(conf, place.location, BESIDE);
    const wanted = scheme === 'wss' ? 'https' : 'http';
    draft.change(place.pass, raw.replace(SCHEME, wanted), `nginx knows no ${scheme}://; the Upgrade header does it`);
    return draft.mending();
  },
};

export const tlsName: Remedy = { at: 'place', reach: 'fault', mend: sendName };

function sendName(conf: Conf, place: Place, { tlsName: given }: FixRequest): Mending {
  const { location } = place;
  const { value: pass } = readProxyPass(conf, place.pass, place.variables);
  if (pass.scheme !== 'https') return nothing(`${placeOfPass(place)} does not speak TLS to the backend`);
  if (given !== null && !/^[\w.-]+$/.test(given)) return nothing(`${given} is no host name`);
  const isSent = settingOf(conf, location, 'proxy_ssl_server_name', false, ([text]) => parseFlag(text ?? '')).value;
  const stated = effectiveLine(conf, location, 'proxy_ssl_name')?.args[0] ?? null;
  const name = given ?? stated ?? guessedName(conf, place);
  if (name === null) {
    return nothing(
      `${placeOfPass(place)}: the name on the backend's certificate is not in the configuration; read it with openssl s_client -connect BACKEND, then say --tls-name NAME`,
    );
  }
  if (isSent && (name === stated || (name === '' && given === null))) {
    return nothing(`${nameOf(place)} sends a server name already; if it is the wrong one, say --tls-name NAME`);
  }
  const draft = new Draft(conf, location, BESIDE);
  if (!isSent) draft.set('proxy_ssl_server_name', 'on', 'the backend picks its certificate by the name nginx sends');
  if (name !== '' && name !== stated) {
    draft.set('proxy_ssl_name', name, "the name on the backend's certificate, sent and checked");
  }
  return draft.mending();
}

/** '' where the host in proxy_pass is the name; null where nothing tells. */
function guessedName(conf: Conf, place: Place): string | null {
  const { value: pass } = readProxyPass(conf, place.pass, place.variables);
  const hosts = new Set(pass.servers.map(({ address }) => address.replace(/:\d{1,5}$/, '')));
  const [host = ''] = hosts;
  if (hosts.size === 1 && isHostName(host)) return pass.upstream === null ? '' : host;
  const sent = effective(conf, place.location, 'proxy_set_header').find(
    ({ args }) => args[0]?.toLowerCase() === 'host',
  );
  const name = sent?.args[1]?.replace(/:\d{1,5}$/, '') ?? '';
  return isHostName(name) ? name : null;
}

/** A name with a dot that is no address: a bare word may be an upstream's own. */
function isHostName(text: string): boolean {
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i.test(text) && !/^[\d.]+$/.test(text);
}

function placeOfPass({ pass: { file, line } }: Place): string {
  return `${file}:${line}`;
}
