/** One fault, logged into several generations of files. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { knock, person } from '../clients.ts';
import { type Lab, runScenario, site, UPGRADE } from '../lab.ts';
import { neutral, storyFolder } from '../recording.ts';
import { writeStory } from './story.ts';

/** The same fault three times, with the logs rotated (rename, USR1) in between and the oldest packed. */
export async function recordRotation(): Promise<void> {
  let refused = 0;
  const kept = new Map<string, string>();
  const logs = await runScenario({
    run: async (lab: Lab) => {
      const port = await lab.port();
      const nginx = await lab.nginx({
        servers: site(lab, `location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`),
        accessLog: `access_log ${lab.path('var/log/nginx/access.log')} timed;`,
      });
      const knockAll = async (): Promise<void> => {
        for (let i = 0; i < 12; i++) {
          const { status } = await knock(lab.site, '/ws', { who: person(i) });
          if (status === 502) refused++;
          await sleep(150);
        }
      };
      const rotate = async (suffix: string): Promise<void> => {
        for (const name of ['error.log', 'access.log']) {
          const file = lab.path(`var/log/nginx/${name}`);
          renameSync(file, `${file}.${suffix}`);
        }
        nginx.signal('SIGUSR1');
        for (let i = 0; i < 100 && !existsSync(lab.path('var/log/nginx/access.log')); i++) await sleep(20);
        await sleep(200);
      };
      await knockAll();
      await rotate('2');
      await knockAll();
      await rotate('1');
      await knockAll();
      for (const name of ['error.log', 'access.log']) {
        for (const suffix of ['1', '2']) {
          const file = lab.path(`var/log/nginx/${name}.${suffix}`);
          kept.set(`${name}.${suffix}`, neutral(readFileSync(file, 'latin1').replaceAll(lab.root, '')));
        }
      }
    },
  });
  const folder = storyFolder('rotation');
  writeStory(
    folder,
    {
      'nginx.conf': logs.config,
      'error.log': neutral(logs.error),
      'access.log': logs.combined,
      ...Object.fromEntries(kept),
    },
    {
      story: 'A backend that refuses, logged into three generations of files.',
      incidents: [{ cause: 'backend-refused', websocket: 'yes', count: refused }],
    },
  );
  for (const name of ['error.log.2', 'access.log.2']) execFileSync('gzip', ['-9n', join(folder, name)]);
}
