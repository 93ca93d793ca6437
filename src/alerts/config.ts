/**
 * The section `alerts` of a config file: who is told, of what, and how. What is secret stays where it is: only the
 * name of its file or variable is handed on.
 */
import * as v from 'valibot';
import type { Severity } from '../catalogue/types.ts';
import { SEVERITIES } from '../config/options.ts';
import { UsageError } from '../config/usage-error.ts';
import { checked, duration, itemsOf, matchersOf, text, texts } from './checked.ts';
import type { Policy } from './groups.ts';
import { GROUP_LABELS, type GroupLabel } from './labels.ts';
import type { CompileRegex, Matcher } from './matchers.ts';

const RECEIVER_TYPES = ['webhook', 'slack', 'alertmanager', 'exec'] as const;
export type ReceiverType = (typeof RECEIVER_TYPES)[number];

/** Where a value comes from that may be secret: written out, the name of a file, or that of a variable. */
export interface Source {
  readonly kind: 'inline' | 'file' | 'env';
  readonly text: string;
  /** How it was given: `/etc/wslog/config.yaml: alerts[0].urlFile`, `--webhook-file`. */
  readonly where: string;
  /** The config file it stands in, against which its path is meant; null when it was not given in one. */
  readonly configFile: string | null;
}

export interface ReceiverSpec {
  readonly name: string;
  readonly type: ReceiverType;
  /** How it was asked for: `/etc/wslog/config.yaml: alerts[0]`, `--exec`. */
  readonly where: string;
  /** Null for `exec`. */
  readonly url: Source | null;
  /** What signs the bodies of a webhook; null: nothing does. */
  readonly key: Source | null;
  /** For `exec`, as a shell reads it. */
  readonly command: string | null;
  readonly minSeverity: Severity;
  readonly matchers: readonly Matcher[];
  /** The matchers as written, to show them. */
  readonly match: readonly string[];
  readonly policy: Policy;
  /** For `alertmanager`: time between two rounds, ms. */
  readonly resend: number;
  /** For one try, ms. */
  readonly timeout: number;
}

/** How notifications are timed where a receiver does not say, in ms. */
export type Timing = Pick<Policy, 'groupWait' | 'groupInterval' | 'repeatInterval'>;

const DEFAULT_GROUP: readonly GroupLabel[] = ['server'];
const DEFAULT_SEVERITY = 'warning';
const RESEND_MS = 60_000;
const POST_TIMEOUT_MS = 10_000;
const EXEC_TIMEOUT_MS = 30_000;

const RECEIVER = v.strictObject({
  type: v.picklist(RECEIVER_TYPES, `is not one of ${RECEIVER_TYPES.join(', ')}`),
  name: v.exactOptional(v.pipe(text, v.regex(/^[\w.-]{1,60}$/, 'takes letters, digits, dots, hyphens, at most 60'))),
  url: v.exactOptional(text),
  urlFile: v.exactOptional(text),
  urlEnv: v.exactOptional(text),
  key: v.exactOptional(text),
  keyFile: v.exactOptional(text),
  keyEnv: v.exactOptional(text),
  command: v.exactOptional(text),
  minSeverity: v.exactOptional(v.picklist(SEVERITIES, `is not one of ${SEVERITIES.join(', ')}`)),
  match: v.exactOptional(texts),
  sendResolved: v.exactOptional(v.boolean('is neither true nor false')),
  groupBy: v.exactOptional(
    v.pipe(texts, v.array(v.picklist(GROUP_LABELS, `is not one of ${GROUP_LABELS.join(', ')}`))),
  ),
  groupWait: v.exactOptional(duration),
  groupInterval: v.exactOptional(duration),
  repeatInterval: v.exactOptional(duration),
  resend: v.exactOptional(duration),
  timeout: v.exactOptional(duration),
});
type Given = v.InferOutput<typeof RECEIVER>;
const KEYS = Object.keys(RECEIVER.entries);

const TIMING_KEYS = ['groupBy', 'groupWait', 'groupInterval', 'repeatInterval'] as const;
const URL_KEYS = ['url', 'urlFile', 'urlEnv'] as const;
const KEY_KEYS = ['key', 'keyFile', 'keyEnv'] as const;
/** Keys that not every type has. */
const OWN_KEYS: readonly (readonly [keys: readonly (keyof Given)[], types: readonly ReceiverType[]])[] = [
  [URL_KEYS, ['webhook', 'slack', 'alertmanager']],
  [KEY_KEYS, ['webhook']],
  [['command'], ['exec']],
  [['resend'], ['alertmanager']],
  // Alertmanager groups and repeats by itself.
  [TIMING_KEYS, ['webhook', 'slack', 'exec']],
];

/**
 * @param file the config file's path.
 * @throws UsageError naming file and key.
 */
export function readReceivers(section: unknown, file: string, compile: CompileRegex, timing: Timing): ReceiverSpec[] {
  const names = new Set<string>();
  return itemsOf(section, `${file}: alerts`, 'type: slack').map((item, index) => {
    const where = `${file}: alerts[${index}]`;
    const given = checked(RECEIVER, KEYS, item, where);
    const { type, minSeverity = DEFAULT_SEVERITY, match = [], sendResolved = true } = given;
    for (const [keys, types] of OWN_KEYS) {
      const alien = types.includes(type) ? undefined : keys.find((key) => given[key] !== undefined);
      if (alien !== undefined) throw new UsageError(`${where}.${alien}: is for ${types.join(', ')}, not for ${type}`);
    }
    const url = sourceOf(given, URL_KEYS, where, file);
    const { command = null } = given;
    if (type === 'exec' && command === null) throw new UsageError(`${where}: command is missing`);
    if (type !== 'exec' && url === null) throw new UsageError(`${where}: urlFile (or url, or urlEnv) is missing`);
    const name = given.name ?? freeName(type, names);
    if (names.has(name)) throw new UsageError(`${where}.name: there are two receivers "${name}"`);
    names.add(name);
    return {
      name,
      type,
      where,
      url,
      key: sourceOf(given, KEY_KEYS, where, file),
      command,
      minSeverity,
      match,
      matchers: matchersOf(match, where, compile),
      policy: {
        groupBy: given.groupBy ?? DEFAULT_GROUP,
        groupWait: given.groupWait ?? timing.groupWait,
        groupInterval: given.groupInterval ?? timing.groupInterval,
        repeatInterval: given.repeatInterval ?? timing.repeatInterval,
        sendResolved,
      },
      resend: Math.max(1000, given.resend ?? RESEND_MS),
      timeout: Math.max(100, given.timeout ?? usualTimeout(type)),
    };
  });
}

/** A receiver that a flag or variable asks for, with everything else as usual. */
export function plainReceiver(
  type: ReceiverType,
  of: Pick<ReceiverSpec, 'where' | 'url' | 'key' | 'command'>,
  timing: Timing,
  taken: readonly ReceiverSpec[],
): ReceiverSpec {
  return {
    ...of,
    name: freeName(type, new Set(taken.map(({ name }) => name))),
    type,
    minSeverity: DEFAULT_SEVERITY,
    matchers: [],
    match: [],
    policy: { groupBy: DEFAULT_GROUP, ...timing, sendResolved: true },
    resend: RESEND_MS,
    timeout: usualTimeout(type),
  };
}

function usualTimeout(type: ReceiverType): number {
  return type === 'exec' ? EXEC_TIMEOUT_MS : POST_TIMEOUT_MS;
}

/** `slack`, `slack-2`, …: stays the same as long as the order of the section does. */
function freeName(type: string, names: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? type : `${type}-${number}`;
    if (!names.has(name)) return name;
  }
}

function sourceOf(
  given: Given,
  keys: readonly ('url' | 'urlFile' | 'urlEnv' | 'key' | 'keyFile' | 'keyEnv')[],
  where: string,
  configFile: string,
): Source | null {
  const stated = keys.filter((key) => given[key] !== undefined);
  if (stated.length > 1) throw new UsageError(`${where}: ${stated.join(' and ')} contradict each other; leave one out`);
  const [key] = stated;
  if (key === undefined) return null;
  const kind = key.endsWith('File') ? 'file' : key.endsWith('Env') ? 'env' : 'inline';
  return { kind, text: given[key] ?? '', where: `${where}.${key}`, configFile };
}
