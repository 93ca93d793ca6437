/** Several faults one after another, as people meet them. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, chatServer } from '../backends.ts';
import { converse, fetchPlain, knock, leave, type Person, person, type Target } from '../clients.ts';
import { type Lab, runScenario, SITE, site, UPGRADE } from '../lab.ts';
import { neutral, storyFolder } from '../recording.ts';
import { BEHIND_BALANCER, dice, forwarded, writeStory } from './story.ts';

/** True when a server can listen there, that is when the recording network has this address. */
function available(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port: 0 }, () => probe.close(() => resolve(true)));
  });
}

/** Keeps somebody on the chat for as long as the story runs: sessions of varied length, retries when refused. */
async function regular(
  target: Target,
  address: string,
  who: Person,
  untilMs: number,
  roll: () => number,
): Promise<number> {
  let refused = 0;
  while (Date.now() < untilMs) {
    const { session } = await knock(target, '/ws', { who, headers: forwarded(address) });
    if (session === null) {
      refused++;
      await sleep(2000 + roll() * 2500);
      continue;
    }
    const length = Math.min(8_000 + roll() * 45_000, Math.max(500, untilMs - Date.now()) * (0.6 + 0.4 * roll()));
    await converse(session, length, 900 + roll() * 2000);
    await sleep(300 + roll() * 2500);
  }
  return refused;
}

/** About four minutes: idle sockets cut on /live, the chat backend down for a while, an API down for a while. */
export async function recordIncident(): Promise<void> {
  const [chatHost, otherHost] = (await available('10.0.0.5')) ? ['10.0.0.5', '10.0.0.6'] : ['127.0.0.1', '127.0.0.1'];
  const [chatPort, livePort, apiPort] = [8080, 8082, 8081];
  const roll = dice(7);
  let refused = 0;
  let cut = 0;
  let failedCalls = 0;
  const logs = await runScenario({
    run: async (lab: Lab) => {
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title><div id="app"></div>\n');
      lab.file('var/www/html/app.js', 'console.log("chat");\n'.repeat(40));
      await lab.use(chatServer({ host: otherHost, port: livePort }, { greeting: '{"type":"subscribed"}' }));
      let chatService: Backend | null = await chatServer({ host: chatHost, port: chatPort });
      const http = `${BEHIND_BALANCER}\nupstream chat { server ${chatHost}:${chatPort}; }\nupstream live { server ${otherHost}:${livePort}; }\nupstream api { server ${otherHost}:${apiPort}; }`;
      const body = `root /var/www/html;
location /ws { ${UPGRADE} proxy_read_timeout 1h; proxy_pass http://chat; }
location /live { ${UPGRADE} proxy_pass http://live; }
location /api/ { proxy_set_header Host $host; proxy_pass http://api; }`;
      const access = `access_log ${lab.path('var/log/nginx/access.log')} timed;`;
      const servers = site(lab, body.replace('/var/www/html', lab.path('var/www/html'))).replace(
        /listen .*;/,
        'listen 127.0.0.1:80;',
      );
      await lab.nginx({ http, servers, accessLog: access });
      const target: Target = { port: 80, host: SITE };
      const start = Date.now();
      const end = start + 235_000;
      const api = await chatServer(
        { host: otherHost, port: apiPort },
        { page: (_request, response) => response.setHeader('Content-Type', 'application/json').end('{"orders":[]}') },
      );

      const chatters = Array.from({ length: 9 }, async (_, index) => {
        await sleep(roll() * 6000);
        // Not `refused += await …`: that adds to the sum as it was before the wait.
        const mine = await regular(target, `203.0.113.${20 + index * 7}`, person(index), end, dice(100 + index));
        refused += mine;
      });
      const watchers = Array.from({ length: 7 }, async (_, index) => {
        await sleep(1500 + roll() * 9000);
        const headers = forwarded(`198.51.100.${30 + index * 11}`);
        while (Date.now() < end - 5000) {
          const { session } = await knock(target, '/live', { who: person(index + 1), headers });
          if (session === null) break;
          await Promise.race([session.closed, sleep(end - Date.now())]);
          if (Date.now() < end - 50) cut++;
          await leave(session);
          await sleep(400 + roll() * 1600);
        }
      });
      const readers = (async () => {
        while (Date.now() < end) {
          const who = person(Math.floor(roll() * 5));
          const headers = forwarded(`203.0.113.${100 + Math.floor(roll() * 60)}`);
          const pick = roll();
          const path = pick < 0.4 ? '/' : pick < 0.65 ? '/app.js' : pick < 0.95 ? '/api/orders' : '/favicon.ico';
          const { status } = await fetchPlain(target, path, { who, headers });
          if (status === 502) failedCalls++;
          await sleep(1800 + roll() * 3600);
        }
      })();
      const events = (async () => {
        await sleep(72_000);
        await chatService?.stop();
        chatService = null;
        await sleep(34_000);
        chatService = await chatServer({ host: chatHost, port: chatPort });
        await sleep(48_000);
        await api.stop();
        for (let i = 0; i < 9; i++) {
          const headers = forwarded(`203.0.113.${100 + Math.floor(roll() * 60)}`);
          const { status } = await fetchPlain(target, `/api/orders?page=${i}`, { who: person(i), headers });
          if (status === 502) failedCalls++;
          await sleep(900);
        }
        await lab.use(chatServer({ host: otherHost, port: apiPort }));
      })();
      await Promise.all([...chatters, ...watchers, readers, events]);
      // A property read, because the closure above assigns it.
      const running: { service: Backend | null } = { service: chatService };
      await running.service?.stop();
    },
  });
  writeStory(
    storyFolder('incident'),
    { 'nginx.conf': logs.config, 'error.log': neutral(logs.error), 'access.log': logs.combined },
    {
      story:
        'Four minutes: idle sockets on /live are cut after 60 s all along; the chat backend is down for half a minute; an API without WebSockets is down for some seconds.',
      incidents: [
        { cause: 'backend-refused', websocket: 'yes', count: refused },
        { cause: 'idle-timeout', websocket: 'yes', count: cut },
        { cause: 'backend-refused', websocket: 'no', count: failedCalls },
      ],
    },
  );
}
