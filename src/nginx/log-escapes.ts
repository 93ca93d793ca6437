/** Undoes the escaping of access logs, byte for byte. */

/** The `escape=` of a `log_format`; `json` since nginx 1.11.8, `none` since 1.13.10. */
export type LogEscape = 'default' | 'json' | 'none';

/** `\xHH` back to the byte it stands for; anything else stays. */
export function unescapeDefault(text: string): string {
  let at = text.indexOf('\\x');
  if (at < 0) return text;
  const parts: string[] = [];
  let from = 0;
  while (at >= 0) {
    const code = hexByte(text, at + 2);
    if (code >= 0) {
      parts.push(text.substring(from, at), String.fromCharCode(code));
      from = at + 4;
    }
    at = text.indexOf('\\x', code >= 0 ? from : at + 2);
  }
  parts.push(text.substring(from));
  return parts.join('');
}

const JSON_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
]);

/**
 * JSON string escapes back to bytes, one char a byte: `\uXXXX` beyond a byte becomes its UTF-8 bytes. `\xHH`, which
 * is not JSON but occurs where a JSON-looking format uses `escape=default`, is undone too.
 */
export function unescapeJson(text: string): string {
  let at = text.indexOf('\\');
  if (at < 0) return text;
  const parts: string[] = [];
  let from = 0;
  while (at >= 0) {
    const simple = JSON_ESCAPES.get(text[at + 1] ?? '');
    const wide = text[at + 1] === 'u' ? hexByte(text, at + 2) * 256 + hexByte(text, at + 4) : -1;
    const byte = text[at + 1] === 'x' ? hexByte(text, at + 2) : -1;
    if (simple !== undefined || byte >= 0 || (wide >= 0 && hexByte(text, at + 4) >= 0)) {
      parts.push(text.substring(from, at));
      parts.push(simple ?? (byte >= 0 ? String.fromCharCode(byte) : bytesOf(wide)));
      from = at + (simple !== undefined ? 2 : byte >= 0 ? 4 : 6);
      at = text.indexOf('\\', from);
    } else {
      at = text.indexOf('\\', at + 1);
    }
  }
  parts.push(text.substring(from));
  return parts.join('');
}

function bytesOf(codeUnit: number): string {
  const char = String.fromCharCode(codeUnit);
  return codeUnit < 256 ? char : Buffer.from(char, 'utf8').toString('latin1');
}

function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 65 && code <= 70) return code - 55;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}
