/**
 * What waits to be delivered to one receiver: in order, one at a time, tried until it is taken. Nothing waits for it:
 * it works beside whatever else goes on. Each item is written down before it is sent, and sent again under its own id
 * after a crash.
 */
import { backoff } from './backoff.ts';
import type { Outcome, Transport } from './outcome.ts';

export interface Item {
  /** The same for every try, so that the receiver can tell a repetition. */
  readonly id: string;
  /** The group it tells of; null when an earlier run made it. */
  readonly about: string | null;
  /** ms since 1970. */
  readonly madeAt: number;
  readonly content: string;
}

export interface OutboxSettings {
  readonly transport: Transport;
  /** The receiver, as it is shown in messages. */
  readonly name: string;
  readonly most?: number;
  /** What could not be delivered in this time is no news any more, ms; a day unless given. */
  readonly staleMs?: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Says a sentence to the user. */
  readonly say: (sentence: string) => void;
  /** The item need not be kept any longer. */
  readonly settled: (item: Item, fate: 'accepted' | 'refused' | 'given-up') => void;
}

/** So many are kept while a receiver cannot be reached: with the usual intervals that is most of a day. */
const MOST = 100;
const STALE_MS = 24 * 3_600_000;

export class Outbox {
  readonly #settings: OutboxSettings;
  readonly #items: Item[] = [];
  readonly #awake = new Set<() => void>();
  #working: Promise<void> | null = null;
  #closing = false;
  #failing = false;
  #given = 0;

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Takes an item that has been written down. When there are too many, the oldest is given up. */
  add(item: Item): void {
    const { most = MOST, name, say, settled } = this.#settings;
    this.#items.push(item);
    while (this.#items.length > most) {
      // The first may be on its way at this moment.
      const [oldest] = this.#items.splice(this.#working === null ? 0 : 1, 1);
      if (oldest === undefined) break;
      this.#given++;
      say(`${name}: more than ${most} notifications wait to be delivered; the oldest are given up`);
      settled(oldest, 'given-up');
    }
    this.#working ??= this.#work();
  }

  /** How many were given up since this was asked last. */
  takeLost(): number {
    const lost = this.#given;
    this.#given = 0;
    return lost;
  }

  /** Tries what is there once more without pauses, and ends. @returns how many are left, which were written down. */
  async close(): Promise<number> {
    this.#closing = true;
    for (const wake of this.#awake) wake();
    await this.#working;
    return this.#items.length;
  }

  async #work(): Promise<void> {
    for (let attempts = 1, item = this.#items[0]; item !== undefined; item = this.#items[0]) {
      if (this.#isStale(item)) {
        attempts = 1;
        continue;
      }
      const outcome = await this.#try(item);
      const pause = this.#judge(item, outcome, attempts);
      if (pause === null) attempts = 1;
      else {
        attempts++;
        // A receiver that cannot be reached now cannot be reached by what comes next either.
        if (this.#closing) break;
        await this.#rest(pause);
      }
    }
    this.#working = null;
  }

  /** Gives up what is too old to be news. */
  #isStale(item: Item): boolean {
    const { name, staleMs = STALE_MS, now, say, settled } = this.#settings;
    if (now() - item.madeAt <= staleMs) return false;
    say(`${name}: a notification could not be delivered for ${staleMs / 3_600_000} h and is given up`);
    this.#given++;
    this.#remove(item);
    settled(item, 'given-up');
    return true;
  }

  async #try(item: Item): Promise<Outcome> {
    try {
      return await this.#settings.transport.send(item.id, item.content);
    } catch (error) {
      return { kind: 'unknown', sentence: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @returns how long to wait before the next try of the same item, ms; null when there is none. */
  #judge(item: Item, outcome: Outcome, attempts: number): number | null {
    const { name, say, random, now, settled } = this.#settings;
    // The same can happen again another day, and is said again then.
    const time = `${new Date(now()).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    if (outcome.kind === 'accepted') {
      if (this.#failing) say(`${name}: notifications are delivered again (${time})`);
      this.#failing = false;
      this.#remove(item);
      settled(item, 'accepted');
      return null;
    }
    if (outcome.kind === 'refused' && outcome.final === true) {
      if (!this.#failing) say(`${name}: a notification was refused for good (${time}): ${outcome.sentence}`);
      this.#failing = true;
      this.#given++;
      this.#remove(item);
      settled(item, 'refused');
      return null;
    }
    // At the end whoever closes it says what is left.
    if (!this.#failing && !this.#closing)
      say(`${name}: cannot be notified (${time}) and is tried again: ${outcome.sentence}`);
    this.#failing = true;
    return backoff(attempts, random(), outcome.kind === 'refused' ? (outcome.retryAfterMs ?? 0) : 0);
  }

  #remove(item: Item): void {
    const at = this.#items.indexOf(item);
    if (at !== -1) this.#items.splice(at, 1);
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#awake.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      timer.unref();
      this.#awake.add(wake);
    });
  }
}
