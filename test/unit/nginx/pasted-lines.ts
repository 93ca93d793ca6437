/** Lines as people paste them, with the fields that must be found in them, and lines of other programs. */

export interface Pasted {
  readonly line: string;
  readonly kind: 'error' | 'access';
  readonly fields: Readonly<Record<string, unknown>>;
}

const error = (line: string, fields: Record<string, unknown>): Pasted => ({ line, kind: 'error', fields });
const access = (line: string, fields: Record<string, unknown>): Pasted => ({ line, kind: 'access', fields });

const REFUSED = { message: 'connect() failed', call: 'connect()', errno: 111, phase: 'connecting to upstream' };
const CLOSED = {
  message: 'upstream prematurely closed connection',
  errno: null,
  phase: 'reading response header from upstream',
};
const RESET = { message: 'recv() failed', call: 'recv()', errno: 104 };

/** Damage of many kinds, each as it is met in public threads (names and addresses changed). */
export const PASTED: readonly Pasted[] = [
  // Masked values stay as they are written.
  error(
    '2022/04/15 17:45:45 [error] 363993#0: *6641416 upstream prematurely closed connection while reading response header from upstream, client: 10.xxx.xx.xxxx, server: _, request: "POST /atip/tc HTTP/1.1", upstream: "http://10.xxx.xx.xxx:8080/atip/tc", host: "xxxxx.test:9080"',
    {
      ...CLOSED,
      level: 'error',
      pid: 363993,
      connection: 6641416,
      client: '10.xxx.xx.xxxx',
      server: '_',
      method: 'POST',
      upstream: 'http://10.xxx.xx.xxx:8080/atip/tc',
      host: 'xxxxx.test:9080',
    },
  ),
  error(
    'upstream prematurely closed connection while reading response header from upstream, client: <client>, server: , request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8081/", host: "<my-host>"',
    {
      ...CLOSED,
      level: null,
      client: '<client>',
      server: '',
      path: '/',
      upstream: 'http://127.0.0.1:8081/',
      host: '<my-host>',
    },
  ),
  error(
    '2023/02/27 08:54:03 [error] 6400#6400: *6736996 upstream prematurely closed connection while reading response header from upstream, client: <client ip>, server: _, request: "GET /console_572/ws HTTP/1.1", upstream: "http://<pod ip>:37200/", host: "redacted host"',
    {
      ...CLOSED,
      client: '<client ip>',
      upstream: 'http://<pod ip>:37200/',
      host: 'redacted host',
      path: '/console_572/ws',
    },
  ),
  error(
    '2020/09/28 10:15:37 [error] 217#217: *2442 connect() failed (111: Connection refused) while connecting to upstream, client: XXX.XXX.XXX.XXX, server: *private*.ddns.test, request: "GET /api/websocket HTTP/1.1", upstream: "http://XXX:8123/api/websocket", host: "*private*.ddns.test"',
    {
      ...REFUSED,
      client: 'XXX.XXX.XXX.XXX',
      server: '*private*.ddns.test',
      host: '*private*.ddns.test',
      upstream: 'http://XXX:8123/api/websocket',
    },
  ),
  error(
    '2020/10/08 18:03:02 [error] 269#269: *5 connect() failed (111: Connection refused) while connecting to upstream, client: [REDACTED], server: ***.ddns.test, request: "GET /ws HTTP/2.0", upstream: "http://172.19.0.3:80/ws", host: "***.ddns.test"',
    { ...REFUSED, client: '[REDACTED]', server: '***.ddns.test', protocol: 'HTTP/2.0', host: '***.ddns.test' },
  ),
  error(
    '**2026/11/22 12:06:22 [error] 900#900: *78 upstream timed out (110: Connection timed out) while reading upstream**',
    { message: 'upstream timed out', errno: 110, phase: 'reading upstream', connection: 78 },
  ),
  error(
    '2026/11/22 12:06:22 [error] 900#900: *78 **connect() failed (111: Connection refused) while connecting to upstream**, client: **.**.**.**, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:3000/ws", host: "a.test"',
    { ...REFUSED, client: '**.**.**.**', connection: 78 },
  ),
  // Without the time, the level, or more of the header.
  error(
    '[error] 221#221: *11299 connect() failed (111: Connection refused) while connecting to upstream, client: x.x.x.x, server: xxxx.ddns.test, request: "GET /api/websocket HTTP/1.1", upstream: "http://172.30.32.1:8123/api/websocket", host: "xxxx.ddns.test"',
    { ...REFUSED, time: null, level: 'error', pid: 221, connection: 11299, client: 'x.x.x.x' },
  ),
  error(
    'error] 12483#0: *253 upstream prematurely closed connection while reading response header from upstream, client: 10.1.100.249, server: cmdb.test, request: "HEAD /index.html HTTP/1.0", upstream: "uwsgi://127.0.0.1:8100"',
    {
      ...CLOSED,
      level: 'error',
      pid: 12483,
      connection: 253,
      upstream: 'uwsgi://127.0.0.1:8100',
      protocol: 'HTTP/1.0',
    },
  ),
  error(
    '020/04/15 15:17:42 [error] 16319#16319: *129 upstream prematurely closed connection while reading response header from upstream, client: x.x.x.1, server: x.x.x.2, request: "GET /ws/admin:xxx/ HTTP/1.1", upstream: "http://127.0.0.1:xxxx/ws/admin:xxx/", host: "x.x.x.2',
    { ...CLOSED, time: null, pid: 16319, host: 'x.x.x.2', upstream: 'http://127.0.0.1:xxxx/ws/admin:xxx/' },
  ),
  error(
    '`*10088819 recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: <internal-ip>, server: , request: "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", upstream: "http://127.0.0.1:8080/socket.io/?EIO=4&transport=websocket", host: "<hostname>"`',
    {
      ...RESET,
      phase: 'proxying upgraded connection',
      connection: 10088819,
      server: '',
      path: '/socket.io/?EIO=4&transport=websocket',
      host: '<hostname>',
    },
  ),
  error(
    '60380#60380: *3539468988 SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream',
    {
      call: 'SSL_do_handshake()',
      errno: null,
      phase: 'SSL handshaking to upstream',
      pid: 60380,
      connection: 3539468988,
    },
  ),
  error(
    '2026/11/22 12:06:22 [error] connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a.test',
    {
      ...REFUSED,
      time: { wall: Date.UTC(2026, 10, 22, 12, 6, 22), offset: null },
      pid: null,
      client: '1.2.3.4',
      server: 'a.test',
    },
  ),
  error(
    '[2026-04-20 14:02:17] upstream timed out (110: Operation timed out) while reading response header from upstream, client: 10.0.1.42, server: auth.test, request: "POST /api/v1/login HTTP/1.1", upstream: "http://auth.svc.local:8080/api/v1/login"',
    {
      message: 'upstream timed out',
      errno: 110,
      errorText: 'Operation timed out',
      time: { wall: Date.UTC(2026, 3, 20, 14, 2, 17), offset: null },
      server: 'auth.test',
    },
  ),
  error(
    '2026-11-22T12:06:22.000Z [error] 900#900: *78 connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a.test',
    {
      ...REFUSED,
      time: { wall: Date.UTC(2026, 10, 22, 12, 6, 22), offset: 0 },
      pid: 900,
    },
  ),
  error(
    '2026-11-22 12:06:22,123 ERROR nginx connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: a.test, request: "GET /ws HTTP/1.1"',
    { ...REFUSED, client: '1.2.3.4', request: 'GET /ws HTTP/1.1' },
  ),
  // Only the message.
  error('upstream prematurely closed connection while reading response header from upstream', CLOSED),
  error('"upstream prematurely closed connection while reading response header from upstream"', CLOSED),
  error('upstream prematurely closed connection', { message: 'upstream prematurely closed connection' }),
  error('connect() failed (111: Connection refused) while connecting to upstream,', REFUSED),
  error('connect() failed (111: Connection refused) while connecting to upstream error in nginx', REFUSED),
  error('recv() failed (104: Connection reset by peer) while sending to client, client', {
    ...RESET,
    phase: 'sending to client',
  }),
  error('[error] upstream timed out (110: Operation timed out)', {
    message: 'upstream timed out',
    errno: 110,
    level: 'error',
  }),
  error('[error] no "Upgrade" header found in request', {
    message: 'no "Upgrade" header found in request',
    level: 'error',
  }),
  error(
    'connect() to unix:/run/gunicorn.sock failed (11: Resource temporarily unavailable) while connecting to upstream. ...',
    {
      message: 'connect() to unix:/run/gunicorn.sock failed',
      errno: 11,
      phase: 'connecting to upstream',
    },
  ),
  error(
    '[crit] 10#10: *1 connect() to unix:///tmp/uwsgi.sock failed (13: Permission denied) while connecting to upstream',
    {
      message: 'connect() to unix:///tmp/uwsgi.sock failed',
      level: 'crit',
      errno: 13,
    },
  ),
  error('no live upstreams while connecting to upstream', {
    message: 'no live upstreams',
    phase: 'connecting to upstream',
  }),
  error('1024 worker_connections are not enough while connecting to upstream', {
    message: '1024 worker_connections are not enough',
  }),
  error('client intended to send too large body: 10485761 bytes', {
    message: 'client intended to send too large body: 10485761 bytes',
  }),
  error('api could not be resolved (3: Host not found)', {
    message: 'api could not be resolved (3: Host not found)',
    errno: null,
  }),
  error('peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream', {
    message: 'peer closed connection in SSL handshake',
    errno: 104,
  }),
  // Cut short.
  error(
    '2026/11/22 12:06:22 [error] 900#900: *78 upstream prematurely closed connection while reading response header from upst...',
    { ...CLOSED, truncated: true },
  ),
  error('> 2020/09/08 17:58:56 [error] 3087#3087: *2 connect() failed (111: Connection ref$', {
    message: 'connect() failed',
    errno: 111,
    errorText: 'Connection ref',
    truncated: true,
  }),
  error('> 2020/09/08 17:58:59 [error] 3089#3089: *3 no live upstreams while connecting to$', {
    message: 'no live upstreams',
    phase: 'connecting to upstream',
    truncated: true,
  }),
  error(
    '2026/11/22 12:06:22 [error] 900#900: *78 upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.7, server: chat.test, request: "GET /socket.io/?EIO=3&transport=websocket&sid=...',
    {
      ...CLOSED,
      client: '203.0.113.7',
      server: 'chat.test',
      method: 'GET',
      path: '/socket.io/?EIO=3&transport=websocket&sid=',
      truncated: true,
    },
  ),
  error(
    '2026/11/22 12:06:22 [error] 900#900: *78 no live upstreams while connecting to upstream, client: 203.0.113.7, server: chat.test, requ…',
    {
      client: '203.0.113.7',
      server: 'chat.test',
      request: null,
      truncated: true,
    },
  ),
  error(
    '... client: 203.0.113.7, server: chat.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.9:3000/ws", host: "chat.test"',
    {
      client: '203.0.113.7',
      path: '/ws',
      upstream: 'http://10.0.0.9:3000/ws',
      host: 'chat.test',
    },
  ),
  error('request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:9000/ws", host:', {
    path: '/ws',
    upstream: 'http://127.0.0.1:9000/ws',
    client: null,
  }),
  error('refused) while connecting to upstream, client: 127.0.0.1, server: ,', {
    client: '127.0.0.1',
    phase: 'connecting to upstream',
  }),
  error(
    '2025/10/10 13:38:26 [error] 2439194#2439194: *5035166 recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: ip_client, server: api.test, request: "GET /natsws HTTP/1.1", upstream: "http://127.0.0.1:9235/natsws", host: "api.test:443" ........',
    { ...RESET, phase: 'proxying upgraded connection', client: 'ip_client', host: 'api.test:443' },
  ),
  error(
    'nginx | 2017/10/05 21:39:23 [error] 10#10: *12 SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream, client: 204.0.113.42"',
    {
      call: 'SSL_do_handshake()',
      phase: 'SSL handshaking to upstream',
      client: '204.0.113.42',
    },
  ),
  // Parts left out, commas lost, text behind the end.
  error(
    '[error] 6120#6120: *40711 connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://127.0.0.1:8000/v1/users"',
    {
      ...REFUSED,
      upstream: 'http://127.0.0.1:8000/v1/users',
      client: null,
    },
  ),
  error(
    '[error] connect() failed (111: Connection refused) while connecting to upstream client: 192.168.1.1, server: example.test upstream: "http://127.0.0.1:8080" host: "example.test", referrer: "http://example.test/"',
    {
      ...REFUSED,
      client: '192.168.1.1',
      server: 'example.test',
      upstream: 'http://127.0.0.1:8080',
      host: 'example.test',
      referrer: 'http://example.test/',
    },
  ),
  error(
    '[error] 610#610: *687 SSL_read() failed (SSL: error:1404C10B:SSL routines:ST_OK:wrong version number) while reading response header from upstream, request: "GET /socket HTTP/1.1", upstream: "https://127.0.0.1:8123/socket"',
    {
      call: 'SSL_read()',
      phase: 'reading response header from upstream',
      path: '/socket',
      upstream: 'https://127.0.0.1:8123/socket',
    },
  ),
  error(
    '2026/11/22 12:06:22 [error] 9#9: *7 access forbidden by rule, client: 10.0.0.1, server: a.test, request: "GET /ws HTTP/1.1", host: "a.test"      <-- here',
    {
      message: 'access forbidden by rule',
      host: 'a.test',
    },
  ),
  error(
    '    "err": "[error] 29#29: *17 upstream timed out (110: Operation timed out) while reading response header from upstream, client: 172.18.0.1, server: stock.test"',
    { message: 'upstream timed out', errno: 110, pid: 29, client: '172.18.0.1', server: 'stock.test' },
  ),
  error(
    '2020/08/27 17:12:58 [error] 14965#0: *20033661 recv() failed (104: Connection reset by peer) while reading response header from upstream, client: xx.xx.xx.xx, server: localhost, request: "POST /upload/log?xxxx  HTTP/1.1", upstream: "http://[xxxx:xxxx::xxxx]:80/upload/log?xxxx", host: "xxxx"',
    { ...RESET, path: '/upload/log?xxxx', upstream: 'http://[xxxx:xxxx::xxxx]:80/upload/log?xxxx' },
  ),
  error(
    '2026/11/22 12:06:22 [error] 9#9: *7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: a.test request: "GET /ws HTTP/1.1" upstream: "http://10.0.0.5:80/ws"',
    { ...REFUSED, client: '10.0.0.1', server: 'a.test', path: '/ws', upstream: 'http://10.0.0.5:80/ws' },
  ),
  error(
    '2026/11/22 12:06:22 [error] 9#9: *7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1,  server: _,  request: "GET /ws HTTP/1.1", [...], host: "a.test"',
    { ...REFUSED, client: '10.0.0.1', server: '_', path: '/ws', host: 'a.test' },
  ),
  error(
    '2026/11/22 12:06:22 [error] 9#9: *7 no live upstreams while connecting to upstream, client: 10.0.0.1, ..., upstream: "http://backend/ws", host: "a.test"',
    { client: '10.0.0.1', server: null, upstream: 'http://backend/ws', host: 'a.test' },
  ),
  error('2026/11/22 12:06:22 [error] 9#9: *7 no live upstreams while connecting to upstream, client: <client>', {
    client: '<client>',
  }),
  error(
    '2026/11/22 12:06:22 [error] 9#9: *7 FastCGI sent in stderr: "Primary script unknown" while reading response header from upstream, client: 10.0.0.1, server: a.test, request: "GET /ws HTTP/1.1", upstream: "fastcgi://unix:/run/php/php7.4-fpm.sock:", host: "a.test"',
    {
      message: 'FastCGI sent in stderr: "Primary script unknown"',
      phase: 'reading response header from upstream',
      upstream: 'fastcgi://unix:/run/php/php7.4-fpm.sock:',
    },
  ),
  error('2019/10/01 23:01:45 [debug] 15851#15851: *7 http proxy status 101 "101 Switching Protocols"', {
    level: 'debug',
    message: 'http proxy status 101 "101 Switching Protocols"',
    unfinished: false,
  }),
  error('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok', {
    message: 'the configuration file /etc/nginx/nginx.conf syntax is ok',
  }),
  // Other platforms and protocols.
  error(
    '2013/08/12 14:23:06 [error] 5188#5308: *35 upstream timed out (10060: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond) while reading response header from upstream, client: 127.0.0.1, server: localhost, request: "GET /socket.io/1/websocket/a HTTP/1.1", upstream: "http://127.0.0.1:3000/socket.io/1/websocket/a", host: "localhost"',
    {
      message: 'upstream timed out',
      errno: 10060,
      tid: 5308,
      phase: 'reading response header from upstream',
      host: 'localhost',
    },
  ),
  error(
    '2024/03/26 16:06:59 [error] 3964#3964: *1 connect() failed (111: Unknown error) while connecting to upstream, client: 172.27.137.145, server: _, request: "GET /api/v4/websocket HTTP/1.1", upstream: "http://172.27.182.102:8065/api/v4/websocket", host: "ec2.test"',
    { ...REFUSED, errorText: 'Unknown error' },
  ),
  error(
    '2021/10/26 09:55:32 [alert] 114582#0: *22873 epoll_ctl(1, 12) failed (17: File exists), client: 10.114.71.142, server: q.test, request: "GET /case/1k HTTP/3", subrequest: "/mirror/case", host: "q.test:8443"',
    { call: 'epoll_ctl()', errno: 17, phase: null, protocol: 'HTTP/3', subrequest: '/mirror/case' },
  ),
  error('2016/05/19 00:44:34 [warn] 11486#0: "ssl_stapling" ignored, issuer certificate not found', {
    message: '"ssl_stapling" ignored, issuer certificate not found',
  }),
  error(
    '2026/11/22 12:21:38 [error] 8983#8983: *4 [lua] ws.lua:7: failed to new websocket: bad "upgrade" request header: nil, client: 127.0.0.1, server: lua.test, request: "GET /ws HTTP/1.1", host: "h.test"',
    {
      message: '[lua] ws.lua:7: failed to new websocket: bad "upgrade" request header: nil',
      client: '127.0.0.1',
      path: '/ws',
    },
  ),
  error(
    'nginx-test-nginx-1  | 2023/03/12 17:11:03 [error] 22#22: *9 limiting connections by zone "customer_b" while initializing session, client: 172.19.0.1, server: 0.0.0.0:2702',
    {
      message: 'limiting connections by zone "customer_b"',
      context: 'stream',
      phase: 'initializing session',
    },
  ),
  // What nginx tells a console.
  error('nginx: [emerg] host not found in upstream "app:3000" in /etc/nginx/conf.d/default.conf:2', {
    level: 'emerg',
    message: 'host not found in upstream "app:3000" in /etc/nginx/conf.d/default.conf:2',
  }),
  error('nginx-nginx-1  | nginx: [emerg] unknown directive "http" in /etc/nginx/nginx.conf:1     ', {
    level: 'emerg',
    message: 'unknown directive "http" in /etc/nginx/nginx.conf:1',
  }),
  error('Nov 22 12:10:26 web1 nginx[1234]: nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', {
    call: 'bind()',
    errno: 98,
    level: 'emerg',
  }),
  error('nginx: [emerg] unknown "connection_upgrade" variable', {
    level: 'emerg',
    message: 'unknown "connection_upgrade" variable',
  }),
  error('$ nginx: configuration file /etc/nginx/nginx.conf test failed', {
    message: 'configuration file /etc/nginx/nginx.conf test failed',
  }),
  // Access lines, whole and in parts.
  access('127.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 400 34 "-" "Mozilla/5.0"', {
    client: '127.0.0.1',
    status: 400,
    bodyBytes: 34,
    path: '/ws',
  }),
  access('access.log:12:10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 502 157 "-" "-"', {
    client: '10.0.0.1',
    status: 502,
  }),
  access('/var/log/nginx/access.log:10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 502 157 "-" "-"', {
    client: '10.0.0.1',
  }),
  access('<client-ip> - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0 (X11...', {
    client: '<client-ip>',
    status: 101,
  }),
  access('> 10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 101 4 "-" "-"', {
    client: '10.0.0.1',
    status: 101,
  }),
  access('“GET /ws HTTP/1.1” 400 157 “-” “Mozilla/5.0 …”', {
    client: null,
    time: null,
    status: 400,
    bodyBytes: 157,
    path: '/ws',
  }),
  access('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1" 400 34 "-" "Mozilla/5.0"', {
    status: 400,
    path: '/socket.io/?EIO=4&transport=websocket',
  }),
  access('x.x.x.x - - [date] "GET /ws HTTP/1.1" 101 0 "-" "-"', { client: 'x.x.x.x', status: 101, time: null }),
  access('xxx.xxx.xxx.xxx - - [27/Oct/2020:10:23:44] "GET /ws HTTP/1.1" 101 0 "-" "-"', {
    client: 'xxx.xxx.xxx.xxx',
    status: 101,
  }),
  access(
    '9.0.113.193 - [9.0.113.193] - - [20/Dec/2017:01:40:42 +0000] "GET /ws HTTP/1.1" 504 585 "-" "Mozilla/5.0 (Macintosh; Intel',
    { client: '9.0.113.193', status: 504 },
  ),
  access('10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] &quot;GET /ws HTTP/1.1&quot; 426 0 &quot;-&quot; &quot;-&quot;', {
    client: '10.0.0.1',
    status: 426,
  }),
];

const WHOLE =
  'client: 203.0.113.7, server: chat.test, request: "GET /ws?a=1 HTTP/1.1", upstream: "http://10.0.0.9:3000/ws?a=1", host: "chat.test"';
const COMMON = {
  client: '203.0.113.7',
  server: 'chat.test',
  path: '/ws?a=1',
  upstream: 'http://10.0.0.9:3000/ws?a=1',
  host: 'chat.test',
  forgeable: false,
  truncated: false,
};

/** Whole lines, to which every kind of {@link DAMAGE} is done. */
export const WHOLE_LINES: readonly { line: string; fields: Readonly<Record<string, unknown>> }[] = [
  {
    line: `2026/11/22 12:06:22 [error] 900#901: *78 connect() failed (111: Connection refused) while connecting to upstream, ${WHOLE}`,
    fields: { ...COMMON, ...REFUSED },
  },
  {
    line: `2026/11/22 12:06:22 [error] 900#901: *78 upstream prematurely closed connection while reading response header from upstream, ${WHOLE}`,
    fields: { ...COMMON, ...CLOSED },
  },
  {
    line: `2026/11/22 12:06:22 [error] 900#901: *78 recv() failed (104: Connection reset by peer) while proxying upgraded connection, ${WHOLE}, referrer: "https://chat.test/?x=(1)"`,
    fields: { ...COMMON, ...RESET, referrer: 'https://chat.test/?x=(1)' },
  },
  {
    line: `2026/11/22 12:06:22 [error] 900#901: *78 limiting requests, excess: 0.999 by zone "lr", ${WHOLE}`,
    fields: { ...COMMON, message: 'limiting requests, excess: 0.999 by zone "lr"', phase: null },
  },
  {
    line: `2026/11/22 12:06:22 [error] 900#901: *78 SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream, ${WHOLE}`,
    fields: { ...COMMON, call: 'SSL_do_handshake()', errno: null },
  },
];

/** What happens to a line between a log and a question. */
export const DAMAGE: readonly (readonly [name: string, damage: (line: string) => string])[] = [
  ['none', (line) => line],
  ['a line feed', (line) => `${line}\r\n`],
  ['quoted', (line) => `> ${line}`],
  ['quoted twice', (line) => `>> ${line}`],
  ['indented', (line) => `    ${line}  `],
  ['in a list', (line) => `- ${line}`],
  ['in backticks', (line) => `\`${line}\``],
  ['fenced', (line) => `\`\`\`${line}\`\`\``],
  ['in quotes', (line) => `"${line}"`],
  ['in apostrophes', (line) => `'${line}'`],
  ['from grep -n', (line) => `152:${line}`],
  ['from grep over files', (line) => `/var/log/nginx/error.log.1:${line}`],
  ['from grep -n over files', (line) => `error.log:152:${line}`],
  ['numbered', (line) => `    17\t${line}`],
  ['compose', (line) => `nginx-proxy  | ${line}`],
  ['compose, coloured', (line) => `\x1b[36;1mnginx-proxy  | \x1b[0m${line}`],
  ['docker', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-22T12:06:22.1Z' })],
  [
    'docker, cut',
    (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-22T12:06:22.1Z' }).slice(1, -20),
  ],
  ['CRI', (line) => `2026-11-22T12:06:22.123456789Z stderr F ${line}`],
  ['kubectl', (line) => `[pod/ingress-nginx-controller-7d9/controller] ${line}`],
  ['stern', (line) => `ingress-nginx-controller-7d9 controller ${line}`],
  ['syslog', (line) => `<187>Nov 22 12:06:22 web nginx: ${line}`],
  ['journald', (line) => `Nov 22 12:06:22 web nginx[900]: ${line}`],
  ['a shipper', (line) => JSON.stringify({ '@timestamp': '2026-11-22T12:06:22Z', message: line, fields: { a: 1 } })],
  ['Heroku', (line) => `2026-11-22T12:06:22.9+00:00 app[web.1]: ${line}`],
  ['a label', (line) => `nginx error log: ${line}`],
  ['smart quotes', (line) => line.replace(/"([^"]*)"/g, '\u201c$1\u201d')],
  ['smart quotes in UTF-8', (line) => line.replace(/"([^"]*)"/g, '\xe2\x80\x9c$1\xe2\x80\x9d')],
  ['entities', (line) => line.replaceAll('"', '&quot;')],
  ['escaped quotes', (line) => line.replaceAll('"', '\\"')],
  ['escaped twice', (line) => JSON.stringify(JSON.stringify(line))],
  ['apostrophes for quotes', (line) => line.replaceAll('"', "'")],
  ['CSV', (line) => `"${line.replaceAll('"', '""')}"`],
  [
    'Markdown escapes',
    (line) => line.replaceAll('*', '\\*').replace('[error]', '\\[error\\]').replace('900#', '900\\#'),
  ],
  ['tags', (line) => `<p><code>${line}</code></p>`],
  ['a link made of the URL', (line) => line.replace(/"(http:[^"]+)"/, '"[$1]($1)"')],
  ['wrapped', (line) => line.replace(', request', ',\n    request').replace(' while ', '\nwhile ')],
  ['wide spaces', (line) => line.replace('] 900', ']\u00a0\u00a0900')],
  ['a remark', (line) => `${line} <-- what is this?`],
  ['a comma', (line) => `${line},`],
];

/** Lines of other programs, though they speak of the same things. */
export const FOREIGN: readonly string[] = `
[Thu Nov 22 12:06:22.123456 2026] [proxy:error] [pid 1234:tid 139] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8080 (localhost) failed
[Thu Nov 22 12:06:22.123456 2026] [proxy_http:error] [pid 1234] [client 10.0.0.1:5555] AH01114: HTTP: failed to make connection to backend: 127.0.0.1
[Thu Nov 22 12:06:22 2026] [error] [client 10.0.0.1] File does not exist: /var/www/ws
[Thu Nov 22 12:06:22.1 2026] [proxy_wstunnel:error] [pid 5] AH02452: failed to make connection to backend
Nov 22 12:06:22 lb haproxy[1234]: 10.0.0.1:5555 [22/Nov/2026:12:06:22.123] http-in ws/ws1 0/0/-1/-1/3000 503 212 - - SC-- 1/1/0/0/3 0/0 "GET /ws HTTP/1.1"
Error: connect ECONNREFUSED 127.0.0.1:3000
    at TCPConnectWrap.afterConnect [as oncomplete] (net.js:1141:16)
Error: socket hang up
WebSocket connection to 'wss://a.test/socket.io/?EIO=3&transport=websocket' failed: Error during WebSocket handshake: Unexpected response code: 400
WebSocket connection to 'ws://localhost:8080/' failed: Connection closed before receiving a handshake response
Firefox can't establish a connection to the server at wss://a.test/ws.
GET https://a.test/socket.io/?EIO=3&transport=polling&t=M1 502 (Bad Gateway)
Traceback (most recent call last):
ConnectionRefusedError: [Errno 111] Connection refused
websockets.exceptions.ConnectionClosedError: code = 1006 (connection closed abnormally [internal]), no reason
websockets.exceptions.InvalidStatusCode: server rejected WebSocket connection: HTTP 502
java.net.ConnectException: Connection refused (Connection refused)
io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection refused: localhost/127.0.0.1:8080
2026-11-22 12:06:22.123 ERROR 1 --- [nio-8080-exec-1] o.s.w.s.s.s.DefaultHandshakeHandler : Handshake failed due to invalid Upgrade header: null
2026-11-22 12:06:22,123 ERROR [daphne.server] websocket: connection refused while connecting to upstream
INFO:     127.0.0.1:54321 - "WebSocket /ws" 403
INFO:     127.0.0.1:54321 - "GET /ws HTTP/1.1" 404 Not Found
INFO:     connection rejected (403 Forbidden)
127.0.0.1 - - [22/Nov/2026 12:00:00] "GET /ws HTTP/1.1" 404 -
127.0.0.1:54321 - - [22/Nov/2026:12:00:00] "WSCONNECTING /ws/chat/" - -
[2026-11-22 12:06:22 +0000] [12] [CRITICAL] WORKER TIMEOUT (pid:13)
[2026-11-22 12:06:22 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)
{"level":"error","ts":1795349182.1,"logger":"http.log.error","msg":"dial tcp 127.0.0.1:8080: connect: connection refused","request":{"remote_ip":"10.0.0.1","proto":"HTTP/1.1","method":"GET","host":"a.test","uri":"/ws"},"duration":0.001,"status":502}
{"level":"error","msg":"'502 Bad Gateway' caused by: dial tcp 10.0.0.5:8080: connect: connection refused","time":"2026-11-22T12:06:22Z"}
{"time":"2026-11-22T12:00:00Z","level":"ERROR","message":"websocket handshake failed: bad status 502"}
time="2026-11-22T12:06:22Z" level=error msg="Error while connecting to upstream" error="dial tcp: i/o timeout"
10.0.0.1 - - [22/Nov/2026:12:06:22 +0000] "GET /ws HTTP/1.1" 502 11 "-" "-" 5 "ws@docker" "http://10.0.0.5:8080" 1ms
Nov 22 12:06:22 web systemd[1]: nginx.service: Failed with result 'exit-code'.
Nov 22 12:06:22 web systemd[1]: Failed to start A high performance web server and a reverse proxy server.
nginx.service: control process exited, code=exited status=1
Job for nginx.service failed because the control process exited with error code.
Nov 22 12:06:22 web kernel: [12345.678] TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies.
[12345.678901] nf_conntrack: nf_conntrack: table full, dropping packet
Nov 22 12:06:22 web kernel: nginx[1234]: segfault at 0 ip 00007f sp 00007f error 4 in nginx[400000+100000]
type=AVC msg=audit(1795349182.123:456): avc:  denied  { name_connect } for  pid=1234 comm="nginx" dest=8080 scontext=system_u:system_r:httpd_t:s0 tclass=tcp_socket
www-data  1234  0.0  0.1  55540  5600 ?        S    12:00   0:00 nginx: worker process
root      1233  0.0  0.0  55000  1200 ?        Ss   12:00   0:00 nginx: master process /usr/sbin/nginx -g daemon on; master_process on;
curl: (7) Failed to connect to localhost port 8080: Connection refused
curl: (52) Empty reply from server
error: Unexpected server response: 502
< HTTP/1.1 502 Bad Gateway
< Server: nginx/1.18.0 (Ubuntu)
HTTP/1.1 101 Switching Protocols
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
location /ws { proxy_pass http://127.0.0.1:8080; proxy_http_version 1.1; }
upstream backend { server 10.0.0.5:8080; }
server { listen 80; server_name example.test; }
/docker-entrypoint.sh: Configuration complete; ready for start up
nginx-1  | /docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
nginx-1 exited with code 1
W1122 12:06:22.123456       7 controller.go:1012] Service "default/ws" does not have any active Endpoint.
I1122 12:06:22.123456       7 event.go:285] Event(v1.ObjectReference{Kind:"Ingress"}): type: 'Normal' reason: 'Sync' Scheduled for sync
[2026-11-22T12:06:22.123Z] "GET /ws HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 10 - "-" "curl/7" "id" "a.test" "10.0.0.5:8080"
upstream connect error or disconnect/reset before headers. reset reason: connection failure
[2026-11-22 12:06:22.123][15][warning][upstream] [source/common/upstream/x.cc:1] upstream timed out
2026/11/22 12:06:22 websocket: close 1006 (abnormal closure): unexpected EOF
2026/11/22 12:06:22 http: proxy error: dial tcp 127.0.0.1:8080: connect: connection refused
2026/11/22 12:06:22 [error] websocket upgrade failed: client not using the websocket protocol
2026/11/22 12:06:22 [ERROR] agent: failed to sync: connection refused
[GIN] 2026/11/22 - 12:06:22 | 502 |     1.23ms |       10.0.0.1 | GET      "/ws"
[error] 12:06:22 connect() failed
[error] no connection upgrade possible: connect() failed
connect() failed: Connection refused
upstream timed out
FATAL:  remaining connection slots are reserved for non-replication superuser connections
2026-11-22 12:06:22 UTC [1234] LOG:  could not receive data from client: Connection reset by peer
[22-Nov-2026 12:06:22] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it
[22-Nov-2026 12:06:22 UTC] PHP Fatal error:  Uncaught Error: stream_socket_client(): unable to connect to ssl://a:443 (Connection timed out)
1:M 22 Nov 2026 12:06:22.123 # WARNING: The TCP backlog setting of 511 cannot be enforced
ActionController::RoutingError (No route matches [GET] "/cable"):
Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: close, HTTP_UPGRADE: )
Finished "/cable/" [WebSocket] for 127.0.0.1 at 2026-11-22 12:06:22 +0000
Started GET "/cable" for 127.0.0.1 at 2026-11-22 12:00:00 +0000
[info] Connection refused, client: 10.0.0.1
client: 10.0.0.1, server: web, status: connected
Listening on port 3000, host: "0.0.0.0", client: none
1795349182.123    100 10.0.0.1 TCP_MISS/502 4123 GET http://a.test/ws - HIER_DIRECT/10.0.0.5 text/html
2026-11-22 12:06:22 W3SVC1 10.0.0.1 GET /ws - 80 - 10.0.0.2 curl/7 502 3 12029 15
Dec  1 10:00:00 host sshd[123]: Failed password for invalid user admin from 10.0.0.1 port 22 ssh2
postfix/smtpd[123]: connect from unknown[10.0.0.1]
mysqld: [Warning] Aborted connection 12 to db: 'x' user: 'y' host: 'z' (Got timeout reading communication packets)
dockerd[1234]: time="2026-11-22T12:06:22Z" level=error msg="Handler for POST /containers returned error: upstream timed out"
npm ERR! code ECONNRESET
I am getting 502 bad gateway from nginx when I try to connect to the websocket
How do I fix "upstream timed out" in nginx?
> user@host:~$ tail -f /var/log/nginx/error.log
==> /var/log/nginx/error.log <==
502 Bad Gateway
<center>nginx/1.18.0</center>
ws://localhost:8080/ failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED
engine.io-client:socket probe transport "websocket" failed because of error: TransportError: websocket error
E/OkHttp: java.net.ProtocolException: Expected HTTP 101 response but was '400 Bad Request'
org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe
 ---> System.Net.Sockets.SocketException (111): Connection refused
thread 'main' panicked at 'called Result::unwrap() on an Err value: Os { code: 111, kind: ConnectionRefused, message: "Connection refused" }'
lighttpd: (gw_backend.c.321) establishing connection failed: socket: tcp:127.0.0.1:8080: Connection refused
`
  .split('\n')
  .filter((line) => line !== '');
