/** What is known of the endpoint and of the backends behind it. */
import type { Cluster } from '../incident/cluster.ts';
import type { Say, Surroundings } from './fact.ts';

export function endpointFacts(cluster: Cluster, around: Surroundings, say: Say): void {
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

export function upstreamFacts(cluster: Cluster, around: Surroundings, say: Say): void {
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
