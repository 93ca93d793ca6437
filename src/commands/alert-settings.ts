/** Who is told of incidents: the receivers of flags, of the environment and of a config file. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { matcherTexts } from '../alerts/checked.ts';
import { plainReceiver, type ReceiverSpec, readReceivers, type Source, type Timing } from '../alerts/config.ts';
import { type CompileRegex, needsRegex } from '../alerts/matchers.ts';
import { loadRegex } from '../alerts/regex.ts';
import { readSilences } from '../alerts/silence-config.ts';
import { phaseOf, type Silence } from '../alerts/silences.ts';
import type { ListKey } from '../config/file.ts';
import type { OptionKey } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { resolveZone } from '../config/zone.ts';
import { type Line, openLine } from '../deliver/make-receiver.ts';
import type { Surroundings } from '../deliver/receiver.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { ownVersion } from './version.ts';

export interface AlertSettings {
  readonly receivers: readonly ReceiverSpec[];
  readonly silences: readonly Silence[];
}

/**
 * Whom to tell, and what not. Nothing secret has been read yet.
 *
 * @throws UsageError for every mistake, naming flag, variable, or file and key.
 */
export async function alertSettings(call: Invocation): Promise<AlertSettings> {
  const { settings, io } = call;
  const timing: Timing = {
    groupWait: settings.number('groupWait'),
    groupInterval: settings.number('groupInterval'),
    repeatInterval: settings.number('repeatInterval'),
  };
  const alerts = sectionOf(call, 'alerts');
  const quiet = sectionOf(call, 'silences');
  const compile = await compilerFor([...matcherTexts(alerts?.value), ...matcherTexts(quiet?.value)]);
  const receivers = alerts === null ? [] : readReceivers(alerts.value, alerts.path, compile, timing);
  for (const { type, ...of } of plainOnes(call.settings)) receivers.push(plainReceiver(type, of, timing, receivers));
  if (quiet === null) return { receivers, silences: [] };
  const zone = resolveZone(null, io.env.TZ ?? null, io.systemZone);
  // Brings date-fns along, so it is loaded only where there is a time to read.
  const { datedTime } = await import('../config/times.ts');
  const silences = readSilences(quiet.value, quiet.path, compile, (text, where) => datedTime({ text, where }, zone));
  return { receivers, silences };
}

/** Who is to be told, with what it takes to tell them. */
export interface AlertPlan {
  readonly lines: readonly Line[];
  readonly silences: readonly Silence[];
  /** Ends what is being sent. */
  readonly stop: AbortController;
}

/**
 * The same, with the secrets read.
 *
 * @throws UsageError for every mistake.
 */
export async function alertPlan(call: Invocation): Promise<AlertPlan> {
  const { receivers, silences } = await alertSettings(call);
  const stop = new AbortController();
  const around = { version: ownVersion(), now: call.io.now };
  return { lines: receivers.map((spec) => openLine(spec, call.io, around, stop.signal)), silences, stop };
}

/** What to say of silences at the start, so that nobody wonders why nothing is told. */
export function silenceNotice(silences: readonly Silence[], now: number): string | null {
  const active = silences.filter((silence) => phaseOf(silence, now) === 'active');
  if (active.length === 0) return null;
  const listed = active.slice(0, 3).map(({ match, author, comment, until }) => {
    return `${match.join(', ')} until ${new Date(until).toISOString().slice(0, 16)}Z (${author}: ${comment})`;
  });
  const more = active.length > listed.length ? ` and ${active.length - listed.length} more` : '';
  return `silenced: ${listed.join('; ')}${more}`;
}

/** What receivers are given of this machine. @param say says a sentence to the user. */
export function alertSurroundings({ now }: Io, say: (sentence: string) => void): Surroundings {
  return {
    machine: hostname(),
    version: ownVersion(),
    now,
    random: Math.random,
    newId: () => `wslog-${randomBytes(12).toString('hex')}`,
    say,
  };
}

type Plain = Pick<ReceiverSpec, 'type' | 'where' | 'url' | 'key' | 'command'>;

/** The receivers that flags and variables ask for, one of each type at most. */
function plainOnes(settings: Settings): Plain[] {
  const found: Plain[] = [];
  const add = (type: ReceiverSpec['type'], url: Source | null, key: Source | null = null) => {
    if (url !== null) found.push({ type, where: url.where, url, key, command: null });
  };
  add(
    'webhook',
    sourceOf(settings, 'webhookFile', 'file') ?? sourceOf(settings, 'webhookUrl', 'inline'),
    sourceOf(settings, 'webhookKeyFile', 'file') ?? sourceOf(settings, 'webhookKey', 'inline'),
  );
  add('slack', sourceOf(settings, 'slackFile', 'file') ?? sourceOf(settings, 'slackUrl', 'inline'));
  const alertmanager = sourceOf(settings, 'alertmanager', 'inline');
  if (alertmanager?.where.startsWith('--') === true && /\/\/[^/]*@/.test(alertmanager.text)) {
    throw new UsageError(
      `${alertmanager.where}: a password there can be read by everybody; use alerts: in a config file`,
    );
  }
  add('alertmanager', alertmanager);
  const command = settings.text('exec');
  if (command !== null) found.push({ type: 'exec', where: settings.where('exec'), url: null, key: null, command });
  return found;
}

function sourceOf(settings: Settings, option: OptionKey, kind: Source['kind']): Source | null {
  const text = settings.text(option);
  return text === null ? null : { kind, text, where: settings.where(option), configFile: settings.file(option) };
}

/** What the first config file that has the list says: the user's, else the machine's. */
function sectionOf({ files }: Invocation, key: ListKey): { path: string; value: unknown } | null {
  const file = files.find(({ lists }) => lists.has(key));
  return file === undefined ? null : { path: file.path, value: file.lists.get(key) };
}

async function compilerFor(matchers: readonly string[]): Promise<CompileRegex> {
  if (needsRegex(matchers)) return loadRegex();
  return () => {
    throw new Error('regular expressions are not loaded');
  };
}
