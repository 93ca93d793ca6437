/** Building blocks of the page. Content is finished HTML; data becomes that in `escapeHtml` and `htmlText` only. */
import { escapeHtml } from '../../safe/html.ts';

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Attributes are escaped here; `true` is an attribute without a value, `false` and null are none. */
export function element(name: string, attributes: Attributes, content: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== false && value !== '')
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${escapeHtml(String(value))}"`))
    .join('');
  return `<${name}${written}>${content}</${name}>`;
}

/** A section with its heading; nothing where there is nothing to say. */
export function part(heading: string, content: string, className = ''): string {
  return content === '' ? '' : element('section', { class: className }, `<h4>${escapeHtml(heading)}</h4>\n${content}`);
}

/** Text to be copied as it stands. */
export function codeBlock(text: string, className = ''): string {
  return element('pre', { class: className, tabindex: 0 }, `<code>${escapeHtml(text)}</code>`);
}

export function list(items: readonly string[], name: 'ul' | 'ol' = 'ul', className = ''): string {
  return items.length === 0
    ? ''
    : element(name, { class: className }, items.map((item) => `<li>${item}</li>`).join(''));
}

export interface Column {
  readonly head: string;
  readonly number?: boolean;
  readonly className?: string;
}

/** One row, its cells finished HTML. The first cell names the row when `headed`. */
export function row(columns: readonly Column[], cells: readonly string[], attributes: Attributes = {}): string {
  const tds = cells.map((cell, index) => {
    const column = columns[index];
    const className = [column?.number === true ? 'number' : '', column?.className ?? ''].filter((name) => name !== '');
    return element('td', { class: className.join(' '), 'data-head': column?.head ?? '' }, cell);
  });
  return element('tr', attributes, tds.join(''));
}

/** A table that scrolls by itself where the screen is narrow. */
export function table(caption: string, columns: readonly Column[], rows: readonly string[], className = ''): string {
  const heads = columns.map(({ head, number }) =>
    element('th', { scope: 'col', class: number ? 'number' : '' }, escapeHtml(head)),
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}, table">
<table class="${className}"><caption class="unseen">${escapeHtml(caption)}</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}
