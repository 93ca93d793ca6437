import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfRequest, resolveRequest } from '../../../src/nginx-conf/resolve.ts';
import { cpuMs } from '../cpu-time.ts';
import { confOf } from './memory-fs.ts';

const MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const HEADERS = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;';

const request = (path: string, more: Partial<ConfRequest> = {}): ConfRequest => ({
  server: null,
  host: null,
  port: null,
  path,
  ...more,
});
/** Settings of a path in a server of one configuration; each line of the text is a line of the file. */
const at = (path: string, server: string, http = MAP, version: string | null = null) =>
  resolveRequest(
    confOf(`events { worker_connections 512; }\nhttp {\n${http}\nserver {\nlisten 80;\n${server}\n}\n}`),
    request(path),
    version,
  )!;

describe('upgrade headers', () => {
  it.each<[string, string, [boolean | null, boolean | null]]>([
    ['both lines', `location /ws { ${HEADERS} proxy_pass http://b; }`, [true, true]],
    ['lines of the server', `${HEADERS} location /ws { proxy_pass http://b; }`, [true, true]],
    [
      'lines of the server that one line in the location hides',
      `${HEADERS} location /ws { proxy_set_header Host $host; proxy_pass http://b; }`,
      [false, false],
    ],
    ['no lines', 'location /ws { proxy_pass http://b; }', [false, false]],
    ['Upgrade alone', 'location /ws { proxy_set_header Upgrade $http_upgrade; proxy_pass http://b; }', [true, false]],
    [
      'a literal in any case',
      'location /ws { proxy_set_header upgrade WebSocket; proxy_set_header CONNECTION "Upgrade"; proxy_pass http://b; }',
      [true, true],
    ],
    [
      'an empty value',
      'location /ws { proxy_set_header Upgrade ""; proxy_set_header Connection ""; proxy_pass http://b; }',
      [false, false],
    ],
    [
      "the client's own Connection",
      'location /ws { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; proxy_pass http://b; }',
      [true, true],
    ],
    [
      'a list',
      'location /ws { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "keep-alive, Upgrade"; proxy_pass http://b; }',
      [true, true],
    ],
    [
      'a variable nobody defines',
      'location /ws { proxy_set_header Upgrade $up; proxy_set_header Connection $conn; proxy_pass http://b; }',
      [null, null],
    ],
    [
      'a variable of set',
      'set $conn close; location /ws { set $conn upgrade; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $conn; proxy_pass http://b; }',
      [true, true],
    ],
    [
      'a variable that an if may set',
      'location /ws { set $conn close; if ($arg_x) { set $conn upgrade; } proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $conn; proxy_pass http://b; }',
      [true, null],
    ],
    [
      'a set of the location around, which is not carried out',
      'set $conn close; location /ws { set $conn upgrade; location /ws/in { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $conn; proxy_pass http://b; } }',
      [true, false],
    ],
  ])('with %s', (_, server, expected) => {
    const found = at('/ws/in', server);
    expect([found.upgrade.forwarded, found.connection.forwarded]).toEqual(expected);
  });

  it('name the line that sets them, or none', () => {
    const found = at('/ws', 'location /ws {\nproxy_set_header Upgrade $http_upgrade;\nproxy_pass http://b;\n}');
    expect(found.upgrade).toMatchObject({
      value: { value: '$http_upgrade', sent: 'websocket' },
      file: '/etc/nginx/nginx.conf',
      line: 7,
      default: false,
    });
    expect(found.connection).toMatchObject({
      value: { value: 'close', sent: 'close' },
      file: null,
      line: null,
      default: true,
    });
  });

  it.each([
    ["map $http_upgrade $connection_upgrade { default upgrade; '' ''; }", true],
    ["map $http_upgrade $connection_upgrade { '' close; WEBSOCKET Upgrade; }", true],
    ['map $http_upgrade $connection_upgrade { ~*^web "keep-alive, upgrade"; default close; }', true],
    ['map $http_upgrade $connection_upgrade { ~^Web upgrade; default close; }', false],
    ['map $http_upgrade $connection_upgrade { h2c upgrade; }', false],
    ['map $other $connection_upgrade { default upgrade; }', null],
    ['map $http_upgrade $connection_upgrade { ~^(?>web) upgrade; }', null],
    ['map $connection_upgrade $connection_upgrade { default upgrade; }', null],
  ])('work out %s', (http, expected) => {
    expect(at('/', `location / { ${HEADERS} proxy_pass http://b; }`, http).connection.forwarded).toBe(expected);
  });
});

describe('defaults', () => {
  it('follow the version', () => {
    const server = 'location / { proxy_pass http://b; }';
    expect(at('/', server).httpVersion).toEqual({ value: '1.0', file: null, line: null, default: true });
    expect(at('/', server, '', '1.29.6')).toMatchObject({
      httpVersion: { value: '1.0' },
      connection: { value: { value: 'close' } },
    });
    expect(at('/', server, '', '1.29.7')).toMatchObject({
      httpVersion: { value: '1.1' },
      connection: { value: { value: '' } },
    });
    expect(at('/', `proxy_http_version 1.1; ${server}`, '', '1.22.1').httpVersion).toMatchObject({
      value: '1.1',
      line: 6,
      default: false,
    });
  });

  it('are the documented ones', () => {
    expect(at('/', 'location / { proxy_pass http://b; }')).toMatchObject({
      readTimeout: { value: 60, default: true },
      sendTimeout: { value: 60 },
      connectTimeout: { value: 60 },
      clientSendTimeout: { value: 60 },
      bufferSize: { value: 4096 },
      sslServerName: { value: false },
      sslVerify: { value: false },
      sslName: { value: 'b', default: true },
      authRequest: { value: null },
      workerConnections: { value: 512, default: false, line: 1 },
      openFileLimit: { value: null },
      workerShutdownTimeout: { value: null },
      doubts: [],
    });
  });
});

describe('effective settings', () => {
  it('come from the nearest level', () => {
    const found = at(
      '/ws',
      'proxy_read_timeout 5m; proxy_send_timeout 1m30s; limit_req zone=s; auth_request /auth; location /ws { proxy_read_timeout 1h; limit_req zone=l burst=5; auth_request off; proxy_buffer_size 16k; proxy_pass https://b:443; proxy_ssl_server_name on; }',
      'proxy_read_timeout 1s; limit_conn addr 10;',
    );
    expect(found).toMatchObject({
      readTimeout: { value: 3600, default: false },
      sendTimeout: { value: 90 },
      limitReq: [{ value: 'zone=l burst=5' }],
      limitConn: [{ value: 'addr 10' }],
      authRequest: { value: null, default: false },
      bufferSize: { value: 16384 },
      sslServerName: { value: true },
    });
  });

  it('leave proxy_pass to the level it stands at', () => {
    expect(
      at('/ws/in', 'location /ws { proxy_pass http://b; location /ws/in { proxy_read_timeout 1s; } }'),
    ).toMatchObject({ proxyPass: null, handler: 'static' });
  });

  it('read the whole process', () => {
    const conf = confOf('worker_rlimit_nofile 8192; worker_shutdown_timeout 4m; http { server { } }');
    expect(resolveRequest(conf, request('/'))).toMatchObject({
      openFileLimit: { value: 8192 },
      workerShutdownTimeout: { value: 240 },
      workerConnections: { value: 512, default: true },
    });
  });
});

describe('the backend', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'http://10.0.0.5:8080',
      { scheme: 'http', target: '10.0.0.5:8080', uri: null, upstream: null, servers: [{ address: '10.0.0.5:8080' }] },
    ],
    ['https://e.test/app/', { scheme: 'https', target: 'e.test', uri: '/app/' }],
    ['http://unix:/run/a.sock:/x', { scheme: 'http', target: 'unix:/run/a.sock', uri: '/x' }],
    ['http://$backend/x', { scheme: 'http', target: null, servers: [] }],
    ['http://$fixed:80', { scheme: 'http', target: '10.0.0.9:80' }],
  ])('%s', (raw, expected) => {
    expect(at('/', `set $fixed 10.0.0.9; location / { proxy_pass ${raw}; }`).proxyPass?.value).toMatchObject({
      raw,
      ...expected,
    });
  });

  it.each<[string, string, boolean]>([
    ['', 'round_robin', false],
    ['ip_hash;', 'ip_hash', true],
    ['hash $remote_addr consistent;', 'hash', true],
    ['hash $request_id;', 'hash', false],
    ['least_conn; keepalive 16;', 'least_conn', false],
    ['sticky cookie srv;', 'sticky', true],
  ])('of an upstream with "%s"', (line, balancing, affinity) => {
    const found = at(
      '/',
      'location / { proxy_pass http://Chat; }',
      `upstream chat { ${line} server 10.0.0.1:80 weight=2; server 10.0.0.2:80 backup; server 10.0.0.3:80 down; }`,
    );
    expect(found.proxyPass?.value.upstream).toMatchObject({ balancing, affinity });
    expect(found.proxyPass?.value.servers.map(({ address, backup, down }) => [address, backup, down])).toEqual([
      ['10.0.0.1:80', false, false],
      ['10.0.0.2:80', true, false],
      ['10.0.0.3:80', false, true],
    ]);
  });
});

describe('who answers', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['files', 'location / { try_files $uri /index.html; }', { handler: 'static', proxyPass: null, pattern: '/' }],
    [
      'a named location behind try_files',
      'location / { try_files $uri @app; } location @app { proxy_pass http://b; }',
      { handler: 'proxy_pass', pattern: '@app' },
    ],
    [
      'a return of the server',
      'return 301 https://$host$request_uri; location / { proxy_pass http://b; }',
      { handler: 'return', returns: { value: '301 https://$host$request_uri' } },
    ],
    ['a return of the location', 'location / { return 404; }', { handler: 'return', returns: { value: '404' } }],
    ['no location', 'location /other { proxy_pass http://b; }', { handler: 'static', location: null, pattern: null }],
    ['a redirect to the slash', 'location /ws/ { proxy_pass http://b; }', { autoRedirect: true, pattern: '/ws/' }],
    [
      'an if that holds',
      'location / { if ($http_upgrade = "websocket") { proxy_pass http://b; } }',
      { handler: 'proxy_pass', pattern: '/' },
    ],
    [
      'an if that does not hold',
      'location / { if ($http_upgrade = "") { return 400; } proxy_pass http://b; }',
      { handler: 'proxy_pass', returns: null, doubts: [] },
    ],
    [
      'an if about the scheme',
      'if ($scheme = http) { return 301 https://$host; } location / { proxy_pass http://b; }',
      { handler: 'return' },
    ],
    ['a backend of another kind', 'location / { fastcgi_pass unix:/x; }', { handler: 'fastcgi_pass' }],
  ])('%s', (_, server, expected) => {
    expect(at('/ws', server)).toMatchObject(expected);
  });

  it('is in doubt where a condition or a regex cannot be worked out', () => {
    expect(at('/ws', 'location / { if ($cookie_a) { return 403; } proxy_pass http://b; }').doubts).toEqual([
      'whether "if ($cookie_a)" (/etc/nginx/nginx.conf:6) holds could not be worked out',
    ]);
    expect(at('/ws', 'location / { proxy_pass http://b; } location ~ ^/(?>w) { }').doubts).toEqual([
      'the regular expression of location ~ ^/(?>w) (/etc/nginx/nginx.conf:6) could not be tried',
    ]);
  });
});

describe('the server', () => {
  const pass = 'location /ws { proxy_pass http://b; }';
  const conf = confOf(`http {
    server { listen 80; server_name a.test; return 301 https://a.test$request_uri; }
    server { listen 443 ssl http2; server_name a.test; ${pass} }
    server { listen 80 default_server; server_name _; location /other { proxy_pass http://b; } }
    server { listen 8080; server_name a.test; location /ws { proxy_pass http://b; } location / { } }
    server { listen 80; server_name *.b.test; }
    server { listen 80; server_name www.c.*; }
    server { listen 80; server_name ~^d\\d+\\.test$; }
    server { listen 80; server_name .b.test; }
  }`);
  const line = (more: Partial<ConfRequest>, path = '/ws') =>
    resolveRequest(conf, request(path, more))?.server.directive.line ?? null;

  it.each<[Partial<ConfRequest>, number | null]>([
    [{ host: 'a.test', port: 80 }, 2],
    [{ host: 'A.test:443', port: 443 }, 3],
    [{ server: 'a.test', port: 443 }, 3],
    [{ server: '_' }, 4],
    [{ server: 'a.test', port: 8080 }, 5],
    [{ host: 'x.b.test', port: 80 }, 6],
    [{ host: 'b.test', port: 80 }, 9],
    [{ host: 'www.c.org', port: 80 }, 7],
    [{ host: 'd12.test', port: 80 }, 8],
    [{ host: 'unknown.test', port: 80 }, 4],
    [{ server: 'elsewhere.test' }, null],
    // Ports 443 and 8080 both proxy the path: it cannot be told.
    [{ host: 'a.test' }, null],
  ])('for %j', (more, expected) => {
    expect(line(more)).toBe(expected);
  });

  it('is the one that proxies where nothing else decides', () => {
    expect(line({}, '/other')).toBe(4);
    expect(line({}, '/ws')).toBeNull();
  });

  it('is the first of two with one name on one socket', () => {
    const twice = confOf(
      `http {\nserver { listen 80; server_name a; }\nserver { listen 80; server_name a; ${pass} }\n}`,
    );
    expect(resolveRequest(twice, request('/ws', { host: 'a' }))?.server.directive.line).toBe(2);
  });

  it('tells how it listens', () => {
    expect(resolveRequest(conf, request('/ws', { host: 'a.test', port: 443 }))?.listeners).toMatchObject([
      { port: 443, ssl: true, http2: true },
    ]);
    const [v4, v6, unix] = resolveRequest(
      confOf('http { http2 on; server { listen 127.0.0.1:81; listen [::1]:82 ssl; listen unix:/x; } }'),
      request('/'),
    )!.listeners;
    expect([v4, v6, unix]).toMatchObject([
      { address: '127.0.0.1', port: 81, ssl: false, http2: true },
      { address: '[::1]', port: 82, ssl: true },
      { address: 'unix:/x', port: null },
    ]);
  });

  it('may stand alone in its file', () => {
    expect(resolveRequest(confOf(`server { ${pass} }`), request('/ws'))).toMatchObject({
      handler: 'proxy_pass',
      pattern: '/ws',
    });
  });
});

it('never throws, and answers soon, whatever the configuration', () => {
  const piece = fc.constantFrom(
    'http { ',
    'server { ',
    'location / { ',
    'location ~ ^/(a+)+$ { ',
    'location = /a { ',
    '} ',
    'listen 80; ',
    'listen []; ',
    'server_name ~( a *; ',
    'map $a $b { ',
    'default $b; ',
    'map "$b$b" $a { ',
    'if ($b ~ (x+x+)+y) { ',
    'set $a "$b$b$b"; ',
    'proxy_pass http://$a$b; ',
    'proxy_pass; ',
    'proxy_set_header; ',
    'proxy_set_header Upgrade $a; ',
    'return; ',
    'try_files @x; ',
    'location @x { ',
    'upstream b { ',
    'server; ',
    'proxy_read_timeout x; ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.string(), fc.option(fc.string()), (pieces, path, host) => {
      expect(cpuMs(() => void resolveRequest(confOf(pieces.join('')), request(path, { host })))).toBeLessThan(500);
    }),
  );
});
