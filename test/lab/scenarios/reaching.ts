/** The backend cannot be reached: address, route, socket, queue, ports, name. */
import { chmodSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer, fullQueue, unknowingNameServer } from '../backends.ts';
import { converse, knock, knocks, person, type Session, sessions } from '../clients.ts';
import { type Lab, proxied, type Scenario, SITE, site, UPGRADE } from '../lab.ts';

/** nginx in a network of its own: clients come through a unix socket and say who they are in X-Real-IP. */
async function isolatedKnocks(lab: Lab, path: string, count: number, gapMs: number): Promise<Session[]> {
  const open: Session[] = [];
  for (let i = 0; i < count; i++) {
    const who = person(i);
    const target = { port: 0, host: SITE, socketPath: lab.path('run/web.sock') };
    const { session } = await knock(target, path, { who, headers: { 'X-Real-IP': `203.0.113.${11 + (i % 5)}` } });
    if (session !== null) open.push(session);
    await sleep(gapMs);
  }
  return open;
}

const isolatedSite = (lab: Lab, body: string): string =>
  `server {\n  listen unix:${lab.path('run/web.sock')};\n  server_name ${SITE};\n  set_real_ip_from unix:;\n  real_ip_header X-Real-IP;\n  ${body}\n}`;

export const reachingScenarios: readonly Scenario[] = [
  {
    id: 'backend-refused',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'Nothing listens on the port that proxy_pass names.',
    run: async (lab) => {
      await proxied(lab);
      await knocks(lab.site, '/ws', 8);
    },
  },
  {
    id: 'backend-refused-no-live',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'Both servers of an upstream refuse; nginx marks them down and reports no live upstreams.',
    run: async (lab) => {
      const [a, b] = [await lab.port(), await lab.port()];
      const http = `upstream chat { server 127.0.0.1:${a}; server 127.0.0.1:${b}; }`;
      await lab.nginx({ http, servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://chat; }`) });
      await knocks(lab.site, '/ws', 10);
    },
  },
  {
    id: 'backend-refused-one-of-two',
    cause: 'backend-refused',
    websocket: 'yes',
    story: 'One of two servers refuses; nginx retries on the other, clients get their 101.',
    acceptFull: ['none'],
    acceptDefault: ['none'],
    run: async (lab) => {
      const [a, b] = [await lab.port(), await lab.port()];
      await lab.use(chatServer({ port: b }));
      const http = `upstream chat { server 127.0.0.1:${a} fail_timeout=1s; server 127.0.0.1:${b}; }`;
      await lab.nginx({ http, servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://chat; }`) });
      for (let i = 0; i < 8; i++) {
        const { session } = await knock(lab.site, '/ws', { who: person(i) });
        if (session !== null) await converse(session, 150 + i * 40);
        await sleep(200);
      }
    },
  },
  {
    id: 'no-live-upstreams',
    cause: 'no-live-upstreams',
    websocket: 'yes',
    story: 'Long-lived tunnels hold every max_conns slot of the upstream.',
    run: async (lab) => {
      const [a, b] = [await lab.port(), await lab.port()];
      await lab.use(chatServer({ port: a }));
      await lab.use(chatServer({ port: b }));
      const http = `upstream chat { zone chat 64k; server 127.0.0.1:${a} max_conns=2; server 127.0.0.1:${b} max_conns=2; }`;
      await lab.nginx({ http, servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://chat; }`) });
      const held = await sessions(lab.site, '/ws', 4);
      await knocks(lab.site, '/ws', 8);
      await Promise.all(held.map((each, index) => converse(each, 500 + index * 430)));
    },
  },
  {
    id: 'backend-unreachable',
    cause: 'backend-unreachable',
    websocket: 'yes',
    isolated: true,
    story: 'Packets to the backend vanish; connecting times out.',
    run: async (lab) => {
      await lab.nginx(
        {
          servers: isolatedSite(
            lab,
            `location /ws { ${UPGRADE} proxy_connect_timeout 1s; proxy_pass http://10.0.0.5:8080; }`,
          ),
        },
        // What goes out on lo comes back as a stranger's packet and is dropped: the SYN is never answered.
        'ip link set lo up; ip route add 10.0.0.0/24 dev lo',
      );
      await Promise.all([0, 1, 2].map((each) => sleep(each * 150).then(() => isolatedKnocks(lab, '/ws', 2, 50))));
    },
  },
  {
    id: 'backend-unreachable-no-route',
    cause: 'backend-unreachable',
    websocket: 'yes',
    isolated: true,
    story: 'There is no route to the backend.',
    run: async (lab) => {
      await lab.nginx(
        { servers: isolatedSite(lab, `location /ws { ${UPGRADE} proxy_pass http://10.0.0.5:8080; }`) },
        'ip link set lo up; ip route add unreachable 10.0.0.0/24',
      );
      await isolatedKnocks(lab, '/ws', 7, 60);
    },
  },
  {
    id: 'backend-socket-missing',
    cause: 'backend-socket-missing',
    websocket: 'yes',
    story: 'The unix socket of the application does not exist.',
    run: async (lab) => {
      await lab.nginx({
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://unix:${lab.path('run/chat.sock')}; }`),
      });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'connect-denied',
    cause: 'connect-denied',
    websocket: 'yes',
    story: 'The unix socket exists, but its mode keeps nginx out.',
    run: async (lab) => {
      const socket = lab.path('run/chat.sock');
      await lab.use(chatServer({ path: socket }));
      chmodSync(socket, 0o000);
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://unix:${socket}; }`) });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'backend-backlog-full',
    cause: 'backend-backlog-full',
    websocket: 'yes',
    story: 'The application hangs and no longer accepts; its queue is full.',
    run: async (lab) => {
      const socket = lab.path('run/chat.sock');
      await lab.use(fullQueue(socket));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://unix:${socket}; }`) });
      const queued = [0, 1].map((each) => knock(lab.site, '/ws', { who: person(each), leaveAfterMs: 2500 }));
      await sleep(200);
      await knocks(lab.site, '/ws', 8);
      await Promise.all(queued);
    },
  },
  {
    id: 'local-ports-exhausted',
    cause: 'local-ports-exhausted',
    websocket: 'yes',
    isolated: true,
    story: 'Every ephemeral port towards the backend is taken by a tunnel.',
    run: async (lab) => {
      const socket = lab.path('run/chat.sock');
      await lab.use(chatServer({ path: socket }));
      chmodSync(socket, 0o777);
      // The second server block stands for the application: inside the namespace nothing else runs.
      const application = `server { listen 127.0.0.1:8080; access_log off; location / { ${UPGRADE} proxy_pass http://unix:${socket}; } }`;
      await lab.nginx(
        {
          servers: `${isolatedSite(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:8080; }`)}\n${application}`,
        },
        'ip link set lo up; echo "50000 50003" > /proc/sys/net/ipv4/ip_local_port_range',
      );
      const held = await isolatedKnocks(lab, '/ws', 12, 30);
      await Promise.all(held.map((each, index) => converse(each, 300 + index * 370)));
    },
  },
  {
    id: 'upstream-name-unresolved',
    cause: 'upstream-name-unresolved',
    websocket: 'yes',
    story: 'The DNS server does not know the name in a proxy_pass with a variable.',
    run: async (lab) => {
      const dns = await lab.port();
      await lab.use(unknowingNameServer(dns));
      const body = `resolver 127.0.0.1:${dns} valid=1s;\nlocation /ws { ${UPGRADE} set $backend chat.internal.example; proxy_pass http://$backend:8080; }`;
      await lab.nginx({ servers: site(lab, body) });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-name-unresolved-dead-dns',
    cause: 'upstream-name-unresolved',
    websocket: 'yes',
    story: 'Nothing answers at the address of the resolver.',
    run: async (lab) => {
      const dns = await lab.port();
      const body = `resolver 127.0.0.1:${dns};\nresolver_timeout 1s;\nlocation /ws { ${UPGRADE} set $backend chat.internal.example; proxy_pass http://$backend:8080; }`;
      await lab.nginx({ servers: site(lab, body) });
      await Promise.all(
        [0, 1, 2].map((each) => sleep(each * 100).then(() => knocks(lab.site, '/ws', 2, { who: person(each) }))),
      );
    },
  },
  {
    id: 'upstream-name-no-resolver',
    cause: 'upstream-name-unresolved',
    websocket: 'yes',
    story: 'proxy_pass has a variable and no resolver is configured.',
    run: async (lab) => {
      const body = `location /ws { ${UPGRADE} set $backend chat.internal.example; proxy_pass http://$backend:8080; }`;
      await lab.nginx({ servers: site(lab, body) });
      await knocks(lab.site, '/ws', 7);
    },
  },
];
