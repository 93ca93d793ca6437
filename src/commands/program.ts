/** The command line: commander built from the table of commands, its complaints turned into one sentence each. */
import { Command, CommanderError, Option } from 'commander';
import { readConfigFiles } from '../config/file.ts';
import { nearestName } from '../config/nearest.ts';
import { longName, OPTION_KEYS, type OptionKey, optionSpec } from '../config/options.ts';
import { settle } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { Messages } from './messages.ts';
import { COMMANDS, type CommandSpec, choicesOf, OPENING_EXAMPLES } from './table.ts';

/**
 * Parses a command line and runs the command it names.
 *
 * @param argv what follows the program's name.
 * @returns the exit code.
 * @throws UsageError for every mistake in the command line, the environment or a config file.
 */
export async function runProgram(argv: readonly string[], io: Io, version: string): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(argv, version, io, async (spec, operands, command) => {
    const settled = async () => {
      const files = await readConfigFiles(io.env);
      return { files, settings: settle(spec.options, typedFlags(spec, command), io.env, files) };
    };
    const told = await settled();
    const messages = new Messages(io.stderr, told.settings.flag('quiet'));
    const call: Invocation = {
      operands,
      ...told,
      io,
      messages,
      again: async () => ({ ...call, ...(await settled()) }),
    };
    exitCode = (await spec.run?.(call)) ?? 0;
  });
  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return 2;
  }
  refuseHelpFor(argv);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
    // `wslog patterns` without a subcommand: commander has printed the help on standard error.
    if (error.code === 'commander.help') return error.exitCode === 0 ? 0 : 2;
    throw new UsageError(sentenceOf(error, argv));
  }
  return exitCode;
}

/** Commander answers `help` of what there is not with the help of the program. */
function refuseHelpFor([first, name]: readonly string[]): void {
  if (first !== 'help' || name === undefined || name.startsWith('-')) return;
  const known = COMMANDS.map((command) => command.name);
  if (name !== 'help' && !known.includes(name))
    throw new UsageError(unknownCommand(name, nearestName(name, known), 'wslog --help'));
}

function unknownCommand(typed: string, near: string | null, help: string): string {
  return `unknown command '${typed}'${near === null ? '' : `; did you mean ${near}?`} (see ${help})`;
}

type Act = (spec: CommandSpec, operands: string[], command: Command) => Promise<void>;

function buildProgram(argv: readonly string[], version: string, io: Io, act: Act): Command {
  const program = new Command('wslog');
  const width = () => Math.min(io.columns ?? 100, 120);
  program
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      // Mistakes are worded once, where the error arrives.
      outputError: () => undefined,
    })
    .exitOverride()
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('before', opening('explains WebSocket failures behind nginx from its logs', OPENING_EXAMPLES))
    .addHelpText('after', '\nwslog COMMAND --help tells more, with examples.');
  // What is named first runs, or says what is wrong with the rest; describing the options of all takes 3 ms.
  const named = COMMANDS.find((spec) => spec.name === argv[0]);
  for (const spec of named === undefined ? COMMANDS : [named]) addCommand(program, spec, act);
  return program;
}

function addCommand(parent: Command, spec: CommandSpec, act: Act): void {
  const name = parent.name() === 'wslog' ? spec.name : `${parent.name()} ${spec.name}`;
  const command = parent.command(spec.operands === '' ? spec.name : `${spec.name} ${spec.operands}`);
  command
    .summary(spec.summary)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('before', opening(`${name}: ${spec.summary}`, spec.examples));
  const notes = [...(spec.notes ?? [])];
  if (spec.options.length > 0) {
    notes.push(
      'Each option can also be given as WSLOG_<OPTION> in the environment, or as a key in ~/.config/wslog/config.yaml or /etc/wslog/config.yaml.',
    );
  }
  if (notes.length > 0) command.addHelpText('after', () => `\n${notes.map((note) => wrap(note, 80)).join('\n\n')}`);
  for (const key of spec.options) if (optionSpec(key).offCommandLine !== true) addOption(command, key, spec);
  for (const child of spec.commands ?? []) addCommand(command, child, act);
  if (spec.run !== undefined) command.action(() => act(spec, command.args, command));
}

function addOption(command: Command, key: OptionKey, owner: CommandSpec): void {
  const spec = optionSpec(key);
  const long = longName(key);
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  const value = spec.value === undefined ? '' : ` <${spec.value}>`;
  const facts: string[] = [];
  const choices = choicesOf(owner, key);
  if (choices.length > 0) facts.push(choices.join(', '));
  const usual = shownDefault(key);
  if (usual !== null) facts.push(`default: ${usual}`);
  const described = owner.describes?.[key] ?? spec.describe;
  const shown = `${described}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`;
  const option = new Option(`${short}--${long}${value}`, shown);
  if (spec.repeatable === true) option.argParser(joinLines);
  command.addOption(option);
  if (spec.negatable === true) command.addOption(new Option(`--no-${long}`, `do not ${spec.describe}`));
  if (spec.kind === 'text-or-off') {
    command.addOption(new Option(`--no-${long}`, spec.describeOff));
  }
}

/** Values of an option that was given several times, one a line. */
function joinLines(value: string, earlier: unknown): string {
  return typeof earlier === 'string' ? `${earlier}\n${value}` : value;
}

function shownDefault(key: OptionKey): string | null {
  const spec = optionSpec(key);
  if (spec.negatable === true) return 'on';
  if (typeof spec.default === 'string') return spec.default;
  if (typeof spec.default !== 'number') return null;
  if (spec.kind !== 'duration') return String(spec.default);
  if (spec.default % 86_400_000 === 0) return `${spec.default / 86_400_000}d`;
  if (spec.default % 3_600_000 === 0) return `${spec.default / 3_600_000}h`;
  if (spec.default % 60_000 === 0) return `${spec.default / 60_000}m`;
  return spec.default % 1000 === 0 ? `${spec.default / 1000}s` : `${spec.default}ms`;
}

function typedFlags(spec: CommandSpec, command: Command): Map<OptionKey, string | boolean> {
  const typed = new Map<OptionKey, string | boolean>();
  for (const key of spec.options) {
    if (command.getOptionValueSource(key) !== 'cli') continue;
    const value: unknown = command.getOptionValue(key);
    if (typeof value === 'string' || typeof value === 'boolean') typed.set(key, value);
  }
  return typed;
}

function opening(title: string, examples: CommandSpec['examples']): string {
  const lines = examples.map(([command, meaning]) =>
    command.length > 46 ? `  ${command}\n${' '.repeat(51)}${meaning}` : `  ${command.padEnd(48)} ${meaning}`,
  );

  return `wslog ${title}\n\nExamples:\n${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Commander's complaint as one sentence that says what to do. */
function sentenceOf(error: CommanderError, argv: readonly string[]): string {
  const text = error.message.replace(/^error: /, '');
  const suggestion = /\n\(Did you mean (?:one of )?(.*?)\?\)/.exec(text)?.[1];
  const stated = (text.split('\n')[0] ?? '').trim();
  const spec = COMMANDS.find((command) => command.name === argv.find((word) => !word.startsWith('-')));
  const help = spec === undefined ? 'wslog --help' : `wslog ${spec.name} --help`;
  if (error.code === 'commander.unknownCommand') {
    const typed = /'(.*)'/s.exec(stated)?.[1] ?? '';
    const known = (spec?.commands ?? COMMANDS).map((command) => command.name);
    const near = suggestion ?? nearestName(typed, known);
    // A log named in place of a command is the likelier slip when it looks like a path.
    if (spec === undefined && /[./]/.test(typed)) {
      return `unknown command '${typed}'; to explain a log, say: wslog analyze ${typed}`;
    }
    return unknownCommand(typed, near, help);
  }
  if (error.code === 'commander.unknownOption') {
    const typed = (/'(.*)'/s.exec(stated)?.[1] ?? '').replace(/^-+/, '').replace(/=.*$/s, '');
    const typable = (spec?.options ?? OPTION_KEYS).filter((key) => optionSpec(key).offCommandLine !== true);
    const options = typable.map(longName);
    const near = suggestion ?? (typed.length > 1 ? nearestName(typed, options) : null);
    const hint = near === null ? '' : `; did you mean --${near.replace(/^-+/, '')}?`;
    return `${stated}${hint} (see ${help})`;
  }
  if (error.code === 'commander.optionMissingArgument') {
    return `${/--[a-z-]+/.exec(stated)?.[0] ?? 'this option'} needs a value (see ${help})`;
  }
  if (error.code === 'commander.missingArgument' && spec?.name === 'explain') {
    return `explain needs an id, a log line in quotes, or '-' (see ${help})`;
  }
  return `${stated.replace(/\.$/, '')} (see ${help})`;
}
