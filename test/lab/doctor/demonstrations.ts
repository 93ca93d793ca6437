/**
 * For each check of the doctor a real session that goes wrong with one configuration and right with one that is almost
 * the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer, rawServer, switching } from '../backends.ts';
import { fetchPlain, knock, person, type Session, sessions } from '../clients.ts';
import { type Lab, secureSite, site, UPGRADE } from '../lab.ts';
import type { Nginx, NginxConfig } from '../nginx.ts';

export interface Demonstration {
  readonly id: string;
  /** The two configurations, and a session that shows the difference; true: it went right. */
  readonly build: (lab: Lab) => Promise<{
    readonly broken: NginxConfig;
    readonly ok: NginxConfig;
    readonly goesRight: (nginx: Nginx) => Promise<boolean>;
  }>;
  /** What the doctor is told besides. */
  readonly path?: string;
  /** The setting does no harm: the session goes right with both. */
  readonly harmless?: boolean;
  /** nginx versions before this one show the fault. */
  readonly before?: string;
}

/** A handshake that succeeds, and is left. */
async function connects(target: Lab['site'], path = '/ws', headers: Record<string, string> = {}): Promise<boolean> {
  const { status, session } = await knock(target, path, { headers });
  session?.ws.terminate();
  return status === 101;
}

async function chatPort(lab: Lab): Promise<number> {
  const port = await lab.port();
  await lab.use(chatServer({ port }));
  return port;
}

/** Two sites of one `/ws` location that differ in the directives inside. */
function inLocation(broken: string, ok: string, more: Partial<NginxConfig> = {}): Demonstration['build'] {
  return async (lab) => {
    const port = await chatPort(lab);
    const made = (inside: string): NginxConfig => ({
      ...more,
      servers: site(lab, `location /ws { ${inside} proxy_pass http://127.0.0.1:${port}; }`),
    });
    return { broken: made(broken), ok: made(ok), goesRight: () => connects(lab.site) };
  };
}

/** Whether sessions that say nothing are still open after a while. */
async function staysOpen(open: readonly Session[], forMs: number): Promise<boolean> {
  await sleep(forMs);
  const alive = open.length > 0 && open.every(({ ws }) => ws.readyState === ws.OPEN);
  for (const { ws } of open) ws.terminate();
  return alive;
}

async function allConnect(lab: Lab, count: number): Promise<boolean> {
  const open = await sessions(lab.site, '/ws', count, { who: person(0), gapMs: 5 });
  for (const { ws } of open) ws.terminate();
  return open.length === count;
}

export const DEMONSTRATIONS: readonly Demonstration[] = [
  { id: 'syntax', build: inLocation(`${UPGRADE} }`, UPGRADE) },
  {
    id: 'duplicate',
    build: inLocation(`${UPGRADE} proxy_read_timeout 1h; proxy_read_timeout 1h;`, `${UPGRADE} proxy_read_timeout 1h;`),
  },
  {
    id: 'proxied',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (pass: string) => ({ servers: site(lab, `location /ws { ${UPGRADE} ${pass} }`) });
      return {
        broken: made(`root ${lab.path('var/www/html')};`),
        ok: made(`proxy_pass http://127.0.0.1:${port};`),
        goesRight: () => connects(lab.site),
      };
    },
  },
  {
    id: 'route',
    path: '/ws',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (path: string) => ({
        servers: site(lab, `location ${path} { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
      });
      return { broken: made('/websocket'), ok: made('/ws'), goesRight: () => connects(lab.site) };
    },
  },
  { id: 'upgrade-header', build: inLocation(UPGRADE.replace('proxy_set_header Upgrade $http_upgrade;', ''), UPGRADE) },
  {
    id: 'connection-header',
    build: inLocation(
      UPGRADE.replace('$connection_upgrade', 'keep-alive'),
      UPGRADE.replace('$connection_upgrade', 'Upgrade'),
    ),
  },
  {
    id: 'connection-map',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      return { broken: { servers, noMap: true }, ok: { servers }, goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'http-version',
    build: async (lab) => {
      const port = await lab.port();
      await lab.use(
        rawServer({ port }, (socket, request) => {
          if (/^GET \S+ HTTP\/1\.0\r/.test(request))
            socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
          else socket.write(switching(request));
        }),
      );
      const made = (version: string) => ({
        servers: site(lab, `location /ws { ${UPGRADE.replace('1.1', version)} proxy_pass http://127.0.0.1:${port}; }`),
      });
      return { broken: made('1.0'), ok: made('1.1'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'connection-keepalive',
    build: async (lab) => {
      const port = await lab.port();
      let connections = new Set<unknown>();
      await lab.use(
        rawServer({ port }, (socket, request) => {
          connections.add(socket);
          const closing = /^connection: close\r$/im.test(request);
          const answer = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${closing ? 'Connection: close\r\n' : ''}\r\nok`;
          if (closing) socket.end(answer);
          else socket.write(answer);
        }),
      );
      const servers = site(lab, `location / { ${UPGRADE} proxy_pass http://app; }`);
      const made = (ordinary: string) => ({
        noMap: true,
        http: `map $http_upgrade $connection_upgrade { default upgrade; '' ${ordinary}; }\nupstream app { server 127.0.0.1:${port}; keepalive 8; }`,
        servers,
      });
      const goesRight = async () => {
        connections = new Set();
        for (let i = 0; i < 5; i++) await fetchPlain(lab.site, '/page');
        return connections.size === 1;
      };
      return { broken: made('close'), ok: made("''"), goesRight };
    },
  },
  {
    id: 'idle-timeout',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (time: string) => ({
        servers: site(
          lab,
          `location /ws { ${UPGRADE} proxy_read_timeout ${time}; proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      const goesRight = async () => staysOpen(await sessions(lab.site, '/ws', 1), 1700);
      return { broken: made('1s'), ok: made('1h'), goesRight };
    },
  },
  { id: 'zero-timeout', build: inLocation(`${UPGRADE} proxy_read_timeout 0;`, `${UPGRADE} proxy_read_timeout 1h;`) },
  {
    id: 'response-header-buffer',
    build: async (lab) => {
      const port = await lab.port();
      const cookie = `Set-Cookie: session=${'x'.repeat(2000)}\r\n`;
      await lab.use(rawServer({ port }, (socket, request) => void socket.write(switching(request, cookie))));
      const made = (size: string) => ({
        servers: site(
          lab,
          `location /ws { ${UPGRADE} proxy_buffer_size ${size}; proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made('1k'), ok: made('4k'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'request-header-buffer',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const made = (size: string) => ({
        http: `client_header_buffer_size 512;\nlarge_client_header_buffers 4 ${size};`,
        servers,
      });
      const cookie = { Cookie: `token=${'x'.repeat(3000)}` };
      return { broken: made('2k'), ok: made('8k'), goesRight: () => connects(lab.site, '/ws', cookie) };
    },
  },
  {
    id: 'proxy-scheme',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (scheme: string) => ({
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass ${scheme}://127.0.0.1:${port}; }`),
      });
      return { broken: made('ws'), ok: made('http'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'proxy-pass-uri',
    build: async (lab) => {
      const port = await lab.port();
      const refuse = ({ url = '' }) => (url.startsWith('/socket.io/') ? null : { status: 404, body: 'no such path' });
      await lab.use(chatServer({ port }, { refuse }));
      const made = (uri: string) => ({
        servers: site(lab, `location /socket.io/ { ${UPGRADE} proxy_pass http://127.0.0.1:${port}${uri}; }`),
      });
      return { broken: made('/'), ok: made(''), goesRight: () => connects(lab.site, '/socket.io/?EIO=4') };
    },
  },
  {
    id: 'trailing-slash',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (path: string) => ({
        servers: site(lab, `location ${path} { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
      });
      return { broken: made('/ws/'), ok: made('/ws'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'redirect',
    build: async (lab) => {
      const port = await chatPort(lab);
      const location = `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`;
      const moved = 'return 301 https://chat.example.com$request_uri;';
      return {
        broken: { servers: site(lab, `${moved}\n${location}`) },
        ok: { servers: site(lab, `location / { ${moved} }\n${location}`) },
        goesRight: () => connects(lab.site),
      };
    },
  },
  {
    id: 'resolver',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (host: string) => ({
        servers: site(lab, `location /ws { ${UPGRADE} set $to ${host}; proxy_pass http://$to:${port}; }`),
      });
      return { broken: made('chat.internal'), ok: made('127.0.0.1'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'auth-request',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (more: string) => ({
        servers: site(
          lab,
          `${UPGRADE}\nlocation /ws { auth_request /auth; proxy_pass http://127.0.0.1:${port}; }\nlocation = /auth { internal; ${more} proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made(''), ok: made('proxy_set_header Upgrade "";'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'limit-conn',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (limit: number) => ({
        http: 'limit_conn_zone $binary_remote_addr zone=addr:1m;',
        servers: site(
          lab,
          `location /ws { ${UPGRADE} limit_conn addr ${limit}; proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made(2), ok: made(200), goesRight: () => allConnect(lab, 3) };
    },
  },
  {
    id: 'limit-req',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (more: string) => ({
        http: 'limit_req_zone $binary_remote_addr zone=hs:1m rate=1r/s;',
        servers: site(
          lab,
          `location /ws { ${UPGRADE} limit_req zone=hs${more}; proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made(''), ok: made(' burst=20 nodelay'), goesRight: () => allConnect(lab, 4) };
    },
  },
  {
    id: 'worker-connections',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const made = (count: number) => ({ events: `worker_connections ${count};`, servers });
      return { broken: made(16), ok: made(512), goesRight: () => allConnect(lab, 12) };
    },
  },
  {
    id: 'open-files',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const made = (count: number) => ({ main: `worker_rlimit_nofile ${count};`, servers });
      return { broken: made(24), ok: made(1024), goesRight: () => allConnect(lab, 15) };
    },
  },
  {
    id: 'shutdown-timeout',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const goesRight = async (nginx: Nginx) => {
        const open = await sessions(lab.site, '/ws', 2);
        await nginx.reload();
        return staysOpen(open, 1600);
      };
      return {
        broken: { main: 'worker_shutdown_timeout 1s;', servers },
        ok: { main: 'worker_shutdown_timeout 1h;', servers },
        goesRight,
      };
    },
  },
  {
    id: 'sticky-sessions',
    build: async (lab) => {
      const ports = [await lab.port(), await lab.port()];
      for (const port of ports) {
        // Each server knows only the sessions it opened itself.
        const known = new Set<string>();
        await lab.use(
          chatServer(
            { port },
            {
              page: (_request, response) => {
                const sid = `${port}-${known.size}`;
                known.add(sid);
                response.end(sid);
              },
              refuse: ({ url = '' }) =>
                known.has(/sid=([\w-]+)/.exec(url)?.[1] ?? '')
                  ? null
                  : { status: 400, body: '{"code":1,"message":"Session ID unknown"}' },
            },
          ),
        );
      }
      const members = ports.map((port) => `server 127.0.0.1:${port};`).join(' ');
      const made = (balancing: string) => ({
        http: `upstream io { ${balancing} ${members} }`,
        servers: site(lab, `location /socket.io/ { ${UPGRADE} proxy_pass http://io; }`),
      });
      const goesRight = async () => {
        for (let i = 0; i < 3; i++) {
          const { body } = await fetchPlain(lab.site, '/socket.io/?EIO=4&transport=polling');
          if (!(await connects(lab.site, `/socket.io/?EIO=4&transport=websocket&sid=${body}`))) return false;
        }
        return true;
      };
      return { broken: made(''), ok: made('ip_hash;'), goesRight };
    },
  },
  {
    id: 'backend-scheme',
    build: async (lab) => {
      const port = await chatPort(lab);
      const inner = secureSite(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const made = (scheme: string) => ({
        servers: `${site(lab, `location /ws { ${UPGRADE} proxy_pass ${scheme}://127.0.0.1:${lab.webTls}; }`)}\n${inner}`,
      });
      return { broken: made('http'), ok: made('https'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'backend-sni',
    build: async (lab) => {
      const port = await lab.port();
      const { cert, key } = lab.certificate('app.example');
      const { createSecureContext } = await import('node:tls');
      await lab.use(
        chatServer(
          { port },
          {
            tls: {
              SNICallback: (name, done) =>
                name === 'app.example'
                  ? done(null, createSecureContext({ cert, key }))
                  : done(new Error('unknown name')),
            },
          },
        ),
      );
      const made = (more: string) => ({
        servers: site(
          lab,
          `location /ws { ${UPGRADE} proxy_ssl_name app.example; ${more} proxy_pass https://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made(''), ok: made('proxy_ssl_server_name on;'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'backend-verify',
    build: async (lab) => {
      const port = await lab.port();
      const certificate = lab.certificate('app.example');
      await lab.use(chatServer({ port }, { tls: certificate }));
      const made = (more: string) => ({
        http: `upstream app { server 127.0.0.1:${port}; }`,
        servers: site(
          lab,
          `location /ws { ${UPGRADE} proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificate.certFile}; ${more} proxy_pass https://app; }`,
        ),
      });
      return { broken: made(''), ok: made('proxy_ssl_name app.example;'), goesRight: () => connects(lab.site) };
    },
  },
  {
    id: 'front-tls',
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (flag: string) => ({
        servers: secureSite(
          lab,
          `ssl_reject_handshake ${flag};\nlocation /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`,
        ),
      });
      return { broken: made('on'), ok: made('off'), goesRight: () => connects(lab.secureSite) };
    },
  },
  {
    id: 'http2',
    before: '1.25.1',
    build: async (lab) => {
      const port = await chatPort(lab);
      const plain = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      return {
        broken: { servers: plain.replace(`:${lab.web};`, `:${lab.web} http2;`) },
        ok: { servers: plain },
        goesRight: () => connects(lab.site),
      };
    },
  },
  {
    id: 'no-effect',
    harmless: true,
    build: async (lab) => {
      const port = await chatPort(lab);
      const made = (more: string) => ({
        servers: site(lab, `location /ws { ${UPGRADE} ${more} proxy_pass http://127.0.0.1:${port}; }`),
      });
      // A message much larger than the limit comes back whole.
      const goesRight = async () => {
        const { session } = await knock(lab.site, '/ws');
        if (session === null) return false;
        const sent = Buffer.alloc(100_000, 0x61);
        const echoed = new Promise<boolean>((resolve) => {
          session.ws.once('message', (data) => resolve(Buffer.isBuffer(data) && data.equals(sent)));
          session.ws.once('close', () => resolve(false));
        });
        session.ws.send(sent);
        const whole = await echoed;
        session.ws.terminate();
        return whole;
      };
      return { broken: made('client_max_body_size 1k; proxy_buffering on;'), ok: made(''), goesRight };
    },
  },
  {
    id: 'error-log',
    build: async (lab) => {
      const port = await chatPort(lab);
      const location = `location /ws { ${UPGRADE} proxy_read_timeout 1s; proxy_pass http://127.0.0.1:${port}; }`;
      const made = (level: string) => ({
        servers: site(lab, `error_log ${lab.path('var/log/nginx/error.log')} ${level};\n${location}`),
      });
      // "Right" is that the cut can be seen.
      const goesRight = async (nginx: Nginx) => {
        const [open] = await sessions(lab.site, '/ws', 1);
        await open?.closed;
        return nginx.logged('while proxying upgraded connection', 300);
      };
      return { broken: made('error'), ok: made('info'), goesRight };
    },
  },
  {
    id: 'access-log',
    build: async (lab) => {
      const port = await chatPort(lab);
      const servers = site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`);
      const { readFile } = await import('node:fs/promises');
      const goesRight = async () => {
        if (!(await connects(lab.site))) return false;
        await sleep(200);
        const logged = await readFile(lab.path('var/log/nginx/access.timed.log'), 'latin1').catch(() => '');
        return logged.includes(' 101 ');
      };
      return { broken: { servers, accessLog: 'access_log off;' }, ok: { servers }, goesRight };
    },
  },
];
