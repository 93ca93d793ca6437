/** What an analysis of growing logs remembers, in pieces that can be stored one by one and put back after a restart. */
export interface MemoryPart {
  readonly key: string;
  /** Another one when the content may be another; null where only the content itself tells. */
  readonly revision: number | null;
  /** Plain values, maps, sets and typed arrays; null when there is nothing to remember under this key. */
  content(): unknown;
}

/** Contents by key. */
export type Memory = ReadonlyMap<string, unknown>;

/** The contents whose key is `prefix` and a number, in the order of those. */
export function numbered(memory: Memory, prefix: string): unknown[] {
  const found: [number, unknown][] = [];
  for (const [key, content] of memory) {
    const rest = key.startsWith(prefix) ? key.slice(prefix.length) : '';
    if (/^\d+$/.test(rest)) found.push([Number(rest), content]);
  }
  return found.sort(([a], [b]) => a - b).map(([, content]) => content);
}
