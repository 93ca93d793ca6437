/** Interns endpoints and finding keys, within bounds: what comes after the bound is folded and counted as folded. */
import type { Symptom } from '../catalogue/types.ts';
import type { FoldedPath } from './endpoint.ts';
import type { AccessGist, Asked, ErrorGist, EventGist, Gist } from './gists.ts';
import type { AccessKey, Endpoint, ErrorKey, EventKey, FindingKey } from './keys.ts';
import { PathTree } from './path-tree.ts';
import { detach } from './text.ts';

/** Bounds on what log content can make us remember. */
const MAX_ENDPOINTS = 2000;
const MAX_KEYS = 32_768;
/** The share of the endpoints at which who watches for months begins anew. */
const CROWDED = 0.9;

/** The path that stands for all endpoints beyond the bound. */
const OTHER_PATH = '{other}';
const NO_FOLD: FoldedPath = { path: OTHER_PATH, hint: null, kind: 'other', sid: false };

/**
 * What it answers depends on the findings it was asked about, in their order, and on nothing else: not on how the logs
 * were cut into pieces, nor on who read them.
 */
export class Registry {
  readonly endpoints: Endpoint[] = [];
  /** Findings whose endpoint was folded away. */
  folded = 0;
  readonly #symptoms: ReadonlyMap<string, Symptom>;
  readonly paths = new PathTree();
  readonly #endpoints = new Map<string, Endpoint>();
  /** By all they say. */
  readonly #keys = new Map<string, FindingKey>();
  /** How often all keys were forgotten: they are other objects from then on. */
  forgotten = 0;
  /** Changes whenever a gist may have another key than before. */
  #epoch = 0;
  #other: Endpoint | null = null;

  constructor(symptoms: ReadonlyMap<string, Symptom>) {
    this.#symptoms = symptoms;
  }

  /** The key of a finding. */
  key(gist: ErrorGist): ErrorKey;
  key(gist: AccessGist): AccessKey;
  key(gist: EventGist): EventKey;
  key(gist: Gist): FindingKey {
    const key = gist.key !== null && gist.epoch === this.#epoch ? gist.key : this.#keyOf(gist);
    if (this.#other !== null && key.kind !== 'event' && key.endpoint === this.#other) this.folded++;
    return key;
  }

  /** Changes whenever a gist may have another key than before. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether there is little room for endpoints that were not seen yet. */
  get isCrowded(): boolean {
    return this.endpoints.length > CROWDED * MAX_ENDPOINTS;
  }

  /** The endpoint that stands for all beyond the bound; null as long as there is room. */
  get other(): Endpoint | null {
    return this.#other;
  }

  /** Makes a new registry what another was; `other` is the index of the endpoint that stands for all others, or -1. */
  restore(endpoints: readonly Omit<Endpoint, 'index'>[], folded: number, other: number): void {
    for (const { server, path, fold, host } of endpoints) {
      this.#addEndpoint(`${server}\n${path}`, server, path, fold).host = host;
    }
    this.folded = folded;
    this.#other = this.endpoints[other] ?? null;
  }

  /** The endpoint that stands for this one now that all paths are known. */
  settled(endpoint: Endpoint): Endpoint {
    const path = this.paths.settle(endpoint.path);
    if (path === endpoint.path) return endpoint;
    const id = `${endpoint.server}\n${path}`;
    return this.#endpoints.get(id) ?? this.#addEndpoint(id, endpoint.server, path, endpoint.fold);
  }

  /** The key of a gist that was not met since anything changed in what it says. */
  #keyOf(gist: Gist): FindingKey {
    const { known } = this.paths;
    const endpoint = gist.kind === 'event' || gist.asked === null ? null : this.#endpoint(gist.asked);
    // Where one more name turns out to be an identifier, other paths are other endpoints as well.
    if (this.paths.known !== known) this.#epoch++;
    const id =
      gist.kind === 'error'
        ? errorId(gist, endpoint)
        : gist.kind === 'access'
          ? accessId(gist, endpoint!)
          : eventId(gist);
    let key = this.#keys.get(id);
    if (key === undefined) {
      // Beyond the bound keys are a cache: one that is not kept still works, it is only made again.
      if (this.#keys.size >= MAX_KEYS) {
        this.#keys.clear();
        this.#epoch++;
        this.forgotten++;
      }
      key =
        gist.kind === 'error'
          ? this.#error(gist, endpoint)
          : gist.kind === 'access'
            ? accessKey(gist, endpoint!)
            : this.#event(gist);
      this.#keys.set(id, key);
    }
    gist.key = key;
    gist.epoch = this.#epoch;
    return key;
  }

  #error(gist: ErrorGist, endpoint: Endpoint | null): ErrorKey {
    return {
      kind: 'error',
      slot: -1,
      symptom: this.#symptom(gist.symptom),
      level: gist.level,
      endpoint,
      upstream: detach(gist.upstream),
      scheme: detach(gist.scheme),
      protocol: detach(gist.protocol),
      phase: gist.phase === null ? null : detach(gist.phase),
      subrequest: gist.subrequest,
      listener: detach(gist.listener),
      detail: detach(gist.detail),
      truncated: gist.truncated,
      forgeable: gist.forgeable,
    };
  }

  #event({ event, pid, symptom, message }: EventGist): EventKey {
    return {
      kind: 'event',
      event,
      pid,
      symptom: symptom === null ? null : this.#symptom(symptom),
      message: detach(message),
    };
  }

  #symptom(id: string): Symptom {
    const symptom = this.#symptoms.get(id);
    if (symptom === undefined) throw new Error(`the catalogue has no symptom "${id}"`);
    return symptom;
  }

  #endpoint({ server, fold, host }: Asked): Endpoint {
    const path = this.paths.learn(fold.path);
    const id = `${server}\n${path}`;
    let endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) {
      if (this.endpoints.length >= MAX_ENDPOINTS) return this.#folded();
      endpoint = this.#addEndpoint(id, server, path, fold);
    } else if (hintRank(fold) > hintRank(endpoint.fold)) endpoint.fold = { ...fold, path: endpoint.path };
    if (endpoint.host === '' && host !== '') endpoint.host = detach(host);
    return endpoint;
  }

  #folded(): Endpoint {
    this.#other ??= this.#addEndpoint(`\n${OTHER_PATH}`, '', OTHER_PATH, NO_FOLD);
    return this.#other;
  }

  #addEndpoint(id: string, server: string, path: string, fold: FoldedPath): Endpoint {
    const kept = detach(path);
    const endpoint: Endpoint = {
      index: this.endpoints.length,
      server: detach(server),
      path: kept,
      fold: { ...fold, path: kept },
      host: '',
    };
    this.endpoints.push(endpoint);
    this.#endpoints.set(id, endpoint);
    return endpoint;
  }
}

function accessKey(gist: AccessGist, endpoint: Endpoint): AccessKey {
  const { hint, kind, sid } = gist.fold;
  return {
    kind: 'access',
    slot: -1,
    endpoint,
    status: gist.status,
    answeredBy: gist.answeredBy,
    upgrade: gist.upgrade,
    upstreamStatus: gist.upstreamStatus.map(detach),
    upstreams: gist.upstreams.map(detach),
    protocol: detach(gist.protocol),
    tlsBytes: gist.tlsBytes,
    fold: { path: endpoint.path, hint, kind, sid },
    method: detach(gist.method),
  };
}

function errorId(gist: ErrorGist, endpoint: Endpoint | null): string {
  const flags = (gist.subrequest ? 1 : 0) + (gist.truncated ? 2 : 0) + (gist.forgeable ? 4 : 0);
  return (
    `e${endpoint?.index ?? ''} ${gist.symptom} ${gist.level ?? ''} ${flags}${sized(gist.upstream)}${sized(gist.scheme)}` +
    `${sized(gist.protocol)}${sized(gist.phase ?? '')}${sized(gist.listener)}${sized(gist.detail)}`
  );
}

function accessId(gist: AccessGist, endpoint: Endpoint): string {
  const { hint, kind, sid } = gist.fold;
  const flags = (sid ? 1 : 0) + (gist.tlsBytes ? 2 : 0);
  return (
    `a${endpoint.index} ${gist.status} ${gist.answeredBy} ${gist.upgrade} ${hint ?? ''} ${kind} ${flags}` +
    `${sized(gist.upstreamStatus.join(','))}${sized(gist.upstreams.join(','))}${sized(gist.protocol)}${gist.method}`
  );
}

function eventId({ event, pid, symptom, message }: EventGist): string {
  return `n${event} ${pid} ${symptom ?? ''} ${message}`;
}

/** A piece of an id that no content can make look like several. */
function sized(text: string): string {
  return text === '' ? ' ' : ` ${text.length}:${text}`;
}

/** How much a path tells: one that is a WebSocket's by its name outweighs the library's other transports. */
function hintRank({ hint }: FoldedPath): number {
  return hint === 'strong' ? 3 : hint === 'polling' ? 2 : hint === 'weak' ? 1 : 0;
}
