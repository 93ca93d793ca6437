import { describe, expect, it } from 'vitest';
import { patchFor, patchForCause } from '../../../src/fix/patch.ts';
import { REMEDIES } from '../../../src/fix/remedies/list.ts';
import type { FixRequest } from '../../../src/fix/types.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';
import { ask, changed, chat, MAIN, mended, reasons } from './ask.ts';

const PASS = 'proxy_pass http://10.0.0.5:8080;';
const UPGRADE =
  'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";';
const MAP = "    map $http_upgrade $connection_upgrade { default upgrade; '' ''; }";
const POOL = '    upstream app {\n        server 10.0.0.5:8080;\n        server 10.0.0.6:8080;\n    }';

interface Case {
  readonly name: string;
  readonly request: FixRequest;
  readonly broken: string;
  readonly others?: Record<string, string>;
  readonly diff: readonly string[];
}

const LOG_FORMAT = `+log_format ws '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time us=$upstream_status ua=$upstream_addr up=$http_upgrade c=$connection';`;

const WS = { location: '/ws' };

const CASES: readonly Case[] = [
  {
    name: 'upgrade-headers-missing: all three lines',
    request: ask('upgrade-headers-missing', WS),
    broken: chat(PASS),
    diff: [
      '+proxy_http_version 1.1;',
      '+proxy_set_header Upgrade $http_upgrade;',
      '+proxy_set_header Connection "upgrade";',
    ],
  },
  {
    name: 'upgrade-headers-missing: no version line where 1.1 is the default',
    request: ask('upgrade-headers-missing', { ...WS, version: '1.30.0' }),
    broken: chat(PASS),
    diff: ['+proxy_set_header Upgrade $http_upgrade;', '+proxy_set_header Connection "upgrade";'],
  },
  {
    name: 'upgrade-headers-missing: only the one that is missing, by the map that is there',
    request: ask('upgrade-headers-missing'),
    broken: chat(`proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n${PASS}`, { http: MAP }),
    diff: ['+proxy_set_header Connection $connection_upgrade;'],
  },
  {
    name: 'upgrade-headers-missing: a header that is cleared is corrected, not doubled',
    request: ask('upgrade-headers-missing'),
    broken: chat(`proxy_http_version 1.1;\nproxy_set_header Connection "";\n${PASS}`),
    diff: [
      '-proxy_set_header Connection "";',
      '+proxy_set_header Connection "upgrade";',
      '+proxy_set_header Upgrade $http_upgrade;',
    ],
  },
  {
    name: 'upgrade-headers-missing: wiped by a header at the location',
    request: ask('upgrade-headers-missing', WS),
    broken: chat(`proxy_http_version 1.1;\nproxy_set_header Host $host;\n${PASS}`, {
      server: '        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection "upgrade";',
    }),
    diff: ['+proxy_set_header Upgrade $http_upgrade;', '+proxy_set_header Connection "upgrade";'],
  },
  {
    name: 'upgrade-headers-missing: inherited headers are completed where they are when nobody else has them',
    request: ask('upgrade-headers-missing', { ...WS, version: '1.30.0' }),
    broken: chat(PASS, { server: '        proxy_set_header Host $host;' }),
    diff: ['+proxy_set_header Upgrade $http_upgrade;', '+proxy_set_header Connection "upgrade";'],
  },
  {
    name: 'upgrade-headers-missing: few inherited headers that others have too are copied along',
    request: ask('upgrade-headers-missing', { ...WS, version: '1.30.0' }),
    broken: chat(PASS, { server: `        proxy_set_header Host $host;\n        location / { ${PASS} }` }),
    diff: [
      '+proxy_set_header Host $host;',
      '+proxy_set_header Upgrade $http_upgrade;',
      '+proxy_set_header Connection "upgrade";',
    ],
  },
  {
    name: 'upgrade-headers-missing: beside an include the location stays the place',
    request: ask('upgrade-headers-missing', { ...WS, version: '1.30.0' }),
    broken: chat(`include proxy_params;\n${PASS}`),
    others: { '/etc/nginx/proxy_params': 'proxy_set_header Host $host;\n' },
    diff: ['+proxy_set_header Upgrade $http_upgrade;', '+proxy_set_header Connection "upgrade";'],
  },
  {
    name: 'upgrade-headers-missing: a location on one line stays on it',
    request: ask('upgrade-headers-missing', { ...WS, version: '1.30.0' }),
    broken: `http { server { location /ws { ${PASS} } } }`,
    diff: [
      `-http { server { location /ws { ${PASS} } } }`,
      `+http { server { location /ws { ${PASS} proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; } } }`,
    ],
  },
  {
    name: 'proxy-http-version: the line that says 1.0',
    request: ask('proxy-http-version', WS),
    broken: chat(`proxy_http_version 1.0;\n${PASS}`),
    diff: ['-proxy_http_version 1.0;', '+proxy_http_version 1.1;'],
  },
  {
    name: 'proxy-http-version: an outer 1.0 is left to the others',
    request: ask('proxy-http-version', WS),
    broken: chat(PASS, { http: '    proxy_http_version 1.0;' }),
    diff: ['+proxy_http_version 1.1;'],
  },
  {
    name: 'idle-timeout: an hour',
    request: ask('idle-timeout'),
    broken: chat(`${UPGRADE}\nproxy_read_timeout 60s; # default\n${PASS}`),
    diff: ['-proxy_read_timeout 60s; # default', '+proxy_read_timeout 1h; # default'],
  },
  {
    name: 'idle-timeout: as long as the ping asks for',
    request: ask('idle-timeout', { pingSeconds: 50 }),
    broken: chat(`${UPGRADE}\n${PASS}`),
    diff: ['+proxy_read_timeout 3m;'],
  },
  {
    name: 'read-timeout-zero: where it is inherited from',
    request: ask('read-timeout-zero', WS),
    broken: chat(`${UPGRADE}\n${PASS}`, { http: '    proxy_read_timeout 0s;\n    proxy_connect_timeout 0;' }),
    diff: [
      '-proxy_read_timeout 0s;',
      '-proxy_connect_timeout 0;',
      '+proxy_read_timeout 1h;',
      '+proxy_connect_timeout 60s;',
    ],
  },
  {
    name: 'upstream-header-too-big: with the buffers nginx -t wants beside it',
    request: ask('upstream-header-too-big', WS),
    broken: chat(PASS),
    diff: ['+proxy_buffer_size 16k;', '+proxy_buffers 8 16k;'],
  },
  {
    name: 'upstream-header-too-big: without them where there are enough',
    request: ask('upstream-header-too-big', WS),
    broken: chat(`proxy_buffers 16 8k;\n${PASS}`),
    diff: ['+proxy_buffer_size 16k;'],
  },
  {
    name: 'upstream-header-too-big: a busy limit that is too small grows too',
    request: ask('upstream-header-too-big', WS),
    broken: chat(`proxy_busy_buffers_size 8k;\n${PASS}`),
    diff: [
      '-proxy_busy_buffers_size 8k;',
      '+proxy_busy_buffers_size 32k;',
      '+proxy_buffer_size 16k;',
      '+proxy_buffers 8 16k;',
    ],
  },
  {
    name: 'upstream-tls-mismatch: https to a plain port',
    request: ask('upstream-tls-mismatch'),
    broken: chat('proxy_pass https://10.0.0.5:8080/app;'),
    diff: ['-proxy_pass https://10.0.0.5:8080/app;', '+proxy_pass http://10.0.0.5:8080/app;'],
  },
  {
    name: 'upstream-tls-mismatch: http to a TLS port of an upstream block',
    request: ask('upstream-tls-mismatch'),
    broken: chat('proxy_pass http://app;', { http: '    upstream app { server 10.0.0.5:8443; }' }),
    diff: ['-proxy_pass http://app;', '+proxy_pass https://app;'],
  },
  {
    name: 'upstream-tls-mismatch: as the user says',
    request: ask('upstream-tls-mismatch', { scheme: 'https' }),
    broken: chat('proxy_pass http://10.0.0.5:9000;'),
    diff: ['-proxy_pass http://10.0.0.5:9000;', '+proxy_pass https://10.0.0.5:9000;'],
  },
  {
    name: 'upstream-tls-name: the name is there and has to be sent',
    request: ask('upstream-tls-name'),
    broken: chat('proxy_pass https://chat.internal:8443;'),
    diff: ['+proxy_ssl_server_name on;'],
  },
  {
    name: 'upstream-tls-name: the name the user says',
    request: ask('upstream-tls-name', { tlsName: 'chat.internal' }),
    broken: chat('proxy_ssl_server_name off;\nproxy_pass https://10.0.0.5:8443;'),
    diff: ['-proxy_ssl_server_name off;', '+proxy_ssl_server_name on;', '+proxy_ssl_name chat.internal;'],
  },
  {
    name: 'config-map-missing',
    request: ask('config-map-missing'),
    broken: chat(`proxy_set_header Connection $connection_upgrade;\n${PASS}`),
    diff: ['+map $http_upgrade $connection_upgrade {', '+default upgrade;', "+''      '';", '+}'],
  },
  {
    name: 'config-invalid: ws:// in proxy_pass',
    request: ask('config-invalid'),
    broken: chat('proxy_pass wss://10.0.0.5:8443;'),
    diff: ['-proxy_pass wss://10.0.0.5:8443;', '+proxy_pass https://10.0.0.5:8443;'],
  },
  {
    name: 'sticky-session-missing',
    request: ask('sticky-session-missing', WS),
    broken: chat('proxy_pass http://app;', { http: POOL }),
    diff: ['+ip_hash;'],
  },
  {
    name: 'sticky-session-missing: in place of another method',
    request: ask('sticky-session-missing', WS),
    broken: chat('proxy_pass http://app;', { http: POOL.replace('{', '{\n        least_conn;') }),
    diff: ['-least_conn;', '+ip_hash;'],
  },
  {
    name: 'worker-connections-exhausted',
    request: ask('worker-connections-exhausted'),
    broken: chat(PASS),
    diff: ['+worker_rlimit_nofile 65536;', '-worker_connections 1024;', '+worker_connections 16384;'],
  },
  {
    name: 'file-descriptors-exhausted',
    request: ask('file-descriptors-exhausted'),
    broken: chat(PASS, { main: 'worker_processes auto;\nworker_rlimit_nofile 1024;' }),
    diff: ['-worker_rlimit_nofile 1024;', '+worker_rlimit_nofile 65536;'],
  },
  {
    name: 'nginx-reload-drop',
    request: ask('nginx-reload-drop'),
    broken: chat(PASS, { main: 'worker_shutdown_timeout 10s;' }),
    diff: ['-worker_shutdown_timeout 10s;', '+worker_shutdown_timeout 4h;'],
  },
  {
    name: 'auth-subrequest-failed: headers the auth location inherits',
    request: ask('auth-subrequest-failed'),
    broken: chat(`auth_request /_auth;\n${PASS}`, {
      server:
        '        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection "upgrade";\n        proxy_set_header Host $host;\n        location = /_auth {\n            proxy_pass http://10.0.0.9:80;\n        }',
    }),
    diff: ['+proxy_set_header Host $host;', '+proxy_set_header Upgrade "";', '+proxy_set_header Connection "";'],
  },
  {
    name: 'auth-subrequest-failed: headers it sets itself',
    request: ask('auth-subrequest-failed'),
    broken: chat(`auth_request /_auth;\n${PASS}`, {
      server:
        '        location = /_auth {\n            proxy_set_header Upgrade $http_upgrade;\n            proxy_pass http://10.0.0.9:80;\n        }',
    }),
    diff: ['-proxy_set_header Upgrade $http_upgrade;', '+proxy_set_header Upgrade "";'],
  },
  {
    name: 'handshake-redirected: the slash',
    request: ask('handshake-redirected', WS),
    broken: chat(PASS).replace('location /ws {', 'location "/ws/" {'),
    diff: ['-location "/ws/" {', '+location "/ws" {'],
  },
  {
    name: 'request-header-too-large',
    request: ask('request-header-too-large'),
    broken: chat(PASS, { http: '    large_client_header_buffers 2 1k;' }),
    diff: ['-large_client_header_buffers 2 1k;', '+large_client_header_buffers 4 32k;'],
  },
  {
    name: 'hidden-evidence: level and format',
    request: ask('hidden-evidence'),
    broken: chat(`${UPGRADE}\n${PASS}`, {
      main: 'error_log /var/log/nginx/error.log warn;',
      http: '    access_log /var/log/nginx/access.log combined buffer=32k;',
    }),
    diff: [
      '-error_log /var/log/nginx/error.log warn;',
      '+error_log /var/log/nginx/error.log info;',
      '-access_log /var/log/nginx/access.log combined buffer=32k;',
      LOG_FORMAT,
      '+access_log /var/log/nginx/access.log ws buffer=32k;',
    ],
  },
  {
    name: 'hidden-evidence: a format that tells enough is used',
    request: ask('hidden-evidence'),
    broken: chat(`${UPGRADE}\n${PASS}`, {
      main: 'error_log /var/log/nginx/error.log info;',
      http: "    log_format full '$request_time $upstream_status $http_upgrade $connection';\n    access_log /var/log/nginx/access.log;",
    }),
    diff: ['-access_log /var/log/nginx/access.log;', '+access_log /var/log/nginx/access.log full;'],
  },
  {
    name: 'config-invalid: an equal line a second time goes',
    request: ask('config-invalid'),
    broken: chat(`proxy_read_timeout 60s;\n${PASS}\nproxy_read_timeout 60s;`),
    diff: ['-proxy_read_timeout 60s;'],
  },
  {
    name: 'config-invalid: of an included line and an own one, the own one goes',
    request: ask('config-invalid'),
    broken: chat(`proxy_buffering off;\ninclude shared.conf;\n${PASS}`),
    others: { '/etc/nginx/shared.conf': 'proxy_buffering off;\n' },
    diff: ['-proxy_buffering off;'],
  },
  {
    name: 'config-invalid: of two versions, the one that cannot upgrade goes',
    request: ask('config-invalid'),
    broken: chat(`proxy_http_version 1.0;\n${PASS}\nproxy_http_version 1.1;`),
    diff: ['-proxy_http_version 1.0;'],
  },
];

describe('patchFor', () => {
  it.each(CASES)('$name', ({ request, broken, others = {}, diff }) => {
    const conf = confOf(broken, others);
    expect(changed(conf, request)?.sort()).toEqual([...diff].sort());
  });

  it.each(CASES)('changes nothing a second time: $name', ({ request, broken, others = {} }) => {
    const after = mended(confOf(broken, others), request);
    expect(after.problems).toEqual([]);
    expect(patchFor(after, request).kind).toBe('unchanged');
    expect(reasons(after, request)).not.toBe('');
  });

  it('names both of two lines that differ, and leaves the choice to their author', () => {
    const conf = confOf(chat(`proxy_read_timeout 60s;\n${PASS}\nproxy_read_timeout 1h;`));
    for (const request of [ask('config-invalid'), ask(null, WS), ask(null)]) {
      expect(changed(conf, request) ?? []).not.toContain(expect.stringMatching(/^-/));
    }
    expect(reasons(conf, ask('config-invalid'))).toMatch(
      /proxy_read_timeout says 60s at \S+:\d+ and 1h at \S+:\d+; nginx takes one only/,
    );
  });

  it('says what is missing when no cause is named and nothing is to be changed', () => {
    const redirect = confOf('events {}\nhttp { server { listen 80; return 301 https://$host$request_uri; } }');
    expect(reasons(redirect, ask(null))).toMatch(/no location of \S+ proxies anything/);
    const api = confOf('events {}\nhttp { server { location /api/ {\nproxy_pass http://10.0.0.5:3000;\n} } }');
    expect(reasons(api, ask(null))).toMatch(/looks like a WebSocket's; .* --location/);
    expect(changed(api, ask(null, { location: '/api/' }))).toHaveLength(3);
  });

  it('has a case for every cause it mends', () => {
    const tried = new Set(CASES.map(({ request }) => request.cause));
    expect([...REMEDIES.keys()].filter((cause) => !tried.has(cause))).toEqual([]);
  });

  it('mends what the configuration alone shows, when no cause is named', () => {
    const conf = confOf(
      chat(`proxy_set_header Upgrade $http_upgrade;\nproxy_read_timeout 0;\n${PASS}`, {
        server: `        location / { ${PASS} }`,
      }),
    );
    expect(changed(conf, ask(null))?.sort()).toEqual(
      [
        '-proxy_read_timeout 0;',
        '+proxy_read_timeout 1h;',
        '+proxy_http_version 1.1;',
        '+proxy_set_header Connection "upgrade";',
      ].sort(),
    );
    expect(patchFor(confOf(chat(`${UPGRADE}\n${PASS}`)), ask(null)).kind).toBe('unchanged');
  });

  it('gives no patch for a cause outside the configuration', () => {
    expect(patchFor(confOf(chat(PASS)), ask('backend-refused')).kind).toBe('elsewhere');
  });

  it('invents nothing where the configuration does not tell', () => {
    const address = confOf(chat('proxy_pass https://10.0.0.5:8443;'));
    expect(reasons(address, ask('upstream-tls-name'))).toContain('--tls-name');
    expect(reasons(address, ask('upstream-tls-mismatch'))).toContain('--scheme');
    const backup = confOf(chat('proxy_pass http://app;', { http: POOL.replace('6:8080', '6:8080 backup') }));
    expect(reasons(backup, ask('sticky-session-missing', WS))).toContain('backup');
    const uri = confOf(chat('proxy_pass http://10.0.0.5/x/;').replace('/ws {', '/ws/ {'));
    expect(reasons(uri, ask('handshake-redirected', WS))).toContain('let clients ask for /ws/');
    const reloads = confOf(chat(PASS));
    expect(reasons(reloads, ask('nginx-reload-drop'))).toContain('not set');
  });

  it('refuses a name that is none', () => {
    const conf = confOf(chat('proxy_pass https://10.0.0.5:8443;'));
    expect(patchFor(conf, ask('upstream-tls-name', { tlsName: 'x; load_module y' })).kind).toBe('unchanged');
  });
});

describe('which place is meant', () => {
  const two = (first: string, second: string) =>
    confOf(`http { server { server_name a.test; ${first} } server { server_name b.test; ${second} } }`);
  const plain = `location / { ${PASS} }`;
  const ws = `location /ws { ${PASS} }`;

  it('is asked when nothing tells', () => {
    const fix = patchFor(two(plain, plain), ask('upgrade-headers-missing'));
    expect(fix).toMatchObject({
      kind: 'undecided',
      candidates: [
        { server: 'a.test', location: '/', line: 1 },
        { server: 'b.test', location: '/', line: 1 },
      ],
    });
  });

  it('is the one that looks like a WebSocket', () => {
    const conf = confOf(`http { server {\n${plain}\n${ws}\n} }`);
    expect(changed(conf, ask('idle-timeout'))).toEqual([`-${ws}`, `+${ws.replace(' }', ' proxy_read_timeout 1h; }')}`]);
  });

  it('is not an ordinary location while the WebSocket is right', () => {
    const conf = confOf(`http { server {\n${plain}\nlocation /ws { ${UPGRADE.replaceAll('\n', ' ')} ${PASS} }\n} }`);
    expect(patchFor(conf, ask('upgrade-headers-missing')).kind).toBe('unchanged');
  });

  it('is every server that has the path, or the one that is named', () => {
    const conf = confOf(`http {\nserver { server_name a.test; ${ws} }\nserver { server_name b.test; ${ws} }\n}`);
    const request = ask('upgrade-headers-missing', WS);
    expect(changed(conf, request)).toHaveLength(4);
    const named = changed(conf, { ...request, server: 'b.test' });
    expect(named).toHaveLength(2);
    expect(named?.[1]).toContain('b.test');
  });

  it('is what nginx takes for a path, through nesting, regexes and try_files', () => {
    const conf = confOf(
      `http { server {\nlocation /app {\nlocation /app/ws { ${PASS} }\n}\nlocation ~ \\.io$ { ${PASS} }\nlocation /files { try_files $uri @app; }\nlocation @app { ${PASS} }\n} }`,
    );
    const at = (location: string) => changed(conf, ask('proxy-http-version', { location }))?.[0];
    expect(at('/app/ws/7')).toMatch(/^-location \/app\/ws/);
    expect(at('/socket.io')).toMatch(/^-location ~ /);
    expect(at('~ \\.io$')).toMatch(/^-location ~ /);
    expect(at('/files/x')).toMatch(/^-location @app/);
    expect(at('@app')).toMatch(/^-location @app/);
  });

  it('must be there', () => {
    const conf = confOf(chat(PASS));
    expect(reasons(conf, ask('idle-timeout', { location: '/other' }))).toBe('no location that proxies serves /other');
    expect(reasons(conf, ask('idle-timeout', { server: 'x.test' }))).toBe(
      'no server of the configuration is called x.test',
    );
    expect(reasons(confOf('http { server { } }'), ask('idle-timeout'))).toContain('proxies anything');
  });
});

describe('files that are included', () => {
  it('are edited where the line is, once', () => {
    const server = (name: string) => `server { server_name ${name}; location /ws { include ws.inc; } }`;
    const others = { '/etc/nginx/ws.inc': `${UPGRADE}\nproxy_read_timeout 5s;\n${PASS}\n` };
    const conf = confOf(`http {\n${server('a')}\n${server('b')}\n}\n`, others);
    const fix = patchFor(conf, ask('idle-timeout'));
    expect(fix).toMatchObject({ kind: 'patch', changes: [{ file: '/etc/nginx/ws.inc', line: 4 }] });
    if (fix.kind !== 'patch') throw new Error('no patch');
    expect([...fix.files.keys()]).toEqual(['/etc/nginx/ws.inc']);
    expect(fix.notes.join()).toContain('2 places');
  });

  it('and shared keep a header that is cleared for all', () => {
    const others = { '/etc/nginx/p.inc': 'proxy_http_version 1.1;\nproxy_set_header Connection "";\n' };
    const conf = confOf(chat(`include p.inc;\nproxy_set_header Upgrade $http_upgrade;\n${PASS}`), others);
    expect(changed(conf, ask('upgrade-headers-missing'))).toEqual(['+proxy_set_header Connection "upgrade";']);
  });
});

describe('patchForCause', () => {
  it('gives a diff with the files it changes', () => {
    const at = { server: null, path: '/ws/{id}', version: '1.22.1' };
    const patch = patchForCause(confOf(chat(`${UPGRADE}\n${PASS}`)), 'idle-timeout', at);
    expect(patch?.files).toEqual([MAIN]);
    expect(patch?.diff).toMatch(/^--- a\/etc\/nginx\/nginx\.conf\n\+\+\+ b\/etc\/nginx\/nginx\.conf\n@@ /);
  });

  it('gives none where there is none', () => {
    const conf = confOf(chat(`${UPGRADE}\nproxy_read_timeout 1d;\n${PASS}`));
    const at = { server: null, path: '/ws', version: null };
    expect(patchForCause(conf, 'idle-timeout', at)).toBeNull();
    expect(patchForCause(conf, 'backend-refused', at)).toBeNull();
    expect(patchForCause(conf, 'idle-timeout', { ...at, path: '/nowhere' })).toBeNull();
    expect(patchForCause(conf, 'idle-timeout', { ...at, server: 'elsewhere.test' })).toBeNull();
  });
});
