/** First and last step of every format for people: data is made visible on the way in and checked on the way out. */
import { showAscii, showBlock, showText } from '../safe/display.ts';
import type { ReportDocument, ReportIncident } from './document.ts';
import type { SummaryDocument } from './summary-document.ts';

/** Keys whose values are laid out over several lines: snippets, diffs and commands. */
const BLOCK_KEYS = new Set(['nginx', 'patch', 'run']);

function show(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return BLOCK_KEYS.has(key) ? showBlock(value) : showText(value);
}

/** A copy in which no string holds a control, direction or invisible character. */
export function visibleDocument(document: ReportDocument): ReportDocument {
  return JSON.parse(JSON.stringify(document), show);
}

/** The same for a summary, of which only the first `most` incidents are shown; the others stay as they are. */
export function visibleSummary({ incidents, ...rest }: SummaryDocument, most: number): SummaryDocument {
  const visible = JSON.parse(JSON.stringify({ rest, incidents: incidents.slice(0, most) }), show);
  return { ...visible.rest, incidents: [...visible.incidents, ...incidents.slice(most)] };
}

/** The same for one incident. */
export function visibleIncident(incident: ReportIncident): ReportIncident {
  return JSON.parse(JSON.stringify(incident), show);
}

const OWN_COLOUR = /(\x1b\[\d{1,2}m)/;

/**
 * The last guard: of control characters only line feeds and, with `color`, the program's own colour sequences pass;
 * with `ascii`, nothing beyond ASCII. White space at line ends goes, and exactly one line feed ends the text.
 */
export function finish(text: string, { color, ascii }: { color: boolean; ascii: boolean }): string {
  const guarded = color
    ? text
        .split(OWN_COLOUR)
        .map((part, index) => (index % 2 === 1 ? part : showBlock(part)))
        .join('')
    : showBlock(text);
  const shown = ascii ? showAscii(guarded.replaceAll('×', 'x')) : guarded;
  return `${shown
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}
