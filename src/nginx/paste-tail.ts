/** Mends the context tail of a pasted error line: lost commas, a lost beginning, remarks behind the end. */

const KEYS = ['client', 'server', 'request', 'subrequest', 'upstream', 'host', 'referrer'];
const KEY = /[,;]?\s{0,8}(?<![\w$])(client|server|request|subrequest|upstream|host|referr?er)\s?:(?!\/\/)\s{0,8}/g;

/**
 * Rewrites the tail in nginx's own form, from the first key that stands outside quotes, in nginx's order.
 * @returns the text and where its tail starts; null when neither two keys are found nor one with a quoted value.
 */
export function normaliseTail(text: string): { text: string; tail: number } | null {
  let out = '';
  let from = 0;
  let tail = -1;
  let order = -1;
  let keys = 0;
  let inside = 0;
  let counted = 0;
  for (const match of text.matchAll(KEY)) {
    for (; counted < match.index; counted++) if (text.charCodeAt(counted) === 34) inside ^= 1;
    const key = match[1] === 'referer' ? 'referrer' : match[1]!;
    const place = KEYS.indexOf(key);
    if (inside === 1 || place <= order) continue;
    out += text.slice(from, match.index).trimEnd();
    if (tail === -1) tail = out.length;
    out += `, ${key}: `;
    from = match.index + match[0].length;
    order = place;
    keys++;
  }
  return keys === 0 || (keys === 1 && text[from] !== '"') ? null : { text: out + text.slice(from), tail };
}

/**
 * Drops what somebody wrote behind the closing quote of the last field.
 * @returns cut: the remark was a mark of omission, or the next field's beginning.
 */
export function trimAfterTail(given: string): { text: string; cut: boolean } {
  const text = endsWithForeignQuote(given) ? given.slice(0, -1) : given;
  const tail = Math.max(
    text.lastIndexOf(', client: '),
    text.lastIndexOf(', request: "'),
    text.lastIndexOf(', host: "'),
  );
  const quote = text.lastIndexOf('"');
  if (tail === -1 || quote <= tail || quote === text.length - 1) return { text, cut: false };
  // A quote behind a key opens a value, which then is what was cut.
  if (text.endsWith(': ', quote)) return { text, cut: false };
  const rest = text.slice(quote + 1);
  if (/^, (?:[a-z/ ]{1,25}:? ?)?$/.test(rest) || /^,? ?\.\./.test(rest))
    return { text: text.slice(0, quote + 1), cut: true };
  if (/^, [a-z]/.test(rest)) return { text, cut: false };
  return { text: text.slice(0, quote + 1), cut: false };
}

/** A quote at the end that closes a string around the whole text, not the last field's value. */
function endsWithForeignQuote(text: string): boolean {
  if (!text.endsWith('"') || text.endsWith(': "') || (text.match(/"/g)?.length ?? 0) % 2 === 0) return false;
  return (
    text.endsWith('""') || /, (?:client|server): [^",]{0,300}"$/.test(text.slice(-330)) || !text.includes(', client: ')
  );
}
