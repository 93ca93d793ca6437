/** One input on its way through the analysis, handed over batch by batch and second by second. */
import { Batch } from '../findings/batch.ts';
import type { Feed } from './feed.ts';

const NONE = new Batch();

export class Source {
  batch = NONE;
  /** Index of the next finding in the batch. */
  at = 0;
  /** Errors of a second come before the access lines of the same second, so that those find what they join. */
  readonly rank: number;
  /** Place in the order of inputs of equal time and rank; it is also its place among the inputs. */
  readonly order: number;
  readonly #feed: Feed;
  #ended = false;
  #lastTime = Number.NEGATIVE_INFINITY;

  constructor(feed: Feed, rank: number, order: number) {
    this.#feed = feed;
    this.rank = rank;
    this.order = order;
  }

  /** Reads on until there is a finding to hand over; false when the input is at its end. */
  async fill(): Promise<boolean> {
    while (this.at >= this.batch.length) {
      if (this.#ended) return false;
      const batch = await this.#feed.next();
      if (batch === null) {
        this.#ended = true;
        return false;
      }
      batch.open();
      this.batch = batch;
      this.at = batch.first;
    }
    return true;
  }

  /** Second of the next finding; a line without a time stands with the line before it. */
  headSecond(): number {
    const time = this.batch.columns.time[this.at]!;
    return Number.isNaN(time) ? this.#lastTime : Math.floor(time);
  }

  /** Index of the first finding, from the next one on, whose second is not before this one; or the batch's length. */
  before(second: number): number {
    const { length, columns } = this.batch;
    const { time } = columns;
    let to = this.at;
    if (second === Number.POSITIVE_INFINITY) return length;
    while (to < length && !(time[to]! >= second)) to++;
    return to;
  }

  /** Leaves behind what stands before an index. */
  pass(to: number): void {
    const { time } = this.batch.columns;
    for (let i = to - 1; i >= this.at; i--) {
      if (Number.isNaN(time[i]!)) continue;
      this.#lastTime = Math.floor(time[i]!);
      break;
    }
    this.at = to;
  }
}
