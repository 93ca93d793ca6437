/**
 * What a line says, without what differs from line to line: plain data, the same for all lines that say the same. A
 * gist says what stands in its line; which endpoint of the whole log that is, the registry decides.
 */
import { startsWithTls } from '../catalogue/facts.ts';
import type { Symptom } from '../catalogue/types.ts';
import type { AccessRecord, ErrorRecord, Level } from '../nginx/record.ts';
import { answeredBy } from './answered-by.ts';
import { type FoldedPath, type PathFolder, upstreamAddress } from './endpoint.ts';
import { GistRoom } from './gist-room.ts';
import type { AnsweredBy, FindingKey, NginxEvent, Upgrade } from './keys.ts';
import { detach, hashRequest } from './text.ts';

const MAX_NAME = 256;
/** Names that are kept once for all gists. */
const MAX_NAMES = 512;

/** Stands for the path of a request that is none: TLS bytes, garbage, an empty line. */
const UNREADABLE: FoldedPath = { path: '{unreadable}', hint: null, kind: 'other', sid: false };
const NO_PATH: FoldedPath = { path: '/', hint: null, kind: 'other', sid: false };

/** What was asked for, and where. */
export interface Asked {
  /** '' when the log does not tell. */
  readonly server: string;
  readonly fold: FoldedPath;
  readonly host: string;
}

interface Said {
  /** Place among the gists of its source since they were forgotten last. */
  readonly number: number;
  /** The registry's own: what it found for this gist, and when. */
  key: FindingKey | null;
  epoch: number;
}

export interface ErrorGist extends Said {
  readonly kind: 'error';
  /** Id of the symptom. */
  readonly symptom: string;
  readonly level: Level | null;
  /** Null for lines that concern no request. */
  readonly asked: Asked | null;
  readonly upstream: string;
  readonly scheme: string;
  readonly protocol: string;
  readonly phase: string | null;
  readonly subrequest: boolean;
  readonly listener: string;
  readonly detail: string;
  readonly truncated: boolean;
  readonly forgeable: boolean;
}

export interface AccessGist extends Said {
  readonly kind: 'access';
  readonly asked: Asked;
  readonly status: number;
  readonly answeredBy: AnsweredBy;
  readonly upgrade: Upgrade;
  readonly upstreamStatus: readonly string[];
  readonly upstreams: readonly string[];
  readonly protocol: string;
  readonly tlsBytes: boolean;
  /** The request's own: a path without a readable target folds to nothing. */
  readonly fold: FoldedPath;
  readonly method: string;
}

export interface EventGist extends Said {
  readonly kind: 'event';
  readonly event: NginxEvent;
  readonly pid: number;
  /** Id of the symptom, or null. */
  readonly symptom: string | null;
  readonly message: string;
}

export type Gist = ErrorGist | AccessGist | EventGist;

/** Whether a request asks for anything that can be read, and for what. */
export function foldOf(record: ErrorRecord | AccessRecord, folder: PathFolder): FoldedPath | null {
  const target = targetOf(record);
  return target === null ? null : folder.fold(target);
}

/** The gists of one source, each made once. */
export class Gists {
  /** By number. */
  all: Gist[] = [];
  /** By all they say in one text. */
  #byId = new Map<string, Gist>();
  /** Names that come in many gists: a copy for each was a third of what they take. */
  readonly #names = new Map<string, string>();
  readonly #room: GistRoom;

  constructor(room = new GistRoom(true)) {
    this.#room = room;
  }

  /** @param fold of the request's path; null when the line concerns none */
  error(symptom: Symptom, record: ErrorRecord, fold: FoldedPath | null): ErrorGist {
    const { scheme, address } = upstreamAddress(record.upstream ?? '');
    const listener = fold === null ? (record.server ?? '') : '';
    const detail = fold === null ? (record.extras.get('resolver') ?? '') : '';
    const id =
      `e ${symptom.id} ${record.level ?? ''} ${askedId(record, fold)}${part(address)}${part(scheme)}` +
      `${part(record.protocol)}${part(record.phase)}${part(listener)}${part(detail)}` +
      `${record.subrequest === null ? 0 : 1}${record.truncated ? 1 : 0}${record.forgeable ? 1 : 0}`;
    const known = this.#byId.get(id);
    if (known?.kind === 'error') return known;
    return this.#keep(id, {
      kind: 'error',
      ...this.#said(),
      symptom: symptom.id,
      level: record.level,
      asked: fold === null ? null : this.#asked(record, fold),
      upstream: this.#name(address),
      scheme: this.#name(scheme),
      protocol: this.#name(record.protocol ?? ''),
      phase: record.phase === null ? null : this.#name(record.phase),
      subrequest: record.subrequest !== null,
      listener: this.#name(listener),
      detail: this.#name(detail),
      truncated: record.truncated,
      forgeable: record.forgeable,
    });
  }

  /** @param fold of the request's path; null when it cannot be read */
  access(record: AccessRecord, fold: FoldedPath | null): AccessGist {
    const status = record.status ?? -1;
    const by = answeredBy(record);
    // A request refused while its headers were read has no Upgrade header yet, whatever the client sent.
    const unread = by === 'nginx' && (status === 400 || status === 408 || status === 414 || status === 494);
    const upgrade: Upgrade =
      record.upgrade === null || (unread && record.upgrade === '')
        ? 'unlogged'
        : isWebSocket(record.upgrade)
          ? 'yes'
          : 'no';
    const place = fold ?? UNREADABLE;
    const own = fold ?? NO_PATH;
    const tlsBytes = startsWithTls(record.request);
    const statuses = tries(record.upstreamStatus);
    const upstreams = tries(record.upstreamAddr);
    const id =
      `a ${status} ${by} ${upgrade} ${askedId(record, place)}${part(statuses.join(','))}${part(upstreams.join(','))}` +
      `${part(record.protocol)}${part(record.method)}${tlsBytes ? 1 : 0}`;
    const known = this.#byId.get(id);
    if (known?.kind === 'access') return known;
    return this.#keep(id, {
      kind: 'access',
      ...this.#said(),
      asked: this.#asked(record, place),
      status,
      answeredBy: by,
      upgrade,
      upstreamStatus: statuses.map((status) => this.#name(status)),
      upstreams: upstreams.map((upstream) => this.#name(upstream)),
      protocol: this.#name(record.protocol ?? ''),
      tlsBytes,
      fold: own,
      method: this.#name(record.method ?? ''),
    });
  }

  event(event: NginxEvent, pid: number, symptom: Symptom | null, message: string): EventGist {
    const symptomId = symptom?.id ?? null;
    const id = `n ${event} ${pid} ${symptomId ?? ''} ${part(message)}`;
    const known = this.#byId.get(id);
    if (known?.kind === 'event') return known;
    return this.#keep(id, { kind: 'event', ...this.#said(), event, pid, symptom: symptomId, message: cap(message) });
  }

  /** Forgets all of them when they are many: true when it did. What holds a gist of before must let it go. */
  trim(): boolean {
    if (this.all.length < this.#room.most) return false;
    this.#room.forgotten();
    this.all = [];
    this.#byId = new Map();
    this.#names.clear();
    return true;
  }

  #asked(record: ErrorRecord | AccessRecord, fold: FoldedPath): Asked {
    return { server: this.#name(record.server ?? ''), fold, host: cap(record.host ?? '') };
  }

  /** A detached copy of a name of which there are few, of bounded length: the same for the same. */
  #name(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = cap(text);
    if (this.#names.size < MAX_NAMES) this.#names.set(name, name);
    return name;
  }

  #said(): Said {
    return { number: this.all.length, key: null, epoch: -1 };
  }

  #keep<G extends Gist>(id: string, gist: G): G {
    this.all.push(gist);
    this.#byId.set(id, gist);
    this.#room.made(id);
    return gist;
  }
}

function askedId(record: ErrorRecord | AccessRecord, fold: FoldedPath | null): string {
  if (fold === null) return '';
  return `${part(record.server)}${part(fold.path)}${part(record.host)}${fold.hint ?? ''} ${fold.kind} ${fold.sid ? 1 : 0} `;
}

/** A piece of an id that no content can make look like several. */
function part(text: string | null): string {
  if (text === null || text === '') return '0:';
  const kept = cut(text);
  return `${kept.length}:${kept}`;
}

/** The request target; of a request line that was cut because it was too long, what is there. */
function targetOf(record: ErrorRecord | AccessRecord): string | null {
  if (record.path !== null) return record.path;
  if (record.request === null) return null;
  return /^[A-Z]{3,12} (\/[^ ]*)$/.exec(record.request)?.[1] ?? null;
}

/** Joins the two lines of a request. What is no request line differs between the logs by its escaping: all one. */
export function requestHashOf(record: ErrorRecord | AccessRecord): number {
  if (record.request === null || record.request === '') return 0;
  return targetOf(record) === null ? 1 : hashRequest(record.request);
}

/** The backends that were tried, or what they answered; `-` stands where none was. */
function tries(list: readonly string[] | null): readonly string[] {
  return list === null ? [] : list.filter((one) => one !== '-' && one !== '').slice(0, 8);
}

function cut(text: string): string {
  return text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text;
}

/** A detached copy of a name from the log, of bounded length. */
function cap(text: string): string {
  return detach(cut(text));
}

/** `Upgrade` may list several protocols and versions; any that names websocket counts. */
export function isWebSocket(upgrade: string): boolean {
  return /websocket/i.test(upgrade);
}
