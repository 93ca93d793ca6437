/** The end of the page: what the logs cannot show, what was not understood, and what was read. */
import { escapeHtml, htmlText } from '../../safe/html.ts';
import type { ReportDocument } from '../document.ts';
import { zoneSentences } from '../standing.ts';
import { count } from '../words.ts';
import { codeBlock, list, row, table } from './markup.ts';

const UNKNOWN = [{ head: 'lines', number: true }, { head: 'template' }, { head: 'one of them' }] as const;
const INPUTS = [
  { head: 'file' },
  { head: 'kind' },
  { head: 'lines', number: true },
  { head: 'not understood', number: true },
  { head: 'zone' },
] as const;

function notes(document: ReportDocument): string {
  const items = [
    ...document.notes.map(({ text, nginx }) => htmlText(text) + (nginx === null ? '' : codeBlock(nginx, 'copy'))),
    ...zoneSentences(document).map(htmlText),
  ];
  return items.length === 0
    ? ''
    : `<section aria-labelledby="notes"><h2 id="notes">What these logs cannot tell, and other notes</h2>\n${list(items)}</section>`;
}

function unknown(document: ReportDocument): string {
  if (document.unknown.length === 0) return '';
  const rows = document.unknown.map(({ template, count: lines, example }) =>
    row(UNKNOWN, [count(lines), `<code>${escapeHtml(template)}</code>`, `<code>${escapeHtml(example)}</code>`]),
  );
  return `<section aria-labelledby="unknown"><h2 id="unknown">Lines not understood</h2>
${table('lines not understood', UNKNOWN, rows, 'stacked')}</section>`;
}

function inputs(document: ReportDocument): string {
  if (document.inputs.length === 0) return '';
  const rows = document.inputs.map(({ path, kind, format, lines, unknown: left, timezone, problem, twinOf }) => {
    const remark = problem ?? (twinOf === null ? null : `the same lines as ${twinOf}, read there`);
    const file = `<code>${escapeHtml(path)}</code>${remark === null ? '' : `<br><span class="against">${escapeHtml(remark)}</span>`}`;
    return row(INPUTS, [
      file,
      escapeHtml(kind === 'error' ? kind : `${kind}, ${format}`),
      count(lines),
      count(left),
      escapeHtml(timezone ?? '-'),
    ]);
  });
  return `<section aria-labelledby="inputs"><h2 id="inputs">What was read</h2>
${table('what was read', INPUTS, rows, 'stacked')}</section>`;
}

/** Everything a reader needs to know how far to trust the rest. */
export function remarks(document: ReportDocument): string {
  return [notes(document), unknown(document), inputs(document)].filter((section) => section !== '').join('\n');
}
