/** `wslog diff` on a terminal: what is new and worse first, then each endpoint. */
import type { Severity } from '../catalogue/types.ts';
import { finish } from '../report/finish.ts';
import { padEnd, wrap } from '../report/layout.ts';
import { type Palette, palette } from '../report/palette.ts';
import { type TextOptions, usableColumns } from '../report/text-options.ts';
import { showText } from '../safe/display.ts';
import type { CauseChange, Change, DiffDocument } from './types.ts';
import { changeCounts, endpointName, endpointText, figures, place, sideText } from './words.ts';

const PROSE_LIMIT = 104;
/** Columns of the word that names a change. */
const MARGIN = 11;

const INK: Readonly<Record<Change, Severity | null>> = {
  new: 'critical',
  worse: 'error',
  better: null,
  gone: null,
  unchanged: null,
};

function block(
  word: string,
  ink: Severity | null,
  [first, ...others]: readonly string[],
  columns: number,
  colours: Palette,
): string[] {
  const label = padEnd(word, MARGIN);
  const room = columns - MARGIN;
  const heading = first === '' ? [] : wrap(first ?? '', room).map(colours.bold);
  const all = [...heading, ...others.flatMap((text) => wrap(text, room))];
  const inked = ink === null ? colours.bold(label) : colours.severity(ink, label);
  return all.map((line, index) => (index === 0 ? inked : ' '.repeat(MARGIN)) + line);
}

function changeLines(one: CauseChange, columns: number, colours: Palette): string[] {
  const what = [one.severity, place(one), one.cause].filter((text) => text !== null).join(', ');
  return block(
    one.change === 'unchanged' ? 'as before' : one.change,
    INK[one.change],
    [one.title, what, figures(one)].map(showText),
    columns,
    colours,
  );
}

/** @param options `verbose`: what is as before too */
export function renderDiffText(document: DiffDocument, options: TextOptions): string {
  const columns = Math.min(usableColumns(options.columns), PROSE_LIMIT);
  const colours = palette(options.color);
  const { before, after, changes, endpoints, notes } = document;
  const shown = options.verbose ? changes : changes.filter(({ change }) => change !== 'unchanged');
  const hidden = changes.length - shown.length;
  const aside = (word: string, text: string) => block(word, null, ['', showText(text)], columns, colours);
  const lines = [
    ...wrap(changeCounts(document) + (hidden > 0 ? ' (-v shows what is as before)' : ''), columns).map(colours.bold),
    ...aside('before', sideText(before)),
    ...aside('after', sideText(after)),
    ...shown.flatMap((one) => ['', ...changeLines(one, columns, colours)]),
    ...(endpoints.length === 0 ? [] : ['', colours.bold('Endpoints')]),
    ...endpoints.flatMap((one) =>
      block(
        one.change === 'unchanged' ? 'as before' : one.change,
        one.change === 'worse' ? 'error' : null,
        [endpointName(one), endpointText(one)].map(showText),
        columns,
        colours,
      ),
    ),
    ...notes.flatMap((note) => ['', ...aside('Note', note)]),
  ];
  return finish(lines.join('\n'), options);
}
