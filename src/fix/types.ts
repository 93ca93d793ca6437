/** What a fix is asked for with, and what comes of it. */
import type { Conf } from '../nginx-conf/tree.ts';
import type { Edit } from './edit.ts';
import type { Place } from './places.ts';

export interface FixRequest {
  /** A cause's id, or `hidden-evidence` for the logs; null: everything that the configuration alone proves wrong. */
  readonly cause: string | null;
  /** Name of the server; null: any. */
  readonly server: string | null;
  /** A path as clients ask for it, or a location as written (`~ ^/ws`); null: wherever the fault is. */
  readonly location: string | null;
  /** How often the application sends something through a quiet tunnel, in seconds. */
  readonly pingSeconds: number | null;
  /** nginx's version; null: one before 1.29.7, as most are. */
  readonly version: string | null;
  /** What the backend's port speaks, where the user knows. */
  readonly scheme: 'http' | 'https' | null;
  /** The name on the backend's certificate, where the user knows it. */
  readonly tlsName: string | null;
}

/** One line of the explanation. */
export interface FixChange {
  readonly file: string;
  readonly line: number;
  /** `proxy_read_timeout 60s -> 1h`. */
  readonly what: string;
  readonly why: string;
}

/** What a remedy finds at one place. */
export interface Mending {
  readonly edits: readonly Edit[];
  readonly changes: readonly FixChange[];
  /** Why nothing is changed, or what the reader has to know besides. */
  readonly notes: readonly string[];
}

/** Mends one cause. */
export type Remedy =
  | {
      readonly at: 'place';
      /**
       * Which places are meant when none is named: `fault`: each that has the fault, which is a fault everywhere;
       * `websocket`: those that look like WebSockets, because ordinary requests work without; `websocket-or-all`: the
       * same, and all where none looks so.
       */
      readonly reach: 'fault' | 'websocket' | 'websocket-or-all';
      readonly mend: (conf: Conf, place: Place, request: FixRequest) => Mending;
    }
  | { readonly at: 'whole'; readonly mend: (conf: Conf, request: FixRequest) => Mending };

export interface FixCandidate {
  readonly server: string;
  readonly location: string;
  readonly file: string;
  readonly line: number;
}

export type Fix =
  | {
      readonly kind: 'patch';
      /** New text (latin1) of each file that changes, by the path nginx uses. */
      readonly files: ReadonlyMap<string, string>;
      readonly changes: readonly FixChange[];
      readonly notes: readonly string[];
    }
  /** Nothing to change: it is right already, or what is missing is not known to the configuration. */
  | { readonly kind: 'unchanged'; readonly notes: readonly string[] }
  /** No line of a configuration mends this cause. */
  | { readonly kind: 'elsewhere' }
  /** The request does not say which place is meant, or names none that is there. */
  | { readonly kind: 'undecided'; readonly why: string; readonly candidates: readonly FixCandidate[] };

export function nothing(...notes: readonly string[]): Mending {
  return { edits: [], changes: [], notes };
}
