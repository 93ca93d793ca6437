/** Tables of fixed size in pieces small enough to be stored as they change. */
const BLOCK_BITS = 6;

/** What a block of slots holds. */
export interface SavedBlock {
  readonly block: number;
  /** Counts its changes. */
  readonly revision: number;
  /** Numbers, slot by slot; null when no slot has any. */
  rows(): Float64Array | null;
}

export class SlotBlocks {
  readonly #revisions: Uint32Array;

  /** @param slots a power of two. */
  constructor(slots: number) {
    this.#revisions = new Uint32Array(slots >> BLOCK_BITS);
  }

  changed(slot: number): void {
    this.#revisions[slot >> BLOCK_BITS]!++;
  }

  /**
   * The blocks that ever changed.
   *
   * @param rowOf what is to be stored of a slot, null for nothing; called while the table is as it is to be stored.
   */
  *saved(rowOf: (slot: number) => readonly number[] | null): Generator<SavedBlock> {
    for (const [block, revision] of this.#revisions.entries()) {
      if (revision === 0) continue;
      const rows = () => {
        const found: number[] = [];
        for (let slot = block << BLOCK_BITS; slot < (block + 1) << BLOCK_BITS; slot++)
          found.push(...(rowOf(slot) ?? []));
        return found.length === 0 ? null : Float64Array.from(found);
      };
      yield { block, revision, rows };
    }
  }
}
