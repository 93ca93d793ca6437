/** Who reads logs and remembers it: each has its own positions, incidents and records in the one database. */

export const READERS = ['watch', 'summary'] as const;

export type Reader = (typeof READERS)[number];

/** The readers beside one. */
export function otherReaders(reader: Reader): Reader[] {
  return READERS.filter((other) => other !== reader);
}
