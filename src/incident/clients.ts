/**
 * Who is hit: exact counts up to a bound; beyond it the heavy hitters stay exact-ish and the number of distinct ones
 * is estimated, so that a flood of addresses costs no memory.
 */
import { detach, hashText } from '../findings/text.ts';

export const EXACT_CLIENTS = 4096;

const REGISTERS = 2048; // HyperLogLog with 2^11 registers: 2.3 % standard error in 2 KiB
const INDEX_BITS = 11;

export class Clients {
  readonly #counts = new Map<string, number>();
  #registers: Uint8Array | null = null;

  add(address: string, count = 1): void {
    const seen = this.#counts.get(address);
    if (seen !== undefined) {
      this.#counts.set(address, seen + count);
      return;
    }
    if (this.#registers !== null) this.#estimate(address);
    if (this.#counts.size >= EXACT_CLIENTS) this.#spill();
    // The address may be a slice of a whole block of log; a copy keeps the block from staying in memory with it.
    this.#counts.set(detach(address), count);
  }

  merge(other: Clients): void {
    for (const [address, count] of other.#counts) this.add(address, count);
    if (other.#registers === null) return;
    if (this.#registers === null) this.#startEstimating();
    const mine = this.#registers!;
    for (const [i, value] of other.#registers.entries()) if (value > mine[i]!) mine[i] = value;
  }

  /** How many different clients; `exact` is false when the number is an estimate (within some 5 %). */
  distinct(): { count: number; exact: boolean } {
    if (this.#registers === null) return { count: this.#counts.size, exact: true };
    let sum = 0;
    let zeros = 0;
    for (const value of this.#registers) {
      sum += 2 ** -value;
      if (value === 0) zeros++;
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    const estimate = raw < 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw;
    return { count: Math.round(estimate), exact: false };
  }

  /** The clients with most hits, most first, ties by address. */
  top(n: number): { address: string; count: number }[] {
    return [...this.#counts]
      .map(([address, count]) => ({ address, count }))
      .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1))
      .slice(0, n);
  }

  #startEstimating(): void {
    this.#registers = new Uint8Array(REGISTERS);
    for (const address of this.#counts.keys()) this.#estimate(address);
  }

  /** Makes room: the addresses seen least often are forgotten, after they were counted as distinct. */
  #spill(): void {
    if (this.#registers === null) this.#startEstimating();
    const counts = [...this.#counts.values()].sort((a, b) => a - b);
    const limit = counts[counts.length >> 1] ?? 1;
    for (const [address, count] of this.#counts) if (count <= limit) this.#counts.delete(address);
  }

  #estimate(address: string): void {
    const hash = hashText(address);
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32(hash >>> INDEX_BITS) - INDEX_BITS + 1;
    if (rank > this.#registers![register]!) this.#registers![register] = rank;
  }
}
