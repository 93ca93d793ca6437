/** Faults set up on a real nginx, each with a way to probe it and the cause that is true. */
import { asksForUpgrade, chatServer, httpAnswer, rawServer, switching } from './backends.ts';
import { chatLocation, type Lab, SITE, secureSite, site, UPGRADE } from './lab.ts';

/** What to probe, and the backend's URL where there is one. */
export interface Probed {
  readonly url: string;
  readonly upstream: string | null;
  readonly options?: readonly string[];
}

export interface ProbeCase {
  readonly id: string;
  /** Null: healthy. */
  readonly cause: string | null;
  /** The same without --upstream and without the configuration; absent: cannot be known then. */
  readonly alone?: string;
  /** What can be known with --upstream but without the configuration and the log, where that is less. */
  readonly past?: readonly string[];
  setUp(lab: Lab): Promise<Probed>;
}

const plain = (lab: Lab, path = '/ws'): string => `ws://${SITE}:${lab.web}${path}`;
const secure = (lab: Lab): string => `wss://${SITE}:${lab.webTls}/ws`;
const backend = (port: number, scheme = 'http', path = '/ws'): string => `${scheme}://127.0.0.1:${port}${path}`;

/** nginx before a chat server, with this location (`PORT` stands for the backend's). */
function before(location: string, options: Parameters<typeof chatServer>[1] = {}, http = '') {
  return async (lab: Lab): Promise<Probed> => {
    const port = await lab.port();
    await lab.use(chatServer({ port }, options));
    await lab.nginx({ http, servers: site(lab, location.replaceAll('PORT', String(port))) });
    return { url: plain(lab), upstream: backend(port) };
  };
}

/** nginx with the usual location before a backend that speaks bytes. */
function beforeRaw(
  answer: Parameters<typeof rawServer>[1],
  location = `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:PORT; }`,
) {
  return async (lab: Lab): Promise<Probed> => {
    const port = await lab.port();
    await lab.use(rawServer({ port }, answer));
    await lab.nginx({ servers: site(lab, location.replaceAll('PORT', String(port))) });
    return { url: plain(lab), upstream: backend(port) };
  };
}

const OLD_UWS =
  '<h1>HTTP Version Not Supported</h1><p>This server does not support HTTP/1.0.</p><hr><i>uWebSockets/20 Server</i>';
const HEADERS_ONLY = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
const upgradeRequired: NonNullable<Parameters<typeof chatServer>[1]>['page'] = (_request, response) =>
  response.writeHead(426, { 'Content-Length': 16 }).end('Upgrade Required');
const GOOD = `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:PORT; }`;

export const PROBE_CASES: readonly ProbeCase[] = [
  { id: 'healthy', cause: null, setUp: before(GOOD) },
  {
    id: 'healthy-tls',
    cause: null,
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: secureSite(lab, chatLocation(port)) });
      return { url: secure(lab), upstream: backend(port), options: ['--insecure', '--n', '3', '--interval', '100ms'] };
    },
  },
  {
    id: 'upgrade-headers-missing-426',
    cause: 'upgrade-headers-missing',
    alone: 'upgrade-headers-missing',
    setUp: before('location /ws { proxy_pass http://127.0.0.1:PORT; }', { page: upgradeRequired }),
  },
  {
    id: 'upgrade-headers-missing-404',
    cause: 'upgrade-headers-missing',
    setUp: before('location /ws { proxy_http_version 1.1; proxy_pass http://127.0.0.1:PORT; }', {
      page: (_request, response) => response.writeHead(404).end('{"detail":"Not Found"}'),
    }),
  },
  {
    id: 'upgrade-headers-wiped-by-a-lower-level',
    cause: 'upgrade-headers-missing',
    setUp: before(
      `${UPGRADE}\nlocation /ws { proxy_set_header X-Real-IP $remote_addr; proxy_pass http://127.0.0.1:PORT; }`,
      {},
    ),
  },
  {
    id: 'connection-header-missing',
    cause: 'upgrade-headers-missing',
    alone: 'upgrade-headers-missing',
    setUp: beforeRaw(
      (socket, request) =>
        asksForUpgrade(request) ? socket.write(switching(request)) : socket.end(httpAnswer(400, 'Bad Request\n')),
      'location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_pass http://127.0.0.1:PORT; }',
    ),
  },
  {
    id: 'http-1.0-refused-with-505',
    cause: 'proxy-http-version',
    alone: 'proxy-http-version',
    setUp: beforeRaw(
      (socket, request) =>
        request.includes(' HTTP/1.0\r\n') ? socket.end(httpAnswer(505, OLD_UWS)) : socket.write(switching(request)),
      `location /ws { proxy_http_version 1.0; ${HEADERS_ONLY} proxy_pass http://127.0.0.1:PORT; }`,
    ),
  },
  {
    id: 'http-1.0-refused-by-closing',
    cause: 'proxy-http-version',
    setUp: beforeRaw(
      (socket, request) => (request.includes(' HTTP/1.0\r\n') ? socket.end() : socket.write(switching(request))),
      `location /ws { proxy_http_version 1.0; ${HEADERS_ONLY} proxy_pass http://127.0.0.1:PORT; }`,
    ),
  },
  {
    id: 'backend-refused',
    cause: 'backend-refused',
    alone: 'backend-refused',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.nginx({ servers: site(lab, chatLocation(port)) });
      return { url: plain(lab), upstream: backend(port) };
    },
  },
  {
    id: 'backend-socket-missing',
    cause: 'backend-socket-missing',
    setUp: async (lab) => {
      const socket = lab.path('run/chat.sock');
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://unix:${socket}; }`) });
      return { url: plain(lab), upstream: `http://unix:${socket}:/ws` };
    },
  },
  {
    id: 'tls-to-a-plain-backend',
    cause: 'upstream-tls-mismatch',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass https://127.0.0.1:${port}; }`) });
      return { url: plain(lab), upstream: backend(port, 'https') };
    },
  },
  {
    id: 'plain-http-to-a-tls-backend',
    cause: 'upstream-tls-mismatch',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }, { tls: lab.certificate('backend') }));
      await lab.nginx({ servers: site(lab, chatLocation(port)) });
      return { url: plain(lab), upstream: backend(port) };
    },
  },
  {
    id: 'plain-http-to-an-nginx-with-tls',
    cause: 'upstream-tls-mismatch',
    alone: 'upstream-tls-mismatch',
    setUp: async (lab) => {
      const port = await lab.port();
      const { certFile, keyFile } = lab.certificate('backend');
      const inner = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; access_log off; error_log /dev/null; }`;
      await lab.nginx({ servers: `${site(lab, chatLocation(port))}\n${inner}` });
      return { url: plain(lab), upstream: backend(port) };
    },
  },
  {
    id: 'backend-needs-a-server-name',
    cause: 'upstream-tls-name',
    setUp: async (lab) => {
      const port = await lab.port();
      const { certFile, keyFile } = lab.certificate(SITE);
      const app = await lab.port();
      await lab.use(chatServer({ port: app }));
      const inner =
        `server { listen 127.0.0.1:${port} ssl default_server; ssl_reject_handshake on; access_log off; error_log /dev/null; }\n` +
        `server { listen 127.0.0.1:${port} ssl; server_name ${SITE}; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; access_log off; error_log /dev/null; ${chatLocation(app)} }`;
      await lab.nginx({
        servers: `${site(lab, `location /ws { ${UPGRADE} proxy_pass https://127.0.0.1:${port}; }`)}\n${inner}`,
      });
      return { url: plain(lab), upstream: backend(port, 'https') };
    },
  },
  {
    id: 'backend-certificate-not-verified',
    cause: 'upstream-tls-verify-failed',
    past: ['upstream-tls-verify-failed', 'upstream-tls-mismatch'],
    setUp: async (lab) => {
      const port = await lab.port();
      const trusted = lab.certificate('ca.example');
      await lab.use(chatServer({ port }, { tls: lab.certificate('backend') }));
      const verify = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${trusted.certFile};`;
      await lab.nginx({
        servers: site(lab, `location /ws { ${UPGRADE} ${verify} proxy_pass https://127.0.0.1:${port}; }`),
      });
      return { url: plain(lab), upstream: backend(port, 'https') };
    },
  },
  {
    id: 'backend-certificate-for-another-name',
    cause: 'upstream-tls-name',
    past: ['upstream-tls-name', 'upstream-tls-verify-failed'],
    setUp: async (lab) => {
      const port = await lab.port();
      const certificate = lab.certificate('backend.internal.example');
      await lab.use(chatServer({ port }, { tls: certificate }));
      const verify = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificate.certFile};`;
      const http = `upstream chat { server 127.0.0.1:${port}; }`;
      await lab.nginx({ http, servers: site(lab, `location /ws { ${UPGRADE} ${verify} proxy_pass https://chat; }`) });
      return { url: plain(lab), upstream: backend(port, 'https') };
    },
  },
  {
    id: 'tls-to-a-backend-known-to-be-plain',
    cause: 'upstream-tls-mismatch',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass https://127.0.0.1:${port}; }`) });
      return { url: plain(lab), upstream: backend(port) };
    },
  },
  {
    id: 'read-timeout-zero',
    cause: 'read-timeout-zero',
    alone: 'read-timeout-zero',
    setUp: before(`location /ws { ${UPGRADE} proxy_read_timeout 0; proxy_pass http://127.0.0.1:PORT; }`),
  },
  {
    id: 'handshake-timeout',
    cause: 'handshake-timeout',
    setUp: async (lab) => ({
      ...(await beforeRaw(
        () => undefined,
        `location /ws { ${UPGRADE} proxy_read_timeout 1500ms; proxy_pass http://127.0.0.1:PORT; }`,
      )(lab)),
      options: ['--timeout', '2500ms'],
    }),
  },
  {
    id: 'handshake-timeout-longer-than-the-probe',
    cause: 'handshake-timeout',
    setUp: async (lab) => ({ ...(await beforeRaw(() => undefined)(lab)), options: ['--timeout', '1s'] }),
  },
  {
    id: 'upstream-header-too-big',
    cause: 'upstream-header-too-big',
    setUp: beforeRaw((socket, request) => socket.write(switching(request, `X-Trace: ${'t'.repeat(9000)}\r\n`))),
  },
  {
    id: 'backend-closes',
    cause: 'backend-closed-handshake',
    setUp: beforeRaw((socket) => socket.end()),
  },
  {
    id: 'backend-not-http',
    cause: 'backend-bad-response',
    alone: 'backend-bad-response',
    setUp: beforeRaw((socket) => socket.end('+PONG hello from redis\r\n')),
  },
  {
    id: 'redirect-to-https',
    cause: 'handshake-redirected',
    alone: 'handshake-redirected',
    setUp: before(`location /ws { return 301 https://$host$request_uri; }`),
  },
  {
    id: 'redirect-to-a-slash',
    cause: 'handshake-redirected',
    alone: 'handshake-redirected',
    setUp: before(`location /ws/ { ${UPGRADE} proxy_pass http://127.0.0.1:PORT; }`),
  },
  {
    id: 'route-not-proxied-404',
    cause: 'route-not-proxied',
    alone: 'route-not-proxied',
    setUp: before(`location /socket { ${UPGRADE} proxy_pass http://127.0.0.1:PORT; }`),
  },
  {
    id: 'route-not-proxied-page',
    cause: 'route-not-proxied',
    alone: 'route-not-proxied',
    setUp: async (lab) => {
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title><div id="app"></div>\n');
      return before(`root ${lab.path('var/www/html')};\nlocation / { try_files $uri /index.html; }`)(lab);
    },
  },
  { id: 'denied', cause: 'denied-by-nginx', alone: 'denied-by-nginx', setUp: before(`deny all;\n${GOOD}`) },
  {
    id: 'origin-refused',
    cause: 'backend-rejected-handshake',
    alone: 'backend-rejected-handshake',
    setUp: async (lab) => ({
      ...(await before(GOOD, {
        refuse: ({ headers }) =>
          headers.origin?.includes(SITE) === true ? null : { status: 403, body: 'Forbidden\n' },
      })(lab)),
      options: ['--origin', 'https://app.example.net'],
    }),
  },
  {
    id: 'origin-refused-since-the-host-is-lost',
    cause: 'backend-rejected-handshake',
    alone: 'backend-rejected-handshake',
    setUp: before(`location /ws { proxy_http_version 1.1; ${HEADERS_ONLY} proxy_pass http://127.0.0.1:PORT; }`, {
      refuse: ({ headers }) =>
        headers.origin === `http://${headers.host}` || headers.origin === undefined
          ? null
          : { status: 403, body: 'Forbidden\n' },
    }),
  },
  {
    id: 'rate-limited',
    cause: 'rate-limited',
    alone: 'rate-limited',
    setUp: async (lab) => ({
      ...(await before(
        `limit_req zone=one;\n${GOOD}`,
        {},
        'limit_req_zone $binary_remote_addr zone=one:1m rate=1r/s;',
      )(lab)),
      options: ['--n', '4', '--interval', '100ms'],
    }),
  },
  {
    id: 'auth-subrequest-failed',
    cause: 'auth-subrequest-failed',
    setUp: async (lab) => {
      const dead = await lab.port();
      return before(
        `location = /auth { internal; proxy_pass http://127.0.0.1:${dead}; }\nlocation /ws { auth_request /auth; ${UPGRADE} proxy_pass http://127.0.0.1:PORT; }`,
      )(lab);
    },
  },
  {
    id: 'header-too-large',
    cause: 'request-header-too-large',
    alone: 'request-header-too-large',
    setUp: async (lab) => ({ ...(await before(GOOD)(lab)), options: ['--header', `X-Token: ${'t'.repeat(9000)}`] }),
  },
  {
    id: 'plain-http-to-tls-port',
    cause: 'plain-http-to-tls-port',
    alone: 'plain-http-to-tls-port',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: secureSite(lab, chatLocation(port)) });
      return { url: `ws://${SITE}:${lab.webTls}/ws`, upstream: backend(port) };
    },
  },
  {
    id: 'tls-to-plain-port',
    cause: 'tls-to-plain-port',
    alone: 'tls-to-plain-port',
    setUp: async (lab) => ({ ...(await before(GOOD)(lab)), url: `wss://${SITE}:${lab.web}/ws` }),
  },
  {
    id: 'certificate-refused',
    cause: 'client-tls-failed',
    alone: 'client-tls-failed',
    setUp: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: secureSite(lab, chatLocation(port)) });
      return { url: secure(lab), upstream: backend(port) };
    },
  },
  {
    id: 'accepted-then-dropped',
    cause: 'backend-closed-tunnel',
    alone: 'backend-closed-tunnel',
    setUp: before(GOOD, { closeAfterMs: 50, closeCode: 4401 }),
  },
  {
    id: 'idle-cut',
    cause: 'idle-timeout',
    alone: 'idle-timeout',
    setUp: async (lab) => ({
      ...(await before(`location /ws { ${UPGRADE} proxy_read_timeout 1s; proxy_pass http://127.0.0.1:PORT; }`)(lab)),
      options: ['--hold', '5s'],
    }),
  },
  {
    id: 'idle-cut-by-the-application',
    cause: 'backend-closed-tunnel',
    alone: 'backend-closed-tunnel',
    setUp: async (lab) => ({
      ...(await before(GOOD, { closeAfterMs: 2000, closeCode: 1001 })(lab)),
      options: ['--hold', '4s'],
    }),
  },
];
