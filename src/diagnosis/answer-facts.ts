/** What the answers show: who made them, what they say, how long they took. */
import { hasNginxPage, isNginxPage } from '../findings/answered-by.ts';
import type { Cluster } from '../incident/cluster.ts';
import { metBeforeErrorPage } from '../incident/error-page.ts';
import { DurationHistogram } from '../incident/histogram.ts';
import { bodyMeaning } from './bodies.ts';
import { seconds } from './duration.ts';
import type { FactValue, Say } from './fact.ts';

export function answerFacts(cluster: Cluster, say: Say): void {
  const statuses = [...cluster.statuses.keys()].map(statusText);
  say('status', statuses, (s) => `the access log shows ${s}`);
  const upstreamStatuses = new Set<string>();
  for (const group of [...cluster.errors, ...cluster.access]) {
    for (const s of group.upstreamStatuses.keys()) upstreamStatuses.add(s);
  }
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
  requestTimes(cluster, say);
}

function statusText(status: number): string {
  return String(status).padStart(3, '0');
}

function answeredBy(cluster: Cluster): FactValue[] {
  const found = new Set<FactValue>();
  for (const group of cluster.access) found.add(metBeforeErrorPage(group).answeredBy);
  // An error line with a backend and no answer of its own is nginx speaking.
  if (cluster.errors.some((g) => g.symptom.stage === 'handshake' || g.symptom.stage === 'front')) found.add('nginx');
  return [...found];
}

function bodies(cluster: Cluster, say: Say): void {
  const found = new Set<FactValue>();
  let example = 0;
  for (const group of cluster.access) {
    // The page that error_page sends says nothing of who refused.
    if (metBeforeErrorPage(group) !== group) continue;
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
      case 'says-plain-to-tls':
        return `the backend's answer is ${example} bytes long, as nginx's complaint about plain HTTP on a TLS port is`;
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
