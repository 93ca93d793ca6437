/** The commands: what each is called, takes, and does. Help, parsing and completion are made from this table. */
import { type OptionKey, optionSpec } from '../config/options.ts';
import { EXPLAIN, PATTERNS } from './catalogue-spec.ts';
import { DOCTOR, FIX, PROBE } from './conf-spec.ts';
import { ANALYZE, DIFF } from './logs-spec.ts';
import type { CommandSpec } from './spec.ts';
import { SUMMARY } from './summary-spec.ts';
import { ALERTING, INCIDENTS, WATCH } from './watch-spec.ts';

export type { CommandSpec } from './spec.ts';

const COMPLETION: CommandSpec = {
  name: 'completion',
  operands: '<shell>',
  completes: 'shell',
  summary: 'print the shell completion for bash, zsh or fish',
  examples: [
    ['wslog completion bash > /etc/bash_completion.d/wslog', 'for everybody'],
    ['source <(wslog completion bash)', 'for this shell'],
    ['wslog completion zsh > ~/.zfunc/_wslog', 'zsh, with ~/.zfunc in fpath'],
    ['wslog completion fish > ~/.config/fish/completions/wslog.fish', 'fish'],
  ],
  options: [],
  run: async (call) => (await import('./completion.ts')).completion(call),
};

export const COMMANDS: readonly CommandSpec[] = [
  ANALYZE,
  DIFF,
  WATCH,
  SUMMARY,
  INCIDENTS,
  ALERTING,
  EXPLAIN,
  DOCTOR,
  FIX,
  PROBE,
  PATTERNS,
  COMPLETION,
];

/** Examples at the head of `wslog --help`. */
export const OPENING_EXAMPLES: CommandSpec['examples'] = [
  ['wslog analyze /var/log/nginx', 'what is broken, since when, why, and how to fix it'],
  ['wslog watch', 'the same, live'],
  ["wslog explain '… upstream timed out (110: Connection timed out) …'", 'a log line, as pasted'],
  ['wslog explain idle-timeout', 'a page about one cause'],
];

/** The values an option of a command takes, or none when it is free. */
export function choicesOf(spec: CommandSpec, key: OptionKey): readonly string[] {
  if (key === 'format' && spec.formats !== undefined) return spec.formats;
  return optionSpec(key).choices ?? [];
}
