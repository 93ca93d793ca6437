/** What a command is, and the options that several share. */
import type { OptionKey } from '../config/options.ts';
import type { Invocation } from './invocation.ts';

export interface CommandSpec {
  readonly name: string;
  /** Operands in commander's form: `[logs...]`. */
  readonly operands: string;
  /** What completion offers for the operands. */
  readonly completes: 'file' | 'id' | 'shell' | 'nothing';
  readonly summary: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Paragraphs under the options. */
  readonly notes?: readonly string[];
  readonly options: readonly OptionKey[];
  /** What an option means here, where that is not what it means everywhere. */
  readonly describes?: Readonly<Partial<Record<OptionKey, string>>>;
  /** The formats this command prints, where it is not all of them. The first is the default. */
  readonly formats?: readonly string[];
  readonly commands?: readonly CommandSpec[];
  /** Absent where only the subcommands do something. Resolves to the exit code. */
  readonly run?: (call: Invocation) => Promise<number>;
}

export const CONF: readonly OptionKey[] = ['nginxConf', 'nginxVersion', 'logFormat', 'tz'];
export const FILTERS: readonly OptionKey[] = ['server', 'path', 'upstream', 'cause', 'minSeverity', 'all'];
/** Who is told of incidents. */
export const RECEIVERS: readonly OptionKey[] = [
  'exec',
  'webhookFile',
  'webhookUrl',
  'webhookKeyFile',
  'webhookKey',
  'slackFile',
  'slackUrl',
  'alertmanager',
];
/** And when. */
export const ALERTS: readonly OptionKey[] = [...RECEIVERS, 'groupWait', 'groupInterval', 'repeatInterval'];
export const COMMON: readonly OptionKey[] = ['patterns', 'redact', 'color', 'quiet', 'verbose'];
