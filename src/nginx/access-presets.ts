/** Formats that are met without their configuration at hand, the most telling first. */
import type { AccessFormat } from './access-line.ts';
import { COMBINED_PREFIX, compileLogFormat } from './log-format.ts';

const QUOTED_TAIL = '"$http_referer" "$http_user_agent"';
const COMBINED = `${COMBINED_PREFIX} ${QUOTED_TAIL}`;
const MAIN = `${COMBINED} "$http_x_forwarded_for"`;
/** What ingress-nginx appends to combined; older releases lack the alternative name and the request's id. */
const INGRESS_TIMES = '$request_length $request_time [$proxy_upstream_name]';
const INGRESS_TAIL = '$upstream_addr $upstream_response_length $upstream_response_time $upstream_status';
/** ingress-nginx before 0.26 wrote the real address a second time, in brackets. */
const INGRESS_OLD = COMBINED.replace('$remote_addr - ', '$remote_addr - [$the_real_ip] - ');
const PROXY_MANAGER = '$request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent]';

const SOURCES: readonly (readonly [name: string, format: string])[] = [
  ['ingress', `${COMBINED} ${INGRESS_TIMES} [$proxy_alternative_upstream_name] ${INGRESS_TAIL} $req_id`],
  ['ingress-0.25', `${INGRESS_OLD} ${INGRESS_TIMES} [$proxy_alternative_upstream_name] ${INGRESS_TAIL} $req_id`],
  ['ingress-0.22', `${INGRESS_OLD} ${INGRESS_TIMES} ${INGRESS_TAIL} $req_id`],
  ['ingress-0.10', `${INGRESS_OLD} ${INGRESS_TIMES} ${INGRESS_TAIL}`],
  [
    'proxy-manager',
    `[$time_local] $upstream_cache_status $upstream_status $status - ${PROXY_MANAGER} [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"`,
  ],
  [
    'proxy-manager-standard',
    `[$time_local] $status - ${PROXY_MANAGER} [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"`,
  ],
  [
    'amplify',
    `${MAIN} "$host" sn="$server_name" rt=$request_time ua="$upstream_addr" us="$upstream_status" ut="$upstream_response_time" ul="$upstream_response_length" cs=$upstream_cache_status`,
  ],
  [
    'main-upstream',
    `${MAIN} rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"`,
  ],
  [
    'combined-upstream',
    `${COMBINED} rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"`,
  ],
  ['nginx-proxy', `$host ${COMBINED} "$upstream_addr"`],
  ['vhost-combined-port', `$server_name:$server_port ${COMBINED}`],
  ['vhost-combined', `$host ${COMBINED}`],
  ['main', MAIN],
  ['combined', COMBINED],
];

let presets: ReadonlyMap<string, AccessFormat> | null = null;

/** Ready-made formats by name; made when first asked for, as a run over error logs needs none. */
export function accessPresets(): ReadonlyMap<string, AccessFormat> {
  presets ??= new Map(
    SOURCES.map(([name, format]) => [name, name === 'nginx-proxy' ? nginxProxy(name, format) : compiled(name, format)]),
  );
  return presets;
}

function compiled(name: string, format: string): AccessFormat {
  return { ...compileLogFormat(format, 'default', name), recipe: { kind: 'preset', name } };
}

/** Its last quoted value has `$http_x_forwarded_for`'s place in other formats: only peers with a port are believed. */
function nginxProxy(name: string, format: string): AccessFormat {
  // Its slots alone do not tell which lines it reads.
  const { slots: _, ...plain } = compiled(name, format);
  return {
    ...plain,
    parse(line) {
      const record = plain.parse(line);
      return record?.upstreamAddr?.every((peer) => peer === '-' || peer.includes(':')) ? record : null;
    },
  };
}
