/** Escaping for HTML text and quoted attribute values. */
import { showBlock } from './display.ts';

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['`', '&#96;'],
]);

/** Text as HTML: markup characters as entities, unsafe characters visible. Safe in elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return showBlock(text).replace(/[&<>"'`]/g, (char) => ENTITIES.get(char) ?? '');
}

/** A sentence as HTML; what stands between backticks is code, as in the catalogue's own texts. */
export function htmlText(text: string): string {
  return text
    .split(/(?<!`)`([^`]+)`(?!`)/)
    .map((part, index) => (index % 2 === 1 ? `<code>${escapeHtml(part)}</code>` : escapeHtml(part)))
    .join('');
}
