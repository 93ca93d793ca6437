/** The whole screen as lines: exactly as many as it has rows, none wider than it has columns. Pure. */
import type { ReportIncident } from '../report/document.ts';
import { finish } from '../report/finish.ts';
import { padEnd, wrap } from '../report/layout.ts';
import { type Palette, palette } from '../report/palette.ts';
import { nothingFound } from '../report/standing.ts';
import { cutTo, shown } from './cells.ts';
import { endpointLines } from './endpoint-table.ts';
import { headerLines, type ScreenColours, screenColours } from './header.ts';
import { helpLines } from './help.ts';
import { incidentTableLines } from './incident-table.ts';
import { listedEndpoints, listedIncidents, type ScreenModel, type ScreenStyle, selectedOf } from './model.ts';
import { briefly, explanation, fixAlone } from './pane.ts';
import type { ScreenView, Surroundings } from './view.ts';

export interface Frame {
  readonly lines: readonly string[];
  /** What the keys need to know of it. */
  readonly around: Surroundings;
}

/** Below these the parts have no room beside each other. */
const MIN_COLUMNS = 60;
const MIN_ROWS = 14;
/** In this many rows an explanation reaches the fix. */
const EXPLAINING_ROWS = 18;

export function frameOf(model: ScreenModel, view: ScreenView, style: ScreenStyle): Frame {
  const incidents = listedIncidents(model, view);
  const ids = incidents.map(({ id }) => id);
  if (style.columns < MIN_COLUMNS || style.rows < MIN_ROWS) {
    const sentence = `The terminal is too small: ${MIN_COLUMNS} columns and ${MIN_ROWS} rows are needed. q ends.`;
    const lines = closed(wrap(sentence, Math.max(1, style.columns)), style);
    return { lines, around: { listed: ids, page: 1, furthest: 0 } };
  }
  const colours = { ...palette(style.color), ...screenColours(style.color) };
  const header = headerLines(model, view, style, colours);
  const footer = footerLine(view, style, colours);
  const room = style.rows - header.length - 1;
  if (view.pane === 'overview') {
    const body = overviewLines(model, view, incidents, room, style, colours);
    return { lines: closed([...header, ...body, footer], style), around: { listed: ids, page: room, furthest: 0 } };
  }
  const text = paneLines(view, selectedOf(incidents, view), style);
  const page = room - 2;
  const furthest = Math.max(0, text.length - page);
  const from = Math.min(view.scroll, furthest);
  const part = text.slice(from, from + page);
  const below = text.length - from - part.length;
  const mark = colours.dim(below > 0 ? `  ${below} more ${below === 1 ? 'line' : 'lines'} below` : '');
  const body = filled(['', ...part], page + 1);
  return { lines: closed([...header, ...body, mark, footer], style), around: { listed: ids, page, furthest } };
}

function paneLines(view: ScreenView, selected: ReportIncident | null, style: ScreenStyle): string[] {
  if (view.pane === 'help') return helpLines().flatMap((line) => wrapped(line, style.columns));
  if (selected === null) return [' There is no incident to show.'];
  return view.pane === 'fix' ? fixAlone(selected, style) : explanation(selected, style);
}

function wrapped(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  return wrap(line, columns - 4).map((part, index) => (index === 0 ? `  ${part}` : `    ${part}`));
}

function overviewLines(
  model: ScreenModel,
  view: ScreenView,
  incidents: readonly ReportIncident[],
  room: number,
  style: ScreenStyle,
  colours: Palette & ScreenColours,
): string[] {
  const endpoints = listedEndpoints(model, view);
  const selected = selectedOf(incidents, view);
  const endpointRows = Math.min(Math.max(1, endpoints.length), Math.max(3, Math.floor(room / 5)));
  const lines = ['', ...endpointLines(endpoints, endpointRows, model, style, colours)];
  if (endpoints.length === 0) lines.push(colours.dim(`  ${noEndpoint(model, view)}`));
  lines.push('');
  if (selected === null) {
    const sentence =
      view.filter === '' ? quietSentence(model, view) : `No incident mentions "${view.filter}". Esc shows all.`;
    for (const line of wrap(shown(sentence, style.ascii), Math.min(100, style.columns - 4))) lines.push(`  ${line}`);
    return filled(lines, room);
  }
  // The table gets what it needs up to 45 % of the rest; the pane lives on what remains.
  const rest = room - lines.length - 3;
  const tableRows = Math.min(incidents.length, Math.max(3, Math.floor(rest * 0.45)));
  lines.push(...incidentTableLines(incidents, selected, tableRows, model, style, colours));
  lines.push(colours.dim((style.ascii ? '-' : '─').repeat(style.columns)));
  const paneRows = room - lines.length;
  lines.push(...paneUnderTable(selected, paneRows, style, colours));
  return filled(lines, room);
}

/** The explanation, as far as it goes; in few rows the verdict and the fix in brief. */
function paneUnderTable(selected: ReportIncident, rows: number, style: ScreenStyle, colours: Palette): string[] {
  const whole = explanation(selected, style);
  if (whole.length <= rows) return whole;
  if (rows < EXPLAINING_ROWS) return briefly(selected, rows, style).map((line) => ` ${line}`);
  const more = whole.length - rows + 1;
  return [...whole.slice(0, rows - 1), colours.dim(` ${more} more lines: Enter shows all`)];
}

function noEndpoint({ report }: ScreenModel, view: ScreenView): string {
  if (view.filter !== '') return 'no endpoint mentions the filter';
  const told = report.inputs.some(({ kind }) => kind === 'access' || kind === 'mixed');
  return told ? 'no WebSocket handshake yet' : 'no access log has been read: it is what tells of handshakes';
}

function quietSentence(model: ScreenModel, view: ScreenView): string {
  const { report } = model;
  if (report.accounting.lines === 0) return 'No line has been written since the watch began. Incidents appear here.';
  if (report.incidents.length > 0 && !view.all) {
    return `${nothingFound(report)} Other requests have incidents; the key a shows them.`;
  }
  return nothingFound(report);
}

function footerLine(view: ScreenView, style: ScreenStyle, colours: Palette): string {
  if (view.typing)
    return ` /${shown(view.filter, style.ascii)}${style.ascii ? '_' : '▏'}   Enter keeps it, Esc shows all`;
  const keys: [string, string][] =
    view.pane === 'overview'
      ? [
          ['j k', 'choose'],
          ['Enter', 'explain'],
          ['f', 'fix'],
          ['a', view.all ? 'WebSocket only' : 'all'],
          ['p', view.paused ? 'go on' : 'pause'],
          ['/', 'filter'],
          ['?', 'help'],
          ['q', 'quit'],
        ]
      : [
          ['j k', 'scroll'],
          ...(view.pane === 'help' ? [] : [['n N', 'next, previous'] as [string, string]]),
          ...(view.pane === 'explain' ? [['f', 'fix'] as [string, string]] : []),
          ...(view.pane === 'fix' ? [['e', 'explain'] as [string, string]] : []),
          ['Esc', 'back'],
          ['q', 'quit'],
        ];
  return ` ${keys.map(([key, meaning]) => `${colours.bold(key)} ${colours.dim(meaning)}`).join('  ')}`;
}

/** Cut or filled up with empty lines to this many. */
function filled(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, index) => lines[index] ?? '');
}

/** The last step: nothing but text and our own colours leaves, in lines that fit. */
function closed(lines: readonly string[], style: ScreenStyle): string[] {
  // A line feed that slipped into a line would shift all below it.
  const guarded = lines.map((line) => finish(line.replaceAll('\n', ' '), style).slice(0, -1));
  return filled(guarded, style.rows).map((line) => {
    const cut = cutTo(line, style.columns);
    return cut.startsWith('\x1b[7m') ? barred(cut, style.columns) : cut;
  });
}

/** A set-off line goes to the right edge. */
function barred(line: string, columns: number): string {
  const end = '\x1b[27m';
  return line.endsWith(end) ? padEnd(line.slice(0, -end.length), columns) + end : line;
}
