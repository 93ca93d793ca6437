/** Makes untrusted text visible: what a terminal or a reader could be fooled by is shown as an escape. */

/**
 * Characters that never reach an output as they are: C0, DEL and C1 controls, everything invisible or
 * direction-changing (format characters, default-ignorable ones such as fillers, variation selectors and tags),
 * line and paragraph separators, and lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The same, except that line feeds pass: for text of several lines that the program itself laid out. */
const UNSAFE_IN_BLOCK = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return byteEscape(code);
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function byteEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/**
 * Shows decoded text on one line. Unsafe characters become `\x1b`, `\u202e` or `\u{e0041}`; everything else,
 * backslashes included, stays, so showing twice changes nothing and an access log's own `\x1B` stays four characters.
 */
export function showText(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, visible);
}

/** As `showText`, but keeps line feeds and turns tabs into four spaces. For snippets, diffs and finished output. */
export function showBlock(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replaceAll('\t', '    ').replace(UNSAFE_IN_BLOCK, visible);
}

/**
 * Finished text for a terminal without Unicode: every character beyond ASCII as an escape. In an 8-bit terminal the
 * bytes of harmless UTF-8 characters can be control characters (0x9b starts an escape sequence).
 */
export function showAscii(text: string): string {
  return text.replace(/[^\x00-\x7e]/gu, visible);
}

/**
 * Writes unsafe characters of finished JSON text as `\uXXXX`. `JSON.stringify` leaves DEL, C1 controls and
 * direction marks raw; outside of strings JSON text has none of them, so replacing them anywhere keeps the value.
 */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE_IN_BLOCK, (char) => {
    let out = '';
    for (let i = 0; i < char.length; i++) out += `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return out;
  });
}

/** Length of the well-formed UTF-8 sequence that starts at `i`, or 0 (RFC 3629: no overlong forms, no surrogates). */
function sequenceLength(bytes: string, i: number): number {
  const lead = bytes.charCodeAt(i);
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || i + length > bytes.length) return 0;
  const second = bytes.charCodeAt(i + 1);
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < length; k++) {
    const next = bytes.charCodeAt(i + k);
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

function decodeSequence(bytes: string, i: number, length: number): string {
  let code = bytes.charCodeAt(i) & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) code = (code << 6) | (bytes.charCodeAt(i + k) & 0x3f);
  return String.fromCodePoint(code);
}

/**
 * Shows log bytes on one line: decodes UTF-8 from a latin1 string (one character a byte) and makes the rest visible.
 * Bytes that are not UTF-8 become `\xNN`. Text that already holds characters above U+00FF is taken as decoded.
 */
export function showBytes(latin1: string): string {
  if (PRINTABLE_ASCII.test(latin1)) return latin1;
  let out = '';
  let plainFrom = 0;
  let i = 0;
  while (i < latin1.length) {
    const code = latin1.charCodeAt(i);
    if (code < 0x80 || code > 0xff) {
      i++;
      continue;
    }
    const length = sequenceLength(latin1, i);
    out += latin1.slice(plainFrom, i) + (length > 0 ? decodeSequence(latin1, i, length) : byteEscape(code));
    i += Math.max(length, 1);
    plainFrom = i;
  }
  return showText(out + latin1.slice(plainFrom));
}
