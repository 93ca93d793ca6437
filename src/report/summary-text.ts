/** `wslog summary` as text: on a terminal, through cron, and as the first part of a mail. */
import { finish, visibleSummary } from './finish.ts';
import { incidentLines } from './incident.ts';
import { padEnd, width, wrap } from './layout.ts';
import { type Palette, palette } from './palette.ts';
import { withShortSummaryPaths } from './short-paths.ts';
import type { NewsItem, SummaryDocument } from './summary-document.ts';
import {
  beforeWords,
  causeRows,
  coverage,
  handshakeWords,
  headline,
  heartbeatWords,
  stateWords,
} from './summary-words.ts';
import { type TextOptions, usableColumns } from './text-options.ts';
import { period, place } from './voice.ts';
import { count, counted, listed } from './words.ts';

export interface SummaryLimits {
  /** New and worse incidents that are explained in full; of the next ones, a few lines are said. */
  readonly full: number;
  readonly brief: number;
}

/** The incidents of a summary beyond these are only counted. Those explained come first, by their state. */
export function shownMost({ full, brief }: SummaryLimits): number {
  return full + brief;
}

/** What a person reads of a summary before putting it off. */
export const SUMMARY_LIMITS: SummaryLimits = { full: 5, brief: 30 };

const PROSE_LIMIT = 100;
const LABEL_WIDTH = 12;
const MAX_CAUSES = 8;

export interface SummaryTextOptions extends TextOptions {
  readonly limits: SummaryLimits;
}

/** The whole summary. Ends with a line feed. */
export function renderSummaryText(document: SummaryDocument, options: SummaryTextOptions): string {
  const usable = { ...options, columns: usableColumns(options.columns) };
  return finish(
    summaryLines(withShortSummaryPaths(visibleSummary(document, shownMost(options.limits))), usable).join('\n'),
    options,
  );
}

/** Its lines; the strings of the document are visible already. */
export function summaryLines(document: SummaryDocument, options: SummaryTextOptions): string[] {
  const colours = palette(options.color);
  const room = Math.min(options.columns, PROSE_LIMIT);
  if (document.kind === 'heartbeat') {
    return [colours.bold(headline(document)), ...wrap(heartbeatWords(document), room), ...endOf(document, 0, options)];
  }
  const lines = [colours.bold(headline(document)), ...wrap(coverage(document), room), ''];
  lines.push(...figures(document, options, colours));
  const explained = document.incidents.filter(isExplained).slice(0, options.limits.full);
  const rest = document.incidents.filter((item) => !explained.includes(item));
  const briefly = rest.slice(0, options.limits.brief);
  for (const item of explained) lines.push('', ...explanation(item, options, colours));
  if (briefly.length > 0) lines.push('', ...briefly.flatMap((item) => brief(item, options, colours)));
  lines.push(...endOf(document, rest.length - briefly.length, options));
  return lines;
}

/** What was told before needs no second explanation, unless it became worse. */
export function isExplained({ state }: NewsItem): boolean {
  return state === 'new' || state === 'worse';
}

function labelled(label: string, text: string, columns: number): string[] {
  const room = Math.min(columns, PROSE_LIMIT) - LABEL_WIDTH;
  return wrap(text, room).map((line, index) => padEnd(index === 0 ? label : '', LABEL_WIDTH) + line);
}

function figures(document: SummaryDocument, { columns }: TextOptions, colours: Palette): string[] {
  const handshakes = handshakeWords(document);
  const lines = handshakes === null ? [] : labelled('Handshakes', handshakes, columns);
  const rows = causeRows(document, MAX_CAUSES);
  if (rows.length === 0) return lines;
  const before = beforeWords(document);
  const id = Math.max(...rows.map((row) => width(row.id)));
  const now = Math.max(...rows.map((row) => width(count(row.now))));
  rows.forEach((row, index) => {
    const then = row.before === null ? '' : `   before ${count(row.before)}`;
    const figure = `${padEnd(row.id, id)}  ${count(row.now).padStart(now)}${then}`;
    lines.push(padEnd(index === 0 ? 'Hits' : '', LABEL_WIDTH) + figure);
  });
  if (before !== null) lines.push(colours.dim(`${' '.repeat(LABEL_WIDTH)}(${before})`));
  return lines;
}

function explanation(item: NewsItem, options: TextOptions, colours: Palette): string[] {
  const state = stateWords(item);
  const rule = '-'.repeat(Math.max(4, Math.min(options.columns, 72) - width(state) - 4));
  return [colours.dim(`-- ${state} ${rule}`), ...incidentLines(item.incident, null, options, true)];
}

function brief(item: NewsItem, options: TextOptions, colours: Palette): string[] {
  const { incident } = item;
  const where = place(incident);
  const at = where === '' || incident.title.includes(incident.endpoint.path ?? where) ? '' : ` (${where})`;
  const room = Math.min(options.columns, PROSE_LIMIT) - 2;
  const facts = `${incident.severity}, ${counted(incident.count, 'hit')}, ${period(incident, true)}, ${incident.id}`;
  return [
    ...wrap(`${stateWords(item)}: ${incident.title}${at}`, room).map((line, index) =>
      index === 0 ? `* ${colours.bold(line)}` : `  ${line}`,
    ),
    ...wrap(facts, room).map((line) => `  ${line}`),
  ];
}

/** What follows the incidents: what is left out, and how far the summary can be trusted. */
function endOf(document: SummaryDocument, more: number, options: TextOptions): string[] {
  const { toldLately, elsewhere, problems, notes } = document;
  const sections: [string, string][] = [];
  if (more > 0) sections.push(['More', `and ${count(more)} more; wslog incidents lists them all`]);
  if (toldLately.length > 0) {
    const titles = toldLately.map(({ title }) => title);
    sections.push(['Told lately', `Still going on: ${listed(titles, 5)}.`]);
  }
  if (elsewhere.length > 0) {
    const titles = elsewhere.map(({ title, count: hits }) => `${title} (${counted(hits, 'hit')})`);
    sections.push(['Elsewhere', `Not WebSocket: ${listed(titles, 3)}. --all tells them in full.`]);
  }
  for (const problem of problems) sections.push(['Problem', problem]);
  for (const { text } of notes) sections.push(['Note', text]);
  const first = document.incidents.find(isExplained) ?? document.incidents[0];
  if (first !== undefined) {
    sections.push([
      'Again',
      `wslog incidents show ${first.incident.id} (on ${document.host}) shows an incident in full.`,
    ]);
  }
  const lines = sections.flatMap(([label, text]) => labelled(label, text, options.columns));
  return lines.length === 0 ? [] : ['', ...lines];
}
