import { describe, expect, it } from 'vitest';
import { compileSymptoms } from '../../../src/catalogue/match.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import { parseErrorLine, parseErrorText } from '../../../src/nginx/error-line.ts';

const matcher = compileSymptoms(await shippedCatalogue());

const UP =
  ', client: 192.0.2.7, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:80/ws", host: "a.test"';
const NO_UP = ', client: 192.0.2.7, server: a.test, request: "GET /ws HTTP/1.1", host: "a.test"';

/** Message as logged, level, symptom, first cause: platforms, builds and versions that the recorded samples lack. */
const LINES: readonly (readonly [text: string, level: string, symptom: string, cause: string | null])[] = [
  // BSD, macOS, Windows, musl
  [
    `kevent() reported that connect() failed (61: Connection refused) while connecting to upstream${UP}`,
    'error',
    'upstream-connect-refused',
    'backend-refused',
  ],
  [
    `kevent() reported about an closed connection (54: Connection reset by peer) while reading response header from upstream${UP}`,
    'error',
    'recv-reset-header',
    'backend-closed-handshake',
  ],
  [
    `upstream timed out (60: Operation timed out) while reading response header from upstream${UP}`,
    'error',
    'upstream-timeout-header',
    'handshake-timeout',
  ],
  [
    `upstream timed out (110: Operation timed out) while connecting to upstream${UP}`,
    'error',
    'upstream-timeout-connect',
    'backend-unreachable',
  ],
  [
    `connect() failed (113: Host is unreachable) while connecting to upstream${UP}`,
    'error',
    'upstream-connect-no-route',
    'backend-unreachable',
  ],
  [
    `upstream timed out (10060: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond) while connecting to upstream${UP}`,
    'error',
    'upstream-timeout-connect',
    'backend-unreachable',
  ],
  [
    `WSARecv() failed (10054: An existing connection was forcibly closed by the remote host) while reading response header from upstream${UP}`,
    'error',
    'recv-reset-header',
    'backend-closed-handshake',
  ],
  [
    `CreateFile() "C:\\nginx/html/ws" failed (2: The system cannot find the file specified)${NO_UP}`,
    'error',
    'static-file-missing',
    'route-not-proxied',
  ],
  // OpenSSL 1.0, 1.1, 3
  [
    `SSL_do_handshake() failed (SSL: error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol) while SSL handshaking to upstream${UP}`,
    'error',
    'upstream-tls-plain-backend',
    'upstream-tls-mismatch',
  ],
  [
    `SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream${UP}`,
    'error',
    'upstream-tls-plain-backend',
    'upstream-tls-mismatch',
  ],
  [
    `SSL_do_handshake() failed (SSL: error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream${UP}`,
    'error',
    'upstream-tls-needs-name',
    'upstream-tls-name',
  ],
  [
    `SSL_do_handshake() failed (104: Connection reset by peer) while SSL handshaking to upstream${UP}`,
    'error',
    'upstream-tls-closed',
    'upstream-tls-mismatch',
  ],
  [
    `upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream${UP}`,
    'error',
    'upstream-tls-verify',
    'upstream-tls-verify-failed',
  ],
  [
    `SSL_do_handshake() failed (SSL: error:14209102:SSL routines:tls_early_post_process_client_hello:unsupported protocol) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443`,
    'crit',
    'client-tls-failed',
    'client-tls-failed',
  ],
  [
    `SSL_do_handshake() failed (SSL: error:14094416:SSL routines:ssl3_read_bytes:sslv3 alert certificate unknown:SSL alert number 46) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443`,
    'crit',
    'client-tls-distrusts',
    'client-tls-failed',
  ],
  // other proxies inside nginx
  [
    `upstream prematurely closed connection while reading response header from upstream${UP.replace('http://10.0.0.5:80/ws', 'uwsgi://127.0.0.1:8100')}`,
    'error',
    'upstream-closed-header',
    'backend-closed-handshake',
  ],
  [
    `connect() to unix:/run/php/php8.1-fpm.sock failed (2: No such file or directory) while connecting to upstream${UP.replace('http://10.0.0.5:80/ws', 'fastcgi://unix:/run/php/php8.1-fpm.sock:')}`,
    'crit',
    'upstream-connect-socket-missing',
    'backend-socket-missing',
  ],
  [
    `FastCGI sent in stderr: "PHP message: upstream timed out (110: Connection timed out)" while reading response header from upstream${UP}`,
    'error',
    'fastcgi-stderr',
    null,
  ],
  [
    `open() "/var/lib/nginx/tmp/fastcgi/4/00/0000000004" failed (13: Permission denied) while reading upstream${UP}`,
    'crit',
    'temp-file-failed',
    null,
  ],
  // tunnels
  [
    `recv() failed (110: Connection timed out) while proxying upgraded connection${UP}`,
    'error',
    'recv-timeout-tunnel-backend',
    'backend-reset-tunnel',
  ],
  [
    `recv() failed (113: No route to host) while proxying upgraded connection${UP}`,
    'info',
    'recv-timeout-tunnel-client',
    'client-reset-tunnel',
  ],
  [
    `send() failed (32: Broken pipe) while proxying upgraded connection${UP}`,
    'info',
    'send-failed-tunnel-client',
    'client-reset-tunnel',
  ],
  // refusals and limits
  [`limiting requests, excess: 20.100 by zone "one"${NO_UP}`, 'error', 'limiting-requests', 'rate-limited'],
  [
    `directory index of "/usr/share/nginx/html/" is forbidden${NO_UP}`,
    'error',
    'directory-index-forbidden',
    'route-not-proxied',
  ],
  [
    `open() "/usr/share/nginx/html/socket.io/" failed (2: No such file or directory)${NO_UP}`,
    'error',
    'static-file-missing',
    'route-not-proxied',
  ],
  [`stat() "/root/app/ws" failed (13: Permission denied)${NO_UP}`, 'crit', 'static-file-denied', 'route-not-proxied'],
  [
    `no "ssl_certificate" is defined in server listening on SSL port while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443`,
    'error',
    'certificate-load-failed',
    'client-tls-failed',
  ],
  [`4096 worker_connections are not enough`, 'alert', 'worker-connections-accept', 'worker-connections-exhausted'],
  [
    `4096 worker_connections exceed open file resource limit: 1024`,
    'warn',
    'connections-above-file-limit',
    'file-descriptors-exhausted',
  ],
  [
    `app could not be resolved (2: Server failure)${NO_UP}`,
    'error',
    'upstream-name-unresolved',
    'upstream-name-unresolved',
  ],
  // start
  [
    `host not found in upstream "app:3000" in /etc/nginx/conf.d/default.conf:5`,
    'emerg',
    'config-host-not-found',
    'config-invalid',
  ],
  [`unknown "connection_upgrade" variable`, 'emerg', 'config-map-missing', 'config-map-missing'],
  [`invalid URL prefix in /etc/nginx/sites-enabled/default:12`, 'emerg', 'config-proxy-scheme', 'config-invalid'],
  [
    `"map" directive is not allowed here in /etc/nginx/sites-enabled/default:3`,
    'emerg',
    'config-not-allowed-here',
    'config-invalid',
  ],
  [`bind() to [::]:443 failed (98: Address already in use)`, 'emerg', 'config-bind', 'config-invalid'],
  [
    `mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)`,
    'emerg',
    'config-file-missing',
    'config-invalid',
  ],
  [`initgroups(edge, 10001) failed (1: Operation not permitted)`, 'emerg', 'config-refused', 'config-invalid'],
  [`open() "/run/nginx.pid" failed (2: No such file or directory)`, 'error', 'nginx-not-running', null],
  [
    `socketpair() failed while spawning "worker process" (13: Permission denied)`,
    'alert',
    'worker-fatal',
    'nginx-stopped',
  ],
];

describe('lines of other platforms, builds and versions', () => {
  it.each(LINES)('%s [%s] is %s', (text, level, symptom, cause) => {
    const found = matcher.matchError(parseErrorLine(`2026/11/22 12:06:22 [${level}] 7#7: *2 ${text}`)!);
    expect(found?.id).toBe(symptom);
    expect(found?.causes[0] ?? null).toBe(cause);
  });

  it.each(LINES.filter(([text]) => text.includes(', client: ') && text.includes(' while ')))(
    '%s: the same without its prefix',
    (text, _, symptom) => {
      const record = parseErrorText(text);
      expect(record).not.toBeNull();
      // Without a level a tunnel's line is read as the backend's side.
      expect(matcher.matchError(record!)?.id).toBe(symptom.replace('tunnel-client', 'tunnel-backend'));
    },
  );
});
