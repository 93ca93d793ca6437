// Writes nginx logs of any size for measuring: the same seed gives the same bytes.
import { closeSync, openSync, writeSync } from 'node:fs';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const BEGIN = Date.UTC(2026, 10, 20);

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'okhttp/4.12.0',
  'kube-probe/1.33',
];
const PAGES = ['/', '/assets/app.4f1c9a2b.js', '/assets/app.css', '/api/v2/orders?page=3', '/login', '/healthz', '/robots.txt'];
const SOCKETS = ['/ws', '/live', '/chat/', '/socket.io/?EIO=4&transport=websocket&sid='];

/** What fails, how often, and where: [weight, level, message, phase, with an upstream]. */
const ERRORS = [
  [18, 'error', 'upstream prematurely closed connection', 'reading response header from upstream', true],
  [14, 'error', 'upstream timed out (110: Connection timed out)', 'reading response header from upstream', true],
  [6, 'error', 'upstream timed out (110: Connection timed out)', 'connecting to upstream', true],
  [16, 'error', 'connect() failed (111: Connection refused)', 'connecting to upstream', true],
  [6, 'error', 'recv() failed (104: Connection reset by peer)', 'proxying upgraded connection', true],
  [10, 'info', 'upstream timed out (110: Connection timed out)', 'proxying upgraded connection', true],
  [4, 'error', 'no live upstreams', 'connecting to upstream', true],
  [10, 'info', 'client 203.0.113.9 closed keepalive connection', null, false],
  [12, 'error', 'open() "/srv/www/favicon.ico" failed (2: No such file or directory)', null, false],
  [2, 'error', 'limiting requests, excess: 20.350 by zone "perip"', null, false],
  [2, 'warn', 'a client request body is buffered to a temporary file /var/lib/nginx/body/0000000042', null, true],
];

/** xorshift32: enough for a mix, and the same everywhere. */
function randomFrom(seed) {
  let state = seed | 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  // The first values of a small seed are small.
  for (let i = 0; i < 20; i++) next();
  return next;
}

const two = (n) => String(n).padStart(2, '0');

function dated(ms) {
  const d = new Date(ms);
  const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  return {
    error: `${d.getUTCFullYear()}/${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())} ${clock}`,
    access: `${two(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${clock} +0000`,
    iso: `${d.toISOString().slice(0, 19)}+00:00`,
  };
}

/** A word that hardly ever comes twice. */
const word = (random) => Math.floor(random() * 2 ** 40).toString(36);

/** What scanners and fuzzers leave: nothing in it was there before. */
function hostileErrorLine(random, time, serial) {
  const path = `/${word(random)}/${word(random)}?${word(random)}=${word(random)}`;
  const client = `2001:db8::${Math.floor(random() * 65536).toString(16)}:${Math.floor(random() * 65536).toString(16)}`;
  const kind = random();
  const message =
    kind < 0.5
      ? `open() "/srv/www${path}" failed (2: No such file or directory)`
      : kind < 0.6
        ? `[lua] ${word(random)}.lua:${serial}: ${word(random)} ${word(random)}`
        : 'upstream timed out (110: Connection timed out) while reading response header from upstream';
  const upstream = kind < 0.6 ? '' : `, upstream: "http://10.0.0.${1 + (serial % 4)}:8080${path}"`;
  return `${time.error} [error] ${serial % 97}#0: *${serial} ${message}, client: ${client}, server: chat.example.com, request: "GET ${path} HTTP/1.1"${upstream}, host: "${word(random)}.example.com", referrer: "https://${word(random)}.test/"\n`;
}

function errorLine(random, time, serial, ip) {
  let weight = random() * 100;
  const kind = ERRORS.find((entry) => (weight -= entry[0]) < 0) ?? ERRORS[0];
  const [, level, message, phase, hasUpstream] = kind;
  const head = `${time.error} [${level}] ${31 + (serial & 3)}#${31 + (serial & 3)}: *${serial} ${message}`;
  if (message.startsWith('client ')) return `${head}\n`;
  const path = socketPath(random);
  const upstream = hasUpstream ? `, upstream: "http://10.0.0.${1 + Math.floor(random() * 4)}:8080${path}"` : '';
  const doing = phase === null ? '' : ` while ${phase}`;
  return `${head}${doing}, client: ${ip}, server: chat.example.com, request: "GET ${path} HTTP/1.1"${upstream}, host: "chat.example.com"\n`;
}

function socketPath(random) {
  const path = SOCKETS[Math.floor(random() * SOCKETS.length)];
  if (path === '/chat/') return path + Math.floor(random() * 5000);
  return path.endsWith('sid=') ? path + Math.floor(random() * 1e9).toString(36) : path;
}

function accessFields(random, time, ip) {
  const socket = random() < 0.04;
  const path = socket ? socketPath(random) : PAGES[Math.floor(random() * PAGES.length)];
  const r = random();
  const status = socket
    ? r < 0.72 ? 101 : r < 0.84 ? 400 : r < 0.93 ? 502 : r < 0.97 ? 504 : 499
    : r < 0.9 ? 200 : r < 0.95 ? 304 : r < 0.99 ? 404 : 500;
  const seconds = status === 101 ? (random() < 0.3 ? 60 + random() * 0.01 : random() * 900) : random() * 0.4;
  const agent = AGENTS[Math.floor(random() * AGENTS.length)];
  const upstream = `10.0.0.${1 + Math.floor(random() * 4)}:8080`;
  return { ip, time, path, status, bytes: Math.floor(random() * 40000), seconds: seconds.toFixed(3), agent, upstream, socket };
}

function hostileFields(random, fields) {
  const path = `/${random() < 0.3 ? 'ws/' : ''}${word(random)}/${word(random)}?${word(random)}=${word(random)}`;
  return { ...fields, path, ip: `2001:db8::${word(random).slice(0, 4).replaceAll(/[g-z]/g, '0')}`, agent: `Mozilla/5.0 (${word(random)}; ${word(random)})` };
}

function fieldsOf(random, time, ip, hostile) {
  const fields = accessFields(random, time, ip);
  return hostile ? hostileFields(random, fields) : fields;
}

function combinedLine(f) {
  return `${f.ip} - - [${f.time.access}] "GET ${f.path} HTTP/1.1" ${f.status} ${f.bytes} "https://chat.example.com/" "${f.agent}"`;
}

function timedLine(f, serial) {
  return `${combinedLine(f)} rt=${f.seconds} uct=0.001 uht=${f.seconds} urt=${f.seconds} us="${f.status}" ua="${f.upstream}" upg="${f.socket ? 'websocket' : '-'}" cid=${serial}`;
}

function jsonLine(f, serial) {
  return JSON.stringify({
    time: f.time.iso,
    remote_addr: f.ip,
    request: `GET ${f.path} HTTP/1.1`,
    status: String(f.status),
    body_bytes_sent: String(f.bytes),
    request_time: f.seconds,
    upstream_addr: f.upstream,
    upstream_status: String(f.status),
    http_upgrade: f.socket ? 'websocket' : '',
    connection: String(serial),
    http_user_agent: f.agent,
  });
}

const ACCESS_LINES = new Map([
  ['combined', combinedLine],
  ['timed', timedLine],
  ['json', jsonLine],
]);

/** The kinds of log that `generate` writes. */
export const KINDS = ['error', ...ACCESS_LINES.keys()];

/**
 * Writes a log of at least `megabytes` (10^6 bytes).
 * @param hostile paths, names and clients hardly ever come twice
 * @returns {{ lines: number, bytes: number }}
 */
export function generate(path, kind, megabytes, seed, hostile = false) {
  const random = randomFrom(seed);
  const access = ACCESS_LINES.get(kind);
  const file = openSync(path, 'w');
  const limit = megabytes * 1e6;
  let ms = BEGIN;
  let bytes = 0;
  let lines = 0;
  let pending = [];
  let size = 0;
  const flush = () => {
    const buffer = Buffer.from(pending.join(''), 'latin1');
    for (let done = 0; done < buffer.length; ) done += writeSync(file, buffer, done);
    bytes += buffer.length;
    pending = [];
    size = 0;
  };
  while (bytes + size < limit) {
    ms += random() * 40;
    lines++;
    const ip = `${10 + Math.floor(random() * 200)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`;
    const time = dated(ms);
    const line = access === undefined ? (hostile ? hostileErrorLine : errorLine)(random, time, lines, ip) : `${access(fieldsOf(random, time, ip, hostile), lines)}\n`;
    pending.push(line);
    size += line.length;
    if (size > 1 << 20) flush();
  }
  flush();
  closeSync(file);
  return { lines, bytes };
}
