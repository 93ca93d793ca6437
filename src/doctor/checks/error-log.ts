/** nginx logs the idle cut of a tunnel, its commonest end, at level info. */
import { LEVELS } from '../../nginx/record.ts';
import { effective } from '../../nginx-conf/settings.ts';
import type { Directive } from '../../nginx-conf/tree.ts';
import { NOWHERE, note, ok, write } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

export const errorLog: Check<LocationSubject> = {
  id: 'error-log',
  title: 'The error log shows what happens to tunnels',
  examine: ({ conf, block, whole }) => {
    const lines = effective(conf, block, 'error_log');
    if (lines.length === 0 && !whole) return null;
    const shows = lines.find((line) => ['info', 'debug'].includes(levelOf(line)));
    if (shows !== undefined) return ok(shows, `error_log is at ${levelOf(shows)}.`);
    const [first] = lines;
    const target = first?.args[0] ?? '/var/log/nginx/error.log';
    const level = first === undefined ? 'error' : levelOf(first);
    const hidden = target === '/dev/null' ? 'error_log is thrown away' : `error_log is at ${level}`;
    return note(
      first ?? NOWHERE,
      `${hidden}: tunnels cut for silence, and clients that reset them, leave no line; nginx logs both at info.`,
      write('Log them:', 'http', `error_log ${target === '/dev/null' ? '/var/log/nginx/error.log' : target} info;`),
    );
  },
};

function levelOf({ args }: Directive): string {
  const words = args.slice(1);
  return (
    LEVELS.find((level) => words.includes(level)) ??
    (words.some((word) => word.startsWith('debug')) ? 'debug' : 'error')
  );
}
