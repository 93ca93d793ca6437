/** Findings on their way from thread to thread: columns change hands, texts are put end to end. */
import { Batch } from './batch.ts';
import { type AccessColumns, type Columns, firstAccessRows, firstRows, memoryOf } from './columns.ts';
import type { Gist } from './gists.ts';
import { type PackedGists, packGists, unpackGists } from './packed-gists.ts';

export interface Parcel {
  readonly length: number;
  readonly firstLine: number;
  readonly columns: Columns;
  readonly access: AccessColumns | null;
  readonly names: string[];
  readonly spans: Map<number, number>;
  readonly texts: Map<number, string>;
  readonly bytes: Uint8Array;
  /** Gists that the receiver does not know yet. */
  readonly gists: PackedGists;
  /** The sender has forgotten all gists before these. */
  readonly anew: boolean;
}

/** Packs the batches of one source, which must be unpacked in the same order. */
export class Packer {
  #gists: readonly Gist[] = [];
  #sent = 0;

  /** The parcel, and the memory that goes with it. The batch must be filled anew before it is used again. */
  pack(batch: Batch): { parcel: Parcel; memory: ArrayBuffer[] } {
    const anew = batch.gists !== this.#gists;
    if (anew) this.#sent = 0;
    const gists = packGists(batch.gists, this.#sent);
    this.#gists = batch.gists;
    this.#sent = batch.gists.length;
    batch.keepTexts();
    const { length, firstLine, names, spans, texts, bytes } = batch;
    const columns = firstRows(batch.columns, length);
    const access = batch.access === null ? null : firstAccessRows(batch.access, length);
    return {
      parcel: { length, firstLine, columns, access, names, spans, texts, bytes, gists, anew },
      memory: [...memoryOf(columns, access), gists.ends.buffer, gists.fields.buffer],
    };
  }
}

export class Unpacker {
  #gists: Gist[] = [];
  #packed: PackedGists[] = [];

  /** The batch, to be opened before its findings are looked at. */
  unpack({ length, firstLine, columns, access, names, spans, texts, bytes, gists, anew }: Parcel): Batch {
    if (anew) {
      this.#gists = [];
      this.#packed = [];
    }
    this.#packed.push(gists);
    const batch = new Batch(columns);
    const [all, packed] = [this.#gists, this.#packed];
    // Those of parcels before it, which may have been dropped, come first.
    const open = () => {
      for (const one of packed.splice(0)) unpackGists(one, all);
    };
    batch.reset(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), all, open);
    batch.length = length;
    batch.firstLine = firstLine;
    batch.access = access;
    batch.names = names;
    batch.spans = spans;
    batch.texts = texts;
    return batch;
  }
}
