import type { CompletedCommand, Offer } from './completion.ts';

/** The completion script for bash. It needs nothing but bash itself, 3.2 or later. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const known = commands.filter((command) => command.words.length > 0).map((command) => `"${command.words.join(' ')}"`);
  return `# bash completion for wslog
_wslog() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word i
  COMPREPLY=()
  # bash splits --option=value at the equals sign.
  if [[ $cur == "=" ]]; then cur=
  elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "\${command:+$command }$word" in
      ${known.join(' | ')}) command="\${command:+$command }$word" ;;
    esac
  done
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -o filenames -F _wslog wslog
`;
}

function commandCase(command: CompletedCommand): string {
  const values = command.options.flatMap((option) => {
    if (option.value === null) return [];
    const names = option.short === null ? option.long : `${option.short} | ${option.long}`;
    return [`        ${names}) ${offer(option.value)}; return ;;`];
  });
  const words = command.options.flatMap((option) => [option.long]).join(' ');
  const names = command.commands.map(([name]) => name);
  const operands = names.length > 0 ? names : command.operands;
  const afterOption = values.length === 0 ? '' : `      case "$prev" in\n${values.join('\n')}\n      esac\n`;
  return `    "${command.words.join(' ')}")
${afterOption}      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${words}" -- "$cur"))
      else ${offer(operands)}
      fi ;;`;
}

function offer(what: Offer): string {
  if (what === 'free') return ':';
  // One name a line, so that names with spaces stay whole.
  if (what === 'file') return `local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur"))`;
  if (what === 'directory') return `local IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur"))`;
  return `COMPREPLY=($(compgen -W "${what.join(' ')}" -- "$cur"))`;
}
