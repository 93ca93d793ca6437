import type { CompletedCommand, CompletedOption, Offer } from './completion.ts';

/** The completion script for zsh: to be found as `_wslog` in $fpath, or sourced. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef wslog
# zsh completion for wslog
${commands.map(functionOf).join('\n')}
if [ "$funcstack[1]" = "_wslog" ]; then _wslog "$@"; else compdef _wslog wslog; fi
`;
}

function functionOf(command: CompletedCommand): string {
  const name = functionName(command.words);
  const options = command.options.flatMap((option) => optionSpecs(option).map((spec) => `    ${spec}`));
  if (command.commands.length === 0) {
    const operands = command.operands === 'free' ? [] : [`    '*:operand:${action(command.operands)}'`];
    return `${name}() {\n  _arguments -s -S \\\n${[...options, ...operands].join(' \\\n')}\n}`;
  }
  const described = command.commands.map(([word, summary]) => `    ${quote(`${word}:${summary}`)}`);
  const calls = command.commands
    .filter(([word]) => word !== 'help')
    .map(([word]) => `        ${word}) ${functionName([...command.words, word])} ;;`);
  return `${name}() {
  local context state line
  local -a commands
  commands=(
${described.join('\n')}
  )
  _arguments -C -S \\
${options.join(' \\\n')} \\
    '1:command:->command' '*::argument:->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${calls.join('\n')}
      esac ;;
  esac
}`;
}

function functionName(words: readonly string[]): string {
  return ['_wslog', ...words].join('_');
}

function optionSpecs(option: CompletedOption): string[] {
  const about = `[${option.describe.replace(/[\\[\]:]/g, '\\$&')}]`;
  const value = option.value === null ? '' : `:value:${action(option.value)}`;
  const long = quote(`${option.long}${option.value === null ? '' : '='}${about}${value}`);
  return option.short === null ? [long] : [quote(`${option.short}${about}${value}`), long];
}

function action(what: Offer): string {
  if (what === 'free') return ' ';
  if (what === 'file') return '_files';
  if (what === 'directory') return '_files -/';
  return `(${what.join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
