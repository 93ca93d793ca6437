/** What explains and shows the catalogue: `wslog explain` and `wslog patterns`, as typed. */
import type { CommandSpec } from './spec.ts';

export const EXPLAIN: CommandSpec = {
  name: 'explain',
  operands: '<what...>',
  completes: 'id',
  summary: 'explain a cause, a symptom, or a log line',
  examples: [
    ['wslog explain idle-timeout', 'a page about a cause'],
    ["wslog explain '2026/11/22 18:17:26 [error] 7#7: *1 connect() failed (111: …'", 'any line, as pasted'],
    ['grep upstream error.log | wslog explain --format ndjson -', 'one JSON object a line'],
  ],
  notes: [
    "WHAT is an id (wslog patterns list names them), a log line in quotes, or '-' for lines on standard input. Lines may carry a docker, Kubernetes, syslog, journald or grep prefix, or be cut short.",
  ],
  options: ['format', 'json', 'patterns', 'redact', 'color', 'tz', 'quiet'],
  formats: ['text', 'json', 'ndjson'],
  run: async (call) => (await import('./explain.ts')).explain(call),
};

export const PATTERNS: CommandSpec = {
  name: 'patterns',
  operands: '',
  completes: 'nothing',
  summary: 'the catalogue of symptoms and causes, and its self-test',
  examples: [
    ['wslog patterns list', 'every symptom and cause'],
    ['wslog patterns show upstream-timeout-tunnel', 'one, as its file states it'],
    ['wslog patterns test ~/my-patterns', 'check your own'],
  ],
  options: [],
  commands: [
    {
      name: 'list',
      operands: '',
      completes: 'nothing',
      summary: 'list every symptom and cause',
      examples: [['wslog patterns list --json', 'for scripts']],
      options: ['patterns', 'format', 'json', 'color'],
      formats: ['text', 'json'],
      run: async (call) => (await import('./patterns.ts')).listPatterns(call),
    },
    {
      name: 'show',
      operands: '<id>',
      completes: 'id',
      summary: 'show one symptom or cause as its file states it',
      examples: [['wslog patterns show idle-timeout', 'the cause, with its evidence and its fix']],
      options: ['patterns', 'format', 'json'],
      formats: ['text', 'json'],
      run: async (call) => (await import('./patterns.ts')).showPattern(call),
    },
    {
      name: 'test',
      operands: '[folder]',
      completes: 'file',
      summary: "prove that every pattern's samples are recognised, and only by it",
      examples: [
        ['wslog patterns test', 'the shipped catalogue with your own additions'],
        [
          'wslog patterns test ~/my-patterns',
          'the patterns of a folder beside the shipped ones; exit 1 if one is wrong',
        ],
      ],
      options: ['patterns', 'quiet'],
      run: async (call) => (await import('./patterns.ts')).testPatterns(call),
    },
  ],
};
