/**
 * Requests whose error line was seen and whose access line may still come, by nginx's connection number: exact where
 * the access log carries `$connection`. A table of fixed size: an old entry gives way to a new one, so memory is bounded
 * and the cost per line constant. Within the table's reach the join is one to one.
 *
 * nginx counts connections one by one, so lines that follow each other are neighbours here: 20 ns a line, against 90
 * when they were spread. What belongs to one connection stands together, in 32 bytes.
 */
import { type SavedBlock, SlotBlocks } from './slot-blocks.ts';

const SIZE = 1 << 16;
const MASK = SIZE - 1;
/** How many error groups one request is remembered to have touched. */
const TOUCHED = 4;
/** Seconds after which the same request on the same connection is another. */
const ANOTHER_AFTER = 600;

/** A slot in 64-bit numbers: connection, time; behind these, in 32-bit ones: hash of the request, whether joined. */
const WIDE = 4;
const TIME = 1;
const NARROW = 2 * WIDE;
const REQUEST = 4;
const JOINED = 5;
/** And then, in 16-bit ones, the groups touched, -1 for none; there are some ten thousand groups at most. */
const SHORT = 4 * WIDE;
const GROUPS = 12;
/** The access line came, before the error line or after it. */
const JOINED_ONCE = 1;
const JOINED_LATE = 2;
/** How that is stored: above the 32 bits of the hash. */
const LATE = 2 ** 32;

export class RequestsByConnection {
  readonly #wide = new Float64Array(SIZE * WIDE);
  /** A hash of 0 marks an empty slot, so that the memory of a short analysis is never touched. */
  readonly #narrow = new Int32Array(this.#wide.buffer);
  readonly #groups = new Int16Array(this.#wide.buffer);
  readonly #blocks = new SlotBlocks(SIZE);

  /**
   * Notes an error line.
   *
   * @param requestHash not 0
   * @param time epoch seconds, or NaN
   * @returns the group that counts the request already, or -1 when this line starts a new one
   */
  note(connection: number, requestHash: number, time: number, group: number): number {
    const slot = connection & MASK;
    const wide = this.#wide;
    const narrow = this.#narrow;
    const w = slot * WIDE;
    const n = slot * NARROW;
    const groups = this.#groups;
    const g = slot * SHORT + GROUPS;
    this.#blocks.changed(slot);
    if (
      wide[w] === connection &&
      narrow[n + REQUEST] === (requestHash | 0) &&
      !(time - wide[w + TIME]! > ANOTHER_AFTER)
    ) {
      // A request tries each backend once: the same complaint again on a kept-alive connection is another request.
      let free = -1;
      let again = narrow[n + JOINED] === JOINED_ONCE;
      // Behind its own access line only what is of its time is still about it.
      const isLate = narrow[n + JOINED] === JOINED_LATE;
      if (isLate && time > wide[w + TIME]! + 1) again = true;
      for (let k = g; k < g + TOUCHED; k++) {
        const seen = groups[k]!;
        if (seen === group) again = true;
        else if (seen === -1 && free === -1) free = k;
      }
      if (!again) {
        if (free !== -1) groups[free] = group;
        if (!isLate) wide[w + TIME] = time;
        return groups[g]!;
      }
    }
    wide[w] = connection;
    wide[w + TIME] = time;
    narrow[n + REQUEST] = requestHash;
    narrow[n + JOINED] = 0;
    groups[g] = group;
    for (let k = 1; k < TOUCHED; k++) groups[g + k] = -1;
    return -1;
  }

  /**
   * The group that counts the request of this access line, or -1; a request is given out once. `late`: the error line
   * came behind the access line, and others of the same request may follow.
   */
  join(connection: number, requestHash: number, earliest: number, latest: number, late = false): number {
    const slot = connection & MASK;
    const n = slot * NARROW;
    const narrow = this.#narrow;
    if (this.#wide[slot * WIDE] !== connection || narrow[n + REQUEST] !== (requestHash | 0)) return -1;
    if (requestHash === 0 || narrow[n + JOINED] !== 0) return -1;
    const time = this.#wide[slot * WIDE + TIME]!;
    if (time < earliest || time > latest) return -1;
    narrow[n + JOINED] = late ? JOINED_LATE : JOINED_ONCE;
    if (late) this.#wide[slot * WIDE + TIME] = latest - 1;
    this.#blocks.changed(slot);
    return this.#groups[slot * SHORT + GROUPS]!;
  }

  /** Takes over what was noted elsewhere, in the same form, before anything was noted here. */
  takeOver(table: Uint8Array): void {
    new Uint8Array(this.#wide.buffer).set(table);
  }

  /** A joined request waits for nothing, and what comes for its connection begins anew whether it is known or not. */
  saved(): Generator<SavedBlock> {
    return this.#blocks.saved((slot) => {
      const n = slot * NARROW;
      const request = this.#narrow[n + REQUEST]! >>> 0;
      const joined = this.#narrow[n + JOINED];
      if (request === 0 || joined === JOINED_ONCE) return null;
      const groups = this.#groups.subarray(slot * SHORT + GROUPS, slot * SHORT + GROUPS + TOUCHED);
      return [
        slot,
        this.#wide[slot * WIDE]!,
        request + (joined === JOINED_LATE ? LATE : 0),
        this.#wide[slot * WIDE + TIME]!,
        ...groups,
      ];
    });
  }

  restore(rows: Float64Array): void {
    for (let at = 0; at + 4 + TOUCHED <= rows.length; at += 4 + TOUCHED) {
      const slot = rows[at]! & MASK;
      this.#blocks.changed(slot);
      this.#wide[slot * WIDE] = rows[at + 1]!;
      this.#narrow[slot * NARROW + REQUEST] = rows[at + 2]!;
      this.#narrow[slot * NARROW + JOINED] = rows[at + 2]! >= LATE ? JOINED_LATE : 0;
      this.#wide[slot * WIDE + TIME] = rows[at + 3]!;
      this.#groups.set(rows.subarray(at + 4, at + 4 + TOUCHED), slot * SHORT + GROUPS);
    }
  }
}
