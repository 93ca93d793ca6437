/** Texts in which `*` stands for any run of characters. Matching is anchored at both ends and linear in the text. */

export interface TextPattern {
  readonly source: string;
  /** Literal text before the first wildcard; all of it when there is none. */
  readonly head: string;
  readonly exact: boolean;
  /** Characters that are not wildcards. */
  readonly literal: number;
  matches(text: string): boolean;
}

/** Literal text before the first wildcard; all of it when there is none. */
export function headOf(source: string): string {
  const star = source.indexOf('*');
  return star === -1 ? source : source.slice(0, star);
}

export function compileText(source: string): TextPattern {
  const parts = source.split('*');
  const head = headOf(source);
  const literal = source.length - (parts.length - 1);
  if (parts.length === 1) {
    return { source, head, exact: true, literal, matches: (text) => text === source };
  }
  const tail = parts[parts.length - 1] ?? '';
  const middle = parts.slice(1, -1);
  const matches = (text: string): boolean => {
    if (text.length < literal || !text.startsWith(head) || !text.endsWith(tail)) return false;
    // Leftmost placement of each middle part is enough: `*` takes anything, so an earlier hit never spoils a later one.
    const end = text.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return at <= end;
  };
  return { source, head, exact: false, literal, matches };
}
