/** The threads that read for an analysis, and what each of them has been given to do. */
import type { Batch } from '../../findings/batch.ts';
import type { SourceCounts } from '../../findings/counts.ts';
import { Unpacker } from '../../findings/parcel.ts';
import type { UnknownLines } from '../../findings/unknown.ts';
import { holdBackHeaps } from './heap.ts';
import type { FromThread, Thread } from './messages.ts';
import type { PartJob, PartResult } from './part.ts';
import type { ReadingPlan } from './plan.ts';

/** Parts a thread is given at a time, so that it has the next at hand when it is done with one. */
const PARTS_AHEAD = 4;

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

/** Messages after which all that reads and correlates has been loaded. */
const WARM = 2;

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
  #ids = 0;
  #received = 0;

  constructor(threads: readonly Thread[], plan: ReadingPlan) {
    for (const thread of threads) {
      const member: Member = { ready: false, thread, parts: new Map(), wholes: new Map(), unpackers: new Map() };
      this.#members.push(member);
      thread.onMessage((message) => {
        if (++this.#received === WARM) holdBackHeaps();
        receive(member, message);
      });
      thread.onFailure(() => this.#dismiss(member));
      thread.send({ kind: 'plan', plan });
    }
  }

  get size(): number {
    return this.#members.length;
  }

  /**
   * Gives a part to a thread; null when all have enough to do. Resolves to null when it is to be read otherwise.
   *
   * @param isFar enough is to be read before it that a thread which is only starting may have it
   */
  part(job: PartJob, isFar: boolean): Promise<ReadPart | null> | null {
    const member = this.#leastBusy(isFar);
    if (member === null) return null;
    const id = this.#ids++;
    return new Promise((resolve) => {
      member.parts.set(id, (message) => {
        member.parts.delete(id);
        const parcel = message?.parcel ?? null;
        // Unpacked in any case: later parcels refer to what came with this one.
        const batch = parcel === null ? null : unpackerOf(member, job.input).unpack(parcel);
        const result = message?.result ?? null;
        if (batch === null || result === null) resolve(null);
        else resolve({ result, batch });
      });
      member.thread.send({ kind: 'part', id, job });
    });
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

  /** Who has room for another part. A loop, since it is asked for each part that waits. */
  #leastBusy(isFar: boolean): Member | null {
    let found: Member | null = null;
    for (const member of this.#members) {
      const { ready, parts, wholes } = member;
      if ((!ready && !isFar) || parts.size >= PARTS_AHEAD || wholes.size > 0) continue;
      if (found === null || parts.size < found.parts.size) found = member;
    }
    return found;
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
