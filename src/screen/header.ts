/** The first lines of the screen: what is watched, how fast it grows, whether it can be trusted. */
import { width } from '../report/layout.ts';
import type { Palette } from '../report/palette.ts';
import { concernsWebSocket } from '../report/voice.ts';
import { clock, count, counted, listed } from '../report/words.ts';
import { age, brief, left, shown } from './cells.ts';
import { isOpen, type ScreenModel, type ScreenStyle } from './model.ts';
import type { ScreenView } from './view.ts';

/** A clock ahead of the log's by less than this is none worth a word (s). */
const CLOCK_TOLERANCE = 60;

export function headerLines(
  model: ScreenModel,
  view: ScreenView,
  style: ScreenStyle,
  colours: Palette & ScreenColours,
): string[] {
  const time = `${clock(new Date(model.now).toISOString(), false)} UTC`;
  const title = ` wslog watch   ${standing(model)}`;
  const state = [view.paused ? 'PAUSED' : '', view.filter === '' ? '' : `filter: ${shown(view.filter, style.ascii)}`];
  const known = [title, ...state].filter((part) => part !== '').join('   ');
  const first = `${left(known, style.columns - width(time) - 2, style.ascii)} ${time} `;
  const lines = [colours.bar(first), trustLine(model, style, colours)];
  if (model.notice !== null) lines.push(` ${colours.against(left(model.notice, style.columns - 2, style.ascii))}`);
  return lines;
}

/** What the palette of reports does not have. */
export interface ScreenColours {
  readonly good: (text: string) => string;
  /** A whole line set off from the others. */
  readonly bar: (text: string) => string;
}

/** Without colours the bar is plain text and the chosen row is told by its mark alone. */
export function screenColours(color: boolean): ScreenColours {
  if (!color) return { good: (text) => text, bar: (text) => text };
  return { good: (text) => `\x1b[32m${text}\x1b[39m`, bar: (text) => `\x1b[7m${text}\x1b[27m` };
}

function standing(model: ScreenModel): string {
  const here = model.report.incidents.filter(concernsWebSocket);
  const open = here.filter(isOpen).length;
  const ended = here.length - open;
  const elsewhere = model.report.incidents.length - here.length;
  const parts = [
    open === 0 ? 'no open incident' : counted(open, 'open incident'),
    ...(ended === 0 ? [] : [`${count(ended)} ended`]),
    ...(elsewhere === 0 ? [] : [`${count(elsewhere)} elsewhere`]),
  ];
  return parts.join(', ');
}

function trustLine(model: ScreenModel, style: ScreenStyle, colours: Palette): string {
  const { lines, unknown } = model.report.accounting;
  const speed = model.rates.linesPerSecond;
  const perSecond = speed > 0 && speed < 10 ? speed.toFixed(1) : brief(speed);
  const facts = [
    { text: counted(lines, 'line') },
    { text: `${perSecond}/s` },
    { text: freshness(model) },
    { text: `${count(unknown)} not understood`, doubtful: unknown * 100 > lines },
    ...(model.gaps === 0 ? [] : [{ text: counted(model.gaps, 'gap'), doubtful: true }]),
  ];
  const used = facts.reduce((sum, { text }) => sum + 3 + width(text), 0);
  const room = Math.max(8, style.columns - used - 2);
  const names = shown(listed(model.paths.map(lastPart), 3), style.ascii);
  const files = width(names) <= room ? names : counted(model.paths.length, 'log');
  const shownFacts = facts.map(({ text, doubtful }) => (doubtful === true ? colours.against(text) : text));
  return ` ${[files, ...shownFacts].join('   ')}`;
}

/** How old the newest line is: says that reading keeps up, and that something is written at all. */
function freshness({ report, now }: ScreenModel): string {
  if (report.range === null) return 'no line yet';
  const seconds = (now - Date.parse(report.range.to)) / 1000;
  if (seconds < -CLOCK_TOLERANCE) return `newest line ${age(-seconds)} ahead`;
  return `newest line ${age(seconds)} old`;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
