/** What the lengths of ended sessions show, and which timer they match. */
import type { Cluster } from '../incident/cluster.ts';
import type { ProcessEvent } from '../incident/groups.ts';
import { DurationHistogram } from '../incident/histogram.ts';
import { seconds } from './duration.ts';
import type { Facts, Say, Surroundings } from './fact.ts';

export function sessionFacts(cluster: Cluster, around: Surroundings, say: Say): void {
  const endpoint = cluster.endpoint;
  const shape = cluster.sessions;
  if (shape !== null) {
    say('sessions', [shape.group.tally.count], (n) => `${n} sessions ended on this endpoint`);
    const { spike } = shape;
    if (shape.shape === 'timer' && spike !== null) {
      say(
        'session-length',
        ['timer'],
        () =>
          `${spike.count} of ${shape.group.all.count} sessions lasted ${seconds(spike.centre)}, within ${seconds(spike.spread)} of each other`,
      );
      say('session-seconds', [spike.centre], (s) => `sessions end after ${seconds(Number(s))}`);
    } else if (shape.shape === 'instant')
      say(
        'session-length',
        ['instant'],
        () => `${shape.sessions} of ${shape.group.all.count} sessions were closed within a second of being accepted`,
      );
    else if (shape.shape === 'returning' && spike !== null) {
      say('reconnect-period', [spike.centre], (s) => `clients come back every ${seconds(Number(s))}`);
    }
    if (shape.shape === 'together')
      say(
        'ends-together',
        [drainKind(around.gathered.events)],
        () => `${shape.sessions} sessions ended in the moment an old worker went away`,
      );
    const bytes =
      shape.silent >= shape.sessions * 0.8
        ? 'none'
        : shape.silent + shape.closeFrame >= shape.sessions * 0.8
          ? 'close-frame'
          : 'data';
    if (shape.group.all.count > 0) {
      say('session-bytes', [bytes], (v) =>
        v === 'none'
          ? 'the backend never sent a byte into them'
          : v === 'close-frame'
            ? 'the backend sent no more than a close frame'
            : 'the backend had sent data',
      );
    }
    return;
  }
  if (endpoint === null || !cluster.errors.some((g) => g.symptom.stage === 'tunnel')) return;
  const durations = new DurationHistogram();
  for (const group of cluster.errors) durations.merge(group.requestSeconds);
  const spike = durations.spike(0.2);
  const median = durations.quantile(0.5);
  if (median === null) return;
  say('sessions', [durations.count], (n) => `${n} sessions ended so`);
  if (spike !== null && spike.share >= 0.6 && spike.count >= 3) {
    say('session-length', ['timer'], () => `the sessions lasted ${seconds(spike.centre)}, all alike`);
    say('session-seconds', [spike.centre], (s) => `sessions end after ${seconds(Number(s))}`);
  } else {
    say(
      'session-length',
      [median < 1 ? 'instant' : median < 5 ? 'short' : 'spread'],
      () => `half of the sessions lasted less than ${seconds(median)}`,
    );
    say('session-seconds', [median], (s) => `sessions end after ${seconds(Number(s))}`);
  }
}

/** Whether workers drained because of a reload or because nginx was told to quit. */
function drainKind(events: readonly ProcessEvent[]): 'reload' | 'stop' {
  return events.some((e) => e.event === 'reload') ? 'reload' : 'stop';
}

/** Compares what was measured with the timers: nginx's defaults, and the configured ones where a config is given. */
export function timerFacts(cluster: Cluster, facts: Facts, say: Say): void {
  const measured = facts.get('session-seconds')?.values[0] ?? facts.get('reconnect-period')?.values[0];
  if (typeof measured !== 'number') return;
  const configured = facts.get('conf-read-timeout')?.values[0];
  const slack = cluster.sessions?.shape === 'returning' ? 5 : Math.max(1, measured * 0.03);
  if (typeof configured === 'number') {
    if (measured >= configured - 0.2 && measured <= configured + slack) {
      say('session-timer', ['configured'], () => `${seconds(measured)} is what proxy_read_timeout is set to`);
    } else
      say(
        'session-timer',
        ['other'],
        () => `${seconds(measured)} is not proxy_read_timeout, which is ${seconds(configured)}`,
      );
    return;
  }
  if (measured >= 59.8 && measured <= 60 + slack)
    say('session-timer', ['nginx-default'], () => "60 s is nginx's default proxy_read_timeout");
  else say('session-timer', ['other'], () => `${seconds(measured)} is not nginx's default of 60 s`);
}
