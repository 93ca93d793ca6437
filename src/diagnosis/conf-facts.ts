/** What a configuration says of one endpoint, as facts that causes can weigh, and as directives to point at. */
import type { ResolvedLocation } from '../nginx-conf/resolve.ts';
import type { Setting } from '../nginx-conf/settings.ts';
import type { Directive } from './conf-view.ts';
import { seconds } from './duration.ts';
import type { Fact, Facts, FactValue } from './fact.ts';

/** @param place the endpoint's location with its effective settings */
export function factsOfLocation(place: ResolvedLocation): Facts {
  const facts = new Map<string, Fact>();
  const say = (name: string, value: FactValue | null, text: (value: FactValue) => string): void => {
    if (value !== null) facts.set(name, { values: [value], text, ref: null });
  };
  const where = placeOf(place);
  const proxied = place.proxyPass !== null;
  say('conf-proxied', proxied, (v) => (v === true ? `${where} is proxied` : `${where} has no proxy_pass`));
  if (place.returns !== null || place.autoRedirect) {
    say('conf-redirect', redirects(place), () => `${where} redirects`);
  }
  if (place.returns !== null) {
    const code = /^\d{3}\b/.exec(place.returns.value)?.[0] ?? '302';
    say('conf-return', code, (v) => `${where} answers ${v} by \`return\` (${at(place.returns!)})`);
  }
  say('conf-auth-request', place.authRequest.value !== null, () => `${where} asks auth_request first`);
  say(
    'conf-mirror',
    place.mirror.value !== null,
    () => `${where} mirrors requests by a subrequest (${at(place.mirror)})`,
  );
  say('conf-limit', place.limitReq.length + place.limitConn.length > 0, (v) =>
    v === true ? `${where} is limited by limit_req or limit_conn` : `${where} has no limit`,
  );
  say(
    'conf-http2',
    place.listeners.some((l) => l.http2),
    (v) => (v === true ? 'the listening socket speaks HTTP/2' : 'the listening socket does not speak HTTP/2'),
  );
  say(
    'conf-listen-tls',
    place.listeners.some((l) => l.ssl),
    (v) => (v === true ? 'the listening socket speaks TLS' : 'the listening socket does not speak TLS'),
  );
  const shutdown = place.workerShutdownTimeout.value;
  say('conf-shutdown-timeout', shutdown ?? 0, (v) =>
    Number(v) > 0
      ? `worker_shutdown_timeout is ${seconds(Number(v))} (${at(place.workerShutdownTimeout)})`
      : 'no worker_shutdown_timeout is set, so a reload cuts nothing',
  );
  if (!proxied) return facts;
  const { upgrade, connection } = place;
  say('conf-upgrade', upgrade.forwarded === null ? null : upgrade.forwarded ? 'forwarded' : 'missing', (v) =>
    v === 'forwarded'
      ? `${where} forwards Upgrade (${at(upgrade)})`
      : `${where} sends no Upgrade to the backend${lost(upgrade)}`,
  );
  say('conf-connection', connectionState(place), (v) =>
    v === 'forwarded'
      ? `${where} sends Connection: ${connection.value.value} (${at(connection)})`
      : `${where} sends ${connection.value.sent === '' ? 'no Connection header' : `Connection: ${connection.value.sent ?? connection.value.value}`} to the backend${lost(connection)}`,
  );
  say(
    'conf-http-version',
    place.httpVersion.value,
    (v) => `${where} speaks HTTP/${v} to the backend (${at(place.httpVersion)})`,
  );
  say(
    'conf-read-timeout',
    place.readTimeout.value,
    (v) => `proxy_read_timeout is ${Number(v) === 0 ? '0' : seconds(Number(v))} (${at(place.readTimeout)})`,
  );
  say(
    'conf-connect-timeout',
    place.connectTimeout.value,
    (v) => `proxy_connect_timeout is ${Number(v) === 0 ? '0' : seconds(Number(v))} (${at(place.connectTimeout)})`,
  );
  say('conf-buffer-size', place.bufferSize.value, (v) => `proxy_buffer_size is ${v} bytes (${at(place.bufferSize)})`);
  const pass = place.proxyPass!.value;
  say('conf-scheme', pass.scheme, (v) => `proxy_pass speaks ${v} (${at(place.proxyPass!)})`);
  if (pass.scheme === 'https') {
    say('conf-sni', place.sslServerName.value, (v) =>
      v === true
        ? `the name is sent to the backend (SNI, ${at(place.sslServerName)})`
        : `proxy_ssl_server_name is off (${at(place.sslServerName)}), so the backend is not told which name is wanted`,
    );
    say('conf-verify', place.sslVerify.value, (v) =>
      v === true
        ? `the backend's certificate is verified (${at(place.sslVerify)})`
        : "the backend's certificate is not verified",
    );
  }
  const servers = pass.servers.filter((s) => !s.down && !s.backup).length;
  if (servers > 0)
    say(
      'conf-upstream-servers',
      servers,
      (n) => `${n} ${n === 1 ? 'server stands' : 'servers stand'} behind ${pass.target ?? pass.raw}`,
    );
  if (pass.upstream !== null)
    say('conf-affinity', pass.upstream.affinity, (v) =>
      v === true
        ? 'the upstream keeps a client on one server'
        : `upstream ${pass.upstream!.name} does not keep a client on one server (${pass.upstream!.balancing})`,
    );
  else if (servers === 1) say('conf-affinity', true, () => 'there is only one server');
  return facts;
}

function redirects(place: ResolvedLocation): boolean {
  return place.autoRedirect || /^30[1278]\b|^https?:/.test(place.returns?.value ?? '');
}

function connectionState(place: ResolvedLocation): string | null {
  const { forwarded, value } = place.connection;
  if (forwarded === true) return 'forwarded';
  if (forwarded === null) return null;
  if (value.sent === '' || value.sent === null) return 'missing';
  return value.sent === 'close' ? 'close' : 'other';
}

/** Where a header that is not sent was lost: the line that replaced the inherited ones, or nginx's own default. */
function lost(setting: Setting<unknown>): string {
  return setting.default ? '' : ` (${at(setting)})`;
}

function placeOf(place: ResolvedLocation): string {
  if (place.location === null) return 'the server block';
  return `location ${place.pattern ?? ''} (${place.location.file}:${place.location.line})`;
}

function at(setting: Setting<unknown>): string {
  return setting.file === null || setting.line === null ? "nginx's default" : `${setting.file}:${setting.line}`;
}

/** The effective setting of a directive; null when the reader does not know it. */
export function directiveOf(place: ResolvedLocation, name: string): Directive | null {
  const found = settingNamed(place, name);
  if (found === null) return null;
  const { setting, value } = found;
  return { name, value, file: setting.file, line: setting.line, default: setting.default };
}

function settingNamed(
  place: ResolvedLocation,
  name: string,
): { setting: Setting<unknown>; value: string | null } | null {
  const timed = (setting: Setting<number>) => ({ setting, value: `${setting.value}s` });
  switch (name) {
    case 'proxy_read_timeout':
      return timed(place.readTimeout);
    case 'proxy_send_timeout':
      return timed(place.sendTimeout);
    case 'proxy_connect_timeout':
      return timed(place.connectTimeout);
    case 'send_timeout':
      return timed(place.clientSendTimeout);
    case 'proxy_http_version':
      return { setting: place.httpVersion, value: place.httpVersion.value };
    case 'proxy_buffer_size':
      return { setting: place.bufferSize, value: String(place.bufferSize.value) };
    case 'proxy_ssl_server_name':
      return { setting: place.sslServerName, value: place.sslServerName.value ? 'on' : 'off' };
    case 'proxy_ssl_verify':
      return { setting: place.sslVerify, value: place.sslVerify.value ? 'on' : 'off' };
    case 'proxy_ssl_name':
      return { setting: place.sslName, value: place.sslName.value };
    case 'proxy_pass':
      return place.proxyPass === null ? null : { setting: place.proxyPass, value: place.proxyPass.value.raw };
    case 'proxy_set_header': {
      const { upgrade, connection } = place;
      const faulty = upgrade.forwarded === false || connection.forwarded !== false ? upgrade : connection;
      return {
        setting: faulty,
        value: `${faulty === upgrade ? 'Upgrade' : 'Connection'} ${faulty.value.value}`.trim(),
      };
    }
    case 'auth_request':
      return { setting: place.authRequest, value: place.authRequest.value };
    case 'limit_req':
      return first(place.limitReq);
    case 'limit_conn':
      return first(place.limitConn);
    case 'worker_connections':
      return { setting: place.workerConnections, value: String(place.workerConnections.value) };
    case 'worker_rlimit_nofile':
      return {
        setting: place.openFileLimit,
        value: place.openFileLimit.value === null ? null : String(place.openFileLimit.value),
      };
    case 'worker_shutdown_timeout':
      return {
        setting: place.workerShutdownTimeout,
        value: place.workerShutdownTimeout.value === null ? null : `${place.workerShutdownTimeout.value}s`,
      };
    case 'return':
      return place.returns === null ? null : { setting: place.returns, value: place.returns.value };
    default:
      return null;
  }
}

function first(settings: readonly Setting<string>[]): { setting: Setting<unknown>; value: string } | null {
  const setting = settings[0];
  return setting === undefined ? null : { setting, value: setting.value };
}
