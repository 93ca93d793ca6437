import { describe, expect, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../../src/doctor/run.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';
import { FORWARD } from './cases.ts';

const MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const PASS = 'proxy_pass http://10.0.0.5:8080;';

function doctor(http: string, options: Partial<DoctorOptions> = {}, others: Record<string, string> = {}) {
  const conf = confOf(`events {}\nhttp {\n${MAP}\n${http}\n}`, others);
  return runDoctor(conf, { version: '1.22.1', ping: null, path: null, server: null, ...options });
}
const examined = (http: string, options: Partial<DoctorOptions> = {}) =>
  doctor(http, options).locations.map(({ server, location }) => `${server} ${location}`);
const wrong = (http: string, options: Partial<DoctorOptions> = {}) =>
  doctor(http, options)
    .rows.filter(({ status }) => status === 'wrong')
    .map(({ id, location }) => `${id} ${location}`);

describe('the locations that are looked at', () => {
  it.each<[string, string, string[]]>([
    [
      'that forward Upgrade, whatever they are called',
      `location /a { ${FORWARD} ${PASS} } location /b { ${PASS} }`,
      ['/a'],
    ],
    ['that are called like a WebSocket', `location /api { ${PASS} } location /api/ws/v2 { ${PASS} }`, ['/api/ws/v2']],
    ['not those that only hold the letters', `location /news { ${PASS} } location /ws { ${PASS} }`, ['/ws']],
    [
      'whose upstream is called so',
      `location /x { proxy_pass http://websocket_backend; } location /y { ${PASS} }`,
      ['/x'],
    ],
    [
      'of socket.io, written as a regular expression',
      `location ~* ^/socket\\.io/ { ${PASS} } location / { ${PASS} }`,
      ['~* ^/socket\\.io/'],
    ],
    [
      'that set one of the two headers',
      `location /a { proxy_set_header Connection "upgrade"; ${PASS} } location / { ${PASS} }`,
      ['/a'],
    ],
    ['within others', `location /app { ${PASS} location /app/ws { ${FORWARD} ${PASS} } }`, ['/app/ws']],
    [
      'behind try_files, under their own name and once',
      `location / { try_files $uri @up; } location @up { ${FORWARD} ${PASS} }`,
      ['@up'],
    ],
    [
      'all that proxy, when nothing tells them apart',
      `location / { ${PASS} } location /api { ${PASS} }`,
      ['/', '/api'],
    ],
    [
      'not those that clear Upgrade on purpose',
      `location /a { proxy_set_header Upgrade ""; ${PASS} } location /ws { ${PASS} }`,
      ['/ws'],
    ],
    [
      'not those that serve nginx itself',
      `${FORWARD} location /ws { auth_request /auth; ${PASS} } location = /auth { ${PASS} } location /x { internal; ${PASS} }`,
      ['/ws'],
    ],
    ['not files', 'location /ws { root /srv; }', []],
  ])('%s', (_, locations, expected) => {
    expect(examined(`server { server_name a.test; ${locations} }`)).toEqual(expected.map((name) => `a.test ${name}`));
  });

  it('are those of every server, named by where it listens if it has no name', () => {
    const http = `server { server_name _; listen 8081; location /ws { ${PASS} } } server { server_name b.test; location /ws { ${PASS} } }`;
    expect(examined(http)).toEqual(['*:8081 /ws', 'b.test /ws']);
    expect(examined(http, { server: 'b.test' })).toEqual(['b.test /ws']);
  });

  it('are those a path leads to, with --path', () => {
    const http = `server { listen 80; server_name a.test; return 301 https://$host$request_uri; }
      server { listen 443; server_name a.test; location / { root /srv; } location /live { ${FORWARD} ${PASS} } }`;
    expect(examined(http, { path: '/live/1?token=x' })).toEqual(['a.test /live']);
    expect(examined(http, { path: '/other' })).toContain('a.test /');
  });

  it('judges a redirect to TLS only where the WebSocket is served by it', () => {
    const front = 'server { listen 80; server_name a.test; return 301 https://$host$request_uri; }';
    const secure = `server { listen 443 ssl; server_name a.test; ssl_certificate a; ssl_certificate_key b; location /ws { ${FORWARD} ${PASS} } }`;
    expect(wrong(`${front}\n${secure}`)).toEqual([]);
    expect(
      wrong(
        `server { listen 80; listen 443 ssl; server_name a.test; ssl_certificate a; if ($scheme = http) { return 301 https://$host$request_uri; } location /ws { ${FORWARD} ${PASS} } }`,
      ),
    ).toEqual([]);
    expect(wrong('server { listen 80; location /ws { return 302 /ws/v2; } }')).toEqual(['redirect /ws']);
    const notes = doctor(`${front}\n${secure}`, { path: '/ws', server: 'a.test' }).rows;
    expect(notes.filter(({ status }) => status === 'wrong')).toEqual([]);
  });
});

describe('configurations as people have them', () => {
  it.each<[string, string]>([
    [
      'one server for pages and WebSockets behind TLS',
      `upstream app { server 10.0.0.5:3000; keepalive 32; }
       server { listen 80; server_name a.test; location /.well-known { root /srv; } location / { return 301 https://$host$request_uri; } }
       server { listen 443 ssl http2; server_name a.test; ssl_certificate a; ssl_certificate_key b; root /srv;
         location / { try_files $uri /index.html; }
         location /api/ { proxy_pass http://app; proxy_set_header Host $host; }
         location /ws { proxy_pass http://app; ${FORWARD} proxy_set_header Host $host; proxy_read_timeout 1d; proxy_buffering off; } }`,
    ],
    [
      'the headers in the server, inherited',
      `server { listen 80; ${FORWARD} location / { ${PASS} } location /static { proxy_set_header Host x; ${PASS} } }`,
    ],
    ['a snippet', `server { listen 80; location /ws { include ws_proxy; ${PASS} } }`],
    [
      'an if that leads WebSockets elsewhere',
      `server { listen 80; location / { ${FORWARD} if ($http_upgrade = websocket) { proxy_pass http://10.0.0.6; } ${PASS} } }`,
    ],
    [
      'socket.io on several servers by address',
      `upstream io { ip_hash; server 10.0.0.5:3000; server 10.0.0.6:3000; }
       server { listen 80; location /socket.io/ { ${FORWARD} proxy_pass http://io; } }`,
    ],
    [
      'a plain load balancer of two for an ordinary WebSocket',
      `upstream ws { server 10.0.0.5:3000; server 10.0.0.6:3000 max_fails=3; }
       server { listen 80; location /ws { ${FORWARD} proxy_pass http://ws; } }`,
    ],
    [
      'a prefix that the backend does not know',
      `server { listen 80; location /chat/ { ${FORWARD} proxy_pass http://10.0.0.5:8080/; } }`,
    ],
    ['HTTPS to an address', `server { listen 80; location /ws { ${FORWARD} proxy_pass https://10.0.0.5:8443; } }`],
  ])('%s: nothing is wrong', (_, http) => {
    const found = doctor(http, { ping: 30 }, { '/etc/nginx/ws_proxy': FORWARD });
    expect(found.locations.length).toBeGreaterThan(0);
    expect(found.rows.filter(({ status }) => status === 'wrong')).toEqual([]);
  });
});

describe('a piece of a configuration', () => {
  const piece = (text: string) =>
    runDoctor(confOf(text), { version: '1.22.1', ping: null, path: null, server: null }).rows;

  it('is not blamed for what stands in the rest', () => {
    const rows = piece(`server { listen 443 ssl; location /ws { ${FORWARD} ${PASS} } }`);
    expect(rows.filter(({ status }) => status === 'wrong')).toEqual([]);
    expect(rows.find(({ id }) => id === 'connection-map')?.status).toBe('unknown');
    expect(rows.map(({ id }) => id)).not.toContain('worker-connections');
    expect(rows.map(({ id }) => id)).not.toContain('error-log');
  });

  it('is blamed for what it says itself', () => {
    const rows = piece(`server { listen 80; location /ws { ${PASS} proxy_read_timeout 0; } }`);
    const ids = rows.filter(({ status }) => status === 'wrong').map(({ id }) => id);
    expect(ids).toEqual(['http-version', 'upgrade-header', 'connection-header', 'zero-timeout']);
  });
});

describe('what to write', () => {
  const fixOf = (location: string, server = '') =>
    doctor(`server { ${server} location /ws { ${location} ${PASS} } }`).rows.find(({ id }) => id === 'upgrade-header')
      ?.fix;

  it('is only what is missing, with the map if there is one', () => {
    expect(fixOf('proxy_http_version 1.1;')?.nginx).toBe(
      'proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;',
    );
    expect(fixOf('proxy_set_header Connection "upgrade";')?.nginx).toBe(
      'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;',
    );
  });

  it('repeats what the location would stop inheriting, and nothing it sets itself', () => {
    const server = 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP "$remote_addr";';
    expect(fixOf('proxy_http_version 1.1;', server)?.nginx).toBe(
      'proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\nproxy_set_header Host $host;\nproxy_set_header X-Real-IP "$remote_addr";',
    );
    expect(fixOf('proxy_set_header Host $host;', server)?.nginx).not.toContain('X-Real-IP');
  });

  it('names the lines that it takes the place of', () => {
    expect(fixOf('proxy_set_header Upgrade ""; proxy_set_header Connection close;')?.do).toContain(
      'instead of /etc/nginx/nginx.conf:4, /etc/nginx/nginx.conf:4',
    );
  });
});
