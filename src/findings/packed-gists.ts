/**
 * Gists on their way from thread to thread: one text and two columns of numbers. In logs in which hardly a line comes
 * twice there is one for each line, and as objects they took more time to send than to make, and all the memory of
 * those that wait.
 */
import { LEVELS } from '../nginx/record.ts';
import type { FoldedPath, PathHint, PathKind } from './endpoint.ts';
import type { AccessGist, Asked, ErrorGist, EventGist, Gist } from './gists.ts';
import type { AnsweredBy, NginxEvent, Upgrade } from './keys.ts';

export interface PackedGists {
  readonly count: number;
  /** Texts end to end, each different one once, and where each ends. */
  readonly text: string;
  readonly ends: Int32Array<ArrayBuffer>;
  /** Field by field, gist by gist; texts by their place, -1 for none. */
  readonly fields: Int32Array<ArrayBuffer>;
}

const HINTS: readonly NonNullable<PathHint>[] = ['strong', 'weak', 'polling'];
const KINDS: readonly PathKind[] = ['other', 'socket.io', 'sockjs', 'signalr', 'graphql'];
const ANSWERERS: readonly AnsweredBy[] = ['unknown', 'nginx', 'backend'];
const UPGRADES: readonly Upgrade[] = ['unlogged', 'yes', 'no'];
const EVENTS: readonly NginxEvent[] = [
  'start',
  'reload',
  'quit',
  'stop',
  'worker-draining',
  'worker-exiting',
  'worker-crashed',
  'worker-exited',
];

const ERROR = 0;
const ACCESS = 1;
const EVENT = 2;

/** Packs the gists from a number on. */
export function packGists(gists: readonly Gist[], from: number): PackedGists {
  const writer = new Writer();
  for (let i = from; i < gists.length; i++) {
    const gist = gists[i]!;
    if (gist.kind === 'error') writeError(writer, gist);
    else if (gist.kind === 'access') writeAccess(writer, gist);
    else writeEvent(writer, gist);
  }
  return writer.packed(gists.length - from);
}

/** Appends what was packed to the gists packed before. */
export function unpackGists(packed: PackedGists, into: Gist[]): void {
  const reader = new Reader(packed);
  for (let left = packed.count; left > 0; left--) {
    const kind = reader.field();
    const said = { number: into.length, key: null, epoch: -1 };
    if (kind === ERROR) into.push({ kind: 'error', ...said, ...readError(reader) });
    else if (kind === ACCESS) into.push({ kind: 'access', ...said, ...readAccess(reader) });
    else into.push({ kind: 'event', ...said, ...readEvent(reader) });
  }
}

type Told<G extends Gist> = Omit<G, 'kind' | 'number' | 'key' | 'epoch'>;

function writeError(to: Writer, gist: ErrorGist): void {
  to.field(ERROR);
  to.text(gist.symptom);
  to.field(gist.level === null ? -1 : LEVELS.indexOf(gist.level));
  to.field((gist.subrequest ? 1 : 0) + (gist.truncated ? 2 : 0) + (gist.forgeable ? 4 : 0));
  to.text(gist.upstream);
  to.text(gist.scheme);
  to.text(gist.protocol);
  to.text(gist.phase);
  to.text(gist.listener);
  to.text(gist.detail);
  to.field(gist.asked === null ? 0 : 1);
  if (gist.asked !== null) writeAsked(to, gist.asked);
}

function readError(from: Reader): Told<ErrorGist> {
  const symptom = from.text();
  const level = LEVELS[from.field()] ?? null;
  const flags = from.field();
  return {
    symptom,
    level,
    upstream: from.text(),
    scheme: from.text(),
    protocol: from.text(),
    phase: from.textOrNull(),
    listener: from.text(),
    detail: from.text(),
    asked: from.field() === 0 ? null : readAsked(from),
    subrequest: (flags & 1) !== 0,
    truncated: (flags & 2) !== 0,
    forgeable: (flags & 4) !== 0,
  };
}

function writeAccess(to: Writer, gist: AccessGist): void {
  to.field(ACCESS);
  to.text(String(gist.status));
  to.field(ANSWERERS.indexOf(gist.answeredBy));
  to.field(UPGRADES.indexOf(gist.upgrade));
  to.texts(gist.upstreamStatus);
  to.texts(gist.upstreams);
  to.text(gist.protocol);
  to.text(gist.method);
  to.field(gist.tlsBytes ? 1 : 0);
  writeAsked(to, gist.asked);
  writeFold(to, gist.fold);
}

function readAccess(from: Reader): Told<AccessGist> {
  return {
    status: Number(from.text()),
    answeredBy: ANSWERERS[from.field()] ?? 'unknown',
    upgrade: UPGRADES[from.field()] ?? 'unlogged',
    upstreamStatus: from.texts(),
    upstreams: from.texts(),
    protocol: from.text(),
    method: from.text(),
    tlsBytes: from.field() === 1,
    asked: readAsked(from),
    fold: readFold(from),
  };
}

function writeEvent(to: Writer, gist: EventGist): void {
  to.field(EVENT);
  to.field(EVENTS.indexOf(gist.event));
  to.text(String(gist.pid));
  to.text(gist.symptom);
  to.text(gist.message);
}

function readEvent(from: Reader): Told<EventGist> {
  return {
    event: EVENTS[from.field()] ?? 'start',
    pid: Number(from.text()),
    symptom: from.textOrNull(),
    message: from.text(),
  };
}

function writeAsked(to: Writer, { server, fold, host }: Asked): void {
  to.text(server);
  writeFold(to, fold);
  to.text(host);
}

function readAsked(from: Reader): Asked {
  return { server: from.text(), fold: readFold(from), host: from.text() };
}

function writeFold(to: Writer, { path, hint, kind, sid }: FoldedPath): void {
  to.text(path);
  to.field(hint === null ? -1 : HINTS.indexOf(hint));
  to.field(KINDS.indexOf(kind));
  to.field(sid ? 1 : 0);
}

function readFold(from: Reader): FoldedPath {
  return {
    path: from.text(),
    hint: HINTS[from.field()] ?? null,
    kind: KINDS[from.field()] ?? 'other',
    sid: from.field() === 1,
  };
}

class Writer {
  readonly #places = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #fields: number[] = [];

  field(value: number): void {
    this.#fields.push(value);
  }

  text(text: string | null): void {
    if (text === null) {
      this.#fields.push(-1);
      return;
    }
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#texts.push(text) - 1;
      this.#places.set(text, place);
    }
    this.#fields.push(place);
  }

  texts(texts: readonly string[]): void {
    this.#fields.push(texts.length);
    for (const text of texts) this.text(text);
  }

  packed(count: number): PackedGists {
    const ends = new Int32Array(this.#texts.length);
    let end = 0;
    for (const [place, text] of this.#texts.entries()) {
      end += text.length;
      ends[place] = end;
    }
    return { count, text: this.#texts.join(''), ends, fields: Int32Array.from(this.#fields) };
  }
}

class Reader {
  readonly #fields: Int32Array;
  readonly #text: string;
  readonly #ends: Int32Array;
  /** Those asked for before: most come again. */
  readonly #texts: (string | null)[];
  #at = 0;

  constructor({ fields, text, ends }: PackedGists) {
    this.#fields = fields;
    this.#text = text;
    this.#ends = ends;
    this.#texts = new Array<string | null>(ends.length).fill(null);
  }

  field(): number {
    return this.#fields[this.#at++]!;
  }

  text(): string {
    return this.textOrNull() ?? '';
  }

  /** A slice of the whole text: who keeps it for long has to detach it. */
  textOrNull(): string | null {
    const place = this.field();
    if (place === -1) return null;
    const known = this.#texts[place];
    if (known != null) return known;
    const text = this.#text.slice(place === 0 ? 0 : this.#ends[place - 1]!, this.#ends[place]!);
    this.#texts[place] = text;
    return text;
  }

  texts(): string[] {
    const texts: string[] = [];
    for (let left = this.field(); left > 0; left--) texts.push(this.text());
    return texts;
  }
}
