/** For every check a configuration that it objects to, and one as like it as can be that it does not. */
import type { Status } from '../../../src/doctor/types.ts';

export interface Case {
  readonly id: string;
  /** What the check says of `broken`; it says `ok`, or nothing, of `ok`. */
  readonly says: Exclude<Status, 'ok'>;
  readonly cause: string | null;
  readonly broken: string;
  readonly ok: string;
  /** Line of `broken` that is to blame; absent where nothing is written. */
  readonly line?: number;
  readonly options?: {
    readonly path?: string;
    readonly version?: string;
    readonly ping?: number;
    readonly server?: string;
  };
  /** What the sentence has to say. */
  readonly why?: RegExp;
}

const MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const LOGS =
  "log_format f '$request_time $upstream_status $http_upgrade $connection'; access_log /var/log/nginx/a.log f;";
export const FORWARD =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;';

/** A whole configuration around what a case is about; each part is on a line of its own, told below. */
export function whole({
  main = 'worker_processes 2;',
  events = 'worker_connections 1024;',
  errorLog = 'error_log /var/log/nginx/error.log info;',
  logs = LOGS,
  map = MAP,
  http = '',
  listen = 'listen 80;',
  server = '',
  location = '/ws',
  body = FORWARD,
  pass = 'proxy_pass http://10.0.0.5:8080;',
  more = '',
}: Partial<
  Record<
    | 'main'
    | 'events'
    | 'errorLog'
    | 'logs'
    | 'map'
    | 'http'
    | 'listen'
    | 'server'
    | 'location'
    | 'body'
    | 'pass'
    | 'more',
    string
  >
> = {}): string {
  return [
    main, // 1
    `events { ${events} }`, // 2
    errorLog, // 3
    'http {', // 4
    logs, // 5
    map, // 6
    http, // 7
    'server {', // 8
    listen, // 9
    'server_name chat.example.com;', // 10
    server, // 11
    `location ${location} {`, // 12
    body, // 13
    pass, // 14
    '}',
    more, // 16
    '}',
    '}',
  ].join('\n');
}

const upstream = (inside: string) => `upstream app { ${inside} }`;
const TLS = 'ssl_certificate a.pem; ssl_certificate_key a.key;';

export const CASES: readonly Case[] = [
  {
    id: 'syntax',
    says: 'wrong',
    cause: 'config-invalid',
    broken: whole().replace('listen 80;', 'listen 80; }}}'),
    ok: whole(),
    line: 9,
  },
  {
    id: 'duplicate',
    says: 'wrong',
    cause: 'config-invalid',
    broken: whole({ more: 'proxy_read_timeout 1h; proxy_read_timeout 1h;' }),
    ok: whole({ server: 'proxy_read_timeout 30s;', body: `${FORWARD} proxy_read_timeout 1h;` }),
    line: 16,
    why: /stands here again/,
  },
  {
    id: 'proxied',
    says: 'wrong',
    cause: 'route-not-proxied',
    broken: whole({ body: '', pass: 'root /srv;' }),
    ok: whole({ body: '', pass: 'proxy_pass http://10.0.0.5:8080;' }),
  },
  {
    id: 'worker-connections',
    says: 'wrong',
    cause: 'worker-connections-exhausted',
    broken: whole({ events: 'worker_connections 64;' }),
    ok: whole({ events: 'worker_connections 640;' }),
    line: 2,
    why: /32 tunnels .*2 workers, 64 in all/,
  },
  {
    id: 'open-files',
    says: 'wrong',
    cause: 'file-descriptors-exhausted',
    broken: whole({ main: 'worker_rlimit_nofile 512;' }),
    ok: whole({ main: 'worker_rlimit_nofile 5120;' }),
    line: 1,
  },
  {
    id: 'open-files',
    says: 'note',
    cause: 'file-descriptors-exhausted',
    broken: whole({ events: 'worker_connections 10240;' }),
    ok: whole({ events: 'worker_connections 1024;' }),
    line: 2,
  },
  {
    id: 'shutdown-timeout',
    says: 'note',
    cause: 'nginx-reload-drop',
    broken: whole({ main: 'worker_shutdown_timeout 10s;' }),
    ok: whole({ main: 'worker_shutdown_timeout 10m;' }),
    line: 1,
  },
  {
    id: 'front-tls',
    says: 'wrong',
    cause: 'tls-to-plain-port',
    broken: whole({ listen: 'listen 443;', server: TLS }),
    ok: whole({ listen: 'listen 443 ssl;', server: TLS }),
    line: 9,
  },
  {
    id: 'front-tls',
    says: 'wrong',
    cause: 'plain-http-to-tls-port',
    broken: whole({ listen: 'listen 80 ssl;', server: TLS }),
    ok: whole({ listen: 'listen 8443 ssl;', server: TLS }),
    line: 9,
  },
  {
    id: 'front-tls',
    says: 'wrong',
    cause: 'config-invalid',
    broken: whole({ listen: 'listen 443 ssl;' }),
    ok: whole({ listen: 'listen 443 ssl;', http: TLS }),
    line: 9,
  },
  {
    id: 'front-tls',
    says: 'wrong',
    cause: 'client-tls-failed',
    broken: whole({ listen: 'listen 443 ssl;', server: `${TLS} ssl_reject_handshake on;` }),
    ok: whole({ listen: 'listen 443 ssl;', server: `${TLS} ssl_reject_handshake off;` }),
    line: 9,
  },
  {
    id: 'http2',
    says: 'wrong',
    cause: 'upgrade-over-http2',
    broken: whole({ listen: 'listen 80 http2;' }),
    ok: whole({ listen: 'listen 80;' }),
    options: { version: '1.24.0' },
    line: 9,
  },
  {
    id: 'http2',
    says: 'unknown',
    cause: 'upgrade-over-http2',
    broken: whole({ listen: 'listen 80 http2;' }),
    ok: whole({ listen: 'listen 80;' }),
    line: 9,
  },
  {
    id: 'http2',
    says: 'note',
    cause: 'upgrade-over-http2',
    broken: whole({ listen: 'listen 443 ssl;', server: `${TLS} http2 on;` }),
    ok: whole({ listen: 'listen 443 ssl;', server: TLS }),
    options: { version: '1.31.2' },
    line: 9,
    why: /gets 400/,
  },
  {
    id: 'request-header-buffer',
    says: 'wrong',
    cause: 'request-header-too-large',
    broken: whole({ http: 'large_client_header_buffers 4 2k;' }),
    ok: whole({ http: 'large_client_header_buffers 4 16k;' }),
    line: 7,
  },
  {
    id: 'route',
    says: 'wrong',
    cause: 'route-not-proxied',
    broken: whole({ location: '/wss' }),
    ok: whole({ location: '/ws' }),
    options: { path: '/ws/room' },
    line: 8,
  },
  {
    id: 'redirect',
    says: 'wrong',
    cause: 'handshake-redirected',
    broken: whole({ server: 'return 301 https://chat.example.com$request_uri;' }),
    ok: whole({ more: 'location / { return 301 https://chat.example.com$request_uri; }' }),
    line: 11,
  },
  {
    id: 'redirect',
    says: 'wrong',
    cause: 'handshake-redirected',
    broken: whole({ server: 'rewrite ^(.*[^/])$ $1/ permanent;' }),
    ok: whole({ server: 'rewrite ^(/app/.*[^/])$ $1/ permanent;' }),
    line: 11,
  },
  {
    id: 'redirect',
    says: 'wrong',
    cause: 'handshake-redirected',
    broken: whole({ server: 'if ($scheme = http) { return 301 https://$host$request_uri; }' }),
    ok: whole({ server: 'if ($scheme = ftp) { return 301 https://$host$request_uri; }' }),
    line: 11,
  },
  {
    id: 'redirect',
    says: 'unknown',
    cause: 'handshake-redirected',
    broken: whole({ server: 'if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }' }),
    ok: whole({ server: 'if ($http_x_forwarded_proto = http) { set $plain 1; }' }),
    line: 11,
  },
  {
    id: 'redirect',
    says: 'wrong',
    cause: 'denied-by-nginx',
    broken: whole({ server: 'return 403;' }),
    ok: whole({ more: 'location /admin { return 403; }' }),
    line: 11,
  },
  {
    id: 'trailing-slash',
    says: 'note',
    cause: 'handshake-redirected',
    broken: whole({ location: '/ws/' }),
    ok: whole({ location: '/ws' }),
    line: 12,
  },
  {
    id: 'trailing-slash',
    says: 'wrong',
    cause: 'handshake-redirected',
    broken: whole({ location: '/ws/' }),
    ok: whole({ location: '/ws' }),
    options: { path: '/ws' },
    line: 12,
  },
  {
    id: 'auth-request',
    says: 'wrong',
    cause: 'auth-subrequest-failed',
    broken: whole({
      server: FORWARD,
      body: 'auth_request /auth;',
      more: 'location = /auth { internal; proxy_pass http://10.0.0.5:8080/check; }',
    }),
    ok: whole({
      server: FORWARD,
      body: 'auth_request /auth;',
      more: 'location = /auth { internal; proxy_set_header Upgrade ""; proxy_pass http://10.0.0.5:8080/check; }',
    }),
    line: 13,
  },
  {
    id: 'auth-request',
    says: 'note',
    cause: 'auth-subrequest-failed',
    broken: whole({
      server: FORWARD,
      body: 'auth_request /auth;',
      more: 'location = /auth { proxy_pass http://10.0.0.7; }',
    }),
    ok: whole({ body: `${FORWARD} auth_request /auth;`, more: 'location = /auth { proxy_pass http://10.0.0.7; }' }),
    line: 13,
  },
  {
    id: 'limit-conn',
    says: 'wrong',
    cause: 'rate-limited',
    broken: whole({ body: `${FORWARD} limit_conn addr 2;` }),
    ok: whole({ body: `${FORWARD} limit_conn addr 200;` }),
    line: 13,
    why: /the 3rd of one key/,
  },
  {
    id: 'limit-req',
    says: 'wrong',
    cause: 'rate-limited',
    broken: whole({
      http: 'limit_req_zone $binary_remote_addr zone=hs:1m rate=1r/s;',
      body: `${FORWARD} limit_req zone=hs;`,
    }),
    ok: whole({
      http: 'limit_req_zone $binary_remote_addr zone=hs:1m rate=1r/s;',
      body: `${FORWARD} limit_req zone=hs burst=20 nodelay;`,
    }),
    line: 13,
  },
  {
    id: 'proxy-scheme',
    says: 'wrong',
    cause: 'config-invalid',
    broken: whole({ pass: 'proxy_pass ws://10.0.0.5:8080;' }),
    ok: whole({ pass: 'proxy_pass http://10.0.0.5:8080;' }),
    line: 14,
  },
  {
    id: 'http-version',
    says: 'wrong',
    cause: 'proxy-http-version',
    broken: whole({ body: FORWARD.replace('proxy_http_version 1.1;', '') }),
    ok: whole(),
    options: { version: '1.28.0' },
    line: 12,
    why: /1\.28\.0/,
  },
  {
    id: 'http-version',
    says: 'wrong',
    cause: 'proxy-http-version',
    broken: whole({ body: FORWARD.replace('proxy_http_version 1.1;', 'proxy_http_version 1.0;') }),
    ok: whole({ body: FORWARD.replace('proxy_http_version 1.1;', '') }),
    options: { version: '1.30.0' },
    line: 13,
  },
  {
    id: 'upgrade-header',
    says: 'wrong',
    cause: 'upgrade-headers-missing',
    broken: whole({ body: FORWARD.replace('proxy_set_header Upgrade $http_upgrade;', '') }),
    ok: whole(),
    line: 12,
  },
  {
    id: 'upgrade-header',
    says: 'wrong',
    cause: 'upgrade-headers-missing',
    broken: whole({ server: FORWARD, body: 'proxy_set_header Host $host;' }),
    ok: whole({ server: `${FORWARD} proxy_set_header Host $host;`, body: '' }),
    line: 13,
    why: /the server block, Upgrade at .*:11 /,
  },
  {
    id: 'upgrade-header',
    says: 'unknown',
    cause: 'upgrade-headers-missing',
    broken: whole({ body: 'include ws_params;' }),
    ok: whole({ body: FORWARD }),
    line: 13,
  },
  {
    id: 'connection-header',
    says: 'wrong',
    cause: 'upgrade-headers-missing',
    broken: whole({ body: FORWARD.replace('$connection_upgrade', 'keep-alive') }),
    ok: whole({ body: FORWARD.replace('$connection_upgrade', '"keep-alive, Upgrade"') }),
    line: 13,
  },
  {
    id: 'connection-header',
    says: 'wrong',
    cause: 'upgrade-headers-missing',
    broken: whole({ server: FORWARD, body: 'proxy_set_header Upgrade $http_upgrade;' }),
    ok: whole({ server: FORWARD, body: 'proxy_read_timeout 1h;' }),
    line: 13,
    why: /Connection at .*:11 /,
  },
  {
    id: 'connection-map',
    says: 'wrong',
    cause: 'config-map-missing',
    broken: whole({ map: '' }),
    ok: whole(),
    line: 13,
  },
  {
    id: 'connection-keepalive',
    says: 'note',
    cause: null,
    broken: whole({ http: upstream('server 10.0.0.5:8080; keepalive 16;'), pass: 'proxy_pass http://app;' }),
    ok: whole({
      map: MAP.replace('close', "''"),
      http: upstream('server 10.0.0.5:8080; keepalive 16;'),
      pass: 'proxy_pass http://app;',
    }),
    line: 6,
  },
  {
    id: 'proxy-pass-uri',
    says: 'wrong',
    cause: 'backend-rejected-handshake',
    broken: whole({ location: '/socket.io/', pass: 'proxy_pass http://10.0.0.5:8080/;' }),
    ok: whole({ location: '/socket.io/', pass: 'proxy_pass http://10.0.0.5:8080;' }),
    line: 14,
  },
  {
    id: 'proxy-pass-uri',
    says: 'wrong',
    cause: 'backend-rejected-handshake',
    broken: whole({ location: '/ws/', pass: 'proxy_pass http://10.0.0.5:8080/app;' }),
    ok: whole({ location: '/ws/', pass: 'proxy_pass http://10.0.0.5:8080/app/;' }),
    line: 14,
    why: /\/appx for \/ws\/x/,
  },
  {
    id: 'proxy-pass-uri',
    says: 'note',
    cause: 'backend-rejected-handshake',
    broken: whole({ location: '/ws', pass: 'proxy_pass http://10.0.0.5:8080/;' }),
    ok: whole({ location: '/ws', pass: 'proxy_pass http://10.0.0.5:8080/app;' }),
    line: 14,
    why: /\/\/x for \/ws\/x/,
  },
  {
    id: 'resolver',
    says: 'wrong',
    cause: 'upstream-name-unresolved',
    broken: whole({ pass: 'set $to chat.internal; proxy_pass http://$to:8080;' }),
    ok: whole({ http: 'resolver 10.0.0.2;', pass: 'set $to chat.internal; proxy_pass http://$to:8080;' }),
    line: 14,
  },
  {
    id: 'backend-scheme',
    says: 'wrong',
    cause: 'upstream-tls-mismatch',
    broken: whole({ pass: 'proxy_pass http://10.0.0.5:443;' }),
    ok: whole({ pass: 'proxy_pass https://10.0.0.5:443;' }),
    line: 14,
  },
  {
    id: 'backend-scheme',
    says: 'wrong',
    cause: 'upstream-tls-mismatch',
    broken: whole({ pass: 'proxy_pass https://127.0.0.1:7000;', http: 'server { listen 127.0.0.1:7000; }' }),
    ok: whole({ pass: 'proxy_pass https://127.0.0.1:7000;', http: 'server { listen 127.0.0.1:7000 ssl; }' }),
    line: 14,
  },
  {
    id: 'backend-sni',
    says: 'wrong',
    cause: 'upstream-tls-name',
    broken: whole({ pass: 'proxy_pass https://ws.example.net;' }),
    ok: whole({ pass: 'proxy_ssl_server_name on; proxy_pass https://ws.example.net;' }),
    line: 14,
  },
  {
    id: 'backend-sni',
    says: 'note',
    cause: 'upstream-tls-name',
    broken: whole({ http: upstream('server 10.0.0.5:8443;'), pass: 'proxy_pass https://app;' }),
    ok: whole({
      http: upstream('server 10.0.0.5:8443;'),
      pass: 'proxy_ssl_server_name on; proxy_ssl_name ws.example.net; proxy_pass https://app;',
    }),
    line: 14,
  },
  {
    id: 'backend-verify',
    says: 'wrong',
    cause: 'upstream-tls-verify-failed',
    broken: whole({ body: `${FORWARD} proxy_ssl_verify on;`, pass: 'proxy_pass https://ws.example.net;' }),
    ok: whole({
      body: `${FORWARD} proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem;`,
      pass: 'proxy_pass https://ws.example.net;',
    }),
    line: 13,
  },
  {
    id: 'backend-verify',
    says: 'wrong',
    cause: 'upstream-tls-name',
    broken: whole({
      http: upstream('server 10.0.0.5:8443;'),
      body: `${FORWARD} proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem;`,
      pass: 'proxy_pass https://app;',
    }),
    ok: whole({
      http: upstream('server 10.0.0.5:8443;'),
      body: `${FORWARD} proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; proxy_ssl_name ws.example.net;`,
      pass: 'proxy_pass https://app;',
    }),
    line: 13,
  },
  {
    id: 'sticky-sessions',
    says: 'wrong',
    cause: 'sticky-session-missing',
    broken: whole({
      location: '/socket.io/',
      http: upstream('least_conn; server 10.0.0.5:3000; server 10.0.0.6:3000;'),
      pass: 'proxy_pass http://app;',
    }),
    ok: whole({
      location: '/socket.io/',
      http: upstream('ip_hash; server 10.0.0.5:3000; server 10.0.0.6:3000;'),
      pass: 'proxy_pass http://app;',
    }),
    line: 7,
  },
  {
    id: 'response-header-buffer',
    says: 'wrong',
    cause: 'upstream-header-too-big',
    broken: whole({ body: `${FORWARD} proxy_buffer_size 1k;` }),
    ok: whole({ body: `${FORWARD} proxy_buffer_size 16k;` }),
    line: 13,
  },
  {
    id: 'zero-timeout',
    says: 'wrong',
    cause: 'read-timeout-zero',
    broken: whole({ body: `${FORWARD} proxy_read_timeout 0;` }),
    ok: whole({ body: `${FORWARD} proxy_read_timeout 1d;` }),
    line: 13,
  },
  {
    id: 'zero-timeout',
    says: 'wrong',
    cause: 'client-not-reading',
    broken: whole({ http: 'send_timeout 0s;' }),
    ok: whole({ http: 'send_timeout 10s;' }),
    line: 7,
  },
  {
    id: 'idle-timeout',
    says: 'wrong',
    cause: 'idle-timeout',
    broken: whole({ body: `${FORWARD} proxy_read_timeout 30s;` }),
    ok: whole({ body: `${FORWARD} proxy_read_timeout 31s;` }),
    options: { ping: 30 },
    line: 13,
  },
  {
    id: 'idle-timeout',
    says: 'wrong',
    cause: 'idle-timeout',
    broken: whole(),
    ok: whole({ body: `${FORWARD} proxy_read_timeout 2m;` }),
    options: { ping: 60 },
    line: 12,
  },
  {
    id: 'idle-timeout',
    says: 'wrong',
    cause: 'idle-timeout',
    broken: whole({ body: `${FORWARD} proxy_read_timeout 5s;` }),
    ok: whole(),
    line: 13,
  },
  {
    id: 'no-effect',
    says: 'note',
    cause: null,
    broken: whole({ body: `${FORWARD} proxy_buffering off; client_max_body_size 50m;` }),
    ok: whole({ body: `${FORWARD} proxy_read_timeout 1h;` }),
    line: 13,
    why: /proxy_buffering .*client_max_body_size/,
  },
  {
    id: 'error-log',
    says: 'note',
    cause: null,
    broken: whole({ errorLog: 'error_log /var/log/nginx/error.log warn;' }),
    ok: whole(),
    line: 3,
  },
  {
    id: 'access-log',
    says: 'note',
    cause: null,
    broken: whole({ logs: 'access_log /var/log/nginx/access.log combined;' }),
    ok: whole(),
    line: 5,
    why: /\$request_time, \$upstream_status/,
  },
  {
    id: 'access-log',
    says: 'note',
    cause: null,
    broken: whole({ body: `${FORWARD} access_log off;` }),
    ok: whole(),
    line: 13,
  },
];
