// What is measured beside what: wslog first, then the tools an engineer would otherwise reach for.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WSLOG } from './programs.mjs';

const PATTERNS = ['upstream prematurely closed', '110: Connection timed out', 'no "Upgrade" header', '"GET /ws[^"]*" 400'];
const RG = ['rg', '-c', ...PATTERNS.flatMap((pattern) => ['-e', pattern])];
const AWK = ['awk', '/upstream prematurely closed/{a++} /110: Connection timed out/{b++} END{print a,b}'];
const FAILREGEX = 'upstream timed out .* client: <HOST>,';
const MTAIL = [
  'counter timeouts',
  'counter closed',
  '/upstream timed out/ {\n  timeouts++\n}',
  '/upstream prematurely closed/ {\n  closed++\n}\n',
].join('\n');

const sh = (script) => ['sh', '-c', script];
const ONE_CORE = ['taskset', '-c', '0'];
/** What tools are given that take minutes for all of a log, in MB: what counts is the rate. GoAccess slows down on the way. */
const HEAD_MB = 187;
const SHORT_HEAD_MB = 20;

const own = (label, ...args) => ({ tool: `wslog${label}`, command: [...WSLOG, 'analyze', '--json', '--no-nginx-conf', ...args] });

const onOneCore = (...logs) => {
  const { command } = own('', ...logs);
  return { tool: 'wslog on one core', command: [...ONE_CORE, ...command] };
};

/** @returns {{ what: string, bytes: number, contenders: import('./measure.mjs').Contender[] }[]} */
export function casesOf(logs, kind, megabytes, folder) {
  const log = logs.plain(kind, megabytes);
  const bytes = logs.size(log);
  const gz = logs.gzip(log);
  const zst = logs.zstd(log);
  const hostile = logs.plain(kind, megabytes, true);
  const halves = logs.halves(log);
  return [
    {
      what: `${kind}, plain`,
      bytes,
      contenders: [
        own('', log),
        own(' --workers 1', '--workers', '1', log),
        { tool: 'rg -c, four patterns', command: [...RG, log] },
        { tool: 'awk, two patterns', command: [...AWK, log] },
        { tool: 'wc -l', command: ['wc', '-l', log] },
        ...slow(logs, log, kind, folder),
      ],
    },
    {
      what: `${kind}, gzip`,
      bytes,
      contenders: [
        own('', gz),
        { tool: 'zcat, wc -l', command: sh(`zcat '${gz}' | wc -l`) },
        { tool: 'rg -z -c, four patterns', command: [RG[0], '-z', ...RG.slice(1), gz] },
      ],
    },
    {
      what: `${kind}, zstd`,
      bytes,
      contenders:
        zst === null
          ? [{ tool: 'wslog', command: ['zstd'] }]
          : [own('', zst), { tool: 'zstdcat, wc -l', command: sh(`zstdcat '${zst}' | wc -l`) }],
    },
    {
      what: `${kind}, two files`,
      bytes,
      contenders: [own('', ...halves.plain), onOneCore(...halves.plain)],
    },
    {
      what: `${kind}, two gzip files`,
      bytes,
      contenders: [
        own('', ...halves.packed),
        onOneCore(...halves.packed),
        { tool: 'zcat, wc -l', command: sh(`zcat '${halves.packed.join("' '")}' | wc -l`) },
      ],
    },
    {
      what: `${kind}, ten rotated files, eight packed`,
      bytes,
      contenders: [own('', logs.rotated(log))],
    },
    {
      what: `${kind}, standard input`,
      bytes,
      contenders: [
        { tool: 'wslog', command: sh(`cat '${log}' | '${WSLOG.join("' '")}' analyze --json --no-nginx-conf -`) },
        { tool: 'cat, wc -l', command: sh(`cat '${log}' | wc -l`) },
      ],
    },
    {
      what: `${kind}, hardly anything twice`,
      bytes: logs.size(hostile),
      contenders: [own('', hostile), { tool: 'rg -c, four patterns', command: [...RG, hostile] }],
    },
  ];
}

/** Tools that take minutes for all of a log are given its head. */
function slow(logs, log, kind, folder) {
  const head = logs.head(log, HEAD_MB);
  const shortHead = logs.head(log, SHORT_HEAD_MB);
  const program = join(folder, 'bench.mtail');
  writeFileSync(program, MTAIL);
  const of = (tool, read, ...command) => ({ tool, bytes: logs.size(read), command });
  const goaccess = ['--log-format=COMBINED', '--no-progress', '-o', join(folder, 'goaccess.json')];
  return [
    of('lnav -n', head, 'lnav', '-n', head),
    of('lnav, a count', head, 'lnav', '-n', '-N', '-c', ';SELECT count(*) FROM all_logs', head),
    ...(kind === 'combined' ? [of('GoAccess', head, 'goaccess', head, ...goaccess)] : []),
    of('fail2ban-regex', shortHead, 'fail2ban-regex', '--print-no-missed', shortHead, FAILREGEX),
    of('mtail', shortHead, 'mtail', '--one_shot', '--progs', program, '--logs', shortHead),
  ];
}

/** Ten times the bytes: time must grow as they do, and memory not at all. */
export function tenfold(logs, kind, megabytes) {
  const log = logs.plain(kind, megabytes * 10);
  const contenders = [own('', log), { tool: 'rg -c, four patterns', command: [...RG, log] }];
  return { what: `${kind}, plain, ten times as much`, bytes: logs.size(log), contenders };
}

const LINE =
  '2026/11/22 12:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:8080/ws", host: "a.test"';

export function starts() {
  const of = (...args) => ({ tool: `wslog ${args[0]}${args.length > 1 ? ' LINE' : ''}`, command: [...WSLOG, ...args] });
  const node = { tool: 'node -e 0', command: [process.execPath, '-e', '0'] };
  return [of('--version'), of('--help'), of('explain', LINE)].map((command) => ({
    what: 'start',
    bytes: 0,
    contenders: [command, node],
  }));
}
