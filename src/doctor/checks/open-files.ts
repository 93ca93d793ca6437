/** Each connection takes a file descriptor, of which a worker has as many as its limit says. */
import { settingOf } from '../../nginx-conf/settings.ts';
import { named } from '../../nginx-conf/tree.ts';
import { note, ok, spot, write, wrong } from '../findings.ts';
import type { Check, WholeSubject } from '../types.ts';

/** The soft limit that Linux and systemd give a service that asks for nothing. */
const USUAL_LIMIT = 1024;

export const openFiles: Check<WholeSubject> = {
  id: 'open-files',
  title: 'A file descriptor for each connection',
  examine: ({ conf, whole }) => {
    if (!whole) return null;
    const count = ([text]: readonly string[]): number | null => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : null);
    const connections = settingOf(conf, named(conf.directives, 'events')[0] ?? null, 'worker_connections', 512, count);
    const limit = settingOf<number | null>(conf, null, 'worker_rlimit_nofile', null, count);
    const fix = write(
      'Allow a file for each connection, and some more:',
      'main',
      `worker_rlimit_nofile ${Math.max(connections.value * 2, USUAL_LIMIT)};`,
    );
    if (limit.value !== null && limit.value < connections.value) {
      return wrong(
        limit,
        `worker_rlimit_nofile ${limit.value} is less than worker_connections ${connections.value} (${spot(connections)}): accept and connect fail with "Too many open files" before the connections are used up.`,
        'file-descriptors-exhausted',
        fix,
      );
    }
    if (limit.value === null && connections.value > USUAL_LIMIT) {
      return note(
        connections,
        `worker_connections ${connections.value} needs as many files, and no worker_rlimit_nofile is set: the system's limit, often ${USUAL_LIMIT}, holds.`,
        fix,
        'file-descriptors-exhausted',
      );
    }
    return ok(limit.value === null ? connections : limit, 'There are files enough for the connections.');
  },
};
