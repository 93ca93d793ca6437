/** Commands over logs that are there: `wslog analyze` and `wslog diff`, as typed. */
import { COMMON, CONF, type CommandSpec, FILTERS } from './spec.ts';

export const ANALYZE: CommandSpec = {
  name: 'analyze',
  operands: '[logs...]',
  completes: 'file',
  summary: 'explain the WebSocket failures in logs: what, since when, who is hit, why, and what to change',
  examples: [
    ['wslog analyze /var/log/nginx', 'everything in the folder, rotated and compressed logs too'],
    ['wslog analyze error.log access.log', 'both logs together say more than either'],
    ['wslog analyze -c nginx.conf', 'the logs that this config names, judged by it'],
    ['wslog analyze -S 2h --fail-on error error.log', 'the last two hours; exit 1 if something is broken'],
    ['kubectl logs deploy/ingress | wslog analyze -', 'standard input'],
    ['wslog analyze --json error.log | jq .incidents[0]', 'for scripts'],
  ],
  notes: [
    "LOGS are files, folders, globs, or '-' for standard input; plain, gzip, zstd, bzip2 or xz, told by content. Error and access logs are told apart by content.",
    'Exit codes: 0 ran; 1 something at or above --fail-on; 2 wrong usage or nothing to read; 3 part of the input was not read or not recognised; 130 and 143 ended by a signal.',
  ],
  options: [...CONF, 'since', 'until', 'format', 'json', 'output', ...FILTERS, 'failOn', 'workers', ...COMMON],
  run: async (call) => (await import('./analyze.ts')).analyze(call),
};

export const DIFF: CommandSpec = {
  name: 'diff',
  operands: '<files...>',
  completes: 'file',
  summary: 'what changed: which causes are new, worse, better or gone at each endpoint, such as since a deploy',
  examples: [
    ['wslog diff --at 14:05 /var/log/nginx', 'the same logs before and after 14:05'],
    ['wslog diff --at 14:05 --window 1h error.log access.log', 'the hour before with the hour after'],
    ['wslog diff before.json after.json', 'two reports of wslog analyze --json'],
    ['wslog diff --at 14:05 --fail-on error /var/log/nginx', 'exit 1 if an error is new or worse'],
    ['wslog diff --at 14:05 --format markdown /var/log/nginx', 'for the ticket'],
  ],
  notes: [
    'With --at, logs are read twice. Without it, two saved reports are compared, the older one first.',
    'Rates are hits among handshakes where the access log holds both, else hits an hour. A cause is worse or better when its rate changed by a quarter at least and chance would do that less than once in a hundred times.',
    'Exit codes: 0 ran; 1 something new or worse is at or above --fail-on; 2 wrong usage or nothing to compare; 3 part of the input was not read; 130 and 143 ended by a signal.',
  ],
  options: [...CONF, 'since', 'until', 'at', 'window', 'format', 'json', 'output', ...FILTERS, 'failOn', ...COMMON],
  describes: {
    failOn: 'exit 1 when something new or worse is at least this severe',
    verbose: 'what is as before too',
  },
  formats: ['text', 'json', 'markdown'],
  run: async (call) => (await import('./diff.ts')).diff(call),
};
