/** Faults between the client and nginx, and requests nginx answers itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer, rawServer } from '../backends.ts';
import { converse, fetchPlain, knock, knocks, leave, person, sessions } from '../clients.ts';
import { type Lab, type Scenario, SITE, secureSite, site, UPGRADE } from '../lab.ts';
import { distrust, handshakeText, http2Handshake, oldTls, sendRaw } from '../odd-clients.ts';

/** A chat server and the location that leads to it. */
async function chatBackend(lab: Lab, more = '', path = '/ws'): Promise<string> {
  const port = await lab.port();
  await lab.use(chatServer({ port }));
  return `location ${path} { ${UPGRADE} ${more} proxy_pass http://127.0.0.1:${port}; }`;
}

const INDEX = '<!doctype html><title>Chat</title><div id="app"></div><script src="/app.js"></script>\n';

export const frontScenarios: readonly Scenario[] = [
  {
    id: 'client-tls-failed',
    cause: 'client-tls-failed',
    websocket: 'unknown',
    story: 'Clients refuse the certificate of the site.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await lab.nginx({ servers: secureSite(lab, await chatBackend(lab)) });
      for (let i = 0; i < 8; i++) await distrust(lab.webTls, SITE, person(i));
    },
  },
  {
    id: 'client-tls-failed-protocol',
    cause: 'client-tls-failed',
    websocket: 'unknown',
    story: 'Old clients offer only TLS 1.1.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await lab.nginx({ servers: secureSite(lab, `ssl_protocols TLSv1.2 TLSv1.3;\n${await chatBackend(lab)}`) });
      for (let i = 0; i < 8; i++) await oldTls(lab.webTls, SITE, person(i));
    },
  },
  {
    id: 'plain-http-to-tls-port',
    cause: 'plain-http-to-tls-port',
    websocket: 'yes',
    story: 'Clients use ws:// on the TLS port.',
    acceptDefault: ['request-header-too-large'],
    run: async (lab) => {
      await lab.nginx({ servers: secureSite(lab, await chatBackend(lab)) });
      await knocks({ ...lab.secureSite, tls: false }, '/ws', 8);
    },
  },
  {
    id: 'tls-to-plain-port',
    cause: 'tls-to-plain-port',
    websocket: 'unknown',
    story: 'Clients use wss:// on the plain port.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab)) });
      await knocks({ ...lab.site, tls: true }, '/ws', 8);
    },
  },
  {
    id: 'request-header-too-large',
    cause: 'request-header-too-large',
    websocket: 'yes',
    story: 'Cookies have grown beyond large_client_header_buffers.',
    acceptDefault: ['plain-http-to-tls-port', 'none'],
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab)) });
      await knocks(lab.site, '/ws', 8, { headers: { Cookie: `session=${'c'.repeat(9000)}` } });
    },
  },
  {
    id: 'request-header-too-large-uri',
    cause: 'request-header-too-large',
    websocket: 'yes',
    story: 'A token in the query string makes the URI too long.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, `large_client_header_buffers 4 1k;\n${await chatBackend(lab)}`) });
      await knocks(lab.site, `/ws?access_token=${'t'.repeat(1500)}`, 7);
    },
  },
  {
    id: 'upgrade-over-http2',
    cause: 'upgrade-over-http2',
    websocket: 'yes',
    story: 'A load balancer sends the Upgrade handshake to nginx over HTTP/2.',
    run: async (lab) => {
      await lab.nginx({ servers: secureSite(lab, await chatBackend(lab), 'ssl http2') });
      for (let i = 0; i < 7; i++) {
        await sendRaw(lab.webTls, http2Handshake(SITE, '/ws', person(i).agent), {
          who: person(i),
          h2: SITE,
          waitMs: 250,
        });
      }
    },
  },
  {
    id: 'handshake-redirected',
    cause: 'handshake-redirected',
    websocket: 'yes',
    story: 'The plain port redirects everything to https; WebSocket clients do not follow.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, 'return 301 https://$host$request_uri;') });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'handshake-redirected-slash',
    cause: 'handshake-redirected',
    websocket: 'yes',
    story: 'The location is /ws/ and clients ask for /ws, which nginx redirects.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab, '', '/ws/')) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'route-not-proxied',
    cause: 'route-not-proxied',
    websocket: 'yes',
    story: 'The proxied location is /socket; handshakes go to /ws and reach the files.',
    run: async (lab) => {
      lab.file('var/www/html/index.html', INDEX);
      await lab.nginx({
        servers: site(lab, `root ${lab.path('var/www/html')};\n${await chatBackend(lab, '', '/socket')}`),
      });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'route-not-proxied-spa',
    cause: 'route-not-proxied',
    websocket: 'yes',
    story: 'try_files answers the handshake with the single-page application, status 200.',
    run: async (lab) => {
      lab.file('var/www/html/index.html', INDEX);
      const body = `root ${lab.path('var/www/html')};\nlocation / { try_files $uri /index.html; }\n${await chatBackend(lab, '', '/api/ws')}`;
      await lab.nginx({ servers: site(lab, body) });
      for (let i = 0; i < 4; i++) await fetchPlain(lab.site, '/', { who: person(i) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'denied-by-nginx',
    cause: 'denied-by-nginx',
    websocket: 'yes',
    story: 'An allow/deny list keeps the clients out.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab, 'allow 127.0.0.200; deny all;')) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'denied-by-nginx-basic',
    cause: 'denied-by-nginx',
    websocket: 'yes',
    story: 'auth_basic covers the WebSocket location, where browsers cannot answer it.',
    acceptDefault: ['backend-rejected-handshake'],
    run: async (lab) => {
      lab.file('etc/nginx/htpasswd', 'ops:{PLAIN}not-a-real-password\n');
      const more = `auth_basic "internal"; auth_basic_user_file ${lab.path('etc/nginx/htpasswd')};`;
      await lab.nginx({ servers: site(lab, await chatBackend(lab, more)) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'denied-by-nginx-auth-request',
    cause: 'denied-by-nginx',
    websocket: 'yes',
    story: 'The auth service refuses the clients, as it should.',
    acceptDefault: ['backend-rejected-handshake'],
    run: async (lab) => {
      const auth = await lab.port();
      await lab.use(chatServer({ port: auth }, { page: (_request, response) => response.writeHead(403).end() }));
      const check = `location = /auth { internal; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_pass http://127.0.0.1:${auth}; }`;
      await lab.nginx({ servers: site(lab, `${await chatBackend(lab, 'auth_request /auth;')}\n${check}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'auth-subrequest-failed',
    cause: 'auth-subrequest-failed',
    websocket: 'yes',
    story: 'The auth service behind auth_request is down.',
    run: async (lab) => {
      const auth = await lab.port();
      const check = `location = /auth { internal; proxy_pass http://127.0.0.1:${auth}; }`;
      await lab.nginx({ servers: site(lab, `${await chatBackend(lab, 'auth_request /auth;')}\n${check}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'auth-subrequest-upgraded',
    cause: 'auth-subrequest-failed',
    websocket: 'yes',
    story: 'The auth location inherits the Upgrade headers and its service answers 101.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const body = `${UPGRADE.replaceAll('; ', ';\n')}\nlocation /ws { auth_request /auth; proxy_pass http://127.0.0.1:${port}; }\nlocation = /auth { internal; proxy_pass http://127.0.0.1:${port}/verify; }`;
      await lab.nginx({ servers: site(lab, body) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'rate-limited',
    cause: 'rate-limited',
    websocket: 'yes',
    story: 'limit_req refuses clients that reconnect quickly.',
    run: async (lab) => {
      const http = 'limit_req_zone $binary_remote_addr zone=handshakes:1m rate=1r/s;';
      await lab.nginx({ http, servers: site(lab, await chatBackend(lab, 'limit_req zone=handshakes;')) });
      for (let i = 0; i < 12; i++) {
        const { session } = await knock(lab.site, '/ws', { who: person(i % 3) });
        if (session !== null) await leave(session);
        await sleep(40);
      }
    },
  },
  {
    id: 'rate-limited-connections',
    cause: 'rate-limited',
    websocket: 'yes',
    story: 'limit_conn counts every tunnel for as long as it lives.',
    run: async (lab) => {
      const http = 'limit_conn_zone $binary_remote_addr zone=addr:1m;';
      await lab.nginx({ http, servers: site(lab, await chatBackend(lab, 'limit_conn addr 2;')) });
      const held = [
        ...(await sessions(lab.site, '/ws', 2, { who: person(0) })),
        ...(await sessions(lab.site, '/ws', 2, { who: person(1) })),
      ];
      for (let i = 0; i < 8; i++) await knock(lab.site, '/ws', { who: person(i % 2) });
      await Promise.all(held.map((each, index) => converse(each, 400 + index * 420)));
    },
  },
  {
    id: 'body-too-large',
    cause: 'body-too-large',
    websocket: 'yes',
    story: 'socket.io falls back to polling and posts more than client_max_body_size.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab, 'client_max_body_size 16k;', '/socket.io/')) });
      for (let i = 0; i < 7; i++) {
        const base = `/socket.io/?EIO=4&transport=polling&sid=b${i}Xk3TqWz9`;
        await fetchPlain(lab.site, base, { who: person(i) });
        await fetchPlain(lab.site, base, { who: person(i), method: 'POST', body: 'x'.repeat(40_000) });
      }
    },
  },
  {
    id: 'client-gone-before-upgrade',
    cause: 'client-gone-before-upgrade',
    websocket: 'yes',
    story: 'The backend needs longer for the 101 than clients wait.',
    acceptFull: ['handshake-timeout'],
    acceptDefault: ['handshake-timeout'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(rawServer({ port }, () => undefined));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`) });
      await knocks(lab.site, '/ws', 8, { leaveAfterMs: 350 });
    },
  },
  {
    id: 'client-gone-silent',
    cause: 'client-gone-before-upgrade',
    websocket: 'yes',
    story: 'The same with clients that reset the connection.',
    acceptFull: ['handshake-timeout'],
    acceptDefault: ['handshake-timeout'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(rawServer({ port }, () => undefined));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`) });
      for (let i = 0; i < 8; i++) await sendRaw(lab.web, handshakeText(SITE, '/ws'), { who: person(i), waitMs: 300 });
    },
  },
];
