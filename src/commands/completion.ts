/** `wslog completion`: shell completion, generated from the table of commands and the catalogue's ids. */
import { shippedCatalogue } from '../catalogue/shipped.ts';
import { nearestName } from '../config/nearest.ts';
import { longName, type OptionKey, optionSpec } from '../config/options.ts';
import { UsageError } from '../config/usage-error.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';
import type { Invocation } from './invocation.ts';
import { COMMANDS, type CommandSpec, choicesOf } from './table.ts';

/** What a shell can offer for a word: files, folders, one of these words, or nothing it knows of. */
export type Offer = 'file' | 'directory' | 'free' | readonly string[];

export interface CompletedOption {
  /** `--format` */
  readonly long: string;
  /** `-c`, or null. */
  readonly short: string | null;
  readonly describe: string;
  /** Null: the option takes no value. */
  readonly value: Offer | null;
}

export interface CompletedCommand {
  /** The words that lead to it: `patterns show`; empty for wslog itself. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly operands: Offer;
  /** Its subcommands' last words with their summaries. */
  readonly commands: readonly (readonly [name: string, summary: string])[];
}

const SHELLS = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
]);

/** Prints the completion script of the shell named as operand. */
export async function completion(call: Invocation): Promise<number> {
  const shell = call.operands[0] ?? '';
  const script = SHELLS.get(shell);
  if (script === undefined) {
    const near = nearestName(shell, SHELLS.keys());
    throw new UsageError(
      `no completion for "${shell}"; there is ${[...SHELLS.keys()].join(', ')}${near === null ? '' : `; did you mean ${near}?`}`,
    );
  }
  const { causes, symptoms } = await shippedCatalogue();
  call.io.stdout.write(script(completedCommands([...causes.keys()], [...symptoms.keys()])));
  return 0;
}

/** All commands as the shells see them, wslog itself first. */
export function completedCommands(causes: readonly string[], symptoms: readonly string[]): CompletedCommand[] {
  const help: CompletedOption = { long: '--help', short: '-h', describe: 'show help', value: null };
  const visit = (spec: CommandSpec, words: readonly string[]): CompletedCommand[] => {
    const own = [...words, spec.name];
    const operands: Record<CommandSpec['completes'], Offer> = {
      file: 'file',
      id: [...causes, ...symptoms],
      shell: [...SHELLS.keys()],
      nothing: 'free',
    };
    const children = spec.commands ?? [];
    const command: CompletedCommand = {
      words: own,
      summary: spec.summary,
      options: [
        ...spec.options
          .filter((key) => optionSpec(key).offCommandLine !== true)
          .flatMap((key) => completedOptions(spec, key, causes)),
        help,
      ],
      operands: operands[spec.completes],
      commands: children.map((child) => [child.name, child.summary]),
    };
    return [command, ...children.flatMap((child) => visit(child, own))];
  };
  const root: CompletedCommand = {
    words: [],
    summary: 'explains WebSocket failures behind nginx',
    options: [{ long: '--version', short: '-V', describe: 'print the version', value: null }, help],
    operands: 'free',
    commands: [...COMMANDS.map((spec) => [spec.name, spec.summary] as const), ['help', 'show the help of a command']],
  };
  return [root, ...COMMANDS.flatMap((spec) => visit(spec, []))];
}

function completedOptions(owner: CommandSpec, key: OptionKey, causes: readonly string[]): CompletedOption[] {
  const spec = optionSpec(key);
  const choices = choicesOf(owner, key);
  const offered: Offer =
    spec.completes === 'cause' ? causes : (spec.completes ?? (choices.length > 0 ? choices : 'free'));
  const option: CompletedOption = {
    long: `--${longName(key)}`,
    short: spec.short === undefined ? null : `-${spec.short}`,
    describe: spec.describe,
    value: spec.value === undefined ? null : offered,
  };
  if (spec.negatable !== true && spec.kind !== 'text-or-off') return [option];
  return [option, { long: `--no-${longName(key)}`, short: null, describe: `not: ${spec.describe}`, value: null }];
}
