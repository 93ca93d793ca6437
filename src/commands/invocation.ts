import type { ConfigFile } from '../config/file.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';

/** One call of one command: what was asked, and with what to answer. */
export interface Invocation {
  /** The operands as typed: logs, ids, lines. */
  readonly operands: readonly string[];
  readonly settings: Settings;
  /** The config files, the user's before the machine's: what they list is no option. */
  readonly files: readonly ConfigFile[];
  readonly io: Io;
  readonly messages: Messages;
  /** The same call, with what the environment and the config files say now. */
  again(): Promise<Invocation>;
}
