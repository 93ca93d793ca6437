/** The commands: what each is called, takes, and does. Help, parsing and completion are made from this table. */
import { type OptionKey, optionSpec } from '../config/options.ts';
import { ALERTS, COMMON, CONF, type CommandSpec, FILTERS, RECEIVERS } from './spec.ts';
import { SUMMARY } from './summary-spec.ts';

export type { CommandSpec } from './spec.ts';

const ANALYZE: CommandSpec = {
  name: 'analyze',
  operands: '[logs...]',
  completes: 'file',
  summary: 'explain the WebSocket failures in logs: what, since when, who is hit, why, and what to change',
  examples: [
    ['wslog analyze /var/log/nginx', 'everything in the folder, rotated and compressed logs too'],
    ['wslog analyze error.log access.log', 'both logs together say more than either'],
    ['wslog analyze -c nginx.conf', 'the logs that this config names, judged by it'],
    ['wslog analyze -S 2h --fail-on error error.log', 'the last two hours; exit 1 if something is broken'],
    ['kubectl logs deploy/ingress | wslog analyze -', 'standard input'],
    ['wslog analyze --json error.log | jq .incidents[0]', 'for scripts'],
  ],
  notes: [
    "LOGS are files, folders, globs, or '-' for standard input; plain, gzip, zstd, bzip2 or xz, told by content. Error and access logs are told apart by content.",
    'Exit codes: 0 ran; 1 something at or above --fail-on; 2 wrong usage or nothing to read; 3 part of the input was not read or not recognised; 130 and 143 ended by a signal.',
  ],
  options: [...CONF, 'since', 'until', 'format', 'json', 'output', ...FILTERS, 'failOn', 'workers', ...COMMON],
  run: async (call) => (await import('./analyze.ts')).analyze(call),
};

const DIFF: CommandSpec = {
  name: 'diff',
  operands: '<files...>',
  completes: 'file',
  summary: 'what changed: which causes are new, worse, better or gone at each endpoint, such as since a deploy',
  examples: [
    ['wslog diff --at 14:05 /var/log/nginx', 'the same logs before and after 14:05'],
    ['wslog diff --at 14:05 --window 1h error.log access.log', 'the hour before with the hour after'],
    ['wslog diff before.json after.json', 'two reports of wslog analyze --json'],
    ['wslog diff --at 14:05 --fail-on error /var/log/nginx', 'exit 1 if an error is new or worse'],
    ['wslog diff --at 14:05 --format markdown /var/log/nginx', 'for the ticket'],
  ],
  notes: [
    'With --at, logs are read twice. Without it, two saved reports are compared, the older one first.',
    'Rates are hits among handshakes where the access log holds both, else hits an hour. A cause is worse or better when its rate changed by a quarter at least and chance would do that less than once in a hundred times.',
    'Exit codes: 0 ran; 1 something new or worse is at or above --fail-on; 2 wrong usage or nothing to compare; 3 part of the input was not read; 130 and 143 ended by a signal.',
  ],
  options: [...CONF, 'since', 'until', 'at', 'window', 'format', 'json', 'output', ...FILTERS, 'failOn', ...COMMON],
  describes: {
    failOn: 'exit 1 when something new or worse is at least this severe',
    verbose: 'what is as before too',
  },
  formats: ['text', 'json', 'markdown'],
  run: async (call) => (await import('./diff.ts')).diff(call),
};

const WATCH: CommandSpec = {
  name: 'watch',
  operands: '[logs...]',
  completes: 'file',
  summary: 'the same, live: incidents as they open, grow and end',
  examples: [
    ['wslog watch', "the logs of this machine's nginx"],
    ['wslog watch --lines 1000 error.log access.log', 'begin with the last 1000 lines of each'],
    ['wslog watch --slack-file /etc/wslog/slack-url', 'tell a chat of incidents; wslog alerts test tries it'],
    ['wslog watch --format ndjson error.log', 'one JSON object an event, for another program'],
    ['wslog watch --print-systemd-unit > /etc/systemd/system/wslog.service', 'as a service'],
  ],
  notes: [
    'Logs are followed by name across rotation. An incident is reported when it opens, then at most every 5 seconds while it grows, then when it ends.',
    'On a terminal of at least 80x24 it is a screen, whose keys ? lists; --plain prints lines. q, Ctrl-C or SIGTERM prints the final report and exits 0. SIGHUP reads options, patterns and the nginx configuration anew.',
    'With state, a log is read on from where the last watch stopped, also in files that were rotated or packed meanwhile; --from-start and --lines are for logs seen for the first time. Exit code 3: another watch keeps its state in the same DIR.',
  ],
  options: [
    ...CONF,
    'fromStart',
    'lines',
    'plain',
    'poll',
    'rotateWait',
    'quietWindow',
    'state',
    'keepIncidents',
    'metricsListen',
    'printSystemdUnit',
    ...ALERTS,
    'format',
    ...FILTERS,
    ...COMMON,
  ],
  formats: ['text', 'ndjson'],
  run: async (call) => (await import('./watch.ts')).watch(call),
};

const INCIDENTS: CommandSpec = {
  name: 'incidents',
  operands: '[action] [id]',
  completes: 'nothing',
  summary: 'the incidents that watch and summary keep, across restarts',
  examples: [
    ['wslog incidents', 'one line an incident, open ones too'],
    ['wslog incidents show 3f2a9c41d07b', 'one in full: cause, evidence, fix'],
    ['wslog incidents list --json | jq .incidents[].title', 'for scripts'],
  ],
  notes: ["ACTION is list (the default) or show, with the incident's ID. It can be used while watch runs."],
  options: ['state', 'format', 'json', 'color', 'quiet', 'verbose'],
  describes: { state: 'where watch and summary keep their state' },
  formats: ['text', 'json'],
  run: async (call) => (await import('./incidents.ts')).incidents(call),
};

const ALERTING: CommandSpec = {
  name: 'alerts',
  operands: '',
  completes: 'nothing',
  summary: 'who is told of incidents, what is silenced, and whether a notification arrives',
  examples: [
    ['wslog alerts list', 'receivers and silences, checked'],
    ['wslog alerts test', 'send each receiver a test'],
    ['wslog alerts test ops', 'only the receiver of that name'],
  ],
  options: [],
  commands: [
    {
      name: 'list',
      operands: '',
      completes: 'nothing',
      summary: 'check and list the receivers and silences that watch would use',
      examples: [['wslog alerts list', 'also a check: exit 2 and one sentence when something is wrong']],
      options: [...ALERTS, 'quiet'],
      run: async (call) => (await import('./alerts.ts')).listAlerts(call),
    },
    {
      name: 'test',
      operands: '[receivers...]',
      completes: 'nothing',
      summary: 'send receivers a notification that says that nothing is wrong',
      examples: [
        ['wslog alerts test', 'every receiver'],
        ['wslog alerts test --slack-file /etc/wslog/slack-url', 'one that is in no config file yet'],
      ],
      notes: [
        'What a receiver takes (minSeverity, match) and silences play no part. Exit codes: 0 all have taken it; 75 one has not; 2 wrong usage or configuration.',
      ],
      options: [...RECEIVERS, 'quiet'],
      run: async (call) => (await import('./alerts.ts')).testAlerts(call),
    },
  ],
};

const EXPLAIN: CommandSpec = {
  name: 'explain',
  operands: '<what...>',
  completes: 'id',
  summary: 'explain a cause, a symptom, or a log line',
  examples: [
    ['wslog explain idle-timeout', 'a page about a cause'],
    ["wslog explain '2026/11/22 18:17:26 [error] 7#7: *1 connect() failed (111: …'", 'any line, as pasted'],
    ['grep upstream error.log | wslog explain --format ndjson -', 'one JSON object a line'],
  ],
  notes: [
    "WHAT is an id (wslog patterns list names them), a log line in quotes, or '-' for lines on standard input. Lines may carry a docker, Kubernetes, syslog, journald or grep prefix, or be cut short.",
  ],
  options: ['format', 'json', 'patterns', 'redact', 'color', 'tz', 'quiet'],
  formats: ['text', 'json', 'ndjson'],
  run: async (call) => (await import('./explain.ts')).explain(call),
};

const DOCTOR: CommandSpec = {
  name: 'doctor',
  operands: '',
  completes: 'nothing',
  summary: 'the WebSocket checklist over an nginx config: what is missing, where, and what to write',
  examples: [
    ['wslog doctor', "this machine's nginx"],
    ['wslog doctor -c nginx.conf --ping 30s', 'are all timeouts longer than the ping?'],
    ['wslog doctor --path /ws --server chat.example.com', 'the location that serves this'],
    ['ssh web1 nginx -T | wslog doctor -c -', 'the configuration of another machine'],
  ],
  notes: [
    'Without --path it looks at every location that forwards Upgrade, or whose path, host or upstream is named like a WebSocket; if there is none, at every location that proxies.',
    'Exit codes: 0 nothing is wrong (there may be notes); 1 something breaks WebSockets; 2 wrong usage, or no config to read.',
  ],
  options: [
    'nginxConf',
    'nginxVersion',
    'ping',
    'server',
    'path',
    'format',
    'json',
    'output',
    'color',
    'quiet',
    'verbose',
  ],
  formats: ['text', 'json', 'markdown'],
  run: async (call) => (await import('./doctor.ts')).doctor(call),
};

const FIX: CommandSpec = {
  name: 'fix',
  operands: '',
  completes: 'nothing',
  summary: 'the smallest change of the nginx config that mends a cause, as a diff',
  examples: [
    ['wslog fix --cause upgrade-headers-missing --location /ws', "the diff against this machine's nginx config"],
    ['wslog fix --cause idle-timeout --location /ws --ping 30s --write', 'apply it; each file keeps a backup'],
    ['wslog fix -c nginx.conf', 'everything that the config alone shows to be wrong'],
    ['wslog fix --cause hidden-evidence', 'let the logs show what happens to WebSockets'],
    ['wslog fix --cause read-timeout-zero | patch -p1 -d /', 'apply it by hand'],
  ],
  notes: [
    'Standard output has the diff and nothing else; what is changed and why is said on standard error. Nothing is printed when there is nothing to change. Where nginx is installed, nginx -t tests the change on a copy first.',
    "A cause outside nginx's configuration has no diff: wslog says who can mend it and how to check.",
    'Exit codes: 0 a diff, or nothing to change; 2 wrong usage, no config to read, several places that could be meant, or a change that nginx -t refuses.',
  ],
  options: [
    'nginxConf',
    'nginxVersion',
    'cause',
    'location',
    'server',
    'ping',
    'scheme',
    'tlsName',
    'write',
    'patterns',
    'quiet',
  ],
  describes: {
    cause: 'what to mend: a cause, or hidden-evidence for the logs (default: what the config alone shows to be wrong)',
    server: 'only in this server',
  },
  run: async (call) => (await import('./fix.ts')).fix(call),
};

const PROBE: CommandSpec = {
  name: 'probe',
  operands: '<url> [logs...]',
  completes: 'file',
  summary: 'a real WebSocket handshake through nginx and past it: what differs, and why it fails',
  examples: [
    ['wslog probe wss://chat.example.com/ws', 'DNS, TCP, TLS, the answer and its headers'],
    ['wslog probe wss://chat.example.com/ws --upstream http://10.0.0.5:8080', 'the same past nginx, and what differs'],
    ['wslog probe wss://chat.example.com/ws --hold 90s', 'after how long of silence is it cut?'],
    ['wslog probe ws://localhost/ws -c /etc/nginx/nginx.conf', 'with the config, the backend it names, and its log'],
    ['wslog probe wss://chat.example.com/ws --resolve 10.0.0.2', 'one machine behind a name'],
  ],
  notes: [
    "LOGS are nginx's error logs; what they get during the probe is shown and weighed. With -c those that the config names are used.",
    'A secret goes into a file for --cookie-file, or into WSLOG_PROBE_COOKIE: what is written after --header or in the URL stands in the process list for everybody to read.',
    'One connection is open at a time, from an honest User-Agent; a failed handshake is followed by a few more that tell causes apart. Nothing is sent over a certificate that clients would refuse, unless --insecure is given.',
    'Exit codes: 0 healthy; 1 something is wrong; 2 wrong usage; 130 and 143 ended by a signal, after printing what there was.',
  ],
  options: [
    'upstream',
    'origin',
    'header',
    'cookieFile',
    'protocol',
    'resolve',
    'insecure',
    'hold',
    'ping',
    'n',
    'interval',
    'timeout',
    'nginxConf',
    'nginxVersion',
    'format',
    'json',
    'output',
    'patterns',
    'redact',
    'color',
    'quiet',
    'verbose',
  ],
  describes: {
    upstream: "the backend's URL, for the same handshake past nginx; without a path that of the URL is used",
    ping: 'how often to ping in the second part of --hold (default: half of the time after which silence was cut)',
  },
  formats: ['text', 'json'],
  run: async (call) => (await import('./probe.ts')).probe(call),
};

const PATTERNS: CommandSpec = {
  name: 'patterns',
  operands: '',
  completes: 'nothing',
  summary: 'the catalogue of symptoms and causes, and its self-test',
  examples: [
    ['wslog patterns list', 'every symptom and cause'],
    ['wslog patterns show upstream-timeout-tunnel', 'one, as its file states it'],
    ['wslog patterns test ~/my-patterns', 'check your own'],
  ],
  options: [],
  commands: [
    {
      name: 'list',
      operands: '',
      completes: 'nothing',
      summary: 'list every symptom and cause',
      examples: [['wslog patterns list --json', 'for scripts']],
      options: ['patterns', 'format', 'json', 'color'],
      formats: ['text', 'json'],
      run: async (call) => (await import('./patterns.ts')).listPatterns(call),
    },
    {
      name: 'show',
      operands: '<id>',
      completes: 'id',
      summary: 'show one symptom or cause as its file states it',
      examples: [['wslog patterns show idle-timeout', 'the cause, with its evidence and its fix']],
      options: ['patterns', 'format', 'json'],
      formats: ['text', 'json'],
      run: async (call) => (await import('./patterns.ts')).showPattern(call),
    },
    {
      name: 'test',
      operands: '[folder]',
      completes: 'file',
      summary: "prove that every pattern's samples are recognised, and only by it",
      examples: [
        ['wslog patterns test', 'the shipped catalogue with your own additions'],
        [
          'wslog patterns test ~/my-patterns',
          'the patterns of a folder beside the shipped ones; exit 1 if one is wrong',
        ],
      ],
      options: ['patterns', 'quiet'],
      run: async (call) => (await import('./patterns.ts')).testPatterns(call),
    },
  ],
};

const COMPLETION: CommandSpec = {
  name: 'completion',
  operands: '<shell>',
  completes: 'shell',
  summary: 'print the shell completion for bash, zsh or fish',
  examples: [
    ['wslog completion bash > /etc/bash_completion.d/wslog', 'for everybody'],
    ['source <(wslog completion bash)', 'for this shell'],
    ['wslog completion zsh > ~/.zfunc/_wslog', 'zsh, with ~/.zfunc in fpath'],
    ['wslog completion fish > ~/.config/fish/completions/wslog.fish', 'fish'],
  ],
  options: [],
  run: async (call) => (await import('./completion.ts')).completion(call),
};

export const COMMANDS: readonly CommandSpec[] = [
  ANALYZE,
  DIFF,
  WATCH,
  SUMMARY,
  INCIDENTS,
  ALERTING,
  EXPLAIN,
  DOCTOR,
  FIX,
  PROBE,
  PATTERNS,
  COMPLETION,
];

/** Examples at the head of `wslog --help`. */
export const OPENING_EXAMPLES: CommandSpec['examples'] = [
  ['wslog analyze /var/log/nginx', 'what is broken, since when, why, and how to fix it'],
  ['wslog watch', 'the same, live'],
  ["wslog explain '… upstream timed out (110: Connection timed out) …'", 'a log line, as pasted'],
  ['wslog explain idle-timeout', 'a page about one cause'],
];

/** The values an option of a command takes, or none when it is free. */
export function choicesOf(spec: CommandSpec, key: OptionKey): readonly string[] {
  if (key === 'format' && spec.formats !== undefined) return spec.formats;
  return optionSpec(key).choices ?? [];
}
