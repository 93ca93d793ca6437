// Measures `wslog analyze` beside the tools an engineer would otherwise reach for.
//
//   npm run bench -- [--mb 200] [--runs 3] [--seed 1] [--kinds error,combined,timed,json] [--keep]
//
// Logs are written once to a folder under the system's temporary one, and removed at the end unless --keep.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate, KINDS } from './generate.mjs';

const { values: options } = parseArgs({
  options: {
    mb: { type: 'string', default: '200' },
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    kinds: { type: 'string', default: KINDS.join(',') },
    keep: { type: 'boolean', default: false },
  },
});
const megabytes = Number(options.mb);
const runs = Number(options.runs);
const wslog = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
if (!existsSync(wslog)) fail('there is no build to measure; run: npm run build');
if (!(megabytes > 0) || !(runs > 0)) fail('--mb and --runs take a number above 0');

const folder = join(tmpdir(), `wslog-bench-${options.seed}-${megabytes}`);
mkdirSync(folder, { recursive: true });

const GREPS = ['upstream prematurely closed', '110: Connection timed out', 'no "Upgrade" header', '"GET /ws[^"]*" 400'];
const rg = ['rg', '-c', ...GREPS.flatMap((pattern) => ['-e', pattern])];
const analyze = [process.execPath, wslog, 'analyze', '--json', '--no-nginx-conf'];

const table = [];
for (const kind of options.kinds.split(',')) {
  if (!KINDS.includes(kind)) fail(`--kinds: "${kind}" is not one of ${KINDS.join(', ')}`);
  const log = join(folder, `${kind}.log`);
  if (!existsSync(log)) generate(log, kind, megabytes, Number(options.seed));
  const zipped = `${log}.gz`;
  if (!existsSync(zipped)) shell(`gzip -6 -c '${log}' > '${zipped}'`);
  const bytes = statSync(log).size;
  // Read once before, so that the first tool measured does not pay for the disk.
  shell(`cat '${log}' '${zipped}' > /dev/null`);

  const plain = [
    ['wslog analyze', [...analyze, log]],
    ['rg -c, 4 patterns', [...rg, log]],
    ['wc -l', ['wc', '-l', log]],
  ];
  if (kind === 'combined') {
    plain.push(['goaccess', ['goaccess', log, '--log-format=COMBINED', '--no-progress', '-o', join(folder, 'goaccess.json')]]);
  }
  plain.push(['lnav', ['lnav', '-n', '-N', '-c', ';SELECT count(*) FROM all_logs', log]]);
  compare(`${kind} log`, bytes, plain);
  compare(`${kind} log, gzip`, bytes, [
    ['wslog analyze', [...analyze, zipped]],
    ['rg -z -c, 4 patterns', ['rg', '-z', ...rg.slice(1), zipped]],
    ['zcat, wc -l', ['sh', '-c', `zcat '${zipped}' | wc -l`]],
  ]);
}
compare('start', 0, [
  ['wslog --version', [process.execPath, wslog, '--version']],
  ['node -e 0', [process.execPath, '-e', '0']],
]);
compare('start', 0, [
  ['wslog --help', [process.execPath, wslog, '--help']],
  ['node -e 0', [process.execPath, '-e', '0']],
]);

console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, medians of ${runs}\n`);
console.log('| what | tool | seconds | MB/s | wslog takes | peak MB |\n|---|---|--:|--:|--:|--:|');
for (const row of table) console.log(`| ${row.join(' | ')} |`);
if (!options.keep) rmSync(folder, { recursive: true, force: true });

/** Measures each tool, and how many times its time the first one takes. */
function compare(what, bytes, tools) {
  let own = null;
  for (const [tool, command] of tools) {
    if (!installed(command[0])) {
      table.push([what, tool, 'not installed', '', '', '']);
      continue;
    }
    const samples = Array.from({ length: runs }, () => measure(command));
    if (samples.some((sample) => sample === null)) {
      table.push([what, tool, 'failed', '', '', '']);
      continue;
    }
    samples.sort((a, b) => a.seconds - b.seconds);
    const { seconds } = samples[Math.floor(samples.length / 2)];
    const peak = Math.max(...samples.map((sample) => sample.peak));
    own ??= seconds;
    const rate = bytes === 0 ? '' : (bytes / 1e6 / seconds).toFixed(0);
    table.push([what, tool, seconds.toFixed(2), rate, `${(own / seconds).toFixed(1)} x`, peak > 0 ? String(Math.round(peak / 1024)) : '?']);
  }
}

/** Wall time in seconds and the peak resident memory in KiB of one run; null when it failed. */
function measure(command) {
  const report = join(folder, 'time.txt');
  writeFileSync(report, '');
  const timed = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '%M', '-o', report, ...command] : command;
  const began = process.hrtime.bigint();
  const run = spawnSync(timed[0], timed.slice(1), { stdio: ['ignore', 'ignore', 'ignore'] });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  // ripgrep ends with 1 when nothing matched, wslog with 3 when a part was not understood.
  if (run.error !== undefined || ![0, 1, 3].includes(run.status)) return null;
  const peak = Number(readFileSync(report, 'utf8').trim().split('\n').at(-1));
  return { seconds, peak: Number.isFinite(peak) ? peak : 0 };
}

function installed(program) {
  return spawnSync('sh', ['-c', `command -v '${program}'`], { stdio: 'ignore' }).status === 0;
}

function shell(script) {
  if (spawnSync('sh', ['-c', script], { stdio: 'inherit' }).status !== 0) fail(`this failed: ${script}`);
}

function fail(sentence) {
  console.error(`bench: ${sentence}`);
  process.exit(2);
}
