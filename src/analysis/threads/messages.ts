/** What the main thread and those that read for it say to each other. */
import type { SourceCounts } from '../../findings/counts.ts';
import type { Parcel } from '../../findings/parcel.ts';
import type { UnknownLines } from '../../findings/unknown.ts';
import type { PartJob, PartResult } from './part.ts';
import type { ReadingPlan } from './plan.ts';

export type ToThread =
  | { readonly kind: 'plan'; readonly plan: ReadingPlan }
  | { readonly kind: 'part'; readonly id: number; readonly job: PartJob }
  | { readonly kind: 'whole'; readonly id: number; readonly input: number }
  /** That many bytes of findings were taken: as many more may come. */
  | { readonly kind: 'taken'; readonly id: number; readonly bytes: number }
  /** Nothing more is wanted of an input. */
  | { readonly kind: 'done'; readonly input: number };

export type FromThread =
  | { readonly kind: 'ready' }
  /** Null: the part has to be read in one go with what stands before. */
  | { readonly kind: 'part'; readonly id: number; readonly result: PartResult | null; readonly parcel: Parcel | null }
  | {
      readonly kind: 'findings';
      readonly id: number;
      /** Bytes of the file read since the last, and bytes of memory that the findings take. */
      readonly read: number;
      readonly bytes: number;
      readonly parcel: Parcel;
    }
  | {
      readonly kind: 'end';
      readonly id: number;
      readonly read: number;
      readonly counts: SourceCounts;
      readonly unknown: UnknownLines['templates'];
      readonly problems: readonly string[];
    };

/** A line to the other end. */
export interface Line<In, Out> {
  send(message: Out, memory?: readonly ArrayBuffer[]): void;
  onMessage(take: (message: In) => void): void;
}

/** A thread, as the main one sees it. */
export interface Thread extends Line<FromThread, ToThread> {
  /** Told once when the thread has failed: nothing more will come. */
  onFailure(take: () => void): void;
  stop(): void;
}
