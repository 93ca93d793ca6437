/** `wslog watch --print-systemd-unit`: the same watch as a service that may do nothing but read logs. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { longName, type OptionKey, optionSpec } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import { systemdArgument } from '../safe/systemd.ts';
import type { Invocation } from './invocation.ts';
import type { Plan } from './watch-plan.ts';

/** Debian's group of those who may read logs. */
const USUAL_GROUP = 'adm';
/** The service has its state in systemd's place, and prints lines to the journal. */
const LEFT_OUT: ReadonlySet<OptionKey> = new Set(['printSystemdUnit', 'state', 'plain', 'format', 'color']);
/** Files that only their owner can read, which the service's user is not: systemd hands it copies. */
const SECRETS: ReadonlySet<OptionKey> = new Set(['webhookFile', 'webhookKeyFile', 'slackFile']);

export async function systemdUnit({ operands, settings, io }: Invocation, { paths }: Plan): Promise<string> {
  const program = io.program ?? ['wslog'];
  const logs = operands.map((path) => resolve(io.cwd, path));
  const args = ['watch', '--plain', '--color', 'never', ...typedOptions(settings, io.cwd), ...logs];
  const secrets = secretFiles(settings, io.cwd);
  const command = [
    ...[...program, ...args].map(systemdArgument),
    ...secrets.map(({ name }) => `--${name} %d/${name}`),
  ].join(' ');
  const atHome = [...program, ...args, ...paths].some((text) => /^\/(?:home|root|run\/user)\//.test(text));
  const groups = await groupsOf(paths.map((path) => resolve(io.cwd, path)));
  return `# wslog as a service. To install it, as root:
#   ${[...program, 'watch', '--print-systemd-unit'].join(' ')} > /etc/systemd/system/wslog.service
#   systemctl daemon-reload && systemctl enable --now wslog
# What it finds: journalctl -u wslog, and wslog incidents --state /var/lib/wslog

[Unit]
Description=wslog, which explains WebSocket failures behind nginx
After=nginx.service network.target

[Service]
Type=exec
ExecStart=${command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=5s
# Wrong options, or another watch that keeps the same state, do not mend by themselves.
RestartPreventExitStatus=2 3
TimeoutStopSec=30s

# A user that exists while the service runs, and may read what these groups may.
DynamicUser=yes
SupplementaryGroups=${groups.join(' ')}
StateDirectory=wslog
StateDirectoryMode=0700
UMask=0077
${secrets.map(({ name, path }) => `LoadCredential=${name}:${path.replaceAll('%', '%%')}\n`).join('')}
# It must never be what brings the server down.
MemoryMax=512M
CPUWeight=20
IOWeight=20
Nice=10
OOMScoreAdjust=500
LimitNOFILE=4096

# It reads logs and configuration, writes its state, and talks to nobody it was not told of.
ProtectSystem=strict
ProtectHome=${atHome ? 'read-only' : 'yes'}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
# No MemoryDenyWriteExecute: Node compiles JavaScript to machine code as it runs.
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

function secretFiles(settings: Settings, cwd: string): { name: string; path: string }[] {
  return settings
    .typed()
    .filter(([key]) => SECRETS.has(key))
    .map(([key, value]) => ({ name: longName(key), path: resolve(cwd, String(value)) }));
}

/** The options of the command line, with paths that hold from wherever they are read. */
function typedOptions(settings: Settings, cwd: string): string[] {
  return settings.typed().flatMap(([key, value]) => {
    if (LEFT_OUT.has(key) || SECRETS.has(key)) return [];
    const spec = optionSpec(key);
    const name = `--${longName(key)}`;
    if (value === true) return [name];
    if (value === false) return [`--no-${longName(key)}`];
    if (spec.kind === 'duration') return [name, `${value}ms`];
    const isPath = (spec.completes === 'file' || spec.completes === 'directory') && value !== '-';
    return [name, isPath ? resolve(cwd, String(value)) : String(value)];
  });
}

/** The groups that may read the logs; those who may read all of them anyway need none. */
async function groupsOf(paths: readonly string[]): Promise<string[]> {
  const names = new Map(
    (await readFile('/etc/group', 'latin1').catch(() => '')).split('\n').map((line) => {
      const [name = '', , id] = line.split(':');
      return [Number(id), name] as const;
    }),
  );
  const groups = new Set<string>();
  for (const path of paths) {
    const status = await stat(path).catch(() => null);
    const name = status === null ? undefined : names.get(status.gid);
    if (status !== null && (status.mode & 0o040) !== 0 && name !== undefined && name !== 'root') groups.add(name);
  }
  return groups.size === 0 ? [USUAL_GROUP] : [...groups].sort();
}
