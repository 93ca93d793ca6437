/**
 * Two days of a busy server in a few minutes: every line names a path and a client that were never seen before. The
 * clock is the log's own. What the analysis holds must stay level after the first hours.
 *
 * node --expose-gc test/fault/long.mjs [--hours N] [--names N]
 */
import { serialize } from 'node:v8';
import { parseArgs } from 'node:util';
import { LiveAnalysis, shippedCatalogue } from '../../dist/index.js';

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '48' }, names: { type: 'string', default: '1000000' } },
});
const HOURS = Number(values.hours);
const NAMES = Number(values.names);
const BLOCK = 200;
const START = Date.UTC(2026, 10, 21, 0);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The same word for the same number; neither an identifier by its look nor like its neighbours. */
function word(n) {
  let text = '';
  for (let rest = (n * 2654435761) >>> 0; rest > 0; rest = Math.floor(rest / 23)) text += 'abcdefghijklmnopqrstuvw'[rest % 23];
  return text;
}

function client(n) {
  return n % 5 === 0 ? `2001:db8:${(n >> 16).toString(16)}:${(n & 65535).toString(16)}::1` : `${11 + ((n >> 16) & 127)}.${(n >> 8) & 255}.${n & 255}.${1 + (n % 200)}`;
}

function pair(n) {
  const time = new Date(START + (n / NAMES) * HOURS * 3_600_000);
  const iso = time.toISOString();
  const path = n % 3 === 0 ? `/${word(n)}/ws` : n % 3 === 1 ? `/chat/${word(n)}/${word(n + 1)}` : `/a/${word(n % 5000)}/b/${n}`;
  const server = `s${n % 40}.test`;
  const request = `GET ${path}?token=${word(n)} HTTP/1.1`;
  const error = `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)} [error] 7#7: *${n} connect() failed (111: Connection refused) while connecting to upstream, client: ${client(n)}, server: ${server}, request: "${request}", upstream: "http://10.${n & 3}.0.${n % 250}:8080${path}", host: "${server}"\n`;
  const stamp = `${iso.slice(8, 10)}/${MONTHS[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
  const access = `${client(n)} - - [${stamp}] "${request}" 502 157 "-" "agent ${word(n)}"\n`;
  return { error, access };
}

const live = new LiveAnalysis(
  {
    catalogue: await shippedCatalogue(),
    conf: null,
    nginxVersion: null,
    logFormat: null,
    since: null,
    until: null,
    zone: { name: 'UTC', from: 'option', offsetAt: () => 0 },
    filters: { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' },
    redact: true,
    version: 'long',
  },
  ['error.log', 'access.log'],
);
const firstLine = { 'error.log': 1, 'access.log': 1 };
function feed(path, text) {
  const bytes = Buffer.from(text, 'latin1');
  live.feed(path, { bytes, firstLine: firstLine[path], lines: BLOCK });
  firstLine[path] += BLOCK;
}

const readings = [];
const every = Math.max(BLOCK, Math.floor(NAMES / 24));
let lastMark = 0;
for (let n = 0; n < NAMES; n += BLOCK) {
  let error = '';
  let access = '';
  for (let i = n; i < n + BLOCK; i++) {
    const lines = pair(i);
    error += lines.error;
    access += lines.access;
  }
  feed('access.log', access);
  feed('error.log', error);
  live.atEnd('error.log');
  live.atEnd('access.log');
  if (n - lastMark < every && n + BLOCK < NAMES) continue;
  lastMark = n;
  const report = live.snapshot();
  let stored = 0;
  for (const { content } of live.parts()) {
    const held = content();
    if (held !== null) stored += serialize(held).length;
  }
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  const reading = {
    hour: Math.round(((n + BLOCK) / NAMES) * HOURS),
    lines: report.accounting.lines,
    hits: report.incidents.reduce((sum, { count }) => sum + count, 0),
    heldMb: Math.round((heapUsed + external) / 1048576),
    rssMb: rss >> 20,
    storedMb: Math.round(stored / 104857.6) / 10,
  };
  readings.push(reading);
  console.log(JSON.stringify(reading));
}
const last = readings.at(-1);
const half = readings[Math.floor(readings.length / 2)];
// What is stored grows until every group has given up naming its clients; it has a bound, and is on disk.
const level =
  last.storedMb <= 64 && (globalThis.gc === undefined || last.heldMb <= half.heldMb * 1.25 + 15);
const right = last.lines === Math.ceil(NAMES / BLOCK) * BLOCK * 2 && last.hits === last.lines / 2;
console.log(JSON.stringify({ level, right, peakRssMb: Math.max(...readings.map(({ rssMb }) => rssMb)) }));
process.exitCode = level && right ? 0 : 1;
