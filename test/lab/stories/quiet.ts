/** Nothing wrong at all, at the two usual levels of logging. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatServer } from '../backends.ts';
import { converse, fetchPlain, knock, person } from '../clients.ts';
import { type Lab, runScenario, site, UPGRADE } from '../lab.ts';
import { neutral, onlyErrors, storyFolder } from '../recording.ts';
import { BEHIND_BALANCER, dice, forwarded, writeStory } from './story.ts';

/** Healthy traffic of half a minute with a reload, scanners and short sessions. */
export async function recordQuiet(story: 'quiet' | 'quiet-info'): Promise<void> {
  const logs = await runScenario({
    run: async (lab: Lab) => {
      const roll = dice(11);
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title>\n');
      const port = await lab.port();
      await lab.use(chatServer({ port }, { greeting: '{"type":"welcome"}', tickMs: 5000 }));
      const body = `root ${lab.path('var/www/html')};\nlocation /ws { ${UPGRADE} proxy_read_timeout 1h; proxy_pass http://127.0.0.1:${port}; }`;
      const format = story === 'quiet' ? 'combined' : 'timed';
      const nginx = await lab.nginx({
        http: BEHIND_BALANCER,
        servers: site(lab, body),
        accessLog: `access_log ${lab.path('var/log/nginx/access.log')} ${format};`,
      });
      const end = Date.now() + 30_000;
      const chatters = Array.from({ length: 8 }, async (_, index) => {
        await sleep(roll() * 3000);
        const headers = forwarded(`203.0.113.${10 + index * 13}`);
        while (Date.now() < end) {
          const { session } = await knock(lab.site, '/ws', { who: person(index), headers });
          if (session !== null) await converse(session, 300 + roll() * 9000, 300 + roll() * 700);
          await sleep(200 + roll() * 2500);
        }
      });
      const readers = (async () => {
        const paths = ['/', '/', '/', '/', '/favicon.ico', '/robots.txt', '/wp-login.php', '/.env'];
        while (Date.now() < end) {
          const headers = forwarded(`198.51.100.${Math.floor(roll() * 250)}`);
          await fetchPlain(lab.site, paths[Math.floor(roll() * paths.length)] ?? '/', {
            who: person(Math.floor(roll() * 5)),
            headers,
          });
          await sleep(300 + roll() * 900);
        }
      })();
      await sleep(12_000);
      await nginx.reload();
      await Promise.all([...chatters, readers]);
    },
  });
  const error = story === 'quiet' ? onlyErrors(logs.error) : neutral(logs.error);
  const config = story === 'quiet' ? logs.config.replace('error.log info;', 'error.log error;') : logs.config;
  writeStory(
    storyFolder(story),
    { 'nginx.conf': config, 'error.log': error, 'access.log': logs.combined },
    {
      story: 'Healthy sessions of every length, pages, scanners, one reload. Nothing to report.',
      incidents: [],
    },
  );
}
