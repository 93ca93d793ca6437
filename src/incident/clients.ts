/**
 * Who is hit: exact counts up to a bound. Beyond it, in a flood of addresses, the number of distinct ones is estimated
 * and only those who stand out are named. Both are kept in a form that does not depend on the order of the lines.
 */
import { type Client, clientText } from '../findings/client.ts';
import { detach } from '../findings/text.ts';
import { Flood, type SavedFlood } from './flood.ts';
import { ADDRESS, type HitRows, NAME } from './hits.ts';
import { NumberCounts } from './number-counts.ts';

const EXACT_CLIENTS = 4096;

type Key = NonNullable<Client>;

export interface SavedClients {
  readonly counts: Map<Key, number>;
  readonly flood: SavedFlood | null;
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
    if (this.named > EXACT_CLIENTS) this.#startFlood();
  }

  /** Adds one hit for each of these rows. */
  addAll({ who, client, names }: HitRows, rows: Uint16Array): void {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (who[row] === NAME) this.add(names[client[row]!]!);
      else if (who[row] !== ADDRESS) continue;
      else if (this.#flood !== null) this.#flood.addAddress(client[row]!, 1);
      else {
        this.#addresses.add(client[row]!, 1);
        if (this.named > EXACT_CLIENTS) this.#startFlood();
      }
    }
  }

  /** The clients of a flood one by one would come in an order, so that what is counted exactly is put together first. */
  merge(other: Clients): void {
    if (this.#flood === null) {
      other.#addresses.each((address, count) => this.#addresses.add(address, count));
      for (const [name, count] of other.#names) this.#count(name, count);
      if (this.named > EXACT_CLIENTS || other.#flood !== null) this.#startFlood();
    } else for (const [key, count] of other.#counted()) this.#flood.add(key, count);
    if (other.#flood !== null) this.#flood!.merge(other.#flood);
  }

  /** How many are kept one by one. */
  get named(): number {
    return this.#addresses.size + this.#names.size;
  }

  /** Names none from now on but those who stand out: takes some 8 KiB instead of 16 bytes and more a client. */
  estimate(): void {
    if (this.#flood === null) this.#startFlood();
  }

  /** How many different clients; `exact` is false when the number is an estimate (within some 5 %). */
  distinct(): { count: number; exact: boolean } {
    if (this.#flood === null) return { count: this.named, exact: true };
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

  /** Makes an empty one what was counted elsewhere: see `NumberCounts.takeOver`. */
  takeOver(table: Int32Array<ArrayBuffer>, size: number): void {
    this.#addresses.takeOver(table, size);
  }

  #startFlood(): void {
    const flood = new Flood();
    this.#addresses.each((address, count) => flood.begin(address, count));
    for (const [name, count] of this.#names) flood.begin(name, count);
    flood.begun();
    this.#flood = flood;
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
    const counted: [Key, number][] = [...this.#names];
    for (const address of this.#addresses.keys()) counted.push([address, this.#addresses.count(address)]);
    return counted;
  }
}
