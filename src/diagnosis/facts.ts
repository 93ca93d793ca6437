/** The facts of a cluster: named observations with values and a sentence, which the causes' evidence rules weigh. */
import { hasNginxPage, isNginxPage } from '../findings/answered-by.ts';
import type { Cluster } from '../incident/cluster.ts';
import type { Gathered, ProcessEvent } from '../incident/groups.ts';
import { DurationHistogram } from '../incident/histogram.ts';
import type { LineRef } from '../incident/tally.ts';
import type { WebSocketVerdicts } from '../incident/websocket.ts';
import { bodyMeaning } from './bodies.ts';

export type FactValue = string | number | boolean;

export interface Fact {
  readonly values: readonly FactValue[];
  /** Sentence for one of the values. */
  text(value: FactValue): string;
  readonly ref: LineRef | null;
}

export type Facts = ReadonlyMap<string, Fact>;

/** What the given logs can show at all. */
export interface Visibility {
  /** Most verbose error level seen. */
  readonly errorLog: 'info' | 'notice' | 'warn' | 'error' | 'nothing';
  readonly requestTime: boolean;
  readonly upstreamStatus: boolean;
  readonly upgrade: boolean;
  readonly connection: boolean;
  readonly accessLog: boolean;
}

export interface Surroundings {
  readonly gathered: Gathered;
  readonly verdicts: WebSocketVerdicts;
  readonly visibility: Visibility;
  readonly nginxVersion: string | null;
  /** Facts of the configuration about the cluster's endpoint; empty without a configuration. */
  confFacts(cluster: Cluster): Facts;
}

/** Seconds around an incident in which nginx's own events bear on it. */
const NEARBY = 5;

export function factsOf(cluster: Cluster, around: Surroundings): Facts {
  const facts = new Map<string, Fact>();
  const say = (
    name: string,
    values: readonly FactValue[],
    text: (value: FactValue) => string,
    ref: LineRef | null = null,
  ): void => {
    if (values.length > 0) facts.set(name, { values, text, ref });
  };
  const sample = cluster.tally.samples[0] ?? null;

  say(
    'symptom',
    [...cluster.symptoms.keys()],
    (id) => {
      const seen = cluster.symptoms.get(String(id));
      return seen === undefined ? String(id) : `${times(seen.count)}: ${seen.symptom.title}`;
    },
    sample,
  );
  const statuses = [...cluster.statuses.keys()].map(statusText);
  say('status', statuses, (s) => `the access log shows ${s}`);
  const upstreamStatuses = new Set<string>();
  for (const group of [...cluster.errors, ...cluster.access])
    for (const s of group.upstreamStatuses.keys()) upstreamStatuses.add(s);
  say('upstream-status', [...upstreamStatuses], (s) => `the backend's own status was ${s}`);
  say('answered-by', answeredBy(cluster), (by) =>
    by === 'nginx'
      ? 'nginx itself made the answer'
      : by === 'backend'
        ? 'the backend made the answer, nginx relayed it'
        : 'the log does not tell who made the answer',
  );
  bodies(cluster, say);
  say('protocol', protocols(cluster), (p) => `the requests came as ${p}`);
  say(
    'level',
    [...new Set(cluster.errors.flatMap((g) => [...g.levels]))].filter((l) => l !== ''),
    (l) => `logged at [${l}]`,
  );
  requestTimes(cluster, say);
  endpointFacts(cluster, around, say);
  upstreamFacts(cluster, around, say);
  sessionFacts(cluster, around, say);
  eventFacts(cluster, around, say);
  versionFacts(around.nginxVersion, say);
  say('error-log-shows', [around.visibility.errorLog], (v) =>
    v === 'nothing' ? 'no error log was given' : `the error log was written at level ${v}`,
  );
  const distinct = cluster.tally.clients.distinct().count;
  say('clients', [distinct], (n) => `${n} ${n === 1 ? 'client is' : 'clients are'} hit`);
  say('incident-count', [cluster.tally.count], (n) => `${n} hits`);
  say('incident-lines', [cluster.tally.lines], (n) => `${n} log lines`);
  for (const [name, fact] of around.confFacts(cluster)) facts.set(name, fact);
  confTimers(cluster, facts, say);
  return facts;
}

type Say = (
  name: string,
  values: readonly FactValue[],
  text: (value: FactValue) => string,
  ref?: LineRef | null,
) => void;

function statusText(status: number): string {
  return String(status).padStart(3, '0');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function answeredBy(cluster: Cluster): FactValue[] {
  const found = new Set<FactValue>();
  for (const group of cluster.access) found.add(group.answeredBy);
  // An error line with a backend and no answer of its own is nginx speaking.
  if (cluster.errors.some((g) => g.symptom.stage === 'handshake' || g.symptom.stage === 'front')) found.add('nginx');
  return [...found];
}

function bodies(cluster: Cluster, say: Say): void {
  const found = new Set<FactValue>();
  let example = 0;
  for (const group of cluster.access) {
    for (const bytes of group.bodyBytes.keys()) {
      if (group.answeredBy !== 'backend' && isNginxPage(group.status, bytes)) found.add('nginx-error-page');
      else {
        const meaning = bodyMeaning(group.status, bytes, group.endpoint.fold.kind === 'socket.io');
        if (group.answeredBy === 'unknown' && hasNginxPage(group.status)) found.add('not-nginx-page');
        if (meaning !== null) {
          found.add(meaning);
          example = bytes;
        }
      }
    }
  }
  say('body', [...found], (meaning) => {
    switch (meaning) {
      case 'says-upgrade-missing':
        return `the answer is ${example} bytes long, as WebSocket servers' complaint about a missing Upgrade or Connection header is`;
      case 'says-session-unknown':
        return `the answer is ${example} bytes long, as "Session ID unknown" is`;
      case 'says-origin-refused':
        return `the answer is ${example} bytes long, as a refused Origin's is`;
      case 'says-version-refused':
        return `the answer is ${example} bytes long, as a refused protocol version's is`;
      case 'nginx-error-page':
        return "the answer is as long as nginx's own error page";
      case 'not-nginx-page':
        return "the answer is not as long as nginx's own error page, so the backend, or a page of yours, made it";
      default:
        return 'the answer has no body';
    }
  });
}

function protocols(cluster: Cluster): FactValue[] {
  const found = new Set<string>();
  for (const group of [...cluster.errors, ...cluster.access]) for (const p of group.protocols) found.add(p);
  for (const p of cluster.sessions?.group.protocols ?? []) found.add(p);
  found.delete('');
  return [...found];
}

function requestTimes(cluster: Cluster, say: Say): void {
  const all = new DurationHistogram();
  for (const group of [...cluster.errors, ...cluster.access]) all.merge(group.requestSeconds);
  const median = all.quantile(0.5);
  const max = all.max();
  if (median === null || max === null) return;
  say('request-seconds', [median], (s) => `half of the requests took less than ${seconds(Number(s))}`);
  const spike = all.spike(0.5);
  if (max <= 0.02) say('request-time', ['instant'], () => 'the requests failed within 20 ms');
  else if (spike !== null && spike.share >= 0.7)
    say('request-time', ['timer'], () => `the requests failed after ${seconds(spike.centre)}, all alike: a timer`);
  else
    say(
      'request-time',
      ['spread'],
      () => `the requests took between ${seconds(all.quantile(0.05) ?? 0)} and ${seconds(max)}`,
    );
}

function endpointFacts(cluster: Cluster, around: Surroundings, say: Say): void {
  const { endpoint } = cluster;
  if (endpoint === null) return;
  say('path-kind', [endpoint.fold.kind], (kind) => `the path is ${String(kind)}'s`);
  const sid = cluster.access.some((g) => g.sid > 0);
  if (cluster.access.length > 0)
    say('sid-in-query', [sid], (v) =>
      v === true ? 'the requests carry a session id (sid) of an earlier request' : 'the requests carry no session id',
    );
  const stats = around.verdicts.stats(endpoint);
  if (stats === null || !around.visibility.accessLog) return;
  const { ok } = stats;
  const failed = cluster.tally.count;
  const share = ok === 0 ? 'none' : ok >= failed ? 'most' : 'some';
  say('endpoint-success', [share], (v) =>
    v === 'none'
      ? 'no handshake succeeded on this endpoint in these logs'
      : `${ok} handshakes succeeded on the same endpoint, ${failed} did not`,
  );
}

function upstreamFacts(cluster: Cluster, around: Surroundings, say: Say): void {
  const addresses = [...cluster.upstreams.keys()];
  if (addresses.length === 0) return;
  say('upstreams', [addresses.length], (n) => (n === 1 ? `only ${addresses[0]} is hit` : `${n} backends are hit`));
  say('upstream-kind', [...new Set(addresses.map(kindOfAddress))], (k) => `the backend is addressed by ${String(k)}`);
  const schemes = new Set(cluster.errors.map((g) => g.scheme).filter((s) => s !== ''));
  say('upstream-scheme', [...schemes], (s) => `nginx speaks ${s} to the backend`);
  const tls = addresses.some((a) => /:(?:443|4443|8443|9443|6443)$/.test(a));
  say('upstream-port-tls', [tls], (v) =>
    v === true
      ? 'the backend port is one that usually speaks TLS'
      : 'the backend port is not one that usually speaks TLS',
  );
  const others = [...around.gathered.backendsOk]
    .filter(([address, last]) => !cluster.upstreams.has(address) && last >= cluster.tally.first)
    .map(([address]) => address);
  if (around.gathered.backendsOk.size > 0) {
    say('other-backend-ok', [others.length > 0], (v) =>
      v === true
        ? `${others.slice(0, 3).join(', ')} kept accepting, so the network between is not it`
        : 'no other backend answered in that time',
    );
  }
}

function kindOfAddress(address: string): string {
  if (address.startsWith('unix:')) return 'unix';
  return /^(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?$/.test(address) || address.startsWith('[') ? 'ip' : 'name';
}

function sessionFacts(cluster: Cluster, around: Surroundings, say: Say): void {
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

function eventFacts(cluster: Cluster, around: Surroundings, say: Say): void {
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

function versionFacts(version: string | null, say: Say): void {
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

/** Compares what was measured with the timers: nginx's defaults, and the configured ones where a config is given. */
function confTimers(cluster: Cluster, facts: Map<string, Fact>, say: Say): void {
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

/** A duration for people: `0.8 s`, `60 s`, `2 min 5 s`. */
export function seconds(value: number): string {
  if (value < 0.0015) return '1 ms';
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${Number(value.toFixed(1))} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) {
    const rest = Math.round(value) % 60;
    return rest === 0 ? `${Math.round(value / 60)} min` : `${Math.floor(value / 60)} min ${rest} s`;
  }
  return `${Number((value / 3600).toFixed(1))} h`;
}
