/**
 * What is a WebSocket. Proved by an answer of 101, by the tunnel phase, by a logged Upgrade header or by the
 * configuration; likely by path and query; never by the wording of a message.
 */
import type { Endpoint } from '../findings/keys.ts';
import type { AccessGroup, EndpointStats, ErrorGroup, Gathered } from './groups.ts';

export type Verdict = 'yes' | 'likely' | 'no' | 'unknown';

/**
 * Tells whether the configuration forwards Upgrade at an endpoint (null: anywhere at all); null when there is no
 * configuration to ask.
 */
export type ConfProof = (endpoint: Endpoint | null) => boolean | null;

export class WebSocketVerdicts {
  /** Endpoints that a log without server names shares with one that has them. */
  readonly #named = new Map<string, Endpoint | null>();
  readonly #stats = new Map<Endpoint, EndpointStats>();
  readonly #verdicts = new Map<Endpoint, Verdict>();
  readonly #proof: ConfProof;
  readonly #settled: (endpoint: Endpoint) => Endpoint;

  constructor(gathered: Gathered, proof: ConfProof, settled: (endpoint: Endpoint) => Endpoint = (e) => e) {
    this.#proof = proof;
    this.#settled = settled;
    for (const { endpoint } of gathered.errors) if (endpoint !== null) this.#learnName(endpoint);
    for (const { endpoint } of gathered.endpoints) this.#learnName(endpoint);
    for (const stats of gathered.endpoints) {
      const endpoint = this.canonical(stats.endpoint);
      const sum = this.#stats.get(endpoint);
      this.#stats.set(endpoint, sum === undefined ? { ...stats, endpoint } : add(endpoint, sum, stats));
    }
  }

  /** The endpoint under its server's name, where exactly one server has that path. */
  canonical(raw: Endpoint): Endpoint {
    const endpoint = this.#settled(raw);
    if (endpoint.server !== '') return endpoint;
    return this.#named.get(endpoint.path) ?? endpoint;
  }

  stats(endpoint: Endpoint): EndpointStats | null {
    return this.#stats.get(this.canonical(endpoint)) ?? null;
  }

  all(): IterableIterator<EndpointStats> {
    return this.#stats.values();
  }

  endpoint(raw: Endpoint): Verdict {
    const endpoint = this.canonical(raw);
    const known = this.#verdicts.get(endpoint);
    if (known !== undefined) return known;
    const stats = this.#stats.get(endpoint);
    let verdict: Verdict = 'no';
    if (stats !== undefined && (stats.ok > 0 || stats.tunnelLines > 0 || stats.upgradeYes > 0)) verdict = 'yes';
    else if (endpoint.fold.hint !== null) verdict = 'likely';
    else if (this.#proof(endpoint) === true && (stats === undefined || stats.upgradeNo === 0)) verdict = 'likely';
    this.#verdicts.set(endpoint, verdict);
    return verdict;
  }

  error(group: ErrorGroup): Verdict {
    if (group.symptom.provesWebSocket === true || group.upgradeYes > 0) return 'yes';
    if (group.endpoint === null) return 'unknown';
    if (group.symptom.stage === 'body') return 'no';
    // Long polling of a WebSocket library is the same service failing in its other transport.
    if (group.endpoint.fold.hint === 'polling') return 'likely';
    if (group.joined > 0 && group.upgradeNo >= group.joined) return 'no';
    return this.endpoint(group.endpoint);
  }

  access(group: AccessGroup): Verdict {
    if (group.upgrade === 'yes') return 'yes';
    if (group.tlsBytes) return 'unknown';
    if (group.hint === 'polling') return 'likely';
    if (group.upgrade === 'no') return 'no';
    const endpoint = this.endpoint(group.endpoint);
    if (group.hint !== null) return endpoint === 'yes' ? 'yes' : 'likely';
    return endpoint;
  }

  #learnName(raw: Endpoint): void {
    const endpoint = this.#settled(raw);
    if (endpoint.server === '') return;
    const seen = this.#named.get(endpoint.path);
    if (seen === undefined) this.#named.set(endpoint.path, endpoint);
    else if (seen !== endpoint) this.#named.set(endpoint.path, null);
  }
}

function add(endpoint: Endpoint, a: EndpointStats, b: EndpointStats): EndpointStats {
  const byStatus = new Map(a.byStatus);
  for (const [status, count] of b.byStatus) byStatus.set(status, (byStatus.get(status) ?? 0) + count);
  return {
    endpoint,
    ok: a.ok + b.ok,
    byStatus,
    firstOk: Math.min(a.firstOk, b.firstOk),
    lastOk: Math.max(a.lastOk, b.lastOk),
    upgradeYes: a.upgradeYes + b.upgradeYes,
    upgradeNo: a.upgradeNo + b.upgradeNo,
    tunnelLines: a.tunnelLines + b.tunnelLines,
  };
}
