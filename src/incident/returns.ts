/** When each client ended a session last: its coming back tells how long sessions live where logs do not say. */
import { type SavedBlock, SlotBlocks } from './slot-blocks.ts';

const SLOTS = 1 << 15;

/** A table of fixed size: a client gives way to another one in its slot. */
export class Returns {
  readonly #client = new Float64Array(SLOTS).fill(-1);
  readonly #time = new Float64Array(SLOTS);
  readonly #blocks = new SlotBlocks(SLOTS);

  /** Notes an end, and tells the seconds since the one before of the same client; NaN when none is known. */
  note(id: number, time: number): number {
    const slot = (id >>> 0) & (SLOTS - 1);
    const period = this.#client[slot] === id ? time - this.#time[slot]! : Number.NaN;
    this.#client[slot] = id;
    this.#time[slot] = time;
    this.#blocks.changed(slot);
    return period;
  }

  saved(): Generator<SavedBlock> {
    return this.#blocks.saved((slot) =>
      this.#client[slot] === -1 ? null : [slot, this.#client[slot]!, this.#time[slot]!],
    );
  }

  restore(rows: Float64Array): void {
    for (let at = 0; at + 3 <= rows.length; at += 3) {
      const slot = rows[at]! & (SLOTS - 1);
      this.#client[slot] = rows[at + 1]!;
      this.#time[slot] = rows[at + 2]!;
      this.#blocks.changed(slot);
    }
  }
}
