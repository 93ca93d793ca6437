/**
 * A crash at every call that writes below the state's folder, and every such call failing: strace counts them in one
 * clean run and then kills the watch, or lets the call fail, at each in turn. A watch started after that must count as
 * one that was never interrupted.
 *
 * node test/fault/crash.mjs [--points N|all] [--first N]
 */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const ENV = { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC' };
/** Calls that change something on disk, and the errors that each may give. */
const CALLS = {
  openat: ['ENOSPC', 'EIO', 'EROFS'],
  write: ['ENOSPC', 'EIO'],
  pwrite64: ['ENOSPC', 'EIO', 'EINTR'],
  fsync: ['EIO'],
  fdatasync: ['EIO'],
  ftruncate: ['EIO', 'ENOSPC'],
  rename: ['EROFS'],
  unlink: ['EROFS', 'EIO'],
  mkdir: ['ENOSPC'],
  fchmod: ['EROFS'],
  fallocate: ['ENOSPC'],
};
const FIRST = 21;
const ALL = 32;
const PATIENCE_MS = 30_000;

function errorLine(n) {
  return `2026/11/22 12:00:${String(n).padStart(2, '0')} [error] 7#7: *${n} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.${n}, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:8080/ws", host: "a.test"\n`;
}

function accessLine(n) {
  return `192.0.2.${n} - - [22/Nov/2026:12:00:${String(n).padStart(2, '0')} +0000] "GET /ws HTTP/1.1" 502 157 "-" "-"\n`;
}

function lines(line, from, to) {
  let text = '';
  for (let n = from; n < to; n++) text += line(n);
  return text;
}

/** A folder with two logs and a state, and a watch over them. */
class Trial {
  dir = fs.mkdtempSync(join(tmpdir(), 'wslog-crash-'));
  error = join(this.dir, 'error.log');
  access = join(this.dir, 'access.log');
  state = join(this.dir, 'state');
  stderr = '';

  constructor() {
    // The last error line of the first half has its access line in the second.
    fs.writeFileSync(this.error, lines(errorLine, 0, FIRST));
    fs.writeFileSync(this.access, lines(accessLine, 0, FIRST - 1));
  }

  strace(...options) {
    const names = ['', '/state.db', '/state.db-wal', '/state.db-shm', '/state.db-journal'];
    const locks = fs.existsSync(this.state) ? [] : ['/lock.db', '/lock.db-journal', '/lock.pid'];
    const paths = [...names, ...locks].flatMap((name) => ['-P', this.state + name]);
    return ['strace', '-f', '-qq', '-o', join(this.dir, 'trace'), ...paths, ...options];
  }

  /** Runs a watch: it counts the first half, then the second is written and it is asked to end. */
  async watch(prefix = []) {
    const [program, ...args] = [
      ...prefix,
      ...[process.execPath, CLI, 'watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', '--poll', '50ms'],
      ...['--state', this.state, this.error, this.access],
    ];
    const child = spawn(program, args, { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    const counted = new Promise((resolve) => {
      child.stdout.on('data', (text) => {
        stdout += text;
        if (stdout.includes('"opened"')) resolve('counted');
      });
      child.stderr.on('data', (text) => {
        stderr += text;
        // After a restart the incident is known, and not told again.
        if (this.second && stderr.includes('following')) resolve('counted');
      });
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const first = await Promise.race([counted, ended]);
    if (first === 'counted') {
      if (!this.second) {
        this.second = true;
        fs.appendFileSync(this.error, lines(errorLine, FIRST, ALL));
        fs.appendFileSync(this.access, lines(accessLine, FIRST - 1, ALL));
      }
      // strace lets the watch have the signal that it gets itself.
      for (const pid of watchPids(child.pid, prefix.length > 0)) process.kill(pid, 'SIGTERM');
    }
    const code = await ended;
    clearTimeout(timer);
    this.stderr += stderr;
    return { code, stderr };
  }

  counts() {
    const run = spawnSync(process.execPath, [CLI, 'incidents', '--state', this.state, '--json'], {
      env: ENV,
      encoding: 'utf8',
    });
    if (run.status !== 0) return `incidents: exit ${run.status}: ${run.stderr}`;
    return JSON.parse(run.stdout)
      .incidents.map(({ lines: all, count }) => `${count} requests in ${all} lines`)
      .join(', ');
  }

  remove() {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

const EXPECTED = `${ALL} requests in ${2 * ALL} lines`;

/** The watch itself, which is strace's child where there is one. */
function watchPids(pid, isTraced) {
  if (!isTraced) return [pid];
  try {
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
    return children.map(Number).filter((child) => child > 0);
  } catch {
    return [];
  }
}

/** How often a clean run makes each of the calls. */
async function enumerate() {
  const trial = new Trial();
  try {
    const { code, stderr } = await trial.watch(trial.strace('-e', `trace=${Object.keys(CALLS).join(',')}`));
    if (code !== 0) throw new Error(`the clean run ended with ${code}: ${stderr}`);
    if (trial.counts() !== EXPECTED) throw new Error(`the clean run counted ${trial.counts()}`);
    const made = {};
    for (const line of fs.readFileSync(join(trial.dir, 'trace'), 'latin1').split('\n')) {
      const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
      if (call !== undefined) made[call] = (made[call] ?? 0) + 1;
    }
    return made;
  } finally {
    trial.remove();
  }
}

/** Null when all is well, else what is wrong. */
async function tried({ call, when, error }) {
  const trial = new Trial();
  try {
    const what = error === null ? 'signal=KILL' : `error=${error}`;
    const traced = trial.strace('-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`);
    const { code, stderr } = await trial.watch(traced);
    if (code === 'SIGKILL' || code === 137) killed++;
    if (error === null) {
      // The calls of a run differ a little from those of the next: the last ones may not come.
      if (code !== 'SIGKILL' && code !== 137 && code !== 0) return `ended with ${code} instead of being killed: ${stderr}`;
    } else {
      const refused = code === 2 && /cannot be used to keep state in/.test(stderr);
      if (code !== 0 && !refused) return `ended with ${code}: ${stderr}`;
      if ((stderr.match(/cannot be saved/g) ?? []).length > 1) return `warned more than once: ${stderr}`;
      if (/\bat .*:\d+:\d+\b|this is a bug/.test(stderr)) return `showed a stack: ${stderr}`;
    }
    if (!trial.second) {
      trial.second = true;
      fs.appendFileSync(trial.error, lines(errorLine, FIRST, ALL));
      fs.appendFileSync(trial.access, lines(accessLine, FIRST - 1, ALL));
    }
    const after = await trial.watch();
    if (after.code !== 0) return `the restart ended with ${after.code}: ${after.stderr}`;
    const counts = trial.counts();
    return counts === EXPECTED ? null : `counted ${counts} instead of ${EXPECTED}; ${trial.stderr}`;
  } finally {
    trial.remove();
  }
}

const { values } = parseArgs({
  options: { points: { type: 'string', default: 'all' }, first: { type: 'string', default: '0' } },
});
const made = await enumerate();
const points = [];
for (const [call, count] of Object.entries(made)) {
  for (let when = 1; when <= count; when++) {
    points.push({ call, when, error: null });
    // One call of a kind fails like the next: each error at every third.
    for (const [at, error] of CALLS[call].entries()) {
      if ((when + at) % 3 === 0 || count < 4) points.push({ call, when, error });
    }
  }
}
const wanted = values.points === 'all' ? points.length : Math.min(Number(values.points), points.length);
const step = points.length / wanted;
const chosen = Array.from({ length: wanted }, (_, i) => points[Math.floor(Number(values.first) + i * step) % points.length]);
let failed = 0;
let killed = 0;
let next = 0;
await Promise.all(
  Array.from({ length: Math.max(1, Math.min(2, availableParallelism())) }, async () => {
    while (next < chosen.length) {
      const point = chosen[next++];
      const wrong = await tried(point);
      if (wrong === null) continue;
      failed++;
      console.log(JSON.stringify({ ...point, wrong }));
    }
  }),
);
console.log(JSON.stringify({ calls: made, points: points.length, tried: chosen.length, killed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
