/** Runs in which nothing is wrong with WebSockets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer, httpAnswer, rawServer, switching } from '../backends.ts';
import { chat, converse, fetchPlain, knock, person, sessions } from '../clients.ts';
import { type Lab, type Scenario, site, UPGRADE } from '../lab.ts';

async function chatBackend(lab: Lab, more = ''): Promise<string> {
  const port = await lab.port();
  await lab.use(chatServer({ port }, { greeting: '{"type":"welcome"}' }));
  return `location /ws { ${UPGRADE} ${more} proxy_pass http://127.0.0.1:${port}; }`;
}

export const healthyScenarios: readonly Scenario[] = [
  {
    id: 'healthy',
    cause: null,
    websocket: 'yes',
    story: 'Chatty sessions of varied length and ordinary pages.',
    run: async (lab) => {
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title>\n');
      const body = `root ${lab.path('var/www/html')};\n${await chatBackend(lab, 'proxy_read_timeout 1h;')}`;
      await lab.nginx({ servers: site(lab, body) });
      await Promise.all(
        [300, 700, 1150, 1900, 2400, 3100, 3300, 4200].map(async (forMs, index) => {
          await sleep(index * 60);
          await fetchPlain(lab.site, '/', { who: person(index) });
          const { session } = await knock(lab.site, '/ws', { who: person(index) });
          if (session === null) return;
          await converse(session, forMs, 250);
        }),
      );
    },
  },
  {
    id: 'healthy-short',
    cause: null,
    websocket: 'yes',
    story: 'Short sessions that do their work and leave.',
    run: async (lab) => {
      await lab.nginx({ servers: site(lab, await chatBackend(lab)) });
      for (let i = 0; i < 12; i++) {
        const { session } = await knock(lab.site, '/ws', { who: person(i) });
        if (session === null) continue;
        await converse(session, 60 + (i % 5) * 70, 40);
      }
    },
  },
  {
    id: 'healthy-reload',
    cause: null,
    websocket: 'yes',
    story: 'A reload without worker_shutdown_timeout: the old worker serves its tunnels to their end.',
    run: async (lab) => {
      const nginx = await lab.nginx({ servers: site(lab, await chatBackend(lab)) });
      const open = await sessions(lab.site, '/ws', 6, { gapMs: 90 });
      await Promise.all(open.map((each) => chat(each, 400)));
      await nginx.reload();
      const after = await sessions(lab.site, '/ws', 3);
      await Promise.all([...open, ...after].map((each, index) => converse(each, 500 + index * 310)));
    },
  },
  {
    id: 'healthy-mixed',
    cause: null,
    websocket: 'yes',
    story: 'Scanners looking for files that do not exist, beside healthy sessions.',
    run: async (lab) => {
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title>\n');
      await lab.nginx({ servers: site(lab, `root ${lab.path('var/www/html')};\n${await chatBackend(lab)}`) });
      const open = await sessions(lab.site, '/ws', 5);
      const talking = open.map((each, index) => converse(each, 700 + index * 530));
      for (const path of [
        '/',
        '/wp-login.php',
        '/.env',
        '/favicon.ico',
        '/admin/',
        '/robots.txt',
        '/api/v1/status',
        '/phpmyadmin/index.php',
      ]) {
        await fetchPlain(lab.site, path, { who: person(path.length) });
        await sleep(120);
      }
      await Promise.all(talking);
    },
  },
  {
    id: 'healthy-default-version',
    cause: null,
    websocket: 'yes',
    since: '1.29.7',
    story: 'proxy_http_version is not mentioned, and the backend gets HTTP/1.1 all the same.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(
        rawServer({ port }, (socket, request) =>
          request.includes(' HTTP/1.0\r\n')
            ? socket.end(httpAnswer(505, 'HTTP/1.0 is not spoken here'))
            : socket.write(switching(request)),
        ),
      );
      const headers = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
      await lab.nginx({ servers: site(lab, `location /ws { ${headers} proxy_pass http://127.0.0.1:${port}; }`) });
      const open = await sessions(lab.site, '/ws', 8);
      await Promise.all(open.map((each, index) => converse(each, 120 + index * 330)));
    },
  },
  {
    id: 'plain-http-502',
    cause: 'backend-refused',
    websocket: 'no',
    story: 'The backend of an ordinary API is down; no WebSocket is involved.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.nginx({ servers: site(lab, `location /api/ { proxy_pass http://127.0.0.1:${port}; }`) });
      for (let i = 0; i < 10; i++) {
        await fetchPlain(lab.site, `/api/orders?page=${i}`, { who: person(i) });
        await sleep(50);
      }
    },
  },
  {
    id: 'plain-http-504',
    cause: 'handshake-timeout',
    websocket: 'no',
    story: 'A slow report of an ordinary API times out; no WebSocket is involved.',
    acceptFull: ['none'],
    acceptDefault: ['none'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }, { page: () => undefined }));
      await lab.nginx({
        servers: site(lab, `location /api/ { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:${port}; }`),
      });
      await Promise.all(
        [0, 1, 2, 3, 4].map((each) => fetchPlain(lab.site, `/api/report/${each}`, { who: person(each) })),
      );
    },
  },
];
