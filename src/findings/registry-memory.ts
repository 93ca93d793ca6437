/** The endpoints that a registry knows, to be stored and put back. */
import * as v from 'valibot';
import { type Memory, type MemoryPart, numbered } from './memory.ts';
import type { Registry } from './registry.ts';

/** Endpoints that are stored together. */
const CHUNK = 32;

const ENDPOINTS = v.array(
  v.object({
    server: v.string(),
    path: v.string(),
    host: v.string(),
    fold: v.object({
      path: v.string(),
      hint: v.nullable(v.picklist(['strong', 'weak', 'polling'])),
      kind: v.picklist(['socket.io', 'sockjs', 'signalr', 'graphql', 'other']),
      sid: v.boolean(),
    }),
  }),
);
const PLACE = v.object({ place: v.string(), names: v.nullable(v.set(v.string())) });
const FOLDED = v.object({ folded: v.number(), other: v.number() });

/** The pieces to store. Their contents are the registry's own: they are to be copied before the next line. */
export function* registryParts(registry: Registry): Generator<MemoryPart> {
  const { endpoints } = registry;
  for (let at = 0; at < endpoints.length; at += CHUNK) {
    const content = () =>
      endpoints.slice(at, at + CHUNK).map(({ server, path, host, fold }) => ({ server, path, host, fold }));
    yield { key: `endpoints ${at / CHUNK}`, revision: null, content };
  }
  let number = 0;
  for (const [place, names] of registry.paths.places) {
    yield { key: `place ${number++}`, revision: names?.size ?? -1, content: () => ({ place, names }) };
  }
  const { folded, other } = registry;
  yield { key: 'folded', revision: folded, content: () => ({ folded, other: other?.index ?? -1 }) };
}

/** Makes a new registry what was stored. @throws when it is not what was stored. */
export function restoreRegistry(registry: Registry, memory: Memory): void {
  const endpoints = numbered(memory, 'endpoints ').flatMap((content) => v.parse(ENDPOINTS, content));
  const places = numbered(memory, 'place ').map((content) => v.parse(PLACE, content));
  const { folded, other } = v.parse(FOLDED, memory.get('folded') ?? { folded: 0, other: -1 });
  for (const { place, names } of places) registry.paths.places.set(place, names);
  registry.restore(endpoints, folded, other);
}
