/** What clients get is not what went wrong: error pages, `return`, mirrors, certificates, and a second nginx behind. */
import { chatServer, httpAnswer, rawServer } from '../backends.ts';
import { converse, knock, knocks, person } from '../clients.ts';
import { chatLocation, type Lab, proxied, type Scenario, secureSite, site, UPGRADE } from '../lab.ts';

const INDEX = '<!doctype html><title>Chat</title><div id="app"></div><script src="/app.js"></script>\n';

/** Clients who chat a moment each, one after another. */
async function visits(lab: Lab): Promise<void> {
  for (let i = 0; i < 8; i++) {
    const { session } = await knock(lab.site, '/ws', { who: person(i) });
    if (session !== null) await converse(session, 200 + i * 50);
  }
}

export const disguisedScenarios: readonly Scenario[] = [
  {
    id: 'backend-refused-error-page',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'Nothing listens behind the location, and error_page makes a friendly page with status 200 of it.',
    run: async (lab) => {
      const root = lab.path('var/www/html');
      lab.file('var/www/html/50x.html', '<p>Back in a minute.</p>\n');
      const pages = `error_page 502 503 504 =200 /50x.html;\nlocation = /50x.html { root ${root}; }`;
      await lab.nginx({ servers: site(lab, `${pages}\n${chatLocation(await lab.port())}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-refused-error-page-missing',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'The same with a page that does not exist: clients get 404.',
    run: async (lab) => {
      const pages = `root ${lab.path('var/www/html')};\nerror_page 502 503 504 /50x.html;`;
      await lab.nginx({ servers: site(lab, `${pages}\n${chatLocation(await lab.port())}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-refused-behind-proxy',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'nginx leads to a second nginx, whose backend is down; the first relays its 502.',
    run: async (lab) => {
      const inner = await lab.port();
      const behind = `server { listen 127.0.0.1:${inner}; server_name inner; ${chatLocation(await lab.port())} }`;
      await lab.nginx({ servers: `${site(lab, chatLocation(inner))}\n${behind}` });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-refused-mirror',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'The backend that a mirror copies requests to is down; clients do not notice.',
    run: async (lab) => {
      const [port, copy] = [await lab.port(), await lab.port()];
      await lab.use(chatServer({ port }));
      const mirror = `location = /copy { internal; proxy_pass http://127.0.0.1:${copy}$request_uri; }`;
      await lab.nginx({ servers: site(lab, `${chatLocation(port, 'mirror /copy;')}\n${mirror}`) });
      await visits(lab);
    },
  },
  {
    id: 'mirror-upgraded',
    cause: 'auth-subrequest-failed',
    websocket: 'yes',
    story:
      'The target of a mirror inherits the Upgrade headers and answers 101, which ends the connections of clients.',
    run: async (lab) => {
      const [port, copy] = [await lab.port(), await lab.port()];
      await lab.use(chatServer({ port }));
      await lab.use(chatServer({ port: copy }));
      const locations = `location /ws { mirror /copy; proxy_pass http://127.0.0.1:${port}; }\nlocation = /copy { internal; proxy_pass http://127.0.0.1:${copy}$request_uri; }`;
      await lab.nginx({ servers: site(lab, `${UPGRADE.replaceAll('; ', ';\n')}\n${locations}`) });
      await visits(lab);
    },
  },
  {
    id: 'backend-answers-page',
    cause: 'backend-rejected-handshake',
    websocket: 'yes',
    story: 'The headers arrive, and the application answers with an ordinary page: it has no WebSocket there.',
    acceptDefault: ['route-not-proxied', 'upgrade-headers-missing'],
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(rawServer({ port }, (socket) => socket.end(httpAnswer(200, INDEX))));
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-rejected-intercepted',
    cause: 'backend-rejected-handshake',
    websocket: 'yes',
    story: 'The application answers 404, and proxy_intercept_errors sends the single-page application with 200.',
    acceptDefault: ['route-not-proxied', 'upgrade-headers-missing'],
    run: async (lab) => {
      const port = await lab.port();
      lab.file('var/www/html/index.html', INDEX);
      await lab.use(rawServer({ port }, (socket) => socket.end(httpAnswer(404, 'Not Found'))));
      const pages = `root ${lab.path('var/www/html')};\nproxy_intercept_errors on;\nerror_page 404 =200 /index.html;\nlocation = /index.html { }`;
      await lab.nginx({ servers: site(lab, `${pages}\n${chatLocation(port)}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'denied-by-nginx-return',
    cause: 'denied-by-nginx',
    websocket: 'yes',
    story: 'An `if` answers 400 unless Upgrade is spelled as nobody spells it.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const refuse = 'if ($http_upgrade != "WebSocket") { return 400; }';
      await lab.nginx({ servers: site(lab, chatLocation(port, refuse)) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'denied-by-nginx-maintenance',
    cause: 'denied-by-nginx',
    websocket: 'yes',
    story: 'The `return 503` of the last maintenance was left in the location.',
    acceptDefault: ['rate-limited', 'backend-rejected-handshake'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      lab.file('var/www/html/maintenance.html', '<p>We are working on it.</p>\n');
      const page = `root ${lab.path('var/www/html')};\nerror_page 503 @maintenance;\nlocation @maintenance { rewrite ^ /maintenance.html break; }`;
      await lab.nginx({ servers: site(lab, `${page}\n${chatLocation(port, 'return 503;')}`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'client-tls-failed-certificate',
    cause: 'client-tls-failed',
    websocket: 'yes',
    story: 'ssl_verify_client asks for a certificate, and the clients have none.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const ask = `ssl_client_certificate ${lab.certificate('clients.example.com').certFile};\nssl_verify_client on;`;
      await lab.nginx({ servers: secureSite(lab, `${ask}\n${chatLocation(port)}`) });
      await knocks(lab.secureSite, '/ws', 8);
    },
  },
  {
    id: 'route-not-proxied-cycle',
    cause: 'route-not-proxied',
    websocket: 'yes',
    story: 'The handshake falls into a try_files that sends it round in circles, and nginx gives up with 500.',
    run: async (lab) => {
      const root = `root ${lab.path('var/www/html')};\nlocation / { try_files $uri /index.html; }`;
      await lab.nginx({ servers: site(lab, `${root}\nlocation = /index.html { try_files /app.html /index.html; }`) });
      await knocks(lab.site, '/ws', 8);
    },
  },
];
