/** The catalogue's two kinds of entry, as `patterns/*.yaml` states them. */
import type { Level } from '../nginx/record.ts';

/**
 * How a symptom is recognised. All stated clauses must hold. Clauses compare fields that nginx wrote, never the raw
 * line. In texts, `*` stands for any run of characters; everything else is literal, and the text is matched whole.
 */
export interface ErrorMatch {
  readonly log: 'error';
  /** The message without errno part and context. */
  readonly message?: string | readonly string[];
  readonly call?: string | readonly string[];
  /** errno by name (`ECONNREFUSED`), so that every platform's number matches. `none`: the line has no errno. */
  readonly errno?: string | readonly string[];
  /** A `while …` action, or several. `none`: the line has no action. */
  readonly phase?: string | readonly string[];
  readonly level?: Level | readonly Level[];
  readonly context?: string | readonly string[];
  /** true: the line must carry a subrequest; false: it must not. */
  readonly subrequest?: boolean;
  /** true: the line must carry an `upstream:`; false: it must not. */
  readonly upstream?: boolean;
  /** The scheme of `upstream:`. */
  readonly scheme?: 'http' | 'https';
  /** Protocol of the request line, `HTTP/2.0`. */
  readonly protocol?: string | readonly string[];
  /** true: the request line starts with TLS bytes; false: it is there and does not. */
  readonly tlsBytes?: boolean;
}

/** Access lines: compared only for requests that are, or may be, WebSocket handshakes, unless `any` is set. */
export interface AccessMatch {
  readonly log: 'access';
  readonly status: number | readonly number[];
  /** Who made the answer: told by `$upstream_status`, else by the size of nginx's own error pages. */
  readonly answeredBy?: 'nginx' | 'backend' | 'unknown' | readonly ('nginx' | 'backend' | 'unknown')[];
  /** Bytes of body, exact. */
  readonly bodyBytes?: number | readonly number[];
  /** The request line starts with TLS bytes. */
  readonly tlsBytes?: boolean;
  readonly protocol?: string | readonly string[];
  /** Compared for every request, not only for handshakes. */
  readonly any?: boolean;
}

/** Shown by many lines together and by none alone: the program recognises it, its file gives it words and causes. */
export interface SessionsMatch {
  readonly log: 'sessions';
}

export type SymptomRole =
  /** Says by itself that something is wrong. */
  | 'root'
  /** Follows from a root nearby (`no live upstreams` after refusals); stands alone only when there is none. */
  | 'follower'
  /** Something nginx did that explains other lines: a reload, a stop. */
  | 'event'
  /** Normal: never raises an incident. */
  | 'routine';

export type Severity = 'info' | 'warning' | 'error' | 'critical';

export interface SymptomSample {
  readonly line: string;
  /** Where the line comes from: nginx version and recorded run. */
  readonly from?: string;
  /** Fields the parser must find in it. */
  readonly expect?: Readonly<Record<string, string | number>>;
}

export interface Symptom {
  readonly id: string;
  readonly title: string;
  /** One short paragraph: when nginx writes this, in plain words. */
  readonly explain: string;
  readonly role: SymptomRole;
  /** Severity of an incident made of this symptom alone. */
  readonly severity: Severity;
  readonly match: ErrorMatch | AccessMatch | SessionsMatch | readonly (ErrorMatch | AccessMatch)[];
  /** Part of a request's life: `handshake` before the 101, `tunnel` after it, `front` before any location, `process`. */
  readonly stage: 'front' | 'handshake' | 'tunnel' | 'body' | 'process' | 'start' | 'resolver';
  /** The symptom by itself proves a WebSocket (tunnel phase, 101). */
  readonly provesWebSocket?: boolean;
  /** What the access log shows for a request that met this. */
  readonly status?: readonly number[];
  /** Likely causes, likeliest first. Empty for routine ones. */
  readonly causes: readonly string[];
  /** For followers: the symptoms they follow from. */
  readonly follows?: readonly string[];
  readonly nginx: {
    readonly loggedAt: string;
    readonly source?: string;
    readonly since?: string;
    readonly note?: string;
  };
  readonly samples: {
    readonly match: readonly SymptomSample[];
    readonly 'no-match': readonly { readonly line: string; readonly why: string }[];
  };
}

/** One weighed piece of evidence: holds when the named fact has one of the stated values. Weights are log-odds. */
export interface EvidenceRule {
  readonly fact: string;
  readonly is?: string | number | boolean | readonly (string | number | boolean)[];
  readonly min?: number;
  readonly max?: number;
  readonly weight: number;
  /** Sentence shown to the reader; `{value}` is the fact's value. Default: the fact's own sentence. */
  readonly text?: string;
}

export interface FixStep {
  readonly do: string;
  readonly why?: string;
  /** An nginx snippet that passes `nginx -t` at the level `at` (default `location`). */
  readonly nginx?: string;
  readonly at?: 'main' | 'events' | 'http' | 'server' | 'location' | 'upstream';
  /** Command to run. */
  readonly run?: string;
  readonly risk?: string;
}

export interface Cause {
  readonly id: string;
  /** A clause that says what is wrong: "nothing listens at the backend's address". */
  readonly title: string;
  /** Incident title. May use {upstream}, {path}, {seconds}, {server}, {status}, {name}. */
  readonly headline: string;
  readonly side: 'client' | 'front' | 'handshake' | 'tunnel' | 'nginx';
  /** A page that teaches, in Markdown paragraphs. */
  readonly explain: string;
  /** Log-odds before any evidence; 0 when unstated. */
  readonly prior?: number;
  readonly evidence: { readonly for: readonly EvidenceRule[]; readonly against: readonly EvidenceRule[] };
  readonly fix: { readonly summary: string; readonly steps: readonly FixStep[] };
  readonly verify: readonly { readonly run: string; readonly expect: string }[];
  /** How this differs by nginx version. */
  readonly versions?: readonly { readonly when: string; readonly note: string }[];
  /** Popular advice that does not help, and why. */
  readonly myths?: readonly { readonly claim: string; readonly truth: string }[];
  readonly references?: readonly string[];
  /** The directive at fault where the fault is in nginx's configuration. */
  readonly directive?: string;
  /** Whose door it is when the fault is not in nginx's configuration. */
  readonly owner?: string;
}

export interface Catalogue {
  readonly symptoms: ReadonlyMap<string, Symptom>;
  readonly causes: ReadonlyMap<string, Cause>;
}
