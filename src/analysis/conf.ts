/** An nginx configuration as the analysis asks of it: its log formats, and what it does with an endpoint's requests. */
import { directiveOf, factsOfLocation } from '../diagnosis/conf-facts.ts';
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { Endpoint } from '../findings/keys.ts';
import { patchForCause } from '../fix/patch.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { compileLogFormat } from '../nginx/log-format.ts';
import { excerpt } from '../nginx-conf/excerpt.ts';
import { type LogFormatSetting, logSettings } from '../nginx-conf/logs.ts';
import { type ResolvedLocation, resolveRequest } from '../nginx-conf/resolve.ts';
import { type Conf, everyDirective } from '../nginx-conf/tree.ts';

/** @param version nginx's version, whose defaults apply where the configuration is silent; null: unknown */
export function confView(conf: Conf, version: string | null): ConfView {
  const { formats, accessLogs } = logSettings(conf);
  const used = new Set(accessLogs.filter((log) => log.kind !== 'off').map((log) => log.format));
  const ordered = [...formats.filter(({ name }) => used.has(name)), ...formats.filter(({ name }) => !used.has(name))];
  const places = new Map<Endpoint, ResolvedLocation | null>();
  const placeOf = (endpoint: Endpoint | null): ResolvedLocation | null => {
    if (endpoint === null) return null;
    let place = places.get(endpoint);
    if (place === undefined) {
      place = resolveEndpoint(conf, endpoint, version);
      places.set(endpoint, place);
    }
    return place;
  };
  return {
    formats: ordered.map(compiled).filter((format) => format !== null),
    forwardsUpgrade(endpoint) {
      if (endpoint === null) return forwardsAnywhere(conf);
      const place = placeOf(endpoint);
      return place === null || place.proxyPass === null ? null : place.upgrade.forwarded;
    },
    facts(endpoint) {
      const place = placeOf(endpoint);
      return place === null ? new Map() : factsOfLocation(place);
    },
    directive(endpoint, name) {
      const place = placeOf(endpoint);
      return place === null ? null : directiveOf(place, name);
    },
    excerpt(endpoint, { file, line }) {
      const place = placeOf(endpoint);
      if (place === null) return null;
      return excerpt(
        conf,
        place.location ?? place.server.directive,
        file === null || line === null ? null : { file, line },
      );
    },
    patch(endpoint, cause) {
      const server = endpoint === null || endpoint.server === '' ? null : endpoint.server;
      return patchForCause(conf, cause, { server, path: endpoint?.path ?? null, version })?.diff ?? null;
    },
  };
}

function resolveEndpoint(conf: Conf, endpoint: Endpoint, version: string | null): ResolvedLocation | null {
  const port = /:(\d{1,5})$/.exec(endpoint.host)?.[1];
  const path = endpoint.path.replaceAll('{id}', '1').replaceAll('…', '');
  if (!path.startsWith('/')) return null;
  const request = {
    server: endpoint.server === '' ? null : endpoint.server,
    host: endpoint.host === '' ? null : endpoint.host.replace(/:\d{1,5}$/, ''),
    port: port === undefined ? null : Number(port),
    path,
  };
  // The Host header may name a port in front of nginx that nginx itself does not listen on.
  return resolveRequest(conf, request, version) ?? resolveRequest(conf, { ...request, port: null }, version);
}

function forwardsAnywhere(conf: Conf): boolean {
  for (const { name, args } of everyDirective(conf.directives)) {
    if (name === 'proxy_set_header' && /^upgrade$/i.test(args[0] ?? '') && args[1] !== '') return true;
  }
  return false;
}

function compiled({ format, escape: escaping, name }: LogFormatSetting): AccessFormat | null {
  try {
    return compileLogFormat(format, escaping, name);
  } catch {
    return null;
  }
}
