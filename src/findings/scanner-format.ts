/** An access format as the scanner must know it: where its values end, and what each is for. */
import type { AccessField, AccessFormat } from '../nginx/access-line.ts';
import { FIELD_OF_VARIABLE } from '../nginx/access-line.ts';
import type { Shape } from '../nginx/format-matcher.ts';
import { COMBINED_PREFIX, compileLogFormat } from '../nginx/log-format.ts';

/**
 * How a value ends: as its shape says; at a quote; with the line; or as a word of a tail, which is no list and nothing that
 * marks another server's line.
 */
export type Ending = Shape | 'quoted' | 'rest' | 'bare';

/** What a value is for. */
export type Role =
  | 'time'
  | 'exactTime'
  | 'client'
  | 'request'
  | 'method'
  | 'target'
  | 'protocol'
  | 'status'
  | 'size'
  | 'seconds'
  | 'connection'
  | 'upgrade';

export interface ScannerFormat {
  readonly lead: string;
  readonly slots: readonly ScannerSlot[];
  /** Places among the slots; -1: there is none. */
  readonly places: Readonly<Record<Role, number>>;
  /** Slots that a line's meaning depends on as they stand, and those of which only the shape counts. */
  readonly keys: readonly number[];
  readonly numbers: readonly number[];
  /** The size is that of the body. */
  readonly sizeTells: boolean;
  /** Without a client's address a line is not surely one of this format. */
  readonly clientNeeded: boolean;
  /** What ends the line is in no known form. */
  readonly tailGuessed: boolean;
}

export interface ScannerSlot {
  readonly kind: Ending;
  readonly after: string;
}

/** Values that say as they stand what became of a request. */
const KEYS: readonly AccessField[] = ['upgrade', 'upstreamAddr', 'upstreamStatus', 'host', 'hostHeader', 'server'];
/** Values that say nothing here. */
const SILENT: ReadonlySet<AccessField> = new Set<AccessField>([
  'upstreamResponseTime',
  'upstreamConnectTime',
  'upstreamResponseLength',
  'referrer',
  'userAgent',
  'completion',
  'pid',
]);

/** Null for formats whose lines can only be told by parsing them. */
export function scannerFormatOf(format: AccessFormat): ScannerFormat | null {
  if (format.slots === undefined) {
    return format.recipe?.kind === 'combined-like' && format.isCombinedPrefix ? guessedCombined() : null;
  }
  const { slots, lead = '' } = format;
  const fields = new Map<AccessField, number>();
  for (const [index, { variables }] of slots.entries()) {
    const known = variables.flatMap((name) => FIELD_OF_VARIABLE.get(name) ?? []).filter((field) => !SILENT.has(field));
    if (known.length === 0) continue;
    const field = known[0]!;
    // Where no literal parts two values, or one comes twice, what is whose is not told by positions.
    if (variables.length > 1 || fields.has(field)) return null;
    fields.set(field, index);
  }
  const written = slots.map(({ quoted, shape, after }) => ({ kind: quoted ? ('quoted' as const) : shape, after }));
  return withRoles({ lead, slots: written, fields, clientNeeded: false, tailGuessed: false });
}

/** The beginning of combined, and anything behind it. */
function guessedCombined(): ScannerFormat | null {
  const prefix = scannerFormatOf(compileLogFormat(`${COMBINED_PREFIX} $rest`, 'default'));
  if (prefix === null) return null;
  const [client, user, ...others] = prefix.slots.slice(0, -1);
  // No quote stands before the request's, so the user's name is a word.
  const slots = [client!, { ...user!, kind: 'word' as const }, ...others, { kind: 'rest' as const, after: '' }];
  return { ...prefix, slots, tailGuessed: true };
}

export interface Roleless {
  readonly lead: string;
  readonly slots: readonly ScannerSlot[];
  readonly fields: ReadonlyMap<AccessField, number>;
  readonly clientNeeded: boolean;
  readonly tailGuessed: boolean;
}

/** Null where positions do not tell what a line says. */
export function withRoles({ lead, slots, fields, clientNeeded, tailGuessed }: Roleless): ScannerFormat | null {
  const at = (field: AccessField) => fields.get(field) ?? -1;
  const timed = [at('timeLocal'), at('timeIso')].filter((slot) => slot >= 0);
  // An exact time would be told in the zone of the other.
  if (timed.length + (at('msec') >= 0 ? 1 : 0) !== 1 || at('status') === -1) return null;
  const parts = (['method', 'target', 'protocol'] as const).map(at);
  const beside = [...parts, at('uri'), at('query')].find((slot) => slot >= 0) ?? -1;
  if (at('request') === -1 && parts.includes(-1)) return null;
  const places = {
    time: timed[0] ?? -1,
    exactTime: at('msec'),
    client: at('client') >= 0 ? at('client') : at('peer'),
    request: at('request'),
    method: parts[0]!,
    // Beside a whole request it only says that there is more to know of one that could not be read.
    target: parts[1]! >= 0 ? parts[1]! : beside,
    protocol: parts[2]!,
    status: at('status'),
    size: at('bodyBytes') >= 0 ? at('bodyBytes') : at('bytesSent'),
    seconds: at('requestTime'),
    connection: at('connection'),
    upgrade: at('upgrade'),
  };
  const keys = KEYS.map(at).filter((slot) => slot >= 0);
  const numbers = [at('upstreamHeaderTime')].filter((slot) => slot >= 0);
  if (clientNeeded && places.client === -1) return null;
  return {
    lead,
    slots,
    places,
    keys,
    numbers,
    sizeTells: at('bodyBytes') >= 0,
    clientNeeded,
    tailGuessed,
  };
}
