/**
 * Live logs at their worst: batches, lines split anywhere, rotation with late writes, copytruncate, compression, readers
 * that are stopped, ended and killed. Every line written must be counted once in the state at the end.
 *
 * node test/fault/torture.mjs [--seeds N] [--first SEED] [--lines N]
 * node test/fault/torture.mjs --crash N|all    (crash.mjs: at so many of the calls that write, or at all)
 */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    lines: { type: 'string', default: '20000' },
    crash: { type: 'string' },
  },
});
/** Lines name one of so many backends, so that a loss and a double do not make up for each other. */
const BACKENDS = 8;
const PATIENCE_MS = 20_000;
const ENV = { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC' };

/** The same numbers for the same seed. */
function random(seed) {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Torture {
  dir = fs.mkdtempSync(join(tmpdir(), 'wslog-torture-'));
  log = join(this.dir, 'error.log');
  state = join(this.dir, 'state');
  written = 0;
  perBackend = new Array(BACKENDS).fill(0);
  stderr = '';
  maxRssKb = 0;
  kills = 0;
  rotations = 0;
  reader = null;
  stopped = false;

  constructor(seed, lines) {
    this.pick = random(seed);
    this.lines = lines;
    // A log is rotated by one of the two ways, as its logrotate configuration says.
    this.copies = seed % 4 === 0;
    fs.writeFileSync(this.log, '');
    this.writer = fs.openSync(this.log, 'a');
  }

  start() {
    const args = ['watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', '--state', this.state, this.log];
    const child = spawn(process.execPath, [CLI, ...args], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text) => {
      this.stderr += text;
    });
    child.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
    this.reader = child;
  }

  /** A reader that has never saved its place cannot know of a log rotated away before it looked. */
  async begin() {
    this.start();
    await this.write(5);
    const deadline = performance.now() + PATIENCE_MS;
    while (!this.stderr.includes('following') || this.counted().lines < this.written) {
      if (performance.now() > deadline) throw new Error('the first lines were not counted');
      await delay(100);
    }
  }

  async end(signal) {
    const child = this.reader;
    if (child === null) return null;
    this.reader = null;
    try {
      const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'latin1'));
      this.maxRssKb = Math.max(this.maxRssKb, Number(peak?.[1] ?? 0));
    } catch {
      // Only Linux tells.
    }
    if (this.stopped) child.kill('SIGCONT');
    this.stopped = false;
    child.kill(signal);
    const began = performance.now();
    const code = await child.ended;
    if (signal === 'SIGTERM' && performance.now() - began > 5000) throw new Error('SIGTERM took more than 5 s');
    return code;
  }

  line() {
    const n = this.written++;
    const backend = this.pick(BACKENDS);
    this.perBackend[backend]++;
    const time = new Date(Date.UTC(2026, 10, 22, 12) + n * 5);
    const stamp = time.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    return `${stamp} [error] 7#7: *${n} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.${1 + (n % 200)}, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.${1 + backend}:8080/ws${'x'.repeat(this.pick(60))}", host: "a.test"\n`;
  }

  async write(count) {
    let text = '';
    for (let i = 0; i < count; i++) text += this.line();
    if (this.pick(3) > 0) return void fs.writeSync(this.writer, text);
    const cut = this.pick(text.length);
    fs.writeSync(this.writer, text.slice(0, cut));
    await delay(this.pick(30));
    fs.writeSync(this.writer, text.slice(cut));
  }

  shift() {
    for (let n = 60; n >= 1; n--) {
      for (const ending of ['', '.gz']) {
        const from = `${this.log}.${n}${ending}`;
        if (fs.existsSync(from)) fs.renameSync(from, `${this.log}.${n + 1}${ending}`);
      }
    }
  }

  async rotate() {
    this.rotations++;
    this.shift();
    if (this.copies) {
      // Lines that come and are truncated away between two looks leave no trace in the log itself; and what is written
      // between copy and truncation is lost to everybody, so nothing is.
      if (this.reader !== null) await delay(700);
      fs.copyFileSync(this.log, `${this.log}.1`);
      fs.ftruncateSync(this.writer, 0);
      return;
    }
    fs.renameSync(this.log, `${this.log}.1`);
    if (this.pick(2) === 0) fs.writeFileSync(this.log, '');
    if (this.pick(2) === 0) {
      await delay(this.pick(200));
      await this.write(1 + this.pick(20));
    }
    fs.closeSync(this.writer);
    this.writer = fs.openSync(this.log, 'a');
    const old = `${this.log}.${2 + this.pick(2)}`;
    if (this.pick(2) === 0 && fs.existsSync(old)) spawnSync('gzip', [old]);
  }

  async step() {
    const what = this.pick(100);
    if (what < 70) await this.write(1 + this.pick(80));
    else if (what < 80) await delay(this.pick(40));
    else if (what < 84) await this.rotate();
    else if (what < 87) {
      if (this.reader !== null && this.copies === false) {
        this.reader.kill(this.stopped ? 'SIGCONT' : 'SIGSTOP');
        this.stopped = !this.stopped;
      }
    } else if (what < 90) {
      if (this.reader !== null) {
        this.kills++;
        await this.end('SIGKILL');
      }
    } else if (what < 92) await this.end('SIGTERM');
    else if (this.reader === null) this.start();
  }

  counted() {
    const run = spawnSync(process.execPath, [CLI, 'incidents', '--state', this.state, '--json'], {
      env: ENV,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const found = { lines: 0, count: 0, perBackend: new Array(BACKENDS).fill(0) };
    if (run.status !== 0) throw new Error(`incidents: exit ${run.status}: ${run.stderr}`);
    for (const { lines, count, upstreams } of JSON.parse(run.stdout).incidents) {
      found.lines += lines;
      found.count += count;
      for (const upstream of upstreams) {
        const backend = Number(/^10\.0\.0\.(\d):/.exec(upstream.address)?.[1]) - 1;
        found.perBackend[backend] += upstream.count;
      }
    }
    return found;
  }

  async run() {
    await this.begin();
    await delay(this.pick(800));
    while (this.written < this.lines) await this.step();
    if (this.reader === null) this.start();
    if (this.stopped) this.reader.kill('SIGCONT');
    this.stopped = false;
    const deadline = performance.now() + PATIENCE_MS;
    let found = { lines: -1 };
    while (found.lines < this.written && performance.now() < deadline) {
      await delay(500);
      found = this.counted();
    }
    const exit = await this.end('SIGTERM');
    found = this.counted();
    const differences = found.perBackend.map((count, backend) => count - this.perBackend[backend]);
    return {
      lost: -differences.filter((d) => d < 0).reduce((a, b) => a + b, 0),
      doubled: differences.filter((d) => d > 0).reduce((a, b) => a + b, 0),
      mangled: Math.abs(found.lines - found.count),
      gaps: this.stderr.split('\n').filter((line) => line.includes('missing')).length,
      exit,
      written: this.written,
      rotations: this.rotations,
      kills: this.kills,
      maxRssMb: this.maxRssKb >> 10,
    };
  }

  remove() {
    fs.closeSync(this.writer);
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

let failed = 0;
const first = Number(values.first);
if (values.crash !== undefined) {
  const crash = fileURLToPath(new URL('crash.mjs', import.meta.url));
  failed = spawnSync(process.execPath, [crash, '--points', values.crash], { stdio: 'inherit' }).status === 0 ? 0 : 1;
}
for (let seed = first; values.crash === undefined && seed < first + Number(values.seeds); seed++) {
  const torture = new Torture(seed, Number(values.lines));
  try {
    const result = await torture.run();
    const good = result.lost === 0 && result.doubled === 0 && result.mangled === 0 && result.exit === 0;
    if (!good) failed++;
    console.log(JSON.stringify({ seed, mode: torture.copies ? 'copytruncate' : 'rename', good, ...result }));
    if (!good) console.log(torture.stderr);
  } finally {
    await torture.end('SIGKILL');
    torture.remove();
  }
}
process.exitCode = failed === 0 ? 0 : 1;
