/** Charts as inline SVG, drawn by Observable Plot into a document of its own that no browser ever sees. */
import { plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml } from '../../safe/html.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Pixels beside the bars; all charts of a page share the left one, so that their axes of time are one. */
const LEFT = 40;
const RIGHT = 26;

/** A tenth of a pixel is all an eye can tell; the rest of a coordinate's digits would be half of the page. */
const LONG_NUMBER = /-?\d+\.\d{2,}(?:e-?\d+)?/g;

function rounded(svg: string): string {
  return svg.replace(/="[^"<>]*"/g, (value) =>
    value.replace(LONG_NUMBER, (digits) => String(Number(Number(digits).toFixed(1)))),
  );
}

/** What is needed of the element that Plot makes. */
interface Drawn {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>;
}

/**
 * A chart with a sentence for those who do not see it. Only numbers, times and the program's own words may get in.
 * @param options of Plot; colours are CSS values, so that one chart serves light and dark
 * @param className which screens it is for
 */
export function chart(options: Parameters<typeof plot>[0], sentence: string, className = ''): string {
  const drawn: Drawn = plot({
    document,
    className: 'chart',
    marginLeft: LEFT,
    marginRight: RIGHT,
    ...options,
  });
  // The page's policy allows the page's own style only; what Plot would set stands there.
  for (const style of drawn.querySelectorAll('style')) style.remove();
  // The sentence speaks for the whole; names of its parts would only be read out between.
  for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  const own = rounded(drawn.outerHTML).replace(
    '<svg ',
    `<svg role="img" aria-label="${escapeHtml(sentence)}" focusable="false" `,
  );
  return className === '' ? own : own.replace('class="chart"', `class="chart ${className}"`);
}
