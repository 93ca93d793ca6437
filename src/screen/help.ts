/** The page of keys. */

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['up, down, k, j', 'choose an incident; in a text, scroll'],
  ['space, b', 'a page forward, back (also PgDn, PgUp, Home, End)'],
  ['Enter, e', 'explain the chosen incident; again, or Esc: back'],
  ['f', 'its fix alone, at the left edge, to be copied'],
  ['left, right, N, n', 'in a text: the incident before, after'],
  ['a', 'all requests, or WebSocket only'],
  ['/', 'only what mentions a text: a path, cause, client, status'],
  ['Esc', 'back; then, show everything again'],
  ['p', 'hold the display still; the logs are read on'],
  ['Ctrl-L, Ctrl-Z', 'draw anew; suspend (fg resumes)'],
  ['q, Ctrl-C', 'end, with the report'],
];

const COLUMNS = [
  '/min is the last minute, as wslog saw the lines arrive; the first ok beside it is the share of it that succeeded.',
  'in all counts from where the reading began. sessions are those that ended, median is how long they lasted.',
  'age is the time since the first line of an incident. Times are UTC.',
];

export function helpLines(): string[] {
  return [
    ...KEYS.map(([keys, meaning]) => `  ${keys.padEnd(20)}${meaning}`),
    '',
    ...COLUMNS.map((text) => `  ${text}`),
  ];
}
