/** What a reading thread does: reads parts of files, and whole packed ones, and sends what it found. */
import { closeSync, openSync } from 'node:fs';
import { Batch } from '../../findings/batch.ts';
import { BlockReader } from '../../findings/block-reader.ts';
import { Packer } from '../../findings/parcel.ts';
import type { SourceReader } from '../../findings/source.ts';
import { readBlocks } from '../../input/read.ts';
import type { FromThread, Line, ToThread } from './messages.ts';
import { readPart } from './part.ts';
import { PlannedReaders } from './plan.ts';

/** Bytes of text from which a message is made, so that the cost of one is nothing beside its content. */
const BLOCK_BYTES = 512 * 1024;
/** Bytes of findings sent ahead of what was taken. Two packed logs of a day fit; more would cost memory. */
const AHEAD_BYTES = 48 * 1024 * 1024;

interface OpenInput {
  readonly file: number;
  readonly reader: SourceReader;
  readonly packer: Packer;
}

/** Serves until the thread ends. */
export function serve(line: Line<ToThread, FromThread>): void {
  const open = new Map<number, OpenInput>();
  const credits = new Map<number, Credit>();
  const batch = new Batch();
  let readers: PlannedReaders | null = null;
  line.onMessage((message) => {
    if (message.kind === 'plan') {
      readers = new PlannedReaders(message.plan);
      line.send({ kind: 'ready' });
    } else if (message.kind === 'taken') credits.get(message.id)?.give(message.bytes);
    else if (message.kind === 'done') {
      const input = open.get(message.input);
      if (input !== undefined) closeSync(input.file);
      open.delete(message.input);
    } else if (readers !== null && message.kind === 'part') {
      const { id, job } = message;
      try {
        const { file, reader, packer } = opened(open, readers, job.input);
        const result = readPart(file, job, reader, batch);
        // Gists of a part that is dropped must be sent all the same, or those of later parts would miss them.
        const { parcel, memory } = packer.pack(batch);
        line.send({ kind: 'part', id, result, parcel }, memory);
      } catch {
        // Whoever reads the part in its turn meets the same error, and says so.
        line.send({ kind: 'part', id, result: null, parcel: null });
      }
    } else if (readers !== null && message.kind === 'whole') {
      const { id, input } = message;
      const credit = new Credit();
      credits.set(id, credit);
      void readWhole(line, id, readers.path(input), readers.reader(input), credit).finally(() => credits.delete(id));
    }
  });
}

function opened(open: Map<number, OpenInput>, readers: PlannedReaders, input: number): OpenInput {
  let found = open.get(input);
  if (found === undefined) {
    found = { file: openSync(readers.path(input), 'r'), reader: readers.reader(input), packer: new Packer() };
    open.set(input, found);
  }
  return found;
}

async function readWhole(
  line: Line<ToThread, FromThread>,
  id: number,
  path: string,
  reader: SourceReader,
  credit: Credit,
): Promise<void> {
  const problems: string[] = [];
  const blocks = new BlockReader(reader);
  const packer = new Packer();
  const batch = new Batch();
  let read = 0;
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    const { parcel, memory } = packer.pack(batch);
    const bytes = memory.reduce((sum, { byteLength }) => sum + byteLength, parcel.bytes.byteLength);
    line.send({ kind: 'findings', id, read, bytes, parcel }, memory);
    read = 0;
    await credit.take(bytes);
  };
  const options = {
    onProblem: (sentence: string) => problems.push(sentence),
    onBytes: (n: number) => {
      read += n;
    },
    blockBytes: BLOCK_BYTES,
  };
  for await (const block of readBlocks(path, options)) {
    blocks.read(block.bytes, block.firstLine, batch);
    await send();
  }
  blocks.end(batch);
  await send();
  line.send({ kind: 'end', id, read, counts: reader.counts, unknown: reader.unknown.templates, problems });
}

/** Bytes that may be sent before some are taken. */
class Credit {
  #left = AHEAD_BYTES;
  #wake: (() => void) | null = null;

  give(bytes: number): void {
    this.#left += bytes;
    if (this.#left > 0) this.#wake?.();
  }

  /** Resolves when more may be sent. */
  async take(bytes: number): Promise<void> {
    this.#left -= bytes;
    if (this.#left > 0) return;
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
  }
}
