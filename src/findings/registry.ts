/** Interns endpoints and finding keys, within bounds: what comes after the bound is folded and counted as folded. */
import type { Symptom } from '../catalogue/types.ts';
import type { AccessRecord, ErrorRecord } from '../nginx/record.ts';
import { answeredBy } from './answered-by.ts';
import { type FoldedPath, foldPath, upstreamAddress } from './endpoint.ts';
import type { AccessKey, Endpoint, ErrorKey, EventKey, NginxEvent, Upgrade } from './keys.ts';
import { detach, hashText } from './text.ts';

/** Bounds on what log content can make us remember. */
const MAX_ENDPOINTS = 4000;
const MAX_KEYS = 40_000;
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
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #error = new Map<string, ErrorKey>();
  readonly #access = new Map<string, AccessKey>();

  /** @param server '' when the log does not tell */
  endpoint(server: string, target: string): Endpoint {
    const fold = foldPath(target);
    const name = cap(server);
    const id = `${name}\n${fold.path}`;
    const known = this.#endpoints.get(id);
    if (known !== undefined) return known;
    if (this.endpoints.length >= MAX_ENDPOINTS) {
      this.folded++;
      return this.#other();
    }
    return this.#addEndpoint(id, name, detach(fold.path), fold);
  }

  /** @param listener `server:` of a record without request, else '' */
  errorKey(symptom: Symptom, record: ErrorRecord): ErrorKey {
    const target = targetOf(record);
    const asksSomething = target !== null;
    const endpoint = asksSomething ? this.endpoint(record.server ?? '', target) : null;
    if (endpoint !== null && endpoint.host === '' && record.host !== null) endpoint.host = cap(record.host);
    const { scheme, address } = upstreamAddress(record.upstream ?? '');
    const upstream = cap(address);
    const requestHash = requestHashOf(record);
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
      requestHash,
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
      requestHash,
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
    const tlsBytes = (record.request ?? '').startsWith('\x16\x03');
    const upstreamStatus = (record.upstreamStatus ?? []).filter((s) => s !== '-' && s !== '');
    const upstreams = (record.upstreamAddr ?? []).filter((a) => a !== '-' && a !== '').slice(0, 8);
    const requestHash = requestHashOf(record);
    const id = [
      endpoint.index,
      status,
      by,
      upgrade,
      upstreamStatus.join(','),
      upstreams.join(','),
      record.protocol ?? '',
      tlsBytes ? 1 : 0,
      requestHash,
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
      requestHash,
      fold: foldPath(targetOf(record) ?? ''),
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

/** Joins the two lines of a request. What is no request line differs between the logs by its escaping: all one. */
function requestHashOf(record: ErrorRecord | AccessRecord): number {
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
