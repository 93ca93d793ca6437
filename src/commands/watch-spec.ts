/** `wslog watch`, what it keeps, and whom it tells, as typed. */
import { ALERTS, COMMON, CONF, type CommandSpec, FILTERS, RECEIVERS } from './spec.ts';

export const WATCH: CommandSpec = {
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

export const INCIDENTS: CommandSpec = {
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

export const ALERTING: CommandSpec = {
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
