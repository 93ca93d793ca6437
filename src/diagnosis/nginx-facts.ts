/** What nginx itself did meanwhile, and which nginx it is. */
import type { Cluster } from '../incident/cluster.ts';
import type { FactValue, Say, Surroundings } from './fact.ts';

/** Seconds around an incident in which nginx's own events bear on it. */
const NEARBY = 5;

export function eventFacts(cluster: Cluster, around: Surroundings, say: Say): void {
  const found = new Set<FactValue>();
  for (const { event, time } of around.gathered.events) {
    if (time < cluster.tally.first - NEARBY || time > cluster.tally.last + NEARBY) continue;
    if (event === 'reload') found.add('reload');
    else if (event === 'stop' || event === 'quit') found.add('stop');
    else if (event === 'worker-crashed') found.add('crash');
    else if (event === 'start') found.add('start');
  }
  say('nginx-event', [...found], (e) =>
    e === 'reload'
      ? 'nginx was reloaded at that time'
      : e === 'stop'
        ? 'nginx was stopped at that time'
        : e === 'crash'
          ? 'a worker process died at that time'
          : 'nginx was started at that time',
  );
}

export function versionFacts(version: string | null, say: Say): void {
  if (version === null) return;
  const values = [
    atLeast(version, [1, 29, 7]) ? 'since-1.29.7' : 'before-1.29.7',
    atLeast(version, [1, 31, 0]) ? 'since-1.31.0' : 'before-1.31.0',
  ];
  say('nginx-version', values, () => `this is nginx ${version}`);
}

/** True when a dotted version is `least` or newer. */
function atLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, want] of least.entries()) {
    const have = parts[i] ?? 0;
    if (have !== want) return have > want;
  }
  return true;
}
