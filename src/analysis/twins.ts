/**
 * Logs that hold the same requests twice: nginx writes a request to every `access_log` of its level, and people pass
 * copies. Counting both would double every figure, so only the one that tells most is read.
 */
import type { AccessRecord } from '../nginx/record.ts';
import type { Sniffed } from './sniff.ts';

/** At least this share of the lines compared must be the same, and at least this many. */
const SAME_SHARE = 0.8;
const SAME_LINES = 3;

interface Head {
  readonly path: string;
  readonly bytes: number;
  readonly sniffed: Sniffed;
}

/** Index of an input that is left out, with the index of the one that is read for it. */
export function twins(heads: readonly Head[]): Map<number, number> {
  const left = new Map<number, number>();
  const byRichness = heads
    .map((head, index) => ({ ...head, index, keys: keysOf(head.sniffed) }))
    .filter((h) => h.keys.length >= SAME_LINES)
    .sort((a, b) => richness(b.sniffed) - richness(a.sniffed) || (a.path < b.path ? -1 : 1));
  for (const [i, one] of byRichness.entries()) {
    if (left.has(one.index)) continue;
    const known = new Set(one.keys);
    for (const other of byRichness.slice(i + 1)) {
      if (left.has(other.index) || other.sniffed.kind !== one.sniffed.kind) continue;
      // Parts of one busy log are alike as well: in the same format only a copy, of the same length, is a twin.
      const alike = other.sniffed.format?.name === one.sniffed.format?.name;
      if (alike && (other.bytes !== one.bytes || !sameText(other.sniffed, one.sniffed))) continue;
      const shared = other.keys.filter((key) => known.has(key)).length;
      const compared = Math.min(one.keys.length, other.keys.length);
      if (shared >= SAME_LINES && shared >= compared * SAME_SHARE) left.set(other.index, one.index);
    }
  }
  return left;
}

function sameText(a: Sniffed, b: Sniffed): boolean {
  return a.lines.length === b.lines.length && a.lines.every((line, i) => line === b.lines[i]);
}

function richness(sniffed: Sniffed): number {
  return sniffed.format?.variables.length ?? 0;
}

/** What two formats of the same request agree on. A request that recurs within a second is one key a time it recurs. */
function keysOf({ records, lines, kind }: Sniffed): string[] {
  if (kind === 'error') return numbered(lines);
  return kind === 'access' ? numbered(records.map(keyOf)) : [];
}

function keyOf(record: AccessRecord): string {
  const { time, client, request, status, bodyBytes } = record;
  const at = time === null ? 0 : Math.floor(time.wall / 1000) - (time.offset ?? 0) * 60;
  return [at, client, request, status, bodyBytes].join('\n');
}

function numbered(keys: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${key}\n${count}`;
  });
}
