/** The threads that read for an analysis, and what each of them has been given to do. */
import type { Batch } from '../../findings/batch.ts';
import type { SourceCounts } from '../../findings/counts.ts';
import { Unpacker } from '../../findings/parcel.ts';
import type { UnknownLines } from '../../findings/unknown.ts';
import type { FromThread, Thread } from './messages.ts';
import type { PartJob, PartResult } from './part.ts';
import type { ReadingPlan } from './plan.ts';

/** Parts a thread is given at a time, so that it has the next at hand when it is done with one. */
const PARTS_AHEAD = 2;
/**
 * Where every fourth line says something new, a thread's findings are nearly as large as the log. Sending them and
 * taking them in then costs more than reading does: 100 MB of such errors took 8.6 s and 540 MB with two threads, and
 * 5.7 s and 215 MB with one. After so many such parts in a row, that much of the file is not given away.
 */
const NEW_SHARE = 0.25;
const BARREN_PARTS = 2;
const BYTES_KEPT = 256 * 1024 * 1024;

export interface ReadPart {
  readonly result: PartResult;
  readonly batch: Batch;
}

/** What comes of a file that a thread reads as a whole. */
export interface WholeReader {
  onFindings(batch: Batch, bytes: number, read: number): void;
  onEnd(read: number, counts: SourceCounts, unknown: UnknownLines['templates'], problems: readonly string[]): void;
  onFailure(): void;
}

interface Member {
  /** It has started: until then, others had better do the work. */
  ready: boolean;
  readonly thread: Thread;
  readonly parts: Map<number, (message: Extract<FromThread, { kind: 'part' }> | null) => void>;
  readonly wholes: Map<number, { readonly to: WholeReader; readonly unpacker: Unpacker }>;
  readonly unpackers: Map<number, Unpacker>;
}

export class Crew {
  readonly #members: Member[] = [];
  /** For each input: how many parts in a row were not worth giving away, and up to where to keep them. */
  readonly #barren = new Map<number, { row: number; until: number }>();
  #ids = 0;

  constructor(threads: readonly Thread[], plan: ReadingPlan) {
    for (const thread of threads) {
      const member: Member = { ready: false, thread, parts: new Map(), wholes: new Map(), unpackers: new Map() };
      this.#members.push(member);
      thread.onMessage((message) => receive(member, message));
      thread.onFailure(() => this.#dismiss(member));
      thread.send({ kind: 'plan', plan });
    }
  }

  get size(): number {
    return this.#members.length;
  }

  /** Gives a part to a thread; null when all have enough to do. Resolves to null when it is to be read otherwise. */
  part(job: PartJob): Promise<ReadPart | null> | null {
    if (job.from < (this.#barren.get(job.input)?.until ?? 0)) return null;
    const member = this.#members
      .filter(({ ready, parts, wholes }) => ready && parts.size < PARTS_AHEAD && wholes.size === 0)
      .sort((a, b) => a.parts.size - b.parts.size)[0];
    if (member === undefined) return null;
    const id = this.#ids++;
    return new Promise((resolve) => {
      member.parts.set(id, (message) => {
        member.parts.delete(id);
        const parcel = message?.parcel ?? null;
        if (parcel !== null) this.#weigh(job, parcel.gists.length > parcel.length * NEW_SHARE);
        // Unpacked in any case: later parcels refer to what came with this one.
        const batch = parcel === null ? null : unpackerOf(member, job.input).unpack(parcel);
        const result = message?.result ?? null;
        if (batch === null || result === null) resolve(null);
        else resolve({ result, batch });
      });
      member.thread.send({ kind: 'part', id, job });
    });
  }

  #weigh({ input, to }: PartJob, isBarren: boolean): void {
    const before = this.#barren.get(input) ?? { row: 0, until: 0 };
    const row = isBarren ? before.row + 1 : 0;
    const until = row >= BARREN_PARTS ? to + BYTES_KEPT : before.until;
    // One more of the kind is enough when some were kept already.
    this.#barren.set(input, { row: Math.min(row, BARREN_PARTS - 1), until });
  }

  /** Lets a thread read a whole file; null when all have something to do. */
  whole(input: number, to: WholeReader): { taken(bytes: number): void } | null {
    const member = this.#members.find(({ parts, wholes }) => parts.size === 0 && wholes.size === 0);
    if (member === undefined) return null;
    const id = this.#ids++;
    member.wholes.set(id, { to, unpacker: new Unpacker() });
    member.thread.send({ kind: 'whole', id, input });
    return { taken: (bytes) => member.thread.send({ kind: 'taken', id, bytes }) };
  }

  /** Nothing more is wanted of an input. */
  done(input: number): void {
    for (const { thread, unpackers } of this.#members) {
      if (unpackers.delete(input)) thread.send({ kind: 'done', input });
    }
  }

  stop(): void {
    for (const { thread } of this.#members) thread.stop();
  }

  /** What a thread that failed had to do is read otherwise. */
  #dismiss(member: Member): void {
    const place = this.#members.indexOf(member);
    if (place !== -1) this.#members.splice(place, 1);
    for (const resolve of [...member.parts.values()]) resolve(null);
    for (const { to } of member.wholes.values()) to.onFailure();
  }
}

function receive(member: Member, message: FromThread): void {
  if (message.kind === 'ready') {
    member.ready = true;
    return;
  }
  if (message.kind === 'part') {
    member.parts.get(message.id)?.(message);
    return;
  }
  const whole = member.wholes.get(message.id);
  if (whole === undefined) return;
  if (message.kind === 'findings') {
    const { parcel, bytes, read } = message;
    whole.to.onFindings(whole.unpacker.unpack(parcel), bytes, read);
    return;
  }
  member.wholes.delete(message.id);
  whole.to.onEnd(message.read, message.counts, message.unknown, message.problems);
}

function unpackerOf({ unpackers }: Member, input: number): Unpacker {
  let found = unpackers.get(input);
  if (found === undefined) {
    found = new Unpacker();
    unpackers.set(input, found);
  }
  return found;
}
