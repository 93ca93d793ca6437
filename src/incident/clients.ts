/**
 * Who is hit: exact counts up to a bound. Beyond it, in a flood of addresses, the number of distinct ones is estimated
 * and only those who stand out are named. Both are kept in a form that does not depend on the order of the lines.
 */
import { detach, hashText, mix } from '../findings/text.ts';

const EXACT_CLIENTS = 4096;

const REGISTERS = 2048; // HyperLogLog with 2^11 registers: 2.3 % standard error in 2 KiB
const INDEX_BITS = 11;
/** Counters of a flood. A client that makes more than half of its counter's hits is found, whatever the order. */
const COUNTERS = 4096;
/** Share of all hits that makes a client stand out in a flood: forty times what a counter holds by chance. */
const STANDS_OUT = 0.01;

type Key = number | string;

export class Clients {
  /** IPv4 addresses as 32-bit numbers, which cost no string; all others as they are written. */
  readonly #counts = new Map<Key, number>();
  #flood: Flood | null = null;

  add(address: string, count = 1): void {
    this.#addKey(ipv4(address) ?? address, count);
  }

  #addKey(key: Key, count: number): void {
    if (this.#flood !== null) {
      this.#flood.add(key, count);
      return;
    }
    const seen = this.#counts.get(key);
    if (seen !== undefined) this.#counts.set(key, seen + count);
    else {
      // The address may be a slice of a whole block of log; a copy keeps the block from staying in memory with it.
      this.#counts.set(typeof key === 'string' ? detach(key) : key, count);
      if (this.#counts.size > EXACT_CLIENTS) this.#startFlood();
    }
  }

  merge(other: Clients): void {
    for (const [key, count] of other.#counts) this.#addKey(key, count);
    if (other.#flood === null) return;
    if (this.#flood === null) this.#startFlood();
    this.#flood!.merge(other.#flood);
  }

  /** How many different clients; `exact` is false when the number is an estimate (within some 5 %). */
  distinct(): { count: number; exact: boolean } {
    if (this.#flood === null) return { count: this.#counts.size, exact: true };
    return { count: this.#flood.distinct(), exact: false };
  }

  /** The clients with most hits, most first, ties by address; of a flood, only those who stand out. */
  top(n: number): { address: string; count: number }[] {
    return (this.#flood?.outstanding() ?? [...this.#counts])
      .map(([key, count]) => ({ address: typeof key === 'number' ? dotted(key) : key, count }))
      .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1))
      .slice(0, n);
  }

  #startFlood(): void {
    this.#flood = new Flood();
    for (const [key, count] of this.#counts) this.#flood.add(key, count);
    this.#counts.clear();
  }
}

class Flood {
  readonly #registers = new Uint8Array(REGISTERS);
  readonly #hits = new Float64Array(COUNTERS);
  /** By counter: the client that leads, and by how many hits it leads over all others there (Boyer and Moore's vote). */
  readonly #leader: Key[] = new Array<Key>(COUNTERS).fill(0);
  readonly #lead = new Float64Array(COUNTERS);
  #total = 0;

  add(key: Key, count: number): void {
    const hash = typeof key === 'number' ? mix(key) : hashText(key);
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32(hash >>> INDEX_BITS) - INDEX_BITS + 1;
    if (rank > this.#registers[register]!) this.#registers[register] = rank;
    const counter = mix(hash ^ 0x5bd1e995) & (COUNTERS - 1);
    this.#hits[counter]! += count;
    this.#total += count;
    this.#vote(counter, key, count);
  }

  merge(other: Flood): void {
    for (const [i, value] of other.#registers.entries()) if (value > this.#registers[i]!) this.#registers[i] = value;
    for (let i = 0; i < COUNTERS; i++) {
      this.#hits[i]! += other.#hits[i]!;
      if (other.#lead[i]! > 0) this.#vote(i, other.#leader[i]!, other.#lead[i]!);
    }
    this.#total += other.#total;
  }

  distinct(): number {
    let sum = 0;
    let zeros = 0;
    for (const value of this.#registers) {
      sum += 2 ** -value;
      if (value === 0) zeros++;
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    return Math.round(raw < 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
  }

  outstanding(): [Key, number][] {
    const found: [Key, number][] = [];
    for (let i = 0; i < COUNTERS; i++) {
      if (this.#hits[i]! >= this.#total * STANDS_OUT) found.push([this.#leader[i]!, this.#hits[i]!]);
    }
    return found;
  }

  #vote(counter: number, key: Key, count: number): void {
    const lead = this.#lead[counter]!;
    if (lead > 0 && this.#leader[counter] === key) this.#lead[counter] = lead + count;
    else if (lead >= count) this.#lead[counter] = lead - count;
    else {
      this.#leader[counter] = typeof key === 'string' ? detach(key) : key;
      this.#lead[counter] = count - lead;
    }
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
