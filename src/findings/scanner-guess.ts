/** Access formats as the scanner must know them, found out from a line where no `log_format` is known. */
import type { AccessField } from '../nginx/access-line.ts';
import { FIELD_OF_VARIABLE } from '../nginx/access-line.ts';
import { fieldOfName } from '../nginx/access-names.ts';
import { fieldOfPair } from '../nginx/access-tail.ts';
import { type Ending, type ScannerFormat, type ScannerSlot, withRoles } from './scanner-format.ts';

/** The format of JSON lines like this one, which the plain way has read as an access line; null for unusual ones. */
export function scannerFormatOfJson(line: string): ScannerFormat | null {
  const cut = cutJson(line);
  if (cut === null) return null;
  const { lead, slots, names, values } = cut;
  const fields = new Map<AccessField, number>();
  for (const fieldOf of [(name: string) => FIELD_OF_VARIABLE.get(name) ?? null, fieldOfName]) {
    for (const [index, name] of names.entries()) {
      const field = fieldOf(name);
      if (field !== null && !fields.has(field)) fields.set(field, index);
    }
  }
  const iso = fields.get('timeIso');
  if (iso !== undefined) {
    // A key called `time` holds whichever form its author chose: src/nginx/access-json.ts.
    if (fields.has('timeLocal') || fields.has('msec')) return null;
    const value = values[iso]!;
    if (value.includes('/') || /^[\d.]+$/.test(value)) {
      fields.delete('timeIso');
      fields.set(value.includes('/') ? 'timeLocal' : 'msec', iso);
    }
  }
  return withRoles({ lead, slots, fields, clientNeeded: true, tailGuessed: false });
}

/** `… "referrer" "agent" rt=0.004 us="101"`: combined, and behind it pairs only. */
const KEYED =
  /^\S+ - \S+ \[[^\]]{26}\] "[^"\\]*" \d{3} (?:\d+|-) "[^"\\]*" "[^"\\]*"((?: \w{1,40}=(?:"[^"\\]*"|[^\s"[\]]*))+)$/;
/** What combined logs, in its order; what follows each. */
const COMBINED_SLOTS: readonly (readonly [AccessField | null, Ending, string])[] = [
  ['client', 'word', ' - '],
  // No quote stands before the request's.
  [null, 'word', ' ['],
  ['timeLocal', 'time', '] "'],
  ['request', 'quoted', '" '],
  ['status', 'number', ' '],
  ['bodyBytes', 'number', ' "'],
  [null, 'quoted', '" "'],
  [null, 'quoted', '"'],
];

/**
 * The format of lines like this one, which `parseCombinedLike` has read: combined with pairs behind it, of which it
 * believes the keys. Null where there is more in the line, or a key whose meaning depends on the value.
 */
export function scannerFormatOfKeyed(line: string): ScannerFormat | null {
  const tail = KEYED.exec(line)?.[1];
  if (tail === undefined) return null;
  const fields = new Map<AccessField, number>();
  const slots: { kind: Ending; after: string }[] = [];
  for (const [field, kind, after] of COMBINED_SLOTS) {
    if (field !== null) fields.set(field, slots.length);
    slots.push({ kind, after });
  }
  for (const [, key = '', quoted, bare = ''] of tail.matchAll(/ (\w+)=(?:"([^"]*)"|(\S*))/g)) {
    if (key === 'url') return null;
    const isQuoted = quoted !== undefined;
    slots.at(-1)!.after += ` ${key}=${isQuoted ? '"' : ''}`;
    const field = fieldOfPair(key, quoted ?? bare, true);
    if (field !== null && field !== 'referrer' && field !== 'userAgent' && !fields.has(field)) {
      fields.set(field, slots.length);
    }
    const kind = isQuoted ? 'quoted' : /^(?:-|[\d.]+)$/.test(bare) ? 'number' : 'bare';
    slots.push({ kind, after: isQuoted ? '"' : '' });
  }
  return withRoles({ lead: '', slots, fields, clientNeeded: false, tailGuessed: false });
}

interface CutJson {
  readonly lead: string;
  readonly slots: ScannerSlot[];
  readonly names: string[];
  readonly values: string[];
}

/** One flat object of strings without escapes and of numbers, each key once. */
function cutJson(line: string): CutJson | null {
  const member = /([{,][ \t]*"([^"\\]+)"[ \t]*:[ \t]*)(?:"([^"\\]*)"|([\d.]+))/y;
  const slots: { kind: Ending; after: string }[] = [];
  const names: string[] = [];
  const values: string[] = [];
  let lead = '';
  for (let found = member.exec(line); found !== null; found = member.exec(line)) {
    const [, before = '', name = '', quoted, bare] = found;
    if (names.includes(name) || (slots.length === 0) !== before.startsWith('{')) return null;
    const literal = quoted === undefined ? before : `${before}"`;
    const last = slots.at(-1);
    if (last === undefined) lead = literal;
    else last.after += literal;
    slots.push({ kind: quoted === undefined ? 'number' : 'quoted', after: quoted === undefined ? '' : '"' });
    names.push(name);
    values.push(quoted ?? bare ?? '');
    member.lastIndex = found.index + found[0].length;
    if (/^[ \t]*,?[ \t]*\}$/.test(line.slice(member.lastIndex))) {
      slots.at(-1)!.after += line.slice(member.lastIndex);
      return { lead, slots, names, values };
    }
  }
  return null;
}
