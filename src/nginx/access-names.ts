/** What people call nginx's variables in JSON logs and `key=value` tails. */
import { type AccessField, FIELD_OF_VARIABLE } from './access-line.ts';

/** Usual names by field, beside the variables' own. Lower case, `-` written as `_`. */
const USUAL: readonly (readonly [AccessField, string])[] = [
  ['timeIso', 'time timestamp @timestamp ts datetime date time_iso time_stamp local_time'],
  ['client', 'client client_ip clientip ip remote_ip remoteip remote source_ip src_ip remote_address remoteaddr addr'],
  ['peer', 'client_addr clientaddr proxy_protocol'],
  ['request', 'request_line req'],
  ['method', 'method verb http_method request_verb req_method'],
  ['target', 'request_url requesturi full_uri'],
  ['uri', 'path url request_path uri_path'],
  ['query', 'request_query query params'],
  ['protocol', 'protocol request_proto http_version proto server_proto request_protocol'],
  ['status', 'status_code response_status http_status statuscode response_code code response'],
  ['bodyBytes', 'bytes size body_bytes body_size body_sent response_size body_bytes_send'],
  ['bytesSent', 'bytes_out sent_bytes total_bytes_sent'],
  ['requestTime', 'duration latency rt req_time request_duration time_total took responsetime response_time reqtime'],
  ['upstreamAddr', 'upstream upstream_address upstream_host upstreamaddr uaddr backend proxy_to upaddr'],
  ['upstreamStatus', 'us ustatus upstream_status_code upstreamstatus upstatus upstream_response_status'],
  [
    'upstreamResponseTime',
    'urt ut upstream_time upstream_duration upstreamtime upt uresptime upstream_response_duration upstream_latency',
  ],
  ['upstreamHeaderTime', 'uht'],
  ['upstreamConnectTime', 'uct'],
  ['upstreamResponseLength', 'ul url_length upstream_bytes upstream_length upstream_response_size'],
  ['referrer', 'referer referrer http_referrer ref'],
  ['userAgent', 'user_agent useragent agent ua http_useragent'],
  ['host', 'vhost domain virtual_host virtualhost'],
  ['server', 'sn server servername'],
  ['upgrade', 'upgrade upg up_grade http_upgrade_header'],
  ['completion', 'rc completion'],
  ['connection', 'cid conn connection_id connection_serial'],
];

const FIELD_OF_NAME: ReadonlyMap<string, AccessField> = new Map([
  ...FIELD_OF_VARIABLE,
  ...USUAL.flatMap(([field, names]) => names.split(' ').map((name) => [name, field] as const)),
]);

/** The field that a key of a structured log line names, or null. Letter case and `-` for `_` do not matter. */
export function fieldOfName(name: string): AccessField | null {
  return FIELD_OF_NAME.get(name) ?? FIELD_OF_NAME.get(name.toLowerCase().replaceAll('-', '_')) ?? null;
}
