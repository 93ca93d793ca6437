/** Interns endpoints and finding keys, within bounds: what comes after the bound is folded and counted as folded. */
import type { Symptom } from '../catalogue/types.ts';
import type { AccessRecord, ErrorRecord } from '../nginx/record.ts';
import { answeredBy } from './answered-by.ts';
import { type FoldedPath, foldPath, upstreamAddress } from './endpoint.ts';
import type { AccessKey, Endpoint, ErrorKey, EventKey, NginxEvent, Upgrade } from './keys.ts';
import { PathTree } from './path-tree.ts';
import { detach, hashText } from './text.ts';

/** Bounds on what log content can make us remember. */
const MAX_ENDPOINTS = 2000;
const MAX_KEYS = 8192;
const MAX_NAME = 256;

/** The path that stands for all endpoints beyond the bound. */
const OTHER_PATH = '{other}';

/** Stands for the path of a request that is none: TLS bytes, garbage, an empty line. */
const UNREADABLE = '{unreadable}';

const NO_FOLD: FoldedPath = { path: OTHER_PATH, hint: null, kind: 'other', sid: false };

export class Registry {
  readonly endpoints: Endpoint[] = [];
  /** Requests whose endpoint was folded away. */
  folded = 0;
  /** nginx versions that start-up notices named. */
  readonly versions = new Set<string>();
  readonly #paths = new PathTree();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #error = new Map<string, ErrorKey>();
  readonly #access = new Map<string, AccessKey>();

  /** @param server '' when the log does not tell */
  endpoint(server: string, target: string): Endpoint {
    const fold = foldPath(target);
    const name = cap(server);
    const path = this.#paths.learn(fold.path);
    const id = `${name}\n${path}`;
    const known = this.#endpoints.get(id);
    if (known !== undefined) {
      if (hintRank(fold) > hintRank(known.fold)) known.fold = { ...fold, path: known.path };
      return known;
    }
    if (this.endpoints.length >= MAX_ENDPOINTS) {
      this.folded++;
      return this.#other();
    }
    return this.#addEndpoint(id, name, detach(path), fold);
  }

  /** The endpoint that stands for this one now that all paths are known. */
  settled(endpoint: Endpoint): Endpoint {
    const path = this.#paths.settle(endpoint.path);
    if (path === endpoint.path) return endpoint;
    const id = `${endpoint.server}\n${path}`;
    return this.#endpoints.get(id) ?? this.#addEndpoint(id, endpoint.server, path, endpoint.fold);
  }

  /** @param listener `server:` of a record without request, else '' */
  errorKey(symptom: Symptom, record: ErrorRecord): ErrorKey {
    const target = targetOf(record);
    const asksSomething = target !== null;
    const endpoint = asksSomething ? this.endpoint(record.server ?? '', target) : null;
    if (endpoint !== null && endpoint.host === '' && record.host !== null) endpoint.host = cap(record.host);
    const { scheme, address } = upstreamAddress(record.upstream ?? '');
    const upstream = cap(address);
    const listener = asksSomething ? '' : cap(record.server ?? '');
    const detail = asksSomething ? '' : cap(record.extras.get('resolver') ?? '');
    const id = [
      symptom.id,
      record.level ?? '',
      endpoint?.index ?? -1,
      upstream,
      scheme,
      record.protocol ?? '',
      record.phase ?? '',
      record.subrequest === null ? 0 : 1,
      listener,
      detail,
      record.truncated ? 1 : 0,
      record.forgeable ? 1 : 0,
    ].join('\n');
    const known = this.#error.get(id);
    if (known !== undefined) return known;
    const key: ErrorKey = {
      kind: 'error',
      slot: -1,
      symptom,
      level: record.level,
      endpoint,
      upstream,
      scheme,
      protocol: detach(record.protocol ?? ''),
      phase: record.phase,
      subrequest: record.subrequest !== null,
      listener,
      detail,
      truncated: record.truncated,
      forgeable: record.forgeable,
    };
    return this.#keep(this.#error, id, key);
  }

  accessKey(record: AccessRecord): AccessKey {
    const endpoint = this.endpoint(record.server ?? '', targetOf(record) ?? UNREADABLE);
    if (endpoint.host === '' && record.host !== null) endpoint.host = cap(record.host);
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
    const fold = foldPath(targetOf(record) ?? '');
    const tlsBytes = (record.request ?? '').startsWith('\x16\x03');
    const upstreamStatus = (record.upstreamStatus ?? []).filter((s) => s !== '-' && s !== '');
    const upstreams = (record.upstreamAddr ?? []).filter((a) => a !== '-' && a !== '').slice(0, 8);
    const id = [
      endpoint.index,
      status,
      by,
      upgrade,
      upstreamStatus.join(','),
      upstreams.join(','),
      record.protocol ?? '',
      tlsBytes ? 1 : 0,
      fold.hint ?? '',
      fold.sid ? 1 : 0,
      record.method ?? '',
    ].join('\n');
    const known = this.#access.get(id);
    if (known !== undefined) return known;
    const key: AccessKey = {
      kind: 'access',
      slot: -1,
      endpoint,
      status,
      answeredBy: by,
      upgrade,
      upstreamStatus: upstreamStatus.slice(0, 8).map(cap),
      upstreams: upstreams.map(cap),
      protocol: detach(record.protocol ?? ''),
      tlsBytes,
      fold: { ...fold, path: endpoint.path },
      method: detach(record.method ?? ''),
    };
    return this.#keep(this.#access, id, key);
  }

  eventKey(event: NginxEvent, pid: number, symptom: Symptom | null, message: string): EventKey {
    return { kind: 'event', event, pid, symptom, message: detach(message.slice(0, MAX_NAME)) };
  }

  /** Keys are a cache beyond the bound: a key that is not kept still works, it is only made again. */
  #keep<K extends ErrorKey | AccessKey>(keys: Map<string, K>, id: string, key: K): K {
    if (keys.size >= MAX_KEYS) keys.clear();
    keys.set(id, key);
    return key;
  }

  #other(): Endpoint {
    const id = `\n${OTHER_PATH}`;
    return this.#endpoints.get(id) ?? this.#addEndpoint(id, '', OTHER_PATH, NO_FOLD);
  }

  #addEndpoint(id: string, server: string, path: string, fold: FoldedPath): Endpoint {
    const endpoint: Endpoint = {
      index: this.endpoints.length,
      server,
      path,
      fold: { ...fold, path },
      host: '',
    };
    this.endpoints.push(endpoint);
    this.#endpoints.set(detach(id), endpoint);
    return endpoint;
  }
}

/** The request target; of a request line that was cut because it was too long, what is there. */
function targetOf(record: ErrorRecord | AccessRecord): string | null {
  if (record.path !== null) return record.path;
  return /^[A-Z]{3,12} (\/[^ ]*)$/.exec(record.request ?? '')?.[1] ?? null;
}

/** How much a path tells: one that is a WebSocket's by its name outweighs the library's other transports. */
function hintRank({ hint }: FoldedPath): number {
  return hint === 'strong' ? 3 : hint === 'polling' ? 2 : hint === 'weak' ? 1 : 0;
}

/** Joins the two lines of a request. What is no request line differs between the logs by its escaping: all one. */
export function requestHashOf(record: ErrorRecord | AccessRecord): number {
  if (record.request === null || record.request === '') return 0;
  return targetOf(record) === null ? 1 : hashText(record.request);
}

/** A detached copy of a name from the log, of bounded length. */
function cap(text: string): string {
  return detach(text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text);
}

/** `Upgrade` may list several protocols and versions; any that names websocket counts. */
function isWebSocket(upgrade: string): boolean {
  return /websocket/i.test(upgrade);
}
