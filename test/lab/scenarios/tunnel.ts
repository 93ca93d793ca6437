/** Faults after the 101, and nginx's own stops and limits under live tunnels. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatOptions, chatServer } from '../backends.ts';
import { chat, converse, knock, knocks, person, sessions } from '../clients.ts';
import { type Lab, type Scenario, site, UPGRADE } from '../lab.ts';
import type { Nginx, NginxConfig } from '../nginx.ts';

/** nginx before one chat server. */
async function chatSite(
  lab: Lab,
  more: string,
  options: ChatOptions = {},
  config: Partial<NginxConfig> = {},
): Promise<Nginx> {
  const port = await lab.port();
  await lab.use(chatServer({ port }, options));
  return lab.nginx({
    ...config,
    servers: site(lab, `location /ws { ${UPGRADE} ${more} proxy_pass http://127.0.0.1:${port}; }`),
  });
}

/** More sessions than a worker with this many connections can hold. */
async function crowd(lab: Lab, connections: number): Promise<void> {
  await chatSite(lab, '', {}, { events: `worker_connections ${connections};` });
  const held = await sessions(lab.site, '/ws', 12);
  const late = await knocks(lab.site, '/ws', 6);
  await Promise.all(held.map((each, index) => converse(each, 700 + index * 390)));
  const taken = late.flatMap(({ session }) => (session === null ? [] : [session]));
  await Promise.all(taken.map((each, index) => converse(each, 50 + index * 240)));
}

export const tunnelScenarios: readonly Scenario[] = [
  {
    id: 'idle-timeout',
    cause: 'idle-timeout',
    websocket: 'yes',
    story: 'Tunnels that carry nothing are cut after proxy_read_timeout.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, 'proxy_read_timeout 2s;', { greeting: '{"type":"welcome"}' });
      const open = await sessions(lab.site, '/ws', 8, { gapMs: 120 });
      await Promise.race([Promise.all(open.map(({ closed }) => closed)), sleep(3600)]);
    },
  },
  {
    id: 'idle-timeout-reconnect',
    cause: 'idle-timeout',
    websocket: 'yes',
    story: 'Idle clients are cut and come back at once, again and again; busy ones stay.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, 'proxy_read_timeout 1s;');
      const busy = await sessions(lab.site, '/ws', 2, { who: person(3) });
      const talking = Promise.all(busy.map((each, index) => converse(each, 3100 + index * 1200, 300)));
      const idle = [0, 1, 2, 4].map(async (each) => {
        await sleep(each * 130);
        for (let round = 0; round < 4; round++) {
          const { session } = await knock(lab.site, '/ws', { who: person(each) });
          if (session === null) continue;
          // Whoever is not cut says something at last and leaves.
          await Promise.race([session.closed, sleep(1250 + each * 210 + round * 130)]);
          await converse(session, 50);
        }
      });
      await Promise.all([talking, ...idle]);
    },
  },
  {
    id: 'idle-timeout-blocked',
    cause: 'idle-timeout',
    websocket: 'yes',
    story: 'The backend stops reading; nginx gives up writing to it after proxy_send_timeout.',
    acceptFull: ['backend-closed-tunnel', 'front-proxy-cut'],
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, 'proxy_send_timeout 1s;', { deaf: true });
      const open = await sessions(lab.site, '/ws', 5);
      const block = Buffer.alloc(64 * 1024, 0x61);
      for (const { ws } of open) for (let i = 0; i < 160; i++) ws.send(block);
      await Promise.race([Promise.all(open.map(({ closed }) => closed)), sleep(3500)]);
      for (const { ws } of open) ws.terminate();
    },
  },
  {
    id: 'backend-reset-tunnel',
    cause: 'backend-reset-tunnel',
    websocket: 'yes',
    story: 'The backend resets established tunnels.',
    run: async (lab) => {
      await chatSite(lab, '', { resetAfterMs: 900 });
      const open = await sessions(lab.site, '/ws', 8, { gapMs: 90 });
      await Promise.all(open.map((each) => chat(each, 1500)));
      await Promise.all(open.map(({ closed }) => closed));
    },
  },
  {
    id: 'backend-closed-tunnel',
    cause: 'backend-closed-tunnel',
    websocket: 'yes',
    story: 'The application accepts the upgrade and closes at once.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, '', { closeAfterMs: 5, closeCode: 4401 });
      for (let i = 0; i < 12; i++) {
        const { session } = await knock(lab.site, '/ws', { who: person(i) });
        await session?.closed;
        await sleep(80);
      }
    },
  },
  {
    id: 'client-reset-tunnel',
    cause: 'client-reset-tunnel',
    websocket: 'yes',
    story: 'Clients vanish with a reset, as phones do.',
    acceptFull: ['none'],
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, '', { tickMs: 200 });
      const open = await sessions(lab.site, '/ws', 6, { gapMs: 50 });
      await Promise.all(
        open.map(async (each, index) => {
          await chat(each, 300 + index * 280);
          each.socket.resetAndDestroy();
        }),
      );
      await sleep(200);
    },
  },
  {
    id: 'client-not-reading',
    cause: 'client-not-reading',
    websocket: 'yes',
    story: 'Clients stop reading while the backend keeps sending.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, 'send_timeout 1s;', { flood: true });
      const open = await sessions(lab.site, '/ws', 5);
      for (const { socket } of open) socket.pause();
      await sleep(3000);
      for (const { ws, socket } of open) {
        socket.resume();
        ws.terminate();
      }
    },
  },
  {
    id: 'front-proxy-cut',
    cause: 'front-proxy-cut',
    websocket: 'yes',
    story: 'A load balancer in front ends every connection at the same age, traffic or not.',
    acceptDefault: ['none'],
    run: async (lab) => {
      await chatSite(lab, 'proxy_read_timeout 1h;', { tickMs: 500 });
      await Promise.all(
        [0, 1, 2, 3, 4, 5, 6, 7].map(async (each) => {
          await sleep(each * 170);
          const { session } = await knock(lab.site, '/ws', { who: person(each) });
          if (session === null) return;
          const cut = setTimeout(() => session.socket.destroy(), 3000);
          await chat(session, 3100, 400);
          clearTimeout(cut);
        }),
      );
    },
  },
  {
    id: 'nginx-reload-drop',
    cause: 'nginx-reload-drop',
    websocket: 'yes',
    story: 'A reload with worker_shutdown_timeout ends tunnels that were busy.',
    acceptDefault: ['none'],
    run: async (lab) => {
      const nginx = await chatSite(lab, 'proxy_read_timeout 1h;', {}, { main: 'worker_shutdown_timeout 1s;' });
      const open = await sessions(lab.site, '/ws', 8, { gapMs: 70 });
      const talking = open.map((each) => chat(each, 4000));
      await sleep(600);
      await nginx.reload();
      const after = await sessions(lab.site, '/ws', 2);
      await Promise.all([...talking, ...after.map((each, index) => converse(each, 2100 + index * 700))]);
    },
  },
  {
    id: 'nginx-stopped-worker-killed',
    cause: 'nginx-stopped',
    websocket: 'yes',
    story: 'A worker dies (signal 9) with live tunnels; the clients come back together.',
    run: async (lab) => {
      const nginx = await chatSite(lab, 'proxy_read_timeout 1h;');
      const open = await sessions(lab.site, '/ws', 8, { gapMs: 40 });
      await Promise.all(open.map((each) => chat(each, 600)));
      const worker = nginx.workers().at(-1);
      if (worker !== undefined) process.kill(worker, 'SIGKILL');
      await Promise.all(open.map(({ closed }) => closed));
      await sleep(200);
      const again = await sessions(lab.site, '/ws', 8);
      await Promise.all(again.map((each, index) => converse(each, 400 + index * 250)));
    },
  },
  {
    id: 'nginx-stopped',
    cause: 'nginx-stopped',
    websocket: 'yes',
    story: 'nginx is stopped (SIGTERM) with live tunnels and started again.',
    acceptFull: ['none'],
    acceptDefault: ['none'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const config = { servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`) };
      const nginx = await lab.nginx(config);
      const early = await sessions(lab.site, '/ws', 2);
      await Promise.all(early.map((each, index) => converse(each, 250 + index * 300)));
      const open = await sessions(lab.site, '/ws', 6, { gapMs: 40 });
      await Promise.all(open.map((each) => chat(each, 500)));
      nginx.signal('SIGTERM');
      await Promise.all(open.map(({ closed }) => closed));
      await nginx.stop();
      await lab.nginx(config);
      await sleep(1200);
      const again = await sessions(lab.site, '/ws', 6);
      await Promise.all(again.map((each, index) => converse(each, 300 + index * 310)));
    },
  },
  {
    id: 'nginx-stopped-quit',
    cause: 'nginx-stopped',
    websocket: 'yes',
    story: 'A restart as Debian does it: SIGQUIT, and SIGTERM to what has not ended a while later.',
    acceptDefault: ['none'],
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const config = { servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`) };
      const nginx = await lab.nginx(config);
      const open = await sessions(lab.site, '/ws', 8, { gapMs: 230 });
      const talking = open.map((each) => chat(each, 4000));
      nginx.signal('SIGQUIT');
      await sleep(2200);
      nginx.signal('SIGTERM');
      await Promise.all(open.map(({ closed }) => closed));
      await Promise.all(talking);
      await nginx.stop();
      await lab.nginx(config);
      const again = await sessions(lab.site, '/ws', 8);
      await Promise.all(again.map((each, index) => converse(each, 300 + index * 310)));
    },
  },
  {
    id: 'worker-connections-exhausted',
    cause: 'worker-connections-exhausted',
    websocket: 'yes',
    story: 'Tunnels take two worker_connections each; the last slot is left for a client and none for its backend.',
    run: (lab) => crowd(lab, 17),
  },
  {
    id: 'worker-connections-exhausted-accept',
    cause: 'worker-connections-exhausted',
    websocket: 'unknown',
    story: 'worker_connections is used up by tunnels; new connections are dropped before nginx reads a request.',
    run: (lab) => crowd(lab, 16),
  },
  {
    id: 'file-descriptors-exhausted',
    cause: 'file-descriptors-exhausted',
    websocket: 'yes',
    story: 'worker_rlimit_nofile is used up by tunnels.',
    run: async (lab) => {
      await chatSite(lab, '', {}, { main: 'worker_rlimit_nofile 28;' });
      const held = await sessions(lab.site, '/ws', 7);
      const late = [0, 1, 2, 3, 4, 5].map((each) => knock(lab.site, '/ws', { who: person(each), leaveAfterMs: 2500 }));
      await Promise.all(held.map((each, index) => converse(each, 600 + index * 410)));
      const taken = (await Promise.all(late)).flatMap(({ session }) => (session === null ? [] : [session]));
      await Promise.all(taken.map((each, index) => converse(each, 50 + index * 240)));
    },
  },
];
