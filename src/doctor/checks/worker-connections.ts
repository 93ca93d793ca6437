/** Each tunnel takes two connections of its worker: the client's and the backend's. */
import { settingOf } from '../../nginx-conf/settings.ts';
import { named } from '../../nginx-conf/tree.ts';
import { ok, spot, write, wrong } from '../findings.ts';
import type { Check, WholeSubject } from '../types.ts';

const PER_TUNNEL = 2;
/** nginx's default is 512; less was chosen by somebody who did not think of tunnels. */
const FEW = 256;

export const workerConnections: Check<WholeSubject> = {
  id: 'worker-connections',
  title: 'worker_connections, two for each tunnel',
  examine: ({ conf, whole }) => {
    if (!whole) return null;
    const events = named(conf.directives, 'events')[0] ?? null;
    const setting = settingOf(conf, events, 'worker_connections', 512, ([text]) => countOf(text));
    const workers = settingOf<number | null>(conf, null, 'worker_processes', 1, ([text]) => countOf(text));
    const each = Math.floor(setting.value / PER_TUNNEL);
    const auto = named(conf.directives, 'worker_processes').at(-1)?.args[0] === 'auto';
    const all =
      auto || workers.value === null
        ? 'for each worker'
        : `with ${workers.value} ${workers.value === 1 ? 'worker' : 'workers'}, ${each * workers.value} in all`;
    const why = `worker_connections ${setting.value} (${spot(setting)}) is room for at most ${each} tunnels ${all === 'for each worker' ? all : `a worker (${all})`}`;
    if (setting.value >= FEW) return ok(setting, `${why}.`);
    return wrong(
      setting,
      `${why}, less what listening and ordinary requests take; the next client is dropped or gets 500.`,
      'worker-connections-exhausted',
      write('Allow twice the tunnels you expect, and more:', 'events', 'worker_connections 16384;'),
    );
  },
};

function countOf(text: string | undefined): number | null {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : null;
}
