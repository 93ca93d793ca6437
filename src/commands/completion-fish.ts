import type { CompletedCommand, Offer } from './completion.ts';

/** The completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# fish completion for wslog
complete -c wslog -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CompletedCommand): string[] {
  const here = `complete -c wslog -n ${quote(condition(command))}`;
  const lines = command.commands.map(([name, summary]) => `${here} -a ${name} -d ${quote(summary)}`);
  for (const option of command.options) {
    const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`;
    const value = option.value === null ? '' : ` ${offer(option.value, '-r')}`;
    lines.push(`${here}${short} -l ${option.long.slice(2)}${value} -d ${quote(option.describe)}`);
  }
  if (command.operands !== 'free') lines.push(`${here} ${offer(command.operands, '')}`.trimEnd());
  return lines;
}

/** Holds where exactly this command's words have been typed. */
function condition(command: CompletedCommand): string {
  const [first, second] = command.words;
  if (first === undefined) return '__fish_use_subcommand';
  if (second !== undefined) return `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
  const children = command.commands.map(([name]) => name);
  const seen = `__fish_seen_subcommand_from ${first}`;
  return children.length === 0 ? seen : `${seen}; and not __fish_seen_subcommand_from ${children.join(' ')}`;
}

function offer(what: Offer, required: string): string {
  if (what === 'free') return required === '' ? '' : '-x';
  if (what === 'file') return `${required} -F`.trim();
  if (what === 'directory') return '-x -a "(__fish_complete_directories)"';
  return `${required === '' ? '' : '-x '}-a ${quote(what.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
