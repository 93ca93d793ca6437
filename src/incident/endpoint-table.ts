/** What is counted of each endpoint, found by its number: a look-up by the object itself took 20 ns a line. */
import type { Endpoint } from '../findings/keys.ts';
import type { EndpointStats } from './groups.ts';

export class EndpointTable {
  /** In the order in which they were met. */
  readonly all = new Map<Endpoint, EndpointStats>();
  readonly #byIndex: (EndpointStats | null)[] = [];

  of(endpoint: Endpoint): EndpointStats {
    return this.#byIndex[endpoint.index] ?? this.#meet(endpoint);
  }

  #meet(endpoint: Endpoint): EndpointStats {
    let stats = this.all.get(endpoint);
    if (stats === undefined) {
      stats = {
        endpoint,
        ok: 0,
        byStatus: new Map(),
        firstOk: Number.POSITIVE_INFINITY,
        lastOk: Number.NEGATIVE_INFINITY,
        upgradeYes: 0,
        upgradeNo: 0,
        tunnelLines: 0,
      };
      this.all.set(endpoint, stats);
    }
    while (this.#byIndex.length < endpoint.index) this.#byIndex.push(null);
    this.#byIndex[endpoint.index] = stats;
    return stats;
  }
}
