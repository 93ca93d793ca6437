/**
 * Who is hit: exact counts up to a bound. Beyond it, in a flood of addresses, the number of distinct ones is estimated
 * and only those who stand out are named. Both are kept in a form that does not depend on the order of the lines.
 */
import { type Client, clientText } from '../findings/client.ts';
import { detach, hashText, mix } from '../findings/text.ts';
import { NumberCounts } from './number-counts.ts';

const EXACT_CLIENTS = 4096;

const REGISTERS = 2048; // HyperLogLog with 2^11 registers: 2.3 % standard error in 2 KiB
const INDEX_BITS = 11;
/**
 * Counters of a flood. A client that makes more than half of its counter's hits is found, whatever the order. Eight
 * times as many took 100 KiB a group, which did not stay in the processor's cache: 60 ns a hit.
 */
const COUNTERS = 512;
/** Share of all hits that makes a client stand out in a flood: five times what a counter holds by chance. */
const STANDS_OUT = 0.01;

type Key = NonNullable<Client>;

export interface SavedClients {
  readonly counts: Map<Key, number>;
  readonly flood: SavedFlood | null;
}

export interface SavedFlood {
  readonly registers: Uint8Array;
  readonly hits: Uint32Array;
  readonly leader: readonly Key[];
  readonly lead: Uint32Array;
  readonly total: number;
}

export class Clients {
  /** By address, and by any other name. */
  readonly #addresses = new NumberCounts();
  readonly #names = new Map<string, number>();
  #flood: Flood | null = null;

  add(key: Key, count = 1): void {
    if (this.#flood !== null) {
      this.#flood.add(key, count);
      return;
    }
    this.#count(key, count);
    if (this.#addresses.size + this.#names.size > EXACT_CLIENTS) this.#startFlood();
  }

  merge(other: Clients): void {
    for (const [key, count] of other.#counted()) this.add(key, count);
    if (other.#flood === null) return;
    if (this.#flood === null) this.#startFlood();
    this.#flood!.merge(other.#flood);
  }

  /** How many are kept one by one. */
  get named(): number {
    return this.#addresses.size + this.#names.size;
  }

  /** Names none from now on but those who stand out: takes some 12 KiB instead of 50 bytes a client. */
  estimate(): void {
    if (this.#flood === null) this.#startFlood();
  }

  /** How many different clients; `exact` is false when the number is an estimate (within some 5 %). */
  distinct(): { count: number; exact: boolean } {
    if (this.#flood === null) return { count: this.#addresses.size + this.#names.size, exact: true };
    return { count: this.#flood.distinct(), exact: false };
  }

  /** The clients with most hits, most first, ties by address; of a flood, only those who stand out. */
  top(n: number): { address: string; count: number }[] {
    return (this.#flood?.outstanding() ?? this.#counted())
      .map(([key, count]) => ({ address: clientText(key), count }))
      .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1))
      .slice(0, n);
  }

  saved(): SavedClients {
    return { counts: new Map(this.#counted()), flood: this.#flood?.saved() ?? null };
  }

  /** Makes an empty one what was saved. */
  restore({ counts, flood }: SavedClients): void {
    for (const [key, count] of counts) this.#count(key, count);
    if (flood === null) return;
    this.#flood = new Flood();
    this.#flood.restore(flood);
  }

  #startFlood(): void {
    this.#flood = new Flood();
    for (const [key, count] of this.#counted()) this.#flood.add(key, count);
    this.#addresses.clear();
    this.#names.clear();
  }

  #count(key: Key, count: number): void {
    if (typeof key === 'number') {
      this.#addresses.add(key, count);
      return;
    }
    const seen = this.#names.get(key);
    // The name may be a slice of a whole block of log; a copy keeps the block from staying in memory with it.
    this.#names.set(seen === undefined ? detach(key) : key, (seen ?? 0) + count);
  }

  #counted(): [Key, number][] {
    return [...this.#addresses, ...this.#names];
  }
}

class Flood {
  readonly #registers = new Uint8Array(REGISTERS);
  readonly #hits = new Uint32Array(COUNTERS);
  /** By counter: the client that leads, and by how many hits it leads over all others there (Boyer and Moore's vote). */
  readonly #leader: Key[] = new Array<Key>(COUNTERS).fill(0);
  readonly #lead = new Uint32Array(COUNTERS);
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

  saved(): SavedFlood {
    return {
      registers: this.#registers,
      hits: this.#hits,
      leader: this.#leader,
      lead: this.#lead,
      total: this.#total,
    };
  }

  restore({ registers, hits, leader, lead, total }: SavedFlood): void {
    this.#registers.set(registers);
    this.#hits.set(hits);
    this.#lead.set(lead);
    for (const [i, key] of leader.slice(0, COUNTERS).entries()) this.#leader[i] = key;
    this.#total = total;
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
