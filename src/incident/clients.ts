/**
 * Who is hit: exact counts up to a bound; beyond it the heavy hitters stay exact-ish and the number of distinct ones
 * is estimated, so that a flood of addresses costs no memory.
 */
import { detach, hashText, mix } from '../findings/text.ts';

const EXACT_CLIENTS = 4096;

const REGISTERS = 2048; // HyperLogLog with 2^11 registers: 2.3 % standard error in 2 KiB
const INDEX_BITS = 11;

export class Clients {
  /** IPv4 addresses as 32-bit numbers, which cost no string; all others as they are written. */
  readonly #counts = new Map<number | string, number>();
  #registers: Uint8Array | null = null;

  add(address: string, count = 1): void {
    this.#addKey(ipv4(address) ?? address, count);
  }

  #addKey(key: number | string, count: number): void {
    const seen = this.#counts.get(key);
    if (seen !== undefined) {
      this.#counts.set(key, seen + count);
      return;
    }
    if (this.#registers !== null) this.#estimate(key);
    if (this.#counts.size >= EXACT_CLIENTS) this.#spill();
    // The address may be a slice of a whole block of log; a copy keeps the block from staying in memory with it.
    this.#counts.set(typeof key === 'string' ? detach(key) : key, count);
  }

  merge(other: Clients): void {
    for (const [key, count] of other.#counts) this.#addKey(key, count);
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
      .map(([key, count]) => ({ address: typeof key === 'number' ? dotted(key) : key, count }))
      .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1))
      .slice(0, n);
  }

  #startEstimating(): void {
    this.#registers = new Uint8Array(REGISTERS);
    for (const key of this.#counts.keys()) this.#estimate(key);
  }

  /** Makes room: the addresses seen least often are forgotten, after they were counted as distinct. */
  #spill(): void {
    if (this.#registers === null) this.#startEstimating();
    let limit = 1;
    do {
      for (const [key, count] of this.#counts) if (count <= limit) this.#counts.delete(key);
      limit *= 2;
    } while (this.#counts.size > EXACT_CLIENTS / 2);
  }

  #estimate(key: number | string): void {
    const hash = typeof key === 'number' ? mix(key) : hashText(key);
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32(hash >>> INDEX_BITS) - INDEX_BITS + 1;
    if (rank > this.#registers![register]!) this.#registers![register] = rank;
  }
}

/** A dotted address as a 32-bit number; null for anything else, leading zeros included, which must read back alike. */
function ipv4(text: string): number | null {
  const { length } = text;
  if (length < 7 || length > 15) return null;
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (c >= 0 && c <= 9) {
      if (part === 0) return null;
      part = part === -1 ? c : part * 10 + c;
      if (part > 255) return null;
    } else if (c === -2 && part !== -1) {
      value = (value << 8) | part;
      part = -1;
      dots++;
    } else return null;
  }
  return dots === 3 && part !== -1 ? (value << 8) | part : null;
}

function dotted(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}
