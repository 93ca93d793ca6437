// Measures wslog beside the tools an engineer would otherwise reach for.
//
//   npm run bench -- [--mb 200] [--runs 3] [--seed 1] [--kinds error,combined,timed,json] [--tenfold] [--write] [--keep]
//
// Logs are written once to a folder under the system's temporary one, and removed at the end unless --keep. --tenfold
// measures the first kind with ten times the bytes too; --write puts the table into test/bench/RESULTS.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOf, starts, tenfold } from './cases.mjs';
import { KINDS } from './generate.mjs';
import { Logs } from './logs.mjs';
import { compare, installed, median } from './measure.mjs';
import { isBuilt } from './programs.mjs';
import { costOfWatching } from './watch.mjs';

const WATCH_MB = 40;

const { values: options } = parseArgs({
  options: {
    mb: { type: 'string', default: '200' },
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    kinds: { type: 'string', default: KINDS.join(',') },
    tenfold: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const megabytes = Number(options.mb);
const runs = Number(options.runs);
const kinds = options.kinds.split(',');
if (!isBuilt()) fail('there is no build to measure; run: npm run build');
if (!(megabytes > 0) || !(runs > 0)) fail('--mb and --runs take a number above 0');
for (const kind of kinds) if (!KINDS.includes(kind)) fail(`--kinds: "${kind}" is not one of ${KINDS.join(', ')}`);

const folder = join(tmpdir(), `wslog-bench-${options.seed}`);
mkdirSync(folder, { recursive: true });
const logs = new Logs(folder, Number(options.seed));
const busyBefore = loadavg()[0];
const rows = [];

for (const kind of kinds) for (const one of casesOf(logs, kind, megabytes, folder)) take(one);
if (options.tenfold) take(tenfold(logs, kinds[0], megabytes));
for (const one of starts()) take(one);
const watching = await costOfWatching(logs.plain(kinds[0], megabytes), Math.min(WATCH_MB, megabytes), folder);

const text = report();
console.log(text);
if (options.write) writeFileSync(new URL('RESULTS.md', import.meta.url), `# What wslog takes\n\n${text}\n`);
if (!options.keep) rmSync(folder, { recursive: true, force: true });

function take({ what, bytes, contenders }) {
  process.stderr.write(`${what}\n`);
  // Read once before, so that the first tool measured does not pay for the disk.
  const [own, ...others] = compare(contenders, { runs, bytes, folder });
  rows.push(rowOf(what, own, own), ...others.map((other) => rowOf(what, other, own)));
}

/** A tool's rate and time, and how many times its time wslog takes for as many bytes. */
function rowOf(what, outcome, own) {
  if ('problem' in outcome) return [what, outcome.tool, '', outcome.problem, '', ''];
  const { seconds, bytes, peak, tool } = outcome;
  const middle = median(seconds);
  const spread = `${middle.toFixed(2)} (${seconds[0].toFixed(2)}–${seconds.at(-1).toFixed(2)})`;
  const rate = bytes === 0 ? '' : (bytes / 1e6 / middle).toFixed(middle > bytes / 1e7 ? 1 : 0);
  const memory = peak > 0 ? String(Math.round(peak / 1024)) : '?';
  if ('problem' in own) return [what, tool, rate, spread, '', memory];
  const ratio = median(own.seconds) / (own.bytes || 1) / (middle / (bytes || 1));
  return [what, tool, rate, spread, outcome === own ? '' : `${ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(1)} ×`, memory];
}

function report() {
  const command = `npm run bench -- --mb ${megabytes} --runs ${runs} --seed ${options.seed} --kinds ${options.kinds}${options.tenfold ? ' --tenfold' : ''}${options.write ? ' --write' : ''}`;
  const missing = ['rg', 'awk', 'zcat', 'zstd', 'lnav', 'goaccess', 'fail2ban-regex', 'mtail'].filter((tool) => !installed(tool));
  const lines = [
    `Made by \`${command}\`: node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores;`,
    `load of the machine before and after: ${busyBefore.toFixed(1)}, ${loadavg()[0].toFixed(1)}${missing.length > 0 ? `; not installed: ${missing.join(', ')}` : ''}.`,
    `Tools of one case ran in turns, ${runs} rounds; times are medians, with the shortest and the longest. MB are 10^6 bytes of`,
    'unpacked text; lnav and GoAccess read the first 187 MB, fail2ban-regex and mtail 20. "wslog takes": how many times the',
    'time of the tool, for as many bytes.',
    ...(busyBefore > 1 ? ['The machine was busy with other work: the times are too long, and the ratios rough.'] : []),
    '',
    '| what | tool | MB/s | seconds | wslog takes | peak MiB |',
    '|---|---|--:|--:|--:|--:|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
  if (watching !== null) {
    const { perLineUs, idleMsPerS, peak, lines: count } = watching;
    lines.push(
      '',
      `\`wslog watch\` takes ${perLineUs.toFixed(1)} µs of processor time for a line (${count} lines of the ${kinds[0]} log, appended in pieces),`,
      `${idleMsPerS.toFixed(1)} ms a second while nothing happens, and ${Math.round(peak / 1024)} MiB at most.`,
    );
  }
  return lines.join('\n');
}

function fail(sentence) {
  console.error(`bench: ${sentence}`);
  process.exit(2);
}
