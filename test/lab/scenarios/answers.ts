/** The backend is reached and answers the handshake with something other than a 101, or not at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asksForUpgrade, chatServer, httpAnswer, rawServer, socketIoNode, switching } from '../backends.ts';
import { converse, fetchPlain, knock, knocks, leave, person } from '../clients.ts';
import { proxied, type Scenario, SITE, site, UPGRADE } from '../lab.ts';

export const answerScenarios: readonly Scenario[] = [
  {
    id: 'backend-bad-response',
    cause: 'backend-bad-response',
    websocket: 'yes',
    story: 'The port belongs to something that does not speak HTTP.',
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(rawServer({ port }, (socket) => socket.end('-ERR unknown command `GET`\r\n')));
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'backend-bad-header',
    cause: 'backend-bad-response',
    websocket: 'yes',
    story: 'The backend writes its 101 by hand, with a control character in a header name.',
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(
        rawServer({ port }, (socket) =>
          socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgr\x01ade: websocket\r\n\r\n'),
        ),
      );
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-header-too-big',
    cause: 'upstream-header-too-big',
    websocket: 'yes',
    story: 'The 101 sets a cookie larger than proxy_buffer_size.',
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(
        rawServer({ port }, (socket, request) =>
          socket.write(switching(request, `Set-Cookie: session=${'x'.repeat(9000)}; Path=/\r\n`)),
        ),
      );
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'handshake-timeout',
    cause: 'handshake-timeout',
    websocket: 'yes',
    story: 'The backend accepts the connection and never answers.',
    run: async (lab) => {
      const port = await proxied(lab, 'proxy_read_timeout 1s;');
      await lab.use(rawServer({ port }, () => undefined));
      await Promise.all(
        [0, 1, 2].map((each) => sleep(each * 150).then(() => knocks(lab.site, '/ws', 2, { who: person(each) }))),
      );
    },
  },
  {
    id: 'read-timeout-zero',
    cause: 'read-timeout-zero',
    websocket: 'yes',
    story: 'Somebody set proxy_read_timeout 0 to switch the timeout off.',
    acceptDefault: ['handshake-timeout'],
    run: async (lab) => {
      const port = await proxied(lab, 'proxy_read_timeout 0;');
      await lab.use(chatServer({ port }));
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-closed-handshake',
    cause: 'backend-closed-handshake',
    websocket: 'yes',
    story: 'The backend closes the connection instead of answering.',
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(rawServer({ port }, (socket) => socket.end()));
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-reset-handshake',
    cause: 'backend-closed-handshake',
    websocket: 'yes',
    story: 'The backend resets the connection instead of answering.',
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(rawServer({ port }, (socket) => socket.resetAndDestroy()));
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-rejected-handshake',
    cause: 'backend-rejected-handshake',
    websocket: 'yes',
    story: 'The backend refuses the Origin with 403.',
    acceptDefault: ['denied-by-nginx'],
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(
        chatServer(
          { port },
          {
            refuse: ({ headers }) =>
              headers.origin === `https://${SITE}` ? null : { status: 403, body: 'Forbidden\n' },
          },
        ),
      );
      const { session } = await knock(lab.site, '/ws', { who: person(0) });
      await knocks(lab.site, '/ws', 8, { origin: 'https://app.example.net' });
      if (session !== null) await leave(session);
    },
  },
  {
    id: 'backend-rejected-token',
    cause: 'backend-rejected-handshake',
    websocket: 'yes',
    story: 'The application wants a token and answers 401.',
    acceptDefault: ['denied-by-nginx'],
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(chatServer({ port }, { refuse: () => ({ status: 401, body: '{"error":"token expired"}' }) }));
      await knocks(lab.site, '/ws?token=7f3c2a91', 7);
    },
  },
  {
    id: 'upgrade-headers-missing',
    cause: 'upgrade-headers-missing',
    websocket: 'yes',
    story: 'The location lacks both proxy_set_header lines; a Spring backend answers 400.',
    acceptDefault: ['backend-rejected-handshake'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(
        rawServer({ port }, (socket, request) =>
          asksForUpgrade(request)
            ? socket.write(switching(request))
            : socket.end(httpAnswer(400, 'Can "Upgrade" only to "WebSocket".')),
        ),
      );
      await lab.nginx({ servers: site(lab, `location /ws { proxy_pass http://127.0.0.1:${port}; }`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'upgrade-headers-missing-426',
    cause: 'upgrade-headers-missing',
    websocket: 'yes',
    story: 'The same with a backend that answers 426 Upgrade Required.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(
        chatServer(
          { port },
          { page: (_request, response) => response.writeHead(426, { 'Content-Length': 16 }).end('Upgrade Required') },
        ),
      );
      await lab.nginx({
        servers: site(lab, `location /ws { proxy_http_version 1.1; proxy_pass http://127.0.0.1:${port}; }`),
      });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'upgrade-headers-missing-connection',
    cause: 'upgrade-headers-missing',
    websocket: 'yes',
    story: 'Upgrade is forwarded and Connection is not; gorilla answers 400.',
    acceptDefault: ['backend-rejected-handshake'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(
        rawServer({ port }, (socket, request) =>
          asksForUpgrade(request) ? socket.write(switching(request)) : socket.end(httpAnswer(400, 'Bad Request\n')),
        ),
      );
      const headers = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Host $host;';
      await lab.nginx({ servers: site(lab, `location /ws { ${headers} proxy_pass http://127.0.0.1:${port}; }`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'upgrade-headers-missing-404',
    cause: 'upgrade-headers-missing',
    websocket: 'yes',
    story: 'Without the Upgrade header the application sees an ordinary GET and has no such page.',
    acceptFull: ['backend-rejected-handshake'],
    acceptDefault: ['backend-rejected-handshake', 'route-not-proxied'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(
        chatServer({ port }, { page: (_request, response) => response.writeHead(404).end('{"detail":"Not Found"}') }),
      );
      await lab.nginx({
        servers: site(lab, `location /ws { proxy_set_header Host $host; proxy_pass http://127.0.0.1:${port}; }`),
      });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'proxy-http-version',
    cause: 'proxy-http-version',
    websocket: 'yes',
    story: 'The backend answers 505 to HTTP/1.0, which nginx spoke by default for long.',
    acceptDefault: ['backend-rejected-handshake'],
    run: async (lab) => {
      const port = await lab.port();
      const body =
        '<h1>HTTP Version Not Supported</h1><p>This server does not support HTTP/1.0.</p><hr><i>uWebSockets/20 Server</i>';
      await lab.use(
        rawServer({ port }, (socket, request) =>
          request.includes(' HTTP/1.0\r\n') ? socket.end(httpAnswer(505, body)) : socket.write(switching(request)),
        ),
      );
      // The default has been 1.1 since 1.29.7; before, nothing needs to be said to get the fault.
      const version = lab.since('1.29.7') ? 'proxy_http_version 1.0; ' : '';
      const headers = `${version}proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`;
      await lab.nginx({ servers: site(lab, `location /ws { ${headers} proxy_pass http://127.0.0.1:${port}; }`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'sticky-session-missing',
    cause: 'sticky-session-missing',
    websocket: 'yes',
    story: 'socket.io behind two servers in turn: the second does not know the session the first opened.',
    run: async (lab) => {
      const [a, b] = [await lab.port(), await lab.port()];
      await lab.use(socketIoNode({ port: a }));
      await lab.use(socketIoNode({ port: b }));
      const http = `upstream io { server 127.0.0.1:${a}; server 127.0.0.1:${b}; }`;
      await lab.nginx({ http, servers: site(lab, `location /socket.io/ { ${UPGRADE} proxy_pass http://io; }`) });
      const talking: Promise<void>[] = [];
      for (let i = 0; i < 8; i++) {
        const who = person(i);
        const base = `/socket.io/?EIO=4&transport=`;
        const opened = await fetchPlain(lab.site, `${base}polling`, { who });
        const sid = /"sid":"([^"]+)"/.exec(opened.body)?.[1] ?? 'none';
        await fetchPlain(lab.site, `${base}polling&sid=${sid}`, { who, method: 'POST', body: '40' });
        // An odd number of requests a client, so that the turn moves on.
        const { session } = await knock(lab.site, `${base}websocket&sid=${sid}`, { who });
        if (session !== null) talking.push(converse(session, 300 + i * 290));
        await sleep(50);
      }
      await Promise.all(talking);
    },
  },
];
