/** What a configuration says about the probed path, in the terms a probe asks in. */
import type { ResolvedLocation } from '../nginx-conf/resolve.ts';
import type { Setting } from '../nginx-conf/settings.ts';

/** Where a setting stands, or that nobody set it. */
export function placeOf(setting: Setting<unknown>): string {
  return setting.file === null ? "nginx's default" : `${setting.file}:${setting.line ?? '?'}`;
}

/** Rows that show the place and the settings a WebSocket depends on. */
export function settingRows(
  found: ResolvedLocation,
): { readonly name: string; readonly value: string; readonly place: string }[] {
  const { location, pattern, server, proxyPass } = found;
  const rows: { name: string; value: string; place: string }[] = [];
  const at = location ?? server.directive;
  rows.push({ name: 'location', value: pattern ?? '(none; the server itself)', place: `${at.file}:${at.line}` });
  if (proxyPass === null) {
    const returned = found.returns;
    if (returned !== null) rows.push({ name: 'return', value: returned.value, place: placeOf(returned) });
    else rows.push({ name: 'served by', value: found.handler, place: `${at.file}:${at.line}` });
    return rows;
  }
  rows.push({ name: 'proxy_pass', value: proxyPass.value.raw, place: placeOf(proxyPass) });
  rows.push({ name: 'proxy_http_version', value: found.httpVersion.value, place: placeOf(found.httpVersion) });
  for (const [name, sent] of [
    ['Upgrade', found.upgrade],
    ['Connection', found.connection],
  ] as const) {
    const shown = sent.value.value === '' ? '(not sent)' : sent.value.value;
    rows.push({ name: `header ${name}`, value: shown, place: placeOf(sent) });
  }
  rows.push({ name: 'proxy_read_timeout', value: `${found.readTimeout.value} s`, place: placeOf(found.readTimeout) });
  return rows;
}

/** The URL of the first server behind a location, for a probe from nginx's own machine; null when a variable decides. */
export function upstreamUrl(found: ResolvedLocation, path: string): string | null {
  const pass = found.proxyPass?.value;
  const server = pass?.servers.find(({ down }) => !down);
  if (pass === undefined || pass.scheme === null || server === undefined || found.returns !== null) return null;
  const socket = server.address.startsWith('unix:');
  return `${pass.scheme}://${server.address}${socket ? ':' : ''}${passedPath(found, path)}`;
}

/** The path that the backend gets: a URI part of proxy_pass replaces the location's own prefix. */
function passedPath(found: ResolvedLocation, path: string): string {
  const uri = found.proxyPass?.value.uri ?? null;
  const pattern = found.pattern ?? '';
  const prefix = pattern.replace(/^(?:=|\^~) ?/, '');
  if (uri === null || !prefix.startsWith('/') || !path.startsWith(prefix)) return path;
  return `${uri}${path.slice(prefix.length)}`;
}
