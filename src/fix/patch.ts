/** From a configuration and a cause to the smallest change that mends it. Pure: text in, text out. */
import { dumpFs } from '../nginx-conf/files.ts';
import { loadConf } from '../nginx-conf/load.ts';
import { type ServerBlock, serversOf } from '../nginx-conf/servers.ts';
import type { Conf } from '../nginx-conf/tree.ts';
import { unifiedDiff } from './diff.ts';
import { applyEdits, type Edit } from './edit.ts';
import { candidateOf, nameOf, type Place, placesAt, placesOf, serversNamed, webSocketPlaces } from './places.ts';
import { disagreements } from './remedies/duplicates.ts';
import { PROVEN_BY_CONF, REMEDIES } from './remedies/list.ts';
import { type Fix, type FixChange, type FixRequest, type Mending, nothing, type Remedy } from './types.ts';

/** A change can uncover another one (a file that is shared); more rounds than this mean that it does not settle. */
const MOST_ROUNDS = 8;
const MOST_NAMED = 3;

/**
 * The change that mends a cause; nothing outside the changed lines differs by a byte, and a configuration that has
 * been mended is left alone.
 */
export function patchFor(conf: Conf, request: FixRequest): Fix {
  const causes = request.cause === null ? causesShown(request) : [request.cause];
  let current = conf;
  const changes: FixChange[] = [];
  const notes = new Set<string>();
  for (const cause of causes) {
    const remedies = REMEDIES.get(cause);
    if (remedies === undefined) return { kind: 'elsewhere' };
    for (const remedy of remedies) {
      const found = mend(current, remedy, request);
      if ('kind' in found) {
        if (request.cause === null && request.location === null && request.server === null) continue;
        if (changes.length > 0) continue;
        return found;
      }
      current = found.conf;
      changes.push(...found.changes);
      // What is right already is not worth a word where nothing particular was asked about.
      const isTelling = found.changes.length > 0 || (request.cause !== null && changes.length === 0);
      if (isTelling) for (const note of found.notes) notes.add(note);
    }
  }
  const files = new Map([...current.files].filter(([path, text]) => conf.files.get(path) !== text));
  if (files.size === 0)
    return { kind: 'unchanged', notes: request.cause === null ? unasked(conf, request) : [...notes] };
  return { kind: 'patch', files, changes, notes: [...notes] };
}

function causesShown({ pingSeconds }: FixRequest): readonly string[] {
  return pingSeconds === null ? PROVEN_BY_CONF : [...PROVEN_BY_CONF, 'idle-timeout'];
}

/** What somebody who named no cause should hear when there is nothing to change. */
function unasked(conf: Conf, { server }: FixRequest): readonly string[] {
  const places = placesOf(conf, serversNamed(conf, server));
  if (places.length === 0) return [`no location of ${conf.path} proxies anything`];
  const lookAlikes = webSocketPlaces(conf, places);
  return [
    ...disagreements(conf),
    ...(lookAlikes.length > 0
      ? []
      : ["no location that proxies looks like a WebSocket's; if one is meant for it, name it with --location"]),
  ];
}

interface Mended {
  readonly conf: Conf;
  readonly changes: readonly FixChange[];
  readonly notes: readonly string[];
}

/** Mends in rounds: a change is carried out before one that touches the same bytes is worked out again. */
function mend(conf: Conf, remedy: Remedy, request: FixRequest): Mended | Fix {
  let current = conf;
  const changes: FixChange[] = [];
  const notes: string[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = remedy.at === 'whole' ? [remedy.mend(current, request)] : mendPlaces(current, remedy, request);
    if ('kind' in found) return round === 0 ? found : { conf: current, changes, notes };
    const taken = compatible(found);
    if (taken.every(({ edits }) => edits.length === 0)) {
      // The last round only confirms; what it says was true before the changes too.
      if (round === 0) notes.push(...found.flatMap((one) => one.notes));
      return { conf: current, changes, notes };
    }
    changes.push(...taken.flatMap((one) => one.changes));
    notes.push(...taken.filter(({ edits }) => edits.length > 0).flatMap((one) => one.notes));
    current = edited(current, uniqueEdits(taken));
  }
  return { conf: current, changes, notes };
}

type PlaceRemedy = Extract<Remedy, { at: 'place' }>;

function mendPlaces(
  conf: Conf,
  remedy: PlaceRemedy,
  request: FixRequest,
): readonly Mending[] | Extract<Fix, { kind: 'undecided' }> {
  const servers = serversNamed(conf, request.server);
  if (servers.length === 0) return unknownServer(conf, request.server ?? '');
  const places = request.location === null ? placesOf(conf, servers) : placesAt(conf, servers, request.location);
  if (places.length === 0) return noPlace(conf, servers, request.location);
  const found = places.map((place) => ({ place, mending: remedy.mend(conf, place, request) }));
  const wrong = found.filter(({ mending }) => mending.edits.length > 0);
  if (request.location !== null || remedy.reach === 'fault' || wrong.length === 0) {
    return found.map(({ mending }) => mending);
  }
  const likely = new Set(webSocketPlaces(conf, places));
  if (likely.size > 0) {
    const left = wrong.filter(({ place }) => !likely.has(place)).map(({ place }) => place);
    return [...found.filter(({ place }) => likely.has(place)).map(({ mending }) => mending), leftAlone(left)];
  }
  if (remedy.reach === 'websocket-or-all') return found.map(({ mending }) => mending);
  // Where no cause was asked about, an ordinary location is no fault.
  if (request.cause === null) return [];
  if (new Set(wrong.map(({ place }) => place.location)).size === 1) return wrong.map(({ mending }) => mending);
  return {
    kind: 'undecided',
    why: 'several locations could be meant; say which with --location (and --server)',
    candidates: listed(wrong.map(({ place }) => place)),
  };
}

/** Ordinary locations lack the same; somebody may have meant one of them. */
function leftAlone(places: readonly Place[]): Mending {
  const locations = [...new Map(places.map((place) => [place.location, nameOf(place)])).values()];
  if (locations.length === 0) return nothing();
  const more = locations.length > MOST_NAMED ? ` and ${locations.length - MOST_NAMED} more` : '';
  return nothing(
    `left alone, as nothing there looks like a WebSocket: ${locations.slice(0, MOST_NAMED).join(', ')}${more}; --location names one that is meant`,
  );
}

function unknownServer(conf: Conf, name: string): Extract<Fix, { kind: 'undecided' }> {
  const candidates = serversOf(conf).map(({ names, directive: { file, line } }) => ({
    server: names[0] ?? '',
    location: '',
    file,
    line,
  }));
  return { kind: 'undecided', why: `no server of the configuration is called ${name}`, candidates };
}

function noPlace(
  conf: Conf,
  servers: readonly ServerBlock[],
  location: string | null,
): Extract<Fix, { kind: 'undecided' }> {
  if (location === null) {
    return { kind: 'undecided', why: `no location of ${conf.path} proxies anything`, candidates: [] };
  }
  const candidates = listed(placesOf(conf, servers));
  return { kind: 'undecided', why: `no location that proxies serves ${location}`, candidates };
}

function listed(places: readonly Place[]): ReturnType<typeof candidateOf>[] {
  const byLocation = new Map(places.map((place) => [place.location, candidateOf(place)]));
  return [...byLocation.values()];
}

/** Those whose edits do not touch the bytes of another one's; equal edits, of a file that is included twice, agree. */
function compatible(found: readonly Mending[]): readonly Mending[] {
  const taken: Mending[] = [];
  const edits: Edit[] = [];
  const keys = new Set<string>();
  for (const mending of found) {
    const fresh = mending.edits.filter((edit) => !keys.has(keyOf(edit)));
    if (fresh.length === 0 && mending.edits.length > 0) continue;
    if (fresh.some((edit) => edits.some((other) => touches(edit, other)))) continue;
    for (const edit of fresh) keys.add(keyOf(edit));
    edits.push(...fresh);
    taken.push(mending);
  }
  return taken;
}

function uniqueEdits(taken: readonly Mending[]): readonly Edit[] {
  const byKey = new Map<string, Edit>();
  for (const edit of taken.flatMap(({ edits }) => edits)) byKey.set(keyOf(edit), edit);
  return [...byKey.values()];
}

function keyOf({ file, start, end, text }: Edit): string {
  return `${start}:${end}:${text}:${file}`;
}

function touches(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.start <= b.end && b.start <= a.end;
}

function edited(conf: Conf, edits: readonly Edit[]): Conf {
  const files = new Map(conf.files);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const own = edits.filter((edit) => edit.file === file);
    files.set(file, applyEdits(files.get(file) ?? '', own));
  }
  return withFiles(conf, files);
}

/** The configuration with other texts in its files. */
export function withFiles(conf: Conf, files: ReadonlyMap<string, string>): Conf {
  return loadConf({ path: conf.path }, dumpFs(new Map([...conf.files, ...files])), conf.prefix);
}

/**
 * The patch for a cause that a diagnosis found, or null where there is none to give.
 * @param at where requests fail, as the report names it
 */
export function patchForCause(
  conf: Conf,
  cause: string,
  at: { readonly server: string | null; readonly path: string | null; readonly version: string | null },
): { readonly diff: string; readonly files: readonly string[] } | null {
  const fix = patchFor(conf, {
    cause,
    server: at.server,
    // Ids in a path were folded by the report; any will do.
    location: at.path === null ? null : at.path.replaceAll('{id}', '1').replaceAll('…', ''),
    pingSeconds: null,
    version: at.version,
    scheme: null,
    tlsName: null,
  });
  if (fix.kind !== 'patch') return null;
  const files = [...fix.files].map(([path, after]) => ({ path, before: conf.files.get(path) ?? '', after }));
  return { diff: unifiedDiff(files), files: [...fix.files.keys()] };
}
