/**
 * The doctor against real nginx: for each of its checks a session goes wrong with the configuration it objects to, and
 * right with the one it does not. And what it tells people to write is taken by `nginx -t`.
 * `WSLOG_LAB_ONLY=a,b` picks checks; `LAB_NGINX` picks another nginx.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCATION_CHECKS, PROCESS_CHECKS, SERVER_CHECKS, WHOLE_CHECKS } from '../../src/doctor/list.ts';
import { type DoctorRow, runDoctor } from '../../src/doctor/run.ts';
import type { Level } from '../../src/doctor/types.ts';
import { diskFs } from '../../src/nginx-conf/disk.ts';
import { loadConf } from '../../src/nginx-conf/load.ts';
import { isAtLeast } from '../../src/nginx-conf/values.ts';
import { CASES } from '../unit/doctor/cases.ts';
import { DEMONSTRATIONS, type Demonstration } from './doctor/demonstrations.ts';
import { type Lab, runScenario } from './lab.ts';
import { ensureLabPrograms, nginxBinary } from './setup.ts';

/** Demonstrations at once: most of their time is waiting. */
const PARALLEL = 2;

const only = process.env.WSLOG_LAB_ONLY?.split(',');
const chosen = DEMONSTRATIONS.filter(({ id }) => only === undefined || only.includes(id));
const IDS = [...WHOLE_CHECKS, ...SERVER_CHECKS, ...LOCATION_CHECKS, ...PROCESS_CHECKS].map(({ id }) => id);

interface Outcome {
  readonly wentRight: boolean;
  /** What the check said, where it was not content. */
  readonly fired: readonly DoctorRow[];
  /** Everything the doctor calls wrong. */
  readonly wrong: readonly string[];
}

const outcomes = new Map<string, { broken: Outcome; ok: Outcome }>();
let version = '0';

/** Runs one side of a demonstration, and has the doctor read the very file that nginx ran with. */
async function perform(demonstration: Demonstration, side: 'broken' | 'ok'): Promise<Outcome> {
  let outcome: Outcome | null = null;
  await runScenario({
    run: async (lab: Lab) => {
      const built = await demonstration.build(lab);
      const nginx = await lab.nginx(built[side]);
      const wentRight = await built.goesRight(nginx);
      const conf = loadConf({ path: join(lab.root, 'etc/nginx/nginx.conf') }, diskFs);
      const path = demonstration.path ?? null;
      const { rows } = runDoctor(conf, { version, ping: null, path, server: null });
      const fired = rows.filter(({ id, status }) => id === demonstration.id && status !== 'ok');
      outcome = { wentRight, fired, wrong: rows.filter(({ status }) => status === 'wrong').map(({ id }) => id) };
    },
  });
  return outcome ?? { wentRight: false, fired: [], wrong: ['the lab did not run'] };
}

beforeAll(async () => {
  ensureLabPrograms();
  const { stderr } = spawnSync(nginxBinary(), ['-v'], { encoding: 'utf8' });
  version = /nginx\/(\d+\.\d+\.\d+)/.exec(stderr)?.[1] ?? '0';
  const queue = [...chosen];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      outcomes.set(next.id, { broken: await perform(next, 'broken'), ok: await perform(next, 'ok') });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
});

describe('the doctor', () => {
  it('has a demonstration for every check', () => {
    expect(DEMONSTRATIONS.map(({ id }) => id).sort()).toEqual([...IDS].sort());
  });

  it.each(chosen)('$id: objects where a real session goes wrong, and only there', ({ id, harmless, before }) => {
    const outcome = outcomes.get(id);
    if (before !== undefined && isAtLeast(version, before)) return;
    expect(outcome?.broken.wentRight).toBe(harmless === true);
    expect(outcome?.broken.fired.length).toBeGreaterThan(0);
    expect(outcome?.ok.wentRight).toBe(true);
    expect(outcome?.ok.fired).toEqual([]);
    // Whatever else it says of the good one, it calls nothing wrong that works. Some cut tunnels soon on purpose.
    expect(outcome?.ok.wrong.filter((each) => each !== 'idle-timeout')).toEqual([]);
  });
});

describe('what the doctor says to write', () => {
  const snippets = new Map<string, Level>();
  for (const { broken, options } of CASES) {
    const conf = loadConf({ text: broken, name: 'nginx.conf' }, diskFs);
    const asked = { version: null, ping: null, path: null, server: null, ...options };
    for (const { fix } of runDoctor(conf, asked).rows) {
      if (fix?.nginx != null && fix.at !== null) snippets.set(fix.nginx, fix.at);
    }
  }

  it('is there', () => {
    expect(snippets.size).toBeGreaterThan(30);
  });

  it('is taken by nginx -t', async () => {
    const refused: string[] = [];
    await runScenario({
      run: async (lab) => {
        const { certFile, keyFile } = lab.certificate('site');
        const port = await lab.port();
        for (const [nginx, at] of snippets) {
          // Files and ports of the examples are not this machine's.
          const own = nginx
            .replace(/\/etc\/ssl\/\S+\.key/g, keyFile)
            .replace(/\/etc\/ssl\/[^\s;]+/g, certFile)
            .replace(/ [\w.]+\.pem;/g, ` ${certFile};`)
            .replace(/listen \d+/g, `listen 127.0.0.1:${port}`)
            .replaceAll('/var/log/nginx/', `${lab.root}/`)
            .replace(/https:\/\/ws\.example\.net/g, 'https://127.0.0.1');
          lab.file('etc/nginx/nginx.conf', around(own, at, lab.root, certFile, keyFile));
          const tested = spawnSync(
            nginxBinary(),
            ['-t', '-q', '-e', `${lab.root}/start.log`, '-c', lab.path('etc/nginx/nginx.conf')],
            { encoding: 'utf8' },
          );
          if (tested.status !== 0) refused.push(`${nginx}\n${tested.stderr}`);
        }
      },
    });
    expect(refused).toEqual([]);
  });
});

/** A configuration with the lines at their level and what they refer to. */
function around(lines: string, at: Level, root: string, certFile: string, keyFile: string): string {
  const here = (level: Level): string => (level === at ? lines : '');
  const lacks = (name: string, text: string): string => (lines.includes(name) ? '' : text);
  const certificate = lacks('ssl_certificate ', `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`);
  return `
pid ${root}/run/nginx.pid;
${here('main')}
events { ${here('events')} }
http {
  ${lacks('$connection_upgrade {', "map $http_upgrade $connection_upgrade { default upgrade; '' close; }")}
  limit_conn_zone $binary_remote_addr zone=addr:1m;
  limit_req_zone $binary_remote_addr zone=hs:1m rate=1r/s;
  client_body_temp_path ${root}/body; proxy_temp_path ${root}/proxy; fastcgi_temp_path ${root}/fcgi;
  uwsgi_temp_path ${root}/uwsgi; scgi_temp_path ${root}/scgi;
  ${lacks('access_log', 'access_log off;')}
  ${here('http')}
  upstream app { ${at === 'upstream' ? lines : ''} server 127.0.0.1:9; server 127.0.0.1:10; }
  server {
    ${lacks('ssl_certificate ', certificate)}
    ${here('server')}
    location /here { ${here('location')} }
  }
}
`;
}

afterAll(() => outcomes.clear());
