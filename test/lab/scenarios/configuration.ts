/** Configurations nginx refuses, at start, at reload or when a request reaches them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer } from '../backends.ts';
import { converse, knocks, sessions } from '../clients.ts';
import { type Lab, type Scenario, site, UPGRADE } from '../lab.ts';
import type { NginxConfig } from '../nginx.ts';

/** A healthy site whose next reload fails. */
async function reloadWith(
  lab: Lab,
  broken: (port: number) => Partial<NginxConfig> & { servers: string },
): Promise<void> {
  const port = await lab.port();
  await lab.use(chatServer({ port }));
  const nginx = await lab.nginx({
    servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
  });
  const open = await sessions(lab.site, '/ws', 4);
  const talking = open.map((each, index) => converse(each, 700 + index * 620));
  await sleep(400);
  await nginx.reload(broken(port));
  await sleep(250);
  await nginx.reload();
  await Promise.all(talking);
}

export const configurationScenarios: readonly Scenario[] = [
  {
    id: 'config-map-missing',
    cause: 'config-map-missing',
    websocket: 'unknown',
    story: 'A reload fails: $connection_upgrade is used and no map defines it.',
    run: (lab) =>
      reloadWith(lab, (port) => ({
        noMap: true,
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
      })),
  },
  {
    id: 'config-map-missing-start',
    cause: 'config-map-missing',
    websocket: 'unknown',
    story: 'The same at the start: nginx does not come up.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      const config = {
        noMap: true,
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
      };
      for (let i = 0; i < 3; i++) {
        const nginx = await lab.nginx(config);
        const open = await sessions(lab.site, '/ws', 2);
        await Promise.all(open.map((each, index) => converse(each, 250 + i * 130 + index * 310)));
        await nginx.stop();
      }
    },
  },
  {
    id: 'config-invalid',
    cause: 'config-invalid',
    websocket: 'unknown',
    story: 'A reload fails: proxy_pass says ws://.',
    run: (lab) =>
      reloadWith(lab, (port) => ({
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass ws://127.0.0.1:${port}; }`),
      })),
  },
  {
    id: 'config-invalid-host',
    cause: 'config-invalid',
    websocket: 'unknown',
    story: 'nginx does not start: the name of the backend cannot be resolved.',
    acceptFull: ['upstream-name-unresolved'],
    acceptDefault: ['upstream-name-unresolved'],
    run: async (lab) => {
      const config = {
        http: 'upstream chat { server chat.invalid:8080; }',
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://chat; }`),
      };
      for (let i = 0; i < 3; i++) await (await lab.nginx(config)).stop();
    },
  },
  {
    id: 'config-invalid-duplicate',
    cause: 'config-invalid',
    websocket: 'unknown',
    story: 'A reload fails: proxy_read_timeout stands twice.',
    run: (lab) =>
      reloadWith(lab, (port) => ({
        servers: site(
          lab,
          `location /ws { ${UPGRADE} proxy_read_timeout 60s; proxy_read_timeout 1h; proxy_pass http://127.0.0.1:${port}; }`,
        ),
      })),
  },
  {
    id: 'config-invalid-scheme',
    cause: 'config-invalid',
    websocket: 'yes',
    story: 'proxy_pass takes its address from a variable that says ws://; every handshake gets 500.',
    run: async (lab) => {
      await lab.nginx({
        servers: site(lab, `location /ws { ${UPGRADE} set $backend ws://127.0.0.1:8080; proxy_pass $backend; }`),
      });
      await knocks(lab.site, '/ws', 7);
    },
  },
];
