/** Files that run `wslog summary` by the clock, with the options of this call. */
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { configName, environmentName, longName, type OptionKey } from '../config/options.ts';
import { quoteShell } from '../safe/shell.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { writeOut } from './output.ts';

/** Options that a scheduled run is to have, where they were typed; the rest comes from the config files then as well. */
const CARRIED: readonly OptionKey[] = [
  'nginxConf',
  'logFormat',
  'tz',
  'mailTo',
  'mailFrom',
  'mailPasswordFile',
  'sendmail',
  'exec',
  'webhookFile',
  'webhookKeyFile',
  'slackFile',
  'alertmanager',
  'heartbeat',
  'repeatInterval',
  'state',
  'server',
  'path',
  'minSeverity',
];
const USUAL_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export async function printCron(call: Invocation): Promise<number> {
  const { io, settings } = call;
  const command = commandOf(call, 'wslog');
  const mails = settings.text('mailTo') !== null;
  const lines = [
    '# Save as /etc/cron.d/wslog. Every day at 7: what is new in the logs. Nothing wrong: no mail.',
    ...(mails
      ? ['# Mails of cron itself (MAILTO) only come when something keeps a summary from being made or sent.']
      : []),
    ...notCarried(call),
    'SHELL=/bin/sh',
    `PATH=${(await searchPath(io)).join(delimiter)}`,
    'MAILTO=root',
    // A percent sign ends the command in a crontab.
    `0 7 * * *  ${userInfo().username}  ${command.replaceAll('%', '\\%')}`,
    '',
  ];
  await writeOut(io.stdout, [lines.join('\n')]);
  return 0;
}

export async function printSystemdTimer(call: Invocation): Promise<number> {
  const { io, settings } = call;
  const program = (await find('wslog', io)) ?? '/usr/local/bin/wslog';
  const command = commandOf(call, program).replaceAll('%', '%%').replaceAll('$', '$$$$');
  const bySendmail = settings.text('mailTo') !== null && settings.text('smtpUrl') === null;
  const lines = [
    ...notCarried(call),
    '# Save as /etc/systemd/system/wslog-summary.service:',
    '[Unit]',
    'Description=Summary of WebSocket failures behind nginx',
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${userInfo().username}`,
    'SupplementaryGroups=adm',
    `Environment=PATH=${(await searchPath(io)).join(delimiter)}`,
    `ExecStart=${command}`,
    'StateDirectory=wslog',
    'StateDirectoryMode=0700',
    'UMask=0077',
    'ProtectHome=read-only',
    'PrivateTmp=yes',
    // The programs of a mail system gain rights of their own and write to its queue.
    ...(bySendmail ? [] : ['NoNewPrivileges=yes', 'ProtectSystem=strict']),
    '',
    '# Save as /etc/systemd/system/wslog-summary.timer, then: systemctl enable --now wslog-summary.timer',
    '[Unit]',
    'Description=Every day a summary of WebSocket failures behind nginx',
    '',
    '[Timer]',
    'OnCalendar=*-*-* 07:00:00',
    'Persistent=true',
    'RandomizedDelaySec=2min',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ];
  await writeOut(io.stdout, [lines.join('\n')]);
  return 0;
}

/** What stands in this shell's environment is not in that of a scheduled run, and secrets do not belong into such files. */
function notCarried({ settings }: Invocation): string[] {
  return (['smtpUrl', 'mailPassword', 'webhookUrl', 'webhookKey', 'slackUrl'] as const)
    .filter((key) => settings.where(key) === environmentName(key))
    .map((key) => `# ${environmentName(key)} is not known to it: put ${configName(key)} into /etc/wslog/config.yaml.`);
}

function commandOf({ operands, settings, io }: Invocation, program: string): string {
  const words = [program, 'summary'];
  for (const key of CARRIED) {
    const typed = settings.where(key) === `--${longName(key)}`;
    if (!typed) continue;
    if (settings.off(key)) words.push(`--no-${longName(key)}`);
    else words.push(`--${longName(key)}`, typedValue(key, { settings, io }));
  }
  if (settings.flag('all')) words.push('--all');
  if (settings.flag('notify')) words.push('--notify');
  return [...words, ...operands.map((path) => resolve(io.cwd, path))].map(quoteShell).join(' ');
}

const PATHS: ReadonlySet<OptionKey> = new Set([
  'nginxConf',
  'mailPasswordFile',
  'sendmail',
  'webhookFile',
  'webhookKeyFile',
  'slackFile',
  'state',
]);

function typedValue(key: OptionKey, { settings, io }: Pick<Invocation, 'settings' | 'io'>): string {
  const text = settings.text(key);
  if (text === null) return `${settings.number(key) / 1000}s`;
  // A scheduled run begins in another folder.
  return PATHS.has(key) ? resolve(io.cwd, text) : text;
}

/** The usual folders, and those that wslog and its runtime are in. */
async function searchPath(io: Io): Promise<string[]> {
  const found = await Promise.all([find('wslog', io), find('node', io)]);
  return [...new Set([...found.flatMap((path) => (path === null ? [] : [dirname(path)])), ...USUAL_FOLDERS])];
}

async function find(program: string, io: Io): Promise<string | null> {
  for (const folder of (io.env.PATH ?? '').split(delimiter)) {
    if (!folder.startsWith('/')) continue;
    const path = join(folder, program);
    const there = await stat(path).catch(() => null);
    if (there?.isFile() === true && (there.mode & 0o111) !== 0) return path;
  }
  return null;
}
