/**
 * Every option once: how it is typed, what it takes, and what it means when nobody says.
 *
 * The flag `--quiet-window`, the environment's `WSLOG_QUIET_WINDOW` and the config file's `quietWindow` are the same
 * option; the two other names are derived from the key. Some keys of the config file stand in a section:
 * `mail.to` is `to:` below `mail:`.
 */

export const REPORT_FORMATS = ['text', 'json', 'ndjson', 'markdown', 'html', 'csv'] as const;
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

/**
 * - `text`: any value that is not empty.
 * - `text-or-off`: the same, and `--no-…` or `false` turn it off.
 * - `flag`: on or off.
 * - `choice`: one of `choices`.
 * - `duration`: `250ms`, `5m`, `1h30m`; a bare number is seconds. Kept in ms.
 * - `count`: a whole number from 0.
 */
type OptionKind = 'text' | 'text-or-off' | 'flag' | 'choice' | 'duration' | 'count';

export interface OptionSpec {
  readonly kind: OptionKind;
  readonly describe: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** What the help calls the value: `FILE`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Durations in ms. Absent: off, or not set. */
  readonly default?: string | boolean | number;
  /** What `--no-…` does, for an option that can be turned off. */
  readonly describeOff?: string;
  /** The option is on by default, and `--no-…` turns it off. */
  readonly negatable?: boolean;
  /** The option may be given several times; its value is then all of them, a line feed between each two. */
  readonly repeatable?: boolean;
  /** Its key in the config file, where that is not its own name: `mail.to`. */
  readonly config?: string;
  /** What stands in the process list for everybody to read is no place for it: only the environment and config files. */
  readonly offCommandLine?: boolean;
  /** The config file may give it as a list; its value is then all of them, a comma between each two. */
  readonly list?: boolean;
  /** Completion offers files or directories for the value. */
  readonly completes?: 'file' | 'directory' | 'cause';
}

const OPTIONS = {
  nginxConf: {
    kind: 'text-or-off',
    short: 'c',
    value: 'FILE',
    describe: "nginx.conf (includes are followed) or the output of nginx -T; '-' reads it from standard input",
    describeOff: "use no nginx config, not even this machine's own",
    completes: 'file',
  },
  nginxVersion: { kind: 'text', value: 'V', describe: 'the nginx version that wrote the logs, such as 1.22.1' },
  logFormat: {
    kind: 'text',
    value: 'FORMAT',
    describe:
      "access-log format: combined, ingress, or nginx's own $variable syntax (default: from the config, else detected)",
  },
  since: {
    kind: 'text',
    short: 'S',
    value: 'TIME',
    describe:
      "from this time on: 2h, 1h30m, yesterday, 09:30, '2026-11-22 18:17', RFC 3339, @epoch, or as nginx logs it",
  },
  until: { kind: 'text', short: 'U', value: 'TIME', describe: 'up to this time, which is not included; same forms' },
  at: {
    kind: 'text',
    value: 'TIME',
    describe: 'the moment, such as that of a deploy, before and after which the logs are compared; same forms',
  },
  window: {
    kind: 'duration',
    value: 'TIME',
    describe: 'how long before and after it to look (default: as far as the logs go)',
  },
  tz: {
    kind: 'text',
    value: 'ZONE',
    describe:
      "zone of times without one: Europe/Berlin or +02:00 (default: the access log's, else TZ, else the system's)",
  },
  format: { kind: 'choice', value: 'FORMAT', choices: REPORT_FORMATS, default: 'text', describe: 'what to print' },
  json: { kind: 'flag', describe: 'the same as --format json' },
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    describe: 'write the report to FILE, whole or not at all',
    completes: 'file',
  },
  server: { kind: 'text', value: 'NAME', describe: 'only this server' },
  path: { kind: 'text', value: 'PATH', describe: 'only this path' },
  upstream: { kind: 'text', value: 'ADDR', describe: 'only incidents of this upstream' },
  cause: { kind: 'text', value: 'ID', describe: 'only incidents with this cause', completes: 'cause' },
  minSeverity: {
    kind: 'choice',
    value: 'LEVEL',
    choices: SEVERITIES,
    default: 'info',
    describe: 'only incidents at least this severe',
  },
  all: { kind: 'flag', describe: 'incidents that are not WebSocket too, in full' },
  patterns: {
    kind: 'text',
    value: 'DIR',
    describe: 'your own symptoms and causes, beside or in place of the shipped ones',
    completes: 'directory',
  },
  redact: { kind: 'flag', default: true, negatable: true, describe: 'mask secrets in URLs and headers' },
  color: { kind: 'choice', value: 'WHEN', choices: COLOR_CHOICES, default: 'auto', describe: 'colour the text' },
  failOn: {
    kind: 'choice',
    value: 'LEVEL',
    choices: SEVERITIES,
    describe: 'exit 1 when an incident that is shown in full is at least this severe',
  },
  quiet: { kind: 'flag', short: 'q', describe: 'say nothing on standard error but errors' },
  verbose: { kind: 'flag', short: 'v', describe: 'show more: every piece of evidence, every input' },
  ping: {
    kind: 'duration',
    value: 'TIME',
    describe: 'how often a quiet WebSocket sends a ping or a message, to check timeouts against',
  },
  location: {
    kind: 'text',
    value: 'PATH',
    describe: "the path clients ask for, or a location as written ('~ ^/ws')",
  },
  scheme: {
    kind: 'choice',
    value: 'SCHEME',
    choices: ['http', 'https'],
    describe: "what the backend's port speaks, where the config does not tell",
  },
  tlsName: { kind: 'text', value: 'NAME', describe: "the name on the backend's certificate" },
  write: { kind: 'flag', describe: 'apply the change and keep a backup of each file' },
  origin: {
    kind: 'text',
    value: 'ORIGIN',
    describe: "the Origin header (default: the URL's own site, as a browser sends)",
  },
  header: {
    kind: 'text',
    value: 'LINE',
    repeatable: true,
    describe: "a further header, 'Name: value'; may be given several times",
  },
  cookieFile: {
    kind: 'text',
    value: 'FILE',
    describe: 'a file with the value of the Cookie header',
    completes: 'file',
  },
  protocol: { kind: 'text', value: 'LIST', describe: 'subprotocols to offer, with commas between them' },
  resolve: { kind: 'text', value: 'ADDR', describe: 'connect to ADDR or ADDR:PORT, whatever the name resolves to' },
  insecure: { kind: 'flag', describe: 'go on when clients would refuse the certificate' },
  hold: {
    kind: 'duration',
    value: 'TIME',
    describe: 'hold a silent connection for this long and see whether it is cut',
  },
  n: { kind: 'count', value: 'N', default: 1, describe: 'how many handshakes to make through nginx, at most 100' },
  interval: { kind: 'duration', value: 'TIME', default: 1000, describe: 'time between them, at least 100ms' },
  timeout: { kind: 'duration', value: 'TIME', default: 10_000, describe: 'how long to wait for each step' },
  workers: {
    kind: 'count',
    value: 'N',
    default: 0,
    describe: 'threads that read side by side; 1: a single one, 0: one a core for large logs',
  },
  fromStart: { kind: 'flag', describe: 'read the logs from their first line, not from their end' },
  lines: { kind: 'count', value: 'N', default: 0, describe: 'read the last N lines of each log first' },
  plain: { kind: 'flag', describe: 'one line an event, also on a terminal' },
  poll: { kind: 'duration', value: 'TIME', default: 250, describe: 'how often to look for new lines' },
  rotateWait: {
    kind: 'duration',
    value: 'TIME',
    default: 60_000,
    describe: 'how long to go on reading a log that was rotated away',
  },
  quietWindow: {
    kind: 'duration',
    value: 'TIME',
    default: 300_000,
    describe: 'an incident has ended when nothing was added to it for this long',
  },
  state: {
    kind: 'text-or-off',
    value: 'DIR',
    describe:
      'where incidents and reading positions are kept (default: $STATE_DIRECTORY, /var/lib/wslog for root, else $XDG_STATE_HOME/wslog)',
    describeOff: 'keep no state: begin anew each time',
    completes: 'directory',
  },
  keepIncidents: {
    kind: 'duration',
    value: 'TIME',
    default: 2_592_000_000,
    describe: 'how long incidents that have ended are kept',
  },
  metricsListen: {
    kind: 'text',
    value: 'HOST:PORT',
    describe: 'serve Prometheus metrics there, such as 127.0.0.1:9113; a port alone is on this machine only',
  },
  printSystemdUnit: { kind: 'flag', describe: 'print this watch as a systemd service, and end' },
  exec: {
    kind: 'text',
    value: 'CMD',
    describe: 'tell of incidents by a shell command that gets them as JSON lines on standard input',
  },
  webhookFile: {
    kind: 'text',
    value: 'FILE',
    describe: 'tell of incidents by JSON posted to the URL in FILE',
    completes: 'file',
  },
  webhookUrl: { kind: 'text', value: 'URL', offCommandLine: true, describe: 'the URL itself, for --webhook-file' },
  webhookKeyFile: {
    kind: 'text',
    value: 'FILE',
    describe: 'sign what is posted there with the key in FILE',
    completes: 'file',
  },
  webhookKey: { kind: 'text', value: 'KEY', offCommandLine: true, describe: 'the key itself, for --webhook-key-file' },
  slackFile: {
    kind: 'text',
    value: 'FILE',
    describe: 'tell of incidents in Slack or Mattermost, by the incoming webhook whose URL is in FILE',
    completes: 'file',
  },
  slackUrl: { kind: 'text', value: 'URL', offCommandLine: true, describe: 'the URL itself, for --slack-file' },
  alertmanager: { kind: 'text', value: 'URL', describe: 'tell a Prometheus Alertmanager of incidents' },
  notify: { kind: 'flag', describe: 'tell the receivers that stand under alerts: in a config file, too' },
  groupWait: {
    kind: 'duration',
    value: 'TIME',
    default: 10_000,
    describe: 'how long an incident waits for others of its server, to be told with them',
  },
  groupInterval: {
    kind: 'duration',
    value: 'TIME',
    default: 300_000,
    describe: 'how long after telling of a server no more is told of it',
  },
  mailTo: {
    kind: 'text',
    value: 'ADDRESSES',
    config: 'mail.to',
    list: true,
    describe: 'send it by mail to these addresses, with commas between them',
  },
  mailFrom: {
    kind: 'text',
    value: 'ADDRESS',
    config: 'mail.from',
    describe: 'the sender of mails (default: wslog at this machine)',
  },
  smtpUrl: {
    kind: 'text',
    value: 'URL',
    config: 'mail.smtpUrl',
    offCommandLine: true,
    describe: 'the mail server, smtp://USER@HOST:PORT or smtps://… (default: the sendmail program)',
  },
  mailPasswordFile: {
    kind: 'text',
    value: 'FILE',
    config: 'mail.passwordFile',
    describe: 'a file with the password for the mail server, which nobody else can read',
    completes: 'file',
  },
  mailPassword: {
    kind: 'text',
    value: 'PASSWORD',
    config: 'mail.password',
    offCommandLine: true,
    describe: 'the password itself; the config file must then be readable by its owner only',
  },
  sendmail: {
    kind: 'text',
    value: 'PROGRAM',
    config: 'mail.sendmail',
    describe: 'the program that takes mails, called with -t -i (default: /usr/sbin/sendmail)',
    completes: 'file',
  },
  heartbeat: {
    kind: 'choice',
    value: 'HOW-OFTEN',
    choices: ['daily', 'weekly'],
    describe: 'after so long without anything to tell, say that all is well',
  },
  repeatInterval: {
    kind: 'duration',
    value: 'TIME',
    default: 14_400_000,
    describe: 'how often what goes on is told again',
  },
  dryRun: { kind: 'flag', describe: 'print the very message, and send and change nothing' },
  printCron: { kind: 'flag', describe: 'print a file for /etc/cron.d with these options' },
  printSystemdTimer: { kind: 'flag', describe: 'print a systemd service and timer with these options' },
} as const satisfies Record<string, OptionSpec>;

export type OptionKey = keyof typeof OPTIONS;

/** The specification of an option, in its general type. */
export function optionSpec(key: OptionKey): OptionSpec {
  return OPTIONS[key];
}

/** All option keys, in the order of the table. */
export const OPTION_KEYS = Object.keys(OPTIONS).filter((key): key is OptionKey => Object.hasOwn(OPTIONS, key));

/** Its key in the config file: `quietWindow`, `mail.to`. */
export function configName(key: OptionKey): string {
  return optionSpec(key).config ?? key;
}

/** `quietWindow` -> `quiet-window`, as typed after `--`. */
export function longName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `quietWindow` -> `WSLOG_QUIET_WINDOW`. */
export function environmentName(key: string): string {
  return `WSLOG_${longName(key).replaceAll('-', '_').toUpperCase()}`;
}
