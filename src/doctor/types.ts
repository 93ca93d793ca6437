/** What the checklist asks, and how it answers. */

import type { ResolvedLocation } from '../nginx-conf/resolve.ts';
import type { ServerBlock } from '../nginx-conf/servers.ts';
import type { Conf, Directive } from '../nginx-conf/tree.ts';

/**
 * - `wrong`: breaks WebSockets, or will.
 * - `note`: worth knowing; nothing fails because of it alone.
 * - `unknown`: the configuration does not tell.
 */
export type Status = 'ok' | 'wrong' | 'unknown' | 'note';

/** The block a snippet belongs in. */
export type Level = 'main' | 'events' | 'http' | 'upstream' | 'server' | 'location';

export interface Fix {
  /** One sentence: what to do. */
  readonly do: string;
  /** The lines to write; null when there is nothing to copy. */
  readonly nginx: string | null;
  /** Where they go; null with them. */
  readonly at: Level | null;
}

/** A line of the configuration; null where nothing is written and nginx's default holds. */
export interface Place {
  readonly file: string | null;
  readonly line: number | null;
}

export interface Finding {
  readonly status: Status;
  readonly place: Place;
  /** One sentence. */
  readonly why: string;
  readonly fix: Fix | null;
  /** Id of the cause that a failure would be reported as. */
  readonly cause: string | null;
}

/** What all checks know. */
export interface Examined {
  readonly conf: Conf;
  /** nginx's version; null: unknown, and defaults are those before 1.29.7. */
  readonly version: string | null;
  /** Seconds between two messages of a quiet tunnel, where the user said so. */
  readonly ping: number | null;
  /** The configuration has its `http {}`; a piece of one says nothing about what stands outside of it. */
  readonly whole: boolean;
}

/** A location that carries WebSockets, or is meant to. */
export interface LocationSubject extends Examined {
  readonly place: ResolvedLocation;
  /** Innermost level whose settings hold: the location, or the server where there is none. */
  readonly block: Directive;
  /** A request target that leads here; null when none could be made up. */
  readonly path: string | null;
  /** The target is the user's own, not one made up from the location. */
  readonly pathGiven: boolean;
  /** It is examined because nothing else in the configuration could carry WebSockets. */
  readonly lastResort: boolean;
}

/** A server with such locations. */
export interface ServerSubject extends Examined {
  readonly server: ServerBlock;
}

/** The configuration as one whole. */
export interface WholeSubject extends Examined {
  readonly locations: readonly LocationSubject[];
}

/** One row of the checklist. */
export interface Check<Subject> {
  readonly id: string;
  /** What is asked, in a few words. */
  readonly title: string;
  /** Null when the question does not arise. */
  readonly examine: (subject: Subject) => Finding | null;
}
